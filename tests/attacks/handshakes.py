"""What do attackers do to a handshake? Two honest sides, and somebody between them who may change what passes."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from ccnode_crypto.keys import SigningKey
from ccnode_protocol import frames
from ccnode_protocol.effects import Close, Send
from ccnode_protocol.handshake import Established, Handshake, Role

if TYPE_CHECKING:
    from collections.abc import Callable

    from ccnode_protocol.handshake import Effect

TRIES: Final = 10_000
ALICE, BOB, MALLORY = (SigningKey(bytes([number]) * 32) for number in (1, 2, 3))
CERTIFICATE: Final = sha256(b"the certificate of Bob's port").digest()
SECRET: Final = b"an invitation's!"
Change = "Callable[[int, bytes], bytes]"  # of the frame of this number (0 to 3)


def nonce(*parts: object) -> bytes:
    """A nonce that is not used for anything else."""
    return sha256(repr(parts).encode()).digest()


def client(name: object = 0, **more: Any) -> Handshake:
    """Alice calling."""
    more = {"fingerprint": CERTIFICATE, "key": ALICE, **more}
    return Handshake(Role.CLIENT, more.pop("key"), nonce("client", name), more.pop("fingerprint"), 0, **more)


def server(name: object = 0, **more: Any) -> Handshake:
    """Bob listening."""
    more = {"fingerprint": CERTIFICATE, "key": BOB, **more}
    return Handshake(Role.SERVER, more.pop("key"), nonce("server", name), more.pop("fingerprint"), 0, **more)


class Outcome(NamedTuple):
    """What became of a handshake: the frames as they were sent, and how each side ended."""

    frames: list[bytes]
    client: Established | Close | None
    server: Established | Close | None


def play(one: Handshake, other: Handshake, change: Callable[[int, bytes], bytes] = lambda _, data: data) -> Outcome:
    """Carry frames between a client and a server until nobody has more to say; `change` may alter each on its way."""
    sent: list[bytes] = []
    ends: dict[Role, Established | Close | None] = {Role.CLIENT: None, Role.SERVER: None}
    sides = {Role.CLIENT: one, Role.SERVER: other}
    other.start()
    todo: list[tuple[Role, Effect]] = [(Role.CLIENT, effect) for effect in one.start()]
    while todo:
        role, effect = todo.pop(0)
        if not isinstance(effect, Send):
            ends[role] = effect
            continue
        number = len(sent)
        sent.append(effect.data)
        receiver = Role.SERVER if role is Role.CLIENT else Role.CLIENT
        todo += [(receiver, item) for item in sides[receiver].receive(change(number, effect.data), 1)]
    return Outcome(sent, ends[Role.CLIENT], ends[Role.SERVER])


def fooled(outcome: Outcome, number: int) -> bool:
    """Whether anybody took a handshake whose frame of this number was altered on its way.

    The server has rightly finished when it sends the last frame, so of that one only the client counts.
    """
    ends = [outcome.client] if number == 3 else [outcome.client, outcome.server]
    return any(isinstance(end, Established) for end in ends)


def recorded(name: object, **more: Any) -> list[bytes]:
    """The four frames of an honest handshake."""
    outcome = play(client(name, **more), server(name))
    assert isinstance(outcome.client, Established)
    assert isinstance(outcome.server, Established)
    assert len(outcome.frames) == 4
    return outcome.frames


def body_of(data: bytes) -> dict[str, Any]:
    """The fields of a frame."""
    return dict(frames.decode(data).body)
