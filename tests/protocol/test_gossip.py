"""Do news reach everybody who may have them, nobody else, and at no more cost than allowed? The machine of gossip."""

from __future__ import annotations

from itertools import pairwise
from typing import get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from benches import gossip as bench
from ccnode_crypto.entry import ChainId
from ccnode_protocol import forms, frames, gossip, gossip_frames, limits
from ccnode_protocol.effects import Reason
from ccnode_protocol.errors import LocalError, RemoteError
from ccnode_protocol.gossip import Ask, Drop, Gossip, Keep, Leave, Say
from ccnode_protocol.gossip_frames import Hold, Tell
from ccnode_protocol.reports import SignedReport
from ccnode_protocol.tiers import Tier
from tests.protocol.bodies import body_of
from tests.protocol.gossiping import DAY_MS, NOW, Circle, Party, key_of, report_of

NAMES = tuple("abcdefgh")
IN, OUT, CORE = Tier.SANDBOX_IN, Tier.SANDBOX_OUT, Tier.CORE


def told(found: SignedReport, *more: SignedReport) -> Tell:
    return Tell(tuple((each.body, each.signature) for each in (found, *more)))


def frame(message: gossip_frames.Message) -> frames.Frame:
    return frames.decode(frames.encode(message.kind, message.body()))


def hear(party: Party, peer: Party, message: gossip_frames.Message, now_ms: int = NOW) -> list[gossip.Effect]:
    return party.gossip.receive(peer.node, frame(message), now_ms, now_ms)


def lone(tier: Tier = CORE) -> tuple[Party, Party, Party]:
    """A node with a link to a peer, and a third of which it only may hear."""
    a, b, c = Party("a"), Party("b"), Party("c")
    a.gossip.stand([a.node, *([b.node, c.node] if tier is CORE else [])], [b.node] if tier is IN else [])
    a.gossip.met(b.node, tier, NOW)
    return a, b, c


# --- who hears what ---


def test_everybody_hears_what_one_says() -> None:
    circle = Circle(*NAMES)
    circle.meet_all()
    made = circle.publish("a")
    circle.round(6)
    assert all(party.held == {circle["a"].node: made} for party in circle.parties.values())
    assert all(party.kept == [Keep(made, False)] for party in circle.parties.values())
    assert not any(party.left for party in circle.parties.values())


def test_also_those_who_are_linked_in_a_row() -> None:
    circle = Circle(*NAMES)
    for one, other in pairwise(NAMES):
        circle.meet(one, other)
    for name in NAMES:
        circle.publish(name)
    circle.round(12)
    assert all(set(party.held) == {each.node for each in circle.parties.values()} for party in circle.parties.values())


def test_when_all_is_told_rounds_are_short() -> None:
    circle = Circle(*NAMES)
    circle.meet_all()
    for name in NAMES:
        circle.publish(name)
    circle.round(40)
    circle.sent.clear()
    circle.round(5)
    sizes = [len(frames.encode(*each)) for _, _, each in circle.sent]
    assert max(sizes) < 64
    assert len(sizes) == 5 * len(NAMES) * limits.FANOUT * 2


def test_who_comes_back_after_all_fell_silent_gets_what_it_missed() -> None:
    circle = Circle(*NAMES)
    circle.meet_all()
    for party in circle.parties.values():
        party.gossip.parted(circle["h"].node)
    for name in NAMES[:-1]:
        circle["h"].gossip.parted(circle[name].node)
    for name in NAMES[:-1]:
        circle.publish(name)
    circle.publish("h", NOW + 5)
    circle.round(60)
    assert len(circle["h"].held) == 1
    for name in NAMES[:-1]:
        circle.meet("h", name)
    circle.round(3)
    assert all(len(party.held) == len(NAMES) for party in circle.parties.values())


def test_more_reports_than_one_frame_or_list_holds_arrive() -> None:
    circle = Circle("a", "b")
    others = [key_of(f"other {number}") for number in range(150)]
    nodes = [key.public.raw for key in others]
    for party in circle.parties.values():
        party.gossip.stand([each.node for each in circle.parties.values()] + nodes, ())
    circle["a"].gossip.load([report_of(key) for key in others], NOW)
    circle.meet("a", "b")
    for _ in range(8):
        circle.now_ms += limits.LISTING_MS
        circle.round()
    assert circle["b"].held == circle["a"].held
    assert len(circle["b"].held) == 150


def test_a_newer_report_takes_the_place_of_the_older_and_never_the_other_way() -> None:
    circle = Circle("a", "b")
    circle.meet("a", "b")
    old = circle.publish("a", NOW)
    circle.round(3)
    new = circle.publish("a", NOW + 1)
    circle.round(3)
    assert circle["b"].held[circle["a"].node] == new
    assert hear(circle["b"], circle["a"], told(old)) == []
    assert circle["b"].held[circle["a"].node] == new


@pytest.mark.parametrize("seed", range(6))
def test_with_a_fifth_of_all_frames_lost_thirty_nodes_have_heard_in_five_rounds(seed: int) -> None:
    """As `scripts/bench.py gossip` measures it, over many more federations, and of 1,000 nodes."""
    found = bench.spread(30, seed)
    assert max(found.rounds) <= 5
    assert found.most <= limits.FANOUT * limits.TELL.bytes_max
    assert found.quiet < 300


# --- what a tier forbids ---


def test_a_guest_that_follows_us_hears_of_us_alone_and_once() -> None:
    circle = Circle("a", "b")
    guest = circle.parties["guest"] = Party("guest")
    guest.gossip.stand([guest.node], [circle["a"].node])
    circle.meet("a", "b")
    circle.meet("a", "guest", OUT, IN)
    mine, _ = circle.publish("a"), circle.publish("b")
    circle.round(8)
    assert guest.apart == {circle["a"].node: mine}
    assert guest.held == {}
    assert guest.kept == [Keep(mine, True)]
    assert [each.body for _, other, each in circle.sent if other == "guest"] == [told(mine).body()]
    assert [frame.name for name, _, frame in circle.sent if name == "guest"] == ["hold"]
    newer = circle.publish("a", NOW + 9)
    circle.round(2)
    assert guest.apart == {circle["a"].node: newer}


def test_who_follows_a_node_anew_on_an_open_link_gets_its_report_again() -> None:
    circle = Circle("a", "b")
    a, b = circle["a"], circle["b"]
    a.gossip.stand([a.node], ())
    b.gossip.stand([b.node], [a.node])
    circle.meet("a", "b", OUT, IN)
    mine = circle.publish("a")
    circle.round(2)
    circle.do("b", b.gossip.stand([b.node], ()))
    circle.do("b", b.gossip.met(a.node, OUT, circle.now_ms))
    assert b.dropped == [a.node]
    circle.round(3)
    assert b.apart == {}
    b.gossip.stand([b.node], [a.node])
    circle.do("b", b.gossip.met(a.node, IN, circle.now_ms))
    assert b.apart == {a.node: mine}
    circle.round(2)
    told_to_b = [frame for _, other, frame in circle.sent if other == "b" and frame.type == gossip_frames.TELL]
    assert len(told_to_b) == 2


def test_what_a_guest_that_we_follow_says_of_itself_is_kept_apart_and_told_to_nobody() -> None:
    circle = Circle("a", "b")
    guest = circle.parties["guest"] = Party("guest")
    guest.gossip.stand([guest.node], ())
    circle["a"].gossip.stand([circle["a"].node, circle["b"].node], [guest.node])
    circle.meet("a", "b")
    circle.meet("a", "guest", IN, OUT)
    said = circle.publish("guest")
    circle.round(6)
    assert circle["a"].apart == {guest.node: said}
    assert circle["a"].held == circle["b"].held == circle["b"].apart == {}
    assert not [frame for name, _, frame in circle.sent if name == "a" and frame.body.get("reports")]


@pytest.mark.parametrize("tier", [IN, OUT, CORE])
def test_of_whom_a_peer_may_not_speak_nothing_is_taken(tier: Tier) -> None:
    a, b, _ = lone(tier)
    stranger = report_of(key_of("stranger"))
    assert hear(a, b, told(stranger)) == []
    if tier is not CORE:
        assert hear(a, b, told(report_of(key_of("c")))) == []
    if tier is OUT:
        assert hear(a, b, told(report_of(b.key))) == []
    assert a.held == a.apart == {}


@pytest.mark.parametrize("tier", [Tier.EXTERNAL, Tier.UNKNOWN])
def test_others_are_neither_told_nor_heard(tier: Tier) -> None:
    a, b, c = lone()
    a.gossip.publish(report_of(a.key), NOW)
    a.gossip.met(b.node, tier, NOW)
    assert a.gossip.timer() is None
    assert a.gossip.tick(NOW + 9_999, NOW, 1) == []
    assert hear(a, b, told(report_of(c.key))) == []


def test_a_guest_gets_no_list() -> None:
    a, b, c = lone(OUT)
    a.gossip.stand([a.node, c.node], ())
    mine = report_of(a.key)
    a.gossip.publish(mine, NOW)
    a.gossip.load([report_of(c.key)], NOW)
    unknown = (0, bytes(8))
    both = tuple(sorted([(a.node, unknown), (c.node, unknown)]))
    assert hear(a, b, Hold((), (bytes(32), b"\xff" * 32))) == []
    assert hear(a, b, Hold(both, (bytes(32), b"\xff" * 32))) == []
    assert hear(a, b, Hold(((c.node, unknown),))) == []
    assert hear(a, b, Hold(both)) == [Say(b.node, told(mine))]
    assert hear(a, b, Hold(((a.node, mine.version),))) == []


@pytest.mark.parametrize("tier", [CORE, IN])
def test_who_no_longer_counts_is_forgotten_at_once(tier: Tier) -> None:
    a, b, c = lone(tier)
    hear(a, b, told(report_of(b.key)))
    assert {**a.held, **a.apart}.keys() == {b.node}
    assert a.gossip.stand([a.node, c.node], ()) == [Drop((b.node,))]
    assert a.held == a.apart == {}
    assert hear(a, b, told(report_of(b.key, NOW + 1))) == []
    a.gossip.met(c.node, CORE, NOW)
    assert hear(a, c, told(report_of(b.key, NOW + 2))) == [], "nobody brings it back"


# --- what is wrong with a report ---


def test_a_report_from_another_time_is_not_taken() -> None:
    a, b, c = lone()
    for changed in (
        {"time_ms": NOW - DAY_MS, "expires_ms": NOW},
        {"time_ms": NOW + limits.REPORT_AHEAD_MS + 1, "expires_ms": NOW + DAY_MS},
    ):
        assert hear(a, b, told(report_of(c.key, **changed))) == []
    assert a.held == {}
    assert a.gossip.rumours.refused == 2


def test_a_report_that_expires_is_forgotten() -> None:
    a, b, c = lone()
    hear(a, b, told(report_of(c.key)))
    assert Drop((c.node,)) not in a.gossip.tick(NOW + DAY_MS - 1, NOW + DAY_MS - 1, 0)
    assert Drop((c.node,)) in a.gossip.tick(NOW + 2 * DAY_MS, NOW + DAY_MS, 0)
    assert a.held == {}


def test_a_forged_report_ends_the_link_and_does_not_silence_its_node() -> None:
    a, b, c = lone()
    for _ in range(20):
        real = report_of(c.key)
        (left,) = hear(a, b, Tell(((real.body, bytes(64)),)))
        assert isinstance(left, Leave)
        assert left.reason is Reason.UNPROVEN
    assert hear(a, b, told(report_of(c.key))) == [Keep(report_of(c.key), False)]


def test_bytes_that_are_no_report_end_the_link() -> None:
    a, b, _ = lone()
    (left,) = hear(a, b, Tell(((b"\x80", bytes(64)),)))
    assert isinstance(left, Leave)
    assert left.reason is Reason.MALFORMED


def test_ten_thousand_different_reports_in_a_minute_cost_six() -> None:
    a, b, c = lone()
    reports = [report_of(c.key, NOW + number) for number in range(1_000)]
    kept = [effect for each in reports * 10 for effect in hear(a, b, told(each))]
    assert len(kept) == limits.REPORT_NODE_MINUTE
    assert len(a.gossip.rumours.hot) == len(a.held) == 1
    last = report_of(c.key, NOW + 99_999)
    assert hear(a, b, told(last), NOW + limits.WINDOW_MS) == [Keep(last, False)]


def test_reports_of_ten_thousand_strangers_cost_no_signature(monkeypatch: pytest.MonkeyPatch) -> None:
    a, b, _ = lone()
    monkeypatch.setattr(SignedReport, "verify", lambda _: pytest.fail("it was looked at"))
    for number in range(300):
        assert hear(a, b, told(report_of(key_of(f"stranger {number}")))) == []
    assert a.gossip.rumours.refused == 300


def test_what_came_back_of_our_own_is_said_anew_above_it() -> None:
    circle = Circle("a", "b")
    circle.meet("a", "b")
    lost = report_of(circle["a"].key, NOW + 70)
    circle.do("b", hear(circle["b"], circle["a"], told(lost)))
    circle.round(4)
    assert circle["a"].renewed == [NOW + 70]
    assert circle["a"].held[circle["a"].node] == lost
    circle.publish("a", NOW + 71)
    circle.round(4)
    assert circle["b"].held == circle["a"].held
    with pytest.raises(LocalError):
        circle.publish("a", NOW + 71)
    with pytest.raises(LocalError):
        circle["a"].gossip.publish(report_of(circle["b"].key), NOW)


# --- forks ---


def fork_of(key: Party, audience: int = 0) -> ChainId:
    return ChainId(key.node, bytes(16), audience)


def test_a_fork_is_asked_about_until_it_is_proven_and_then_told() -> None:
    circle = Circle("a", "b", "c")
    circle.meet("a", "b")
    circle.meet("b", "c")
    chain = fork_of(circle["c"])
    circle["a"].gossip.forked(chain, 7, circle.now_ms)
    circle.round(3)
    assert circle["b"].asked == [Ask(circle["a"].node, chain)], "once, though it heard of it again"
    assert circle["c"].asked == [], "what is not proven is not passed on"
    circle["b"].gossip.forked(chain, 7, circle.now_ms)
    circle.round(3)
    assert circle["c"].asked == [Ask(circle["b"].node, chain)]
    assert len(circle["b"].asked) == 1


def test_an_earlier_fork_is_news_and_a_later_one_is_not() -> None:
    a, b, c = lone()
    a.gossip.forked(fork_of(c), 7, NOW)
    assert hear(a, b, Tell(forks=((fork_of(c), 7),))) == []
    assert hear(a, b, Tell(forks=((fork_of(c), 8),))) == []
    assert hear(a, b, Tell(forks=((fork_of(c), 6),))) == [Ask(b.node, fork_of(c))]


def test_of_a_fork_that_a_peer_cannot_prove_another_is_asked_later() -> None:
    a, b, c = lone()
    a.gossip.met(c.node, CORE, NOW)
    rumour = Tell(forks=((fork_of(a), 6),))
    assert hear(a, b, rumour) == [Ask(b.node, fork_of(a))]
    assert hear(a, c, rumour, NOW + 1) == []
    assert hear(a, c, rumour, NOW + limits.SYNC_ANSWER_MS) == [Ask(c.node, fork_of(a))]


@pytest.mark.parametrize(
    ("tier", "whose", "audience", "asks"),
    [(CORE, "c", 0, True), (CORE, "z", 1, False), (IN, "b", 1, True), (IN, "b", 2, True), (IN, "b", 0, False),
     (IN, "a", 1, False), (IN, "c", 1, False), (OUT, "b", 1, False), (OUT, "a", 1, False)],
)  # fmt: skip
def test_whose_forks_a_peer_may_tell_of(tier: Tier, whose: str, audience: int, asks: bool) -> None:
    a, b, _ = lone(tier)
    chain = fork_of(Party(whose), audience)
    assert hear(a, b, Tell(forks=((chain, 6),))) == ([Ask(b.node, chain)] if asks else [])


def test_a_guest_is_told_of_forks_of_our_shared_chains() -> None:
    circle = Circle("a", "b")
    guest = circle.parties["guest"] = Party("guest")
    circle.meet("a", "guest", OUT, IN)
    for audience in (0, 1, 2):
        circle["a"].gossip.forked(fork_of(circle["a"], audience), 3, NOW)
        circle["a"].gossip.forked(fork_of(circle["b"], audience), 3, NOW)
    circle.round(3)
    assert [chain for _, chain in guest.asked] == [fork_of(circle["a"], 1), fork_of(circle["a"], 2)]


def test_lies_about_forks_are_bounded() -> None:
    a, b, c = lone()
    lies = [ChainId(c.node, number.to_bytes(16, "big"), 0) for number in range(1_000)]
    asked = [effect for lie in lies for effect in hear(a, b, Tell(forks=((lie, 0),)))]
    assert len(asked) == limits.HUNTS_MAX * limits.TOLD_FORKS_MAX
    assert a.gossip.rumours.hot == {}


# --- the machine ---


def test_the_table_of_states_is_whole() -> None:
    states, events = get_args(gossip.State), get_args(gossip.Event)
    missing = {(state, event) for state in states for event in events} - gossip.STATES.keys()
    assert missing == {("away", "round"), ("away", "same"), ("away", "differs")}, "with whom there is no link"
    assert set(gossip.STATES.values()) == set(states)


def test_no_more_than_three_are_told_in_a_round() -> None:
    circle = Circle(*NAMES)
    circle.meet_all()
    circle.publish("a")
    for number in range(30):
        effects = circle["a"].gossip.tick(NOW + number * limits.ROUND_MS, NOW, number * 2**40 + number)
        peers = [effect.peer for effect in effects if isinstance(effect, Say)]
        assert len(peers) == len(set(peers)) == limits.FANOUT


def test_a_round_is_not_early_and_chance_is_bounded() -> None:
    a, b, _ = lone()
    a.gossip.publish(report_of(a.key), NOW)
    assert a.gossip.timer() == NOW
    assert len(a.gossip.tick(NOW, NOW, 0)) == 1
    assert a.gossip.timer() == NOW + limits.ROUND_MS
    assert a.gossip.tick(NOW + 1, NOW, 0) == []
    hear(a, b, told(report_of(b.key)))
    assert a.gossip.timer() == NOW + limits.EAGER_MS
    for chance in (-1, gossip.CHANCE_MAX):
        with pytest.raises(LocalError):
            a.gossip.tick(NOW, NOW, chance)


def test_what_was_kept_is_looked_at_again_when_the_node_starts() -> None:
    a, _, c = lone()
    good, late = report_of(c.key), report_of(a.key, expires_ms=NOW + 1)
    forged = SignedReport(report_of(key_of("b")).body, bytes(64), report_of(key_of("b")).report)
    a.gossip.load([good, late, forged, report_of(key_of("stranger"))], NOW + 1)
    assert a.held == {c.node: good}


def test_a_link_that_is_gone_hears_nothing() -> None:
    a, b, c = lone()
    a.gossip.parted(b.node)
    a.gossip.parted(b.node)
    assert hear(a, b, told(report_of(c.key))) == []
    assert a.gossip.timer() is None


@pytest.mark.parametrize(
    ("rows", "whole"),
    [
        (((b"b" * 32, (0, bytes(8))), (b"a" * 32, (0, bytes(8)))), None),
        (((b"b" * 32, (0, bytes(8))),) * 2, None),
        (((b"b" * 32, (0, bytes(8))),), (b"c" * 32, b"d" * 32)),
        (((b"b" * 32, (0, bytes(8))),), (bytes(32), b"a" * 32)),
    ],
)
def test_a_list_that_is_none_ends_the_link(
    rows: tuple[tuple[bytes, tuple[int, bytes]], ...], whole: tuple[bytes, bytes] | None
) -> None:
    a, b, _ = lone()
    (left,) = hear(a, b, Hold(rows, whole))
    assert isinstance(left, Leave)


@pytest.mark.parametrize("kind", sorted(gossip_frames.FORMS))
@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_any_body_of_a_form_gives_the_same_again_or_an_error(kind: int, data: st.DataObject) -> None:
    body = data.draw(body_of(gossip_frames.FORMS[kind]))
    forms.check(gossip_frames.FORMS[kind], body)
    try:
        message = gossip_frames.read(kind, body)
    except RemoteError:
        return
    assert gossip_frames.read(kind, message.body()) == message
    a, b, _ = lone()
    for effect in a.gossip.receive(b.node, frames.Frame(kind, body), NOW, NOW):
        if isinstance(effect, Say):
            frames.encode(effect.message.kind, effect.message.body())


@settings(deadline=None, max_examples=40)
@given(data=st.data())
def test_whatever_order_things_happen_in_all_agree_in_the_end(data: st.DataObject) -> None:
    circle = Circle("a", "b", "c", "d")
    circle.meet_all()
    for number in range(data.draw(st.integers(1, 12))):
        name = data.draw(st.sampled_from("abcd"))
        other = data.draw(st.sampled_from([each for each in "abcd" if each != name]))
        match data.draw(st.sampled_from(("publish", "part", "meet", "round"))):
            case "publish":
                circle.publish(name, NOW + number)
            case "part":
                circle[name].gossip.parted(circle[other].node)
                circle[other].gossip.parted(circle[name].node)
            case "meet":
                circle.meet(name, other)
            case "round":
                circle.round()
    circle.meet_all()
    for _ in range(3):
        circle.now_ms += limits.LISTING_MS
        circle.round(3)
    assert all(party.held == circle["a"].held for party in circle.parties.values())
    assert not any(party.left or party.renewed for party in circle.parties.values())


def test_a_gossip_of_one_is_quiet() -> None:
    one = Gossip(Party("a").node)
    assert one.timer() is None
    assert one.publish(report_of(key_of("a")), NOW) == [Keep(report_of(key_of("a")), False)]
    assert one.timer() is None
