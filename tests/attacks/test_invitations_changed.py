"""Is a code whose bytes were altered, shown again, or made by somebody else of no use? 0 accepted in 10,000 each."""

from __future__ import annotations

import base64
from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING

import pytest

from ccnode.core import pairing
from ccnode_protocol.errors import RemoteError
from ccnode_protocol.handshake import Established
from ccnode_protocol.invitation import Code, Invitations, _check, read_code, write_code
from ccnode_protocol.tiers import Tier
from tests.attacks.handshakes import BOB, MALLORY, SECRET, TRIES, client, play, server

if TYPE_CHECKING:
    from tests.attacks.handshakes import Outcome

NOW_MS, LATER_MS = 1_000, 2_000
CODE = Code(BOB.public.raw, SECRET, LATER_MS, "192.0.2.1:8101", Tier.SANDBOX_IN)


def book(code: Code = CODE, tier: Tier = Tier.SANDBOX_IN) -> Invitations:
    """Bob's open invitations: one."""
    made = Invitations()
    made.add(code.key, tier, LATER_MS, 0)
    return made


def bytes_of(code: Code) -> bytes:
    text = write_code(code).upper()
    return base64.b32decode(text + "=" * (-len(text) % 8))


def text_of(body: bytes) -> str:
    """What Mallory passes on: its end fits what she made of it."""
    return base64.b32encode(body + _check(body)).decode().rstrip("=")


def used(code: Code, number: int) -> Outcome:
    """Alice uses a code: she calls, and shows it."""
    return play(client(number, expected=code.node, secret=code.key), server(number))


def is_taken(code: Code, kept: Invitations, number: int) -> bool:
    """Whether Bob spends an invitation for it."""
    outcome = used(code, number)
    if not isinstance(outcome.server, Established) or outcome.server.join is None:
        return False
    try:
        kept.redeem(outcome.server.join, outcome.server.transcript.binding, NOW_MS)
    except RemoteError:
        return False
    return True


def test_every_tier_in_every_code_altered() -> None:
    """Also with the end made anew, so that it reads well: what Alice proves is then of no invitation."""
    kept, chance, accepted = book(), Random(1), 0
    whole = bytes_of(CODE)[:-4]
    numbers = [number for number in range(256) if number != CODE.tier]
    read = 0
    for number in range(TRIES // 20):
        tier = numbers[number] if number < len(numbers) else chance.choice(numbers[:5])
        body = whole[:1] + bytes([tier]) + whole[2:]
        try:
            code = read_code(text_of(body))
        except RemoteError:
            continue
        read += 1
        accepted += is_taken(code, kept, number)
    assert accepted == 0
    assert read > 2, "some of them are tiers"
    assert is_taken(CODE, kept, -1)


def test_every_byte_before_the_address_altered() -> None:
    kept, chance, accepted = book(), Random(2), 0
    whole = bytes_of(CODE)[:-4]
    end = len(whole) - len(CODE.address)
    for number in range(TRIES):
        at = chance.randrange(end)
        body = bytearray(whole)
        body[at] ^= 1 + chance.randrange(255)
        try:
            code = read_code(text_of(bytes(body)))
        except RemoteError:
            continue
        assert code.key != CODE.key
        accepted += number % 20 == 0 and is_taken(code, kept, number)  # a handshake takes a while
    assert accepted == 0
    assert is_taken(CODE, kept, -1)


def test_a_code_made_one_of_before() -> None:
    """Without its tier: what was sandbox would be anything but core, what was core would be asked of nobody."""
    for tier in (Tier.SANDBOX_IN, Tier.CORE):
        code = replace(CODE, tier=tier)
        kept = book(code, tier)
        body = bytes_of(code)[:-4]
        assert not is_taken(read_code(text_of(b"\x01" + body[2:])), kept, 1)
        assert len(kept.open_ones) == 1


def test_a_code_used_again_or_by_two() -> None:
    kept = book()
    assert is_taken(CODE, kept, 1)
    assert sum(is_taken(CODE, kept, number) for number in range(2, 200)) == 0
    outcome = used(CODE, 1)
    assert isinstance(outcome.server, Established)
    assert outcome.server.join is not None
    fresh = book()
    other = used(CODE, 2)
    assert isinstance(other.server, Established)
    with pytest.raises(RemoteError, match="does not fit"):  # what Alice showed, in another handshake
        fresh.redeem(outcome.server.join, other.server.transcript.binding, NOW_MS)
    assert len(fresh.open_ones) == 1


def test_somebody_else_at_the_address_learns_and_gets_nothing() -> None:
    """Mallory altered where the code leads, or took the address over: she is not the key that the code names."""
    for number in range(100):
        moved = replace(CODE, address="203.0.113.1:1")
        assert moved.key == CODE.key
        outcome = play(client(number, expected=moved.node, secret=moved.key), server(number, key=MALLORY))
        assert not isinstance(outcome.client, Established)
        assert len(outcome.frames) == 2, "nothing of the invitation was shown"


@pytest.mark.parametrize("said", [Tier.SANDBOX_IN, Tier.SANDBOX_OUT, Tier.EXTERNAL])
def test_a_code_for_less_with_core_offered_on_the_link(said: Tier) -> None:
    """The inviter lies: no certificate of its owner is taken, whatever it says, in whatever order."""
    chance = Random(3)
    for _ in range(1_000):
        row = pairing.join(None, said)
        for _ in range(chance.randrange(1, 5)):
            row = pairing.offered(row, chance.choice([Tier.CORE, Tier.CORE, *Tier]))
            assert not pairing.enrols(row, certified=False)
            assert row.tier is not Tier.CORE
            assert pairing.in_force(row, certified=True) in {pairing.MIRRORED[said], Tier.EXTERNAL}
