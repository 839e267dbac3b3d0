"""Is there a node at that address? Asks for no more than its hello, in which it says which key it holds."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from ccnode.net.calling import call
from ccnode.net.errors import CallError
from ccnode.net.wire import Broken
from ccnode_protocol import frames, limits
from ccnode_protocol.effects import Reason, Send
from ccnode_protocol.errors import RemoteError
from ccnode_protocol.handshake import Handshake, Role
from ccnode_protocol.link_frames import SERVER_HELLO

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable

    from ccnode_crypto.keys import SigningKey


async def ask_key(
    address: str,
    context: ssl.SSLContext,
    key: SigningKey,
    nonce: bytes,
    now_ms: Callable[[], int],
    *,
    local: str | None = None,
) -> bytes:
    """The key that is claimed there. Raises CallError where no node answers."""
    open_call = await call(address, context, local=local)
    wire = open_call.wire
    handshake = Handshake(Role.CLIENT, key, nonce, wire.fingerprint, now_ms())
    try:
        async with asyncio.timeout(limits.HANDSHAKE_MS / 1000):
            for effect in handshake.start():
                if isinstance(effect, Send):
                    await wire.send(effect.data)
            frame = frames.decode(await wire.receive())
    except (Broken, RemoteError, TimeoutError) as error:
        raise CallError(f"{address}: what answers there is no node") from error
    finally:
        await wire.close(int(Reason.DONE))
        await open_call.hang_up()
    claimed = frame.body.get("key")
    if frame.type != SERVER_HELLO or not isinstance(claimed, bytes):
        raise CallError(f"{address}: what answers there is no node")
    return claimed
