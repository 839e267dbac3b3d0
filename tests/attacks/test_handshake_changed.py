"""Is a handshake refused when any field of any of its frames was altered on the way? 0 accepted in 10,000 each."""

from __future__ import annotations

from copy import copy
from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from ccnode_crypto import canonical
from ccnode_protocol import frames
from ccnode_protocol.effects import Close
from ccnode_protocol.handshake import Established
from tests.attacks.handshakes import ALICE, BOB, MALLORY, SECRET, TRIES, body_of, client, fooled, play, recorded, server

if TYPE_CHECKING:
    from collections.abc import Callable

FRAMES = ("client-hello", "server-hello", "client-proof", "server-proof")
HONEST = recorded("honest", expected=BOB.public.raw, secret=SECRET)


def attack(number: int, chance: Random, change: Callable[[Random, bytes], bytes]) -> int:
    """How many of TRIES altered handshakes anybody took."""
    accepted = 0
    if number == 3:  # the client waits for the last frame: all that comes before it is the same each time
        waiting = client("honest", expected=BOB.public.raw, secret=SECRET)
        waiting.start()
        waiting.receive(HONEST[1], 1)
        for _ in range(TRIES):
            effects = copy(waiting).receive(change(chance, HONEST[3]), 1)
            accepted += any(isinstance(effect, Established) for effect in effects)
        (taken,) = copy(waiting).receive(HONEST[3], 1)
        assert isinstance(taken, Established)
        return accepted
    for _ in range(TRIES):

        def alter(at: int, data: bytes) -> bytes:
            if at != number:
                return data
            altered = change(chance, data)
            assert altered != data
            return altered

        one = client(expected=BOB.public.raw, secret=SECRET)
        accepted += fooled(play(one, server(), alter), number)
    return accepted


def one_bit(chance: Random, data: bytes) -> bytes:
    out = bytearray(data)
    out[chance.randrange(len(out))] ^= 1 << chance.randrange(8)
    return bytes(out)


def other_value(chance: Random, value: Any) -> Any:
    """A value of the same type, a little or quite different; so the frame stays well formed."""
    match value:
        case bytes():
            return chance.choice((chance.randbytes(len(value)), one_bit(chance, value)))
        case str():
            return chance.choice((value + "x", value[:-1], value.upper(), "ccnode/2"))
        case list():
            return chance.choice(([*value, value[-1] + 1], [2], [value[0] + 1], [1, 2, 3]))
        case _:
            return value + chance.randrange(1, 9)


def one_field(chance: Random, data: bytes) -> bytes:
    """Another value in one field, or a field more or less."""
    kind, body = frames.decode(data)
    name = chance.choice(sorted(body))
    match chance.randrange(6):
        case 0:
            return canonical.encode([kind, {**body, f"x{chance.randrange(10**9)}": chance.randrange(100)}])
        case 1 if len(body) > 1:
            return canonical.encode([kind, {key: value for key, value in body.items() if key != name}])
        case _:
            return canonical.encode([kind, {**body, name: other_value(chance, body[name])}])


@pytest.mark.parametrize("number", range(4), ids=FRAMES)
def test_a_flipped_bit(number: int) -> None:
    assert attack(number, Random(number), one_bit) == 0


@pytest.mark.parametrize("number", range(4), ids=FRAMES)
def test_a_well_formed_other_field(number: int) -> None:
    assert attack(number, Random(number + 4), one_field) == 0


@pytest.mark.parametrize("number", range(4), ids=FRAMES)
def test_every_bit_of_a_frame(number: int) -> None:
    for at in range(8 * len(HONEST[number])):

        def alter(place: int, data: bytes, at: int = at) -> bytes:
            if place != number:
                return data
            out = bytearray(data)
            out[at // 8] ^= 1 << at % 8
            return bytes(out)

        one = client(expected=BOB.public.raw, secret=SECRET)
        assert not fooled(play(one, server(), alter), number), f"bit {at}"


def test_fields_swapped_within_and_between_frames() -> None:
    """Any bytes of a handshake in the place of any other of the same length."""
    chance = Random(9)
    others = [recorded("one"), recorded("two", key=MALLORY)]
    pool = [value for run in (HONEST, *others) for data in run for value in body_of(data).values()]
    texts = [value for value in pool if isinstance(value, bytes)]
    accepted = 0
    for _ in range(TRIES):
        number = chance.randrange(4)

        def alter(at: int, data: bytes, number: int = number) -> bytes:
            if at != number:
                return data
            kind, body = frames.decode(data)
            fitting = [
                (name, text)
                for name, old in body.items()
                for text in texts
                if isinstance(old, bytes) and len(text) == len(old) and text != old
            ]
            name, text = chance.choice(fitting)
            return canonical.encode([kind, {**body, name: text}])

        one = client(expected=BOB.public.raw, secret=SECRET)
        accepted += fooled(play(one, server(), alter), number)
    assert accepted == 0


def test_authors_swapped() -> None:
    """Mallory puts her key where another stands and passes the rest on; also with a signature of her own."""
    accepted, chance = 0, Random(10)
    for number in range(TRIES):
        place = chance.choice((0, 1))

        def alter(at: int, data: bytes, place: int = place, number: int = number) -> bytes:
            kind, body = frames.decode(data)
            if at == place:
                return canonical.encode([kind, {**body, "key": MALLORY.public.raw}])
            if at >= 2 and number % 2:
                message = chance.choice(HONEST)
                return canonical.encode([kind, {**body, "signature": MALLORY.sign("link", message)}])
            return data

        accepted += fooled(play(client(number), server(number), alter), place)
    assert accepted == 0


def test_the_honest_one_is_taken() -> None:
    outcome = play(client(expected=BOB.public.raw, secret=SECRET), server())
    assert isinstance(outcome.client, Established)
    assert isinstance(outcome.server, Established)
    assert outcome.client.peer == BOB.public.raw
    assert outcome.server.peer == ALICE.public.raw
    assert outcome.client.transcript == outcome.server.transcript
    assert not isinstance(outcome.client, Close)
