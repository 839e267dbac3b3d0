"""Is anything kept or believed of a report that was changed, or that is another's to make? 0 of 10,000 each."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import Final

import pytest

from ccnode_crypto import canonical
from ccnode_crypto.entry import ChainId
from ccnode_crypto.keys import SigningKey
from ccnode_protocol import frames, limits
from ccnode_protocol.errors import RemoteError
from ccnode_protocol.gossip import Effect, Gossip, Keep, Leave
from ccnode_protocol.gossip_frames import TELL, Tell
from ccnode_protocol.reports import sign_report
from ccnode_protocol.tiers import Tier
from tests.attacks.handshakes import TRIES
from tests.protocol.gossiping import NOW, key_of, report_of

AUTHOR, RELAY, MALLORY = key_of("author"), key_of("relay"), SigningKey(bytes([3]) * 32)
REPORT: Final = report_of(AUTHOR)


def victim(tier: Tier = Tier.CORE) -> Gossip:
    """A node that would believe the author by way of the relay, and has heard nothing yet."""
    made = Gossip(key_of("victim").public.raw)
    known = [RELAY.public.raw, AUTHOR.public.raw]
    made.stand(known if tier is Tier.CORE else (), known if tier is Tier.SANDBOX_IN else ())
    made.met(RELAY.public.raw, tier, NOW)
    return made


def hears(gossip: Gossip, data: bytes, now_ms: int = NOW) -> list[Effect]:
    """What it does on these bytes; those that are no frame end the link before."""
    try:
        frame = frames.decode(data)
    except RemoteError:
        return []
    return gossip.receive(RELAY.public.raw, frame, now_ms, now_ms)


def frame_of(body: bytes, signature: bytes) -> bytes:
    return frames.encode(TELL, Tell(((body, signature),)).body())


def test_the_report_as_it_is_would_be_believed() -> None:
    assert hears(victim(), frame_of(REPORT.body, REPORT.signature)) == [Keep(REPORT, is_apart=False)]


def test_any_byte_changed() -> None:
    chance, data, believed = Random(7), frame_of(REPORT.body, REPORT.signature), 0
    for _ in range(TRIES):
        at = chance.randrange(len(data))
        other = data[:at] + bytes([data[at] ^ (1 << chance.randrange(8))]) + data[at + 1 :]
        believed += any(isinstance(effect, Keep) for effect in hears(victim(), other))
    assert believed == 0


@pytest.mark.parametrize("name", [*canonical.decode_map(REPORT.body, size_max=4096)])
def test_each_field_changed_and_not_signed_anew(name: str) -> None:
    chance, fields, believed = Random(name), canonical.decode_map(REPORT.body, size_max=4096), 0
    for _ in range(TRIES // 10):
        value = fields[name]
        match value:
            case int():
                other: canonical.Value = chance.randrange(2**53)
            case bytes():
                other = chance.randbytes(len(value))
            case _:
                assert isinstance(value, list)
                other = [*value]
                at = chance.randrange(len(value))
                item = value[at]
                other[at] = chance.randbytes(len(item)) if isinstance(item, bytes) else chance.randrange(1_000_000)
        if other != value:
            data = frame_of(canonical.encode({**fields, name: other}), REPORT.signature)
            believed += any(isinstance(effect, Keep) for effect in hears(victim(), data))
    assert believed == 0


def test_signed_by_another_or_for_another_purpose() -> None:
    theirs = canonical.encode(canonical.decode_map(REPORT.body, size_max=4096))
    for key in (MALLORY, RELAY):
        (left,) = hears(victim(), frame_of(theirs, key.sign("character-report", theirs)))
        assert isinstance(left, Leave)
    for purpose in ("head", "owner-certificate", "link", "peer-manifest"):
        (left,) = hears(victim(), frame_of(theirs, AUTHOR.sign(purpose, theirs)))
        assert isinstance(left, Leave)


@pytest.mark.parametrize("tier", [Tier.CORE, Tier.SANDBOX_IN, Tier.SANDBOX_OUT, Tier.EXTERNAL, Tier.UNKNOWN])
def test_a_strangers_report_is_believed_of_nobody(tier: Tier) -> None:
    stranger = sign_report(MALLORY, replace(REPORT.report, node=MALLORY.public.raw))
    assert hears(victim(tier), frame_of(stranger.body, stranger.signature)) == []


@pytest.mark.parametrize("tier", [Tier.SANDBOX_IN, Tier.SANDBOX_OUT, Tier.EXTERNAL, Tier.UNKNOWN])
def test_trust_is_not_passed_on(tier: Tier) -> None:
    """Of a sandbox peer only what it says of itself counts, also where the other is known, too."""
    assert hears(victim(tier), frame_of(REPORT.body, REPORT.signature)) == []


def test_replayed_ones_change_nothing() -> None:
    gossip, chance = victim(), Random(3)
    reports = [report_of(AUTHOR, NOW + number) for number in range(5)]
    for each in reports:
        assert len(hears(gossip, frame_of(each.body, each.signature))) == 1
    for _ in range(TRIES):
        each = chance.choice(reports)
        assert hears(gossip, frame_of(each.body, each.signature)) == []
    assert gossip.rumours.held[AUTHOR.public.raw] == reports[-1]


def test_huge_ones_are_not_read() -> None:
    body = canonical.encode({**canonical.decode_map(REPORT.body, size_max=4096), "more": bytes(900)})
    signature = AUTHOR.sign("character-report", body)
    (left,) = hears(victim(), canonical.encode([TELL, {"reports": [[body[: limits.REPORT_BYTES_MAX], signature]]}]))
    assert isinstance(left, Leave)
    with pytest.raises(RemoteError):
        frames.decode(canonical.encode([TELL, {"reports": [[body * 2, signature]]}]))
    many = [[REPORT.body, REPORT.signature]] * (limits.TOLD_MAX + 1)
    with pytest.raises(RemoteError):
        frames.decode(canonical.encode([TELL, {"reports": many}]))
    with pytest.raises(RemoteError):
        frames.decode(canonical.encode([TELL, {"later": bytes(limits.TELL.bytes_max)}]))
    with pytest.raises(RemoteError):
        frames.decode(canonical.encode([TELL, {"later": [[]] * limits.TELL.values_max}]))


def test_ten_thousand_different_ones_in_a_minute_by_a_node_of_ours_that_lies() -> None:
    gossip = victim()
    kept = 0
    for number in range(1_000):
        each = report_of(AUTHOR, NOW + number)
        for _ in range(TRIES // 1_000):
            kept += len(hears(gossip, frame_of(each.body, each.signature), NOW + number))
    assert kept == limits.REPORT_NODE_MINUTE
    assert len(gossip.rumours.held) == 1


def test_a_fork_is_not_believed_for_being_told_of() -> None:
    gossip, chance = victim(), Random(5)
    for _ in range(TRIES):
        chain = ChainId(AUTHOR.public.raw, chance.randbytes(16), chance.randrange(3))
        told = Tell(forks=((chain, chance.randrange(2**40)),))
        hears(gossip, frames.encode(TELL, told.body()))
    assert gossip.rumours.forks == {}
    assert not any(isinstance(key, ChainId) for key in gossip.rumours.hot)
