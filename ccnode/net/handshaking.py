"""Who is at the other end of this wire? The handshake of ccnode_protocol, run within its time."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from ccnode.net.wire import Broken
from ccnode_protocol import limits
from ccnode_protocol.effects import Close, Reason, Send
from ccnode_protocol.handshake import Established, Handshake

if TYPE_CHECKING:
    from collections.abc import Callable

    from ccnode.net.wire import Wire
    from ccnode_crypto.keys import SigningKey


class Over(Exception):
    """Why a link is over. `by_peer`: the peer said so; `reason` None: the connection broke."""

    def __init__(self, reason: Reason | None, text: str, *, by_peer: bool = False) -> None:
        super().__init__(text)
        self.reason = reason
        self.by_peer = by_peer


async def shake_hands(
    wire: Wire,
    key: SigningKey,
    nonce: bytes,
    now_ms: Callable[[], int],
    *,
    expected: bytes | None = None,
    secret: bytes | None = None,
) -> Established:
    """Prove to each other who is there, within the time that a handshake may take. Raises Over."""
    handshake = Handshake(wire.role, key, nonce, wire.fingerprint, now_ms(), expected=expected, secret=secret)
    established: Established | None = None
    try:
        async with asyncio.timeout(limits.HANDSHAKE_MS / 1000):
            effects = handshake.start()
            while True:
                for effect in effects:
                    match effect:
                        case Send(data):
                            await wire.send(data)
                        case Established():
                            established = effect
                        case Close(reason, text):
                            raise Over(reason, text)
                if established is not None:
                    return established
                effects = handshake.receive(await wire.receive(), now_ms())
    except TimeoutError as error:
        raise Over(Reason.TIMEOUT, f"no handshake within {limits.HANDSHAKE_MS} ms") from error
    except Broken as error:
        raise Over(error.reason, str(error), by_peer=error.by_peer) from error
