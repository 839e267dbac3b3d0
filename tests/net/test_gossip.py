"""Do reports and rumours of forks go over real links, to whom they may, and at once to nobody who no longer may?"""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING, Any

import pytest

from ccnode_crypto.chain import EntryDraft
from ccnode_crypto.proof import ForkProof
from ccnode_protocol import frames, gossip_frames, records
from ccnode_protocol.effects import Reason
from ccnode_protocol.forks import proven
from ccnode_protocol.gossip import CHANCE_MAX, Ask, Drop, Effect, Gossip, Keep, Leave, Renew, Say
from ccnode_protocol.gossip_frames import Tell
from ccnode_protocol.tiers import Tier
from tests.net.nodes import Node, until
from tests.net.test_demoted import Slow
from tests.protocol.gossiping import NOW, key_of, report_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ccnode_protocol.reports import SignedReport
    from ccnode_protocol.sync_index import Frozen
    from tests.net.conftest import Start


class Talker:
    """A node's gossip over its links, whose rounds the test plays."""

    def __init__(self, name: str) -> None:
        self.key = key_of(name)
        self.gossip = Gossip(self.key.public.raw)
        self.node: Node | None = None
        self.now_ms = NOW
        self.kept: list[Keep] = []
        self.renewed: list[Renew] = []
        self.heard_types: list[int] = []

    def met(self, peer: bytes, tier: Tier) -> None:
        self.do(self.gossip.met(peer, tier, self.now_ms))

    def parted(self, peer: bytes) -> None:
        self.gossip.parted(peer)

    def heard(self, peer: bytes, frame: frames.Frame) -> None:
        self.heard_types.append(frame.type)
        self.do(self.gossip.receive(peer, frame, self.now_ms, NOW))

    def round(self) -> None:
        self.now_ms += 5_000
        self.do(self.gossip.tick(self.now_ms, NOW, int.from_bytes(os.urandom(8)) % CHANCE_MAX))

    def publish(self, counter: int = NOW, **changed: Any) -> SignedReport:
        made = report_of(self.key, counter, **changed)
        self.do(self.gossip.publish(made, self.now_ms))
        return made

    def do(self, effects: Iterable[Effect]) -> None:
        assert self.node is not None
        net = self.node.federation
        for effect in effects:
            match effect:
                case Say(peer=peer, message=message):
                    net.tell(peer, message)
                case Ask(peer=peer, chain=chain):
                    net.ask_fork(peer, chain)
                case Leave(peer=peer, reason=reason, text=text):
                    net.leave(peer, reason, text)
                case Keep():
                    self.kept.append(effect)
                case Renew():
                    self.renewed.append(effect)
                case Drop():
                    pass


async def begun(start: Start, *names: str) -> list[tuple[Node, Talker]]:
    """Nodes that are each other's core, each with its gossip, linked in a row."""
    made = []
    for name in names:
        talker = Talker(name)
        node = await start(name, news=talker)
        assert node.id == talker.key.public.raw
        talker.node = node
        made.append((node, talker))
    keys = [node.id for node, _ in made]
    for node, talker in made:
        talker.gossip.stand(keys, ())
        for other, _ in made:
            if other is not node:
                node.trusts(other)
    return made


async def linked(one: Node, other: Node) -> None:
    one.federation.keep(other.id, [other.address])
    await until(lambda: all(_is_let(each) for each in (one, other)))


def _is_let(node: Node) -> bool:
    runners = list(node.federation._links.values())
    return bool(runners) and all(runner.exchange is not None for runner in runners)


async def rounds(talkers: Iterable[Talker], what: Any) -> None:
    """Play rounds until it is so."""
    async with asyncio.timeout(20):
        while not what():
            for talker in talkers:
                talker.round()
            await asyncio.sleep(0.02)


async def test_a_report_goes_by_way_of_another_node_of_ours(start: Start) -> None:
    (a, at), (b, bt), (c, ct) = await begun(start, "a", "b", "c")
    await linked(a, b)
    await linked(b, c)
    made = at.publish()
    await rounds((at, bt, ct), lambda: ct.gossip.rumours.held.get(a.id) == made)
    assert c.federation.link(a.id) is None
    assert ct.kept == [Keep(made, False)]


async def test_a_guest_hears_of_us_alone_and_tells_of_itself_alone(start: Start) -> None:
    (a, at), (b, bt), (guest, gt) = await begun(start, "a", "b", "guest")
    for talker, members, followed in ((at, (a, b), (guest,)), (bt, (a, b), ()), (gt, (guest,), ())):
        talker.gossip.stand([node.id for node in members], [node.id for node in followed])
    a.trusts(guest, Tier.SANDBOX_IN)
    guest.trusts(a, Tier.SANDBOX_OUT)
    await linked(a, b)
    await linked(guest, a)
    said = gt.publish()
    at.publish()
    bt.publish()
    await rounds((at, bt, gt), lambda: guest.id in at.gossip.rumours.apart and b.id in at.gossip.rumours.held)
    assert at.gossip.rumours.apart == {guest.id: said}
    assert gt.gossip.rumours.apart == {}
    assert gt.gossip.rumours.held.keys() == {guest.id}
    assert guest.id not in bt.gossip.rumours.held
    # What a guest may not bring is dropped before anybody looks at it, or passed over: the link stays.
    gt.node.federation.tell(a.id, Tell(((report_of(bt.key, NOW + 9).body, bytes(64)),)))  # type: ignore[union-attr]
    gt.publish(NOW + 1)
    await rounds((gt,), lambda: at.gossip.rumours.apart[guest.id].report.counter == NOW + 1)
    assert a.federation.link(guest.id) is not None


async def test_what_waited_for_a_core_peer_does_not_go_to_one_that_is_none_any_more(start: Start) -> None:
    (a, at), (b, _) = await begun(start, "a", "b")
    await linked(a, b)
    runner = a.federation._links[b.id]
    slow = Slow(runner.wire)
    at.gossip.load([report_of(key_of("c"))], NOW)
    a.federation.tell(b.id, Tell())
    await until(lambda: slow.waits)
    a.federation.tell(b.id, Tell(((report_of(at.key).body, bytes(64)),)))
    a.trusts(b, Tier.SANDBOX_OUT)
    at.gossip.stand([a.id], ())
    slow.free.set()
    await asyncio.sleep(0.2)
    told = [frames.decode(data).body for data in slow.sent if frames.type_of(data) in gossip_frames.FORMS]
    assert not any(body.get("reports") for body in told)


async def test_a_forged_report_ends_the_link(start: Start) -> None:
    (a, at), (b, _), (c, ct) = await begun(start, "a", "b", "c")
    await linked(b, a)
    b.federation.tell(a.id, Tell(((report_of(ct.key).body, bytes(64)),)))
    await until(lambda: a.ends)
    assert a.ends[0].reason is Reason.UNPROVEN
    assert at.gossip.rumours.held == {}
    assert c.id not in at.gossip.rumours.held


async def test_a_flood_of_rumours_ends_the_link_and_costs_little(start: Start) -> None:
    (a, at), (b, _), (_, ct) = await begun(start, "a", "b", "c")
    await linked(b, a)
    runner = b.federation._links[a.id]
    reports = [report_of(ct.key, NOW + number) for number in range(40)]
    flood = [frames.encode(80, Tell(((each.body, each.signature),)).body()) for each in reports]
    for number in range(2_000):
        runner._outbox.urge(flood[number % len(flood)])
    await until(lambda: a.ends)
    assert a.ends[0].reason is Reason.OVER_RATE
    assert len(at.kept) <= 6
    assert len(at.gossip.rumours.held) == 1


async def test_the_proof_of_a_fork_is_fetched_where_it_was_only_heard_of(start: Start) -> None:
    (a, at), (b, bt) = await begun(start, "a", "b")
    await linked(a, b)
    chain = a.chain()
    a.say(1)
    await until(lambda: b.index.length(chain) > 0)
    proof = _forked(a)
    # The machine of sync is not told, as if its frame to this peer had been lost with a link.
    a.shelf.frozen[chain] = proof
    a.index.freeze(chain, proof)
    at.do(at.gossip.forked(chain, proof.seq, at.now_ms))
    await rounds((at, bt), lambda: chain in b.index.frozen)
    assert b.index.frozen[chain].seq == proof.seq


def _forked(node: Node) -> Frozen:
    """A proof that the node's chain was written twice at its end: another run beside the one that is there."""
    chain = node.chain()
    other = node.shelf.copied()
    for shelf in (node.shelf, other):
        draft = records.message(records.MessageMeta(bytes(16), records.Role.USER), os.urandom(8).hex())
        entry = EntryDraft(draft.kind, 2 << 20, draft.meta, draft.content, os.urandom(32))
        shelf.append(chain, [entry], node.key)
    seq = node.shelf.chains[chain].state.length - 1
    one, two = node.shelf.side(chain, seq), other.side(chain, seq)
    assert one is not None
    assert two is not None
    return proven(chain, ForkProof(one, two))


@pytest.mark.parametrize("tier", [Tier.EXTERNAL, Tier.SANDBOX_IN])
async def test_no_rumour_goes_to_a_peer_that_may_have_none(start: Start, tier: Tier) -> None:
    (a, at), (b, bt) = await begun(start, "a", "b")
    a.trusts(b, tier)
    b.trusts(a, Tier.SANDBOX_OUT if tier is Tier.SANDBOX_IN else tier)
    a.federation.keep(b.id, [b.address])
    await until(lambda: a.federation.link(b.id) and b.federation.link(a.id))
    at.publish()
    for _ in range(5):
        at.round()
        await asyncio.sleep(0.02)
    assert gossip_frames.TELL not in bt.heard_types
