"""Does a link keep alive, notice its end, hold the peer to its tier and its rates, and never raise on what comes?"""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccnode_crypto import canonical
from ccnode_crypto.certificate import certify
from ccnode_protocol import frames, limits, tiers
from ccnode_protocol.effects import Close, Reason, Send
from ccnode_protocol.errors import LocalError
from ccnode_protocol.handshake import Established
from ccnode_protocol.link import (
    ANY,
    CHANCE_MAX,
    TRANSITIONS,
    Deliver,
    Greet,
    Link,
    Manifested,
    State,
    Wait,
    replaces,
    retry_delay_ms,
)
from ccnode_protocol.link_frames import ENROL, GOODBYE, HANDSHAKE_TYPES, MANIFEST, PACKED, PING, PONG
from ccnode_protocol.manifest import Manifest, Signed, sign_manifest
from ccnode_protocol.packing import pack
from ccnode_protocol.sync_values import RUN
from ccnode_protocol.tiers import Tier
from tests.attacks.handshakes import ALICE, BOB, MALLORY, client, play, server
from tests.fuzz.mutate import mutate
from tests.protocol.test_frames import sample

OUTCOME = play(client(), server())
assert isinstance(OUTCOME.client, Established)
assert isinstance(OUTCOME.server, Established)
AT_ALICE, AT_BOB = OUTCOME.client, OUTCOME.server
OTHERS = [kind for kind in sorted(frames.FORMS) if kind >= 32]


def said_by_bob(sequence: int = 1, tier: Tier = Tier.CORE) -> Signed:
    return sign_manifest(BOB, Manifest(BOB.public.raw, ALICE.public.raw, sequence, tier=tier))


def said_by_alice(sequence: int = 1) -> Signed:
    return sign_manifest(ALICE, Manifest(ALICE.public.raw, BOB.public.raw, sequence))


def hello(again: bool = False, sequence: int = 1) -> bytes:
    more = {"again": True} if again else {}
    return frames.encode(MANIFEST, {**said_by_bob(sequence).fields(), **more})


def opened(tier: Tier = Tier.CORE) -> Link:
    """Alice's side of a link on which both have said who they are."""
    link = Link(AT_ALICE, tier, 0)
    link.start()
    link.greet(said_by_alice(), 0)
    link.receive(hello(), 0)
    return link


def framed(kind: int) -> bytes:
    return frames.encode(kind, sample(frames.FORMS[kind]))


def well_formed(kind: int) -> bytes:
    """One of that type whose fields mean something, where any others would end the link."""
    if kind == ENROL:
        certificate = certify(MALLORY, ALICE.public.raw, 1)
        return frames.encode(ENROL, {"certificate": certificate.body, "certificate_signature": certificate.signature})
    if kind == PACKED:
        return pack(framed_run())
    return framed(kind)


def framed_run() -> bytes:
    """A run that deflates well."""
    return frames.encode(RUN, {**sample(frames.FORMS[RUN]), "metas": [bytes(8_000)]})


def reason(effects: list[Any]) -> Reason:
    (end,) = (effect for effect in effects if isinstance(effect, Close))
    return end.reason


def sent(effects: list[Any]) -> list[frames.Frame]:
    return [frames.decode(effect.data) for effect in effects if isinstance(effect, Send)]


# --- greeting ---


def test_both_greet_and_open() -> None:
    alice, bob = Link(AT_ALICE, Tier.CORE, 0), Link(AT_BOB, Tier.SANDBOX_OUT, 0)
    assert alice.start() == bob.start() == [Greet(again=False)]
    (to_bob,) = alice.greet(said_by_alice(), 0)
    (to_alice,) = bob.greet(said_by_bob(), 0)
    assert isinstance(to_bob, Send)
    assert isinstance(to_alice, Send)
    (news,) = alice.receive(to_alice.data, 1)
    assert isinstance(news, Manifested)
    assert news.manifest.node == alice.peer == BOB.public.raw
    (news,) = bob.receive(to_bob.data, 1)
    assert isinstance(news, Manifested)
    assert news.manifest.node == ALICE.public.raw
    assert alice.state is bob.state is State.OPEN


def test_a_peer_without_a_tier_hears_nothing_and_is_not_heard() -> None:
    link = Link(AT_ALICE, Tier.UNKNOWN, 0)
    assert link.start() == []
    assert link.receive(hello(), 1) == []
    assert (link.dropped, link.state, link.manifest) == (1, State.GREETING, None)
    assert link.greet(said_by_alice(), 1) == []


def test_who_gets_a_tier_later_is_asked_again() -> None:
    """Bob has said who he is before Alice accepted him: she dropped it, and asks once more."""
    alice, bob = Link(AT_ALICE, Tier.UNKNOWN, 0), Link(AT_BOB, Tier.CORE, 0)
    (early,) = bob.greet(said_by_bob(), 0)
    assert isinstance(early, Send)
    assert alice.receive(early.data, 1) == []
    assert alice.set_tier(Tier.CORE, 2) == [Greet(again=True)]
    (asking,) = alice.greet(said_by_alice(), 2, again=True)
    assert isinstance(asking, Send)
    news, greet = bob.receive(asking.data, 3)
    assert isinstance(news, Manifested)
    assert greet == Greet(again=False)
    (answer,) = bob.greet(said_by_bob(), 3)
    assert isinstance(answer, Send)
    (news,) = alice.receive(answer.data, 4)
    assert isinstance(news, Manifested)
    assert alice.state is bob.state is State.OPEN


def test_an_older_manifest_is_no_news() -> None:
    link = opened()
    assert link.receive(hello(sequence=0), 1) == []
    (news,) = link.receive(hello(sequence=2), 1)
    assert isinstance(news, Manifested)
    assert link.manifest is news.manifest


def test_a_manifest_of_somebody_else_ends_it() -> None:
    theirs = sign_manifest(MALLORY, Manifest(MALLORY.public.raw, ALICE.public.raw, 1))
    link = Link(AT_ALICE, Tier.CORE, 0)
    assert reason(link.receive(frames.encode(MANIFEST, theirs.fields()), 1)) is Reason.UNPROVEN


def test_nothing_is_sent_before_both_manifests() -> None:
    body = sample(frames.FORMS[OTHERS[0]])
    link = Link(AT_ALICE, Tier.CORE, 0)
    link.receive(hello(), 0)
    with pytest.raises(LocalError, match="before both manifests"):
        link.send(OTHERS[0], body, 0)
    link.greet(said_by_alice(), 0)
    assert sent(link.send(OTHERS[0], body, 0))


# --- the table ---


def in_state(state: State) -> Link:
    if state is State.OPEN:
        return opened()
    link = Link(AT_ALICE, Tier.CORE, 0)
    link.greet(said_by_alice(), 0)
    if state is State.CLOSED:
        link.close(Reason.DONE, "", 0)
    return link


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("kind", sorted(frames.FORMS), ids=frames.name_of)
def test_every_cell_of_the_table(state: State, kind: int) -> None:
    link = in_state(state)
    effects = link.receive(hello(sequence=5) if kind == MANIFEST else well_formed(kind), 1)
    found = TRANSITIONS.get((state, kind)) or TRANSITIONS.get((state, ANY))
    if state is State.CLOSED:
        assert effects == []
    elif found is None or kind in HANDSHAKE_TYPES:
        assert reason(effects) is Reason.UNEXPECTED
        assert [frame.type for frame in sent(effects)] == [GOODBYE]
        assert link.state is State.CLOSED
    else:
        assert link.state is found[1]
        assert (found[0] in {"_take_other", "_take_packed"}) == any(isinstance(effect, Deliver) for effect in effects)


def test_later_types_are_ignored() -> None:
    link = opened()
    assert link.receive(canonical.encode([200, {"new": 1}]), 1) == []
    assert link.state is State.OPEN


# --- tiers ---


@pytest.mark.parametrize("tier", Tier, ids=lambda tier: tier.name)
@pytest.mark.parametrize("kind", OTHERS, ids=frames.name_of)
def test_what_a_tier_does_not_allow_is_dropped_unread(tier: Tier, kind: int) -> None:
    link = opened()
    link.tier = tier
    effects = link.receive(framed(kind), 1)
    assert bool(effects) == tiers.may_receive(tier, kind)
    assert link.dropped == (not effects)
    assert bool(link.send(kind, sample(frames.FORMS[kind]), 1)) == tiers.may_send(tier, kind)
    assert link.permits(framed(kind)) == tiers.may_send(tier, kind)
    unread = bytes([0x92, kind]) + b"\xc1" * 20
    assert bool(link.receive(unread, 1)) == tiers.may_receive(tier, kind)


def test_demotion_holds_at_once_also_for_what_was_queued() -> None:
    link = opened()
    (queued,) = link.send(OTHERS[1], sample(frames.FORMS[OTHERS[1]]), 1)
    assert isinstance(queued, Send)
    assert link.permits(queued.data)
    assert link.set_tier(Tier.EXTERNAL, 2) == [Greet(again=False)]
    core_only = [kind for kind in OTHERS if not tiers.may_receive(Tier.EXTERNAL, kind)]
    assert core_only
    for kind in core_only:
        assert link.receive(framed(kind), 2) == []
    for kind in OTHERS:
        assert link.permits(framed(kind)) == tiers.may_send(Tier.EXTERNAL, kind)


def test_removal_ends_it_at_once() -> None:
    link = opened()
    effects = link.set_tier(Tier.UNKNOWN, 2)
    assert reason(effects) is Reason.UNWANTED
    assert [frame.type for frame in sent(effects)] == [GOODBYE]
    assert link.receive(framed(OTHERS[0]), 2) == []
    assert not link.permits(framed(PING))


# --- alive ---


def test_a_quiet_link_carries_pings_and_their_answers() -> None:
    alice, bob = opened(), Link(AT_BOB, Tier.CORE, 0)
    assert alice.timer() == limits.HEARTBEAT_MS
    assert alice.tick(limits.HEARTBEAT_MS - 1) == []
    (ping,) = alice.tick(1_500)
    assert isinstance(ping, Send)
    (pong,) = bob.receive(ping.data, 1_510)
    assert isinstance(pong, Send)
    assert alice.receive(pong.data, 1_530) == []
    assert alice.round_trip_ms == 30
    assert alice.timer() == 3_000


def test_who_should_have_said_something_is_asked_before_it_is_given_up() -> None:
    link = opened()
    link.tick(1_500)
    assert link.timer() == limits.PROBE_MS
    link.send(PING, {"number": 77}, limits.PROBE_MS - 1)  # we have just spoken: no heartbeat is due
    (asked,) = link.tick(limits.PROBE_MS)
    assert isinstance(asked, Send)
    assert frames.decode(asked.data).name == "ping"
    assert link.timer() == limits.PROBE_MS + limits.HEARTBEAT_MS  # once
    link.hear(4_000)
    assert reason(link.tick(4_000 + limits.SILENCE_MS)) is Reason.SILENT


def test_an_answer_to_no_question_says_nothing() -> None:
    link = opened()
    link.receive(frames.encode(PONG, {"number": 0}), 1)
    link.ping(5)
    link.receive(frames.encode(PONG, {"number": 9}), 6)
    assert link.round_trip_ms is None
    link.receive(frames.encode(PONG, {"number": 1}), 7)
    link.receive(frames.encode(PONG, {"number": 1}), 9_000)
    assert link.round_trip_ms == 2


def test_silence_is_noticed_within_five_seconds() -> None:
    link, now = opened(), 0
    ends: list[Close] = []
    while not ends:
        due = link.timer()
        assert due is not None
        now = max(now, due)
        ends = [effect for effect in link.tick(now) if isinstance(effect, Close)]
    assert ends[0].reason is Reason.SILENT
    assert now == limits.SILENCE_MS < 5_000
    assert link.timer() is None
    assert link.tick(now + 1) == link.receive(framed(PING), now + 1) == []


def test_part_of_a_message_is_a_sign_of_life() -> None:
    link = opened()
    link.tick(4_000)
    link.hear(4_400)
    assert not any(isinstance(effect, Close) for effect in link.tick(8_800))
    assert reason(link.tick(8_900)) is Reason.SILENT
    assert link.state is State.CLOSED


def test_two_ends_keep_each_other_alive() -> None:
    """An hour of nothing but heartbeats, each frame 40 ms on its way."""
    alice, bob = opened(), Link(AT_BOB, Tier.CORE, 0)
    bob.greet(said_by_bob(), 0)
    bob.receive(frames.encode(MANIFEST, said_by_alice().fields()), 0)
    way: list[tuple[int, Link, bytes]] = []
    now = count = 0
    while now < 3_600_000:
        dues = [link.timer() for link in (alice, bob)] + [at for at, _, _ in way]
        now = min(due for due in dues if due is not None)
        for link, other in ((alice, bob), (bob, alice)):
            arrived = [data for at, to, data in way if to is link and at <= now]
            effects = [effect for data in arrived for effect in link.receive(data, now)] + link.tick(now)
            assert not any(isinstance(effect, Close) for effect in effects)
            way = [item for item in way if item[1] is not link or item[0] > now]
            way += [(now + 40, other, effect.data) for effect in effects if isinstance(effect, Send)]
            count += len(arrived)
    assert alice.round_trip_ms == 80
    assert count < 3_600 * 2


def test_a_peer_that_nobody_accepts_is_let_go() -> None:
    link, now = Link(AT_ALICE, Tier.UNKNOWN, 0), 0
    while link.state is not State.CLOSED:
        now += 1_000
        effects = link.tick(now)
        link.receive(frames.encode(PING, {"number": 1}), now)
    assert reason(effects) is Reason.UNWANTED
    assert now == limits.UNKNOWN_LINK_MS


# --- too much ---


def test_too_many_frames_end_it() -> None:
    link, limit = opened(), frames.FORMS[PING].limit
    for number in range(limit.count_minute):
        assert not any(isinstance(effect, Close) for effect in link.receive(frames.encode(PING, {"number": number}), 1))
    assert reason(link.receive(framed(PING), 1)) is Reason.OVER_RATE


def test_strangers_frames_count_though_they_are_dropped() -> None:
    link, count = Link(AT_ALICE, Tier.UNKNOWN, 0), 0
    while link.state is not State.CLOSED:
        effects = link.receive(hello(), 1)
        count += 1
    assert reason(effects) is Reason.OVER_RATE
    assert count == frames.FORMS[MANIFEST].limit.count_minute + 1


def test_we_wait_before_it_is_too_much() -> None:
    link, allowed = opened(), frames.FORMS[PING].limit.count_minute // 2
    for _ in range(allowed):
        assert sent(link.ping(1_000))
    assert link.ping(1_000) == [Wait(limits.WINDOW_MS)]
    assert link.ping(limits.WINDOW_MS - 1) == [Wait(limits.WINDOW_MS)]
    assert sent(link.ping(limits.WINDOW_MS))


def test_a_flood_of_pings_is_not_answered_for_ever() -> None:
    link, answers = opened(), 0
    for number in range(100):
        answers += len(link.receive(frames.encode(PING, {"number": number}), 1))
    assert answers <= frames.FORMS[PONG].limit.count_minute // 2


# --- whatever comes ---


@pytest.mark.parametrize(
    "data", [b"", b"\x92", b"\x92\x7f\x80", b"\x92\x11\x80", b"\x92\x11" + b"\xc1" * 100, b"\xff" * 9]
)
def test_malformed(data: bytes) -> None:
    link = opened()
    assert reason(link.receive(data, 1)) is Reason.MALFORMED
    assert link.receive(framed(PING), 1) == []


@given(st.lists(st.binary(max_size=60), max_size=4))
def test_any_bytes_end_it_or_not_and_nothing_is_raised(messages: list[bytes]) -> None:
    link = opened()
    for data in messages:
        link.receive(data, 1)


def test_changed_frames_end_it_or_not_and_nothing_is_raised() -> None:
    chance, corpus = Random(1), [framed(kind) for kind in sorted(frames.FORMS)] + [hello()]
    for _ in range(1_000):
        opened().receive(mutate(chance, chance.choice(corpus), corpus), 1)


def test_a_goodbye_says_why() -> None:
    link = opened()
    (end,) = link.receive(frames.encode(GOODBYE, {"reason": int(Reason.REPLACED), "text": "x\n\x1b"}), 1)
    assert end == Close(Reason.REPLACED, "the peer ended it, 4013: 'x\\n\\x1b'")
    (end,) = opened().receive(frames.encode(GOODBYE, {"reason": 7, "text": ""}), 1)
    assert isinstance(end, Close)
    assert end.reason is Reason.DONE


def test_a_long_reason_is_cut() -> None:
    (goodbye,) = sent(opened().close(Reason.DONE, "x" * 500, 1))
    assert goodbye.body["text"] == "x" * limits.REASON_CHARS_MAX


# --- which link, and when the next ---


def test_of_two_links_both_sides_keep_the_same() -> None:
    by_alice, by_bob = AT_ALICE.transcript, play(client(key=BOB), server(key=ALICE)).client
    assert isinstance(by_bob, Established)
    small = by_alice if ALICE.public.raw < BOB.public.raw else by_bob.transcript
    for new, old in ((by_alice, by_bob.transcript), (by_bob.transcript, by_alice)):
        assert replaces(new, old) == (new is small)
    again = play(client(1), server(1)).client
    assert isinstance(again, Established)
    assert replaces(again.transcript, by_alice)


@given(st.integers(0, 10**6), st.integers(0, CHANCE_MAX - 1))
def test_there_is_always_another_call(attempt: int, chance: int) -> None:
    delay = retry_delay_ms(attempt, chance)
    most = min(limits.RETRY_FIRST_MS * 2 ** min(attempt, 20), limits.RETRY_MOST_MS)
    assert most // 2 <= delay <= most
    assert retry_delay_ms(attempt, chance, Reason.UNWANTED) >= limits.RETRY_UNWANTED_MS // 2
    assert retry_delay_ms(attempt, chance, Reason.SILENT) == delay


def test_calls_are_spread() -> None:
    chance = Random(1)
    delays = [retry_delay_ms(9, chance.randrange(CHANCE_MAX)) for _ in range(2_000)]
    assert 14_600 < sum(delays) / len(delays) < 15_400
    assert len(set(delays)) > 1_500
    for attempt, number in ((-1, 0), (0, -1), (0, CHANCE_MAX)):
        with pytest.raises(LocalError):
            retry_delay_ms(attempt, number)


def test_who_has_not_said_yet_what_it_is_may_take_longer() -> None:
    link = Link(AT_ALICE, Tier.CORE, 0)
    link.start()
    assert not any(isinstance(effect, Close) for effect in link.tick(limits.GREETING_MS - 1))
    assert reason(link.tick(limits.GREETING_MS)) is Reason.SILENT
