"""Does a node answer what an external peer may ask, over real sockets, and does a flood of questions move nothing?"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import pytest

from ccnode.net.errors import CallError
from ccnode.net.wire import Broken
from ccnode_crypto.chain import EntryDraft
from ccnode_crypto.entry import ChainId
from ccnode_protocol import frames, limits, records
from ccnode_protocol.effects import Reason
from ccnode_protocol.query_frames import Ask, What
from ccnode_protocol.tiers import Tier
from tests.net.nodes import Node, until

if TYPE_CHECKING:
    from tests.net.conftest import Start


async def external(start: Start) -> tuple[Node, Node]:
    """Two nodes that are external to each other, with a link on which both have said who they are."""
    one, other = await start("one"), await start("other")
    one.trusts(other, Tier.EXTERNAL)
    other.trusts(one, Tier.EXTERNAL)
    await one.federation.dial(other.address, expected=other.id)
    await until(lambda: one.manifests and other.manifests)
    return one, other


def publish(node: Node, number: int) -> ChainId:
    """Begin a public chain."""
    chain = ChainId(node.id, bytes([number]) * 16, 2)
    opened = records.epoch_opened(None)
    node.shelf.append(chain, [EntryDraft(opened.kind, 1 << 20, opened.meta, b"", b"")], node.key)
    node.shelf.tell(node.index, chain)
    return chain


async def test_an_external_peer_is_answered(start: Start) -> None:
    one, other = await external(start)
    told = await one.federation.ask(other.id, What.MANIFEST)
    assert told.manifest is not None
    assert (told.manifest.node, told.manifest.tier) == (other.id, Tier.EXTERNAL)
    none = await one.federation.ask(other.id, What.CONSENSUS)
    assert (none.answer.has_consensus, none.answer.consensus) == (True, None)
    assert (await one.federation.ask(other.id, What.PUBLIC_HEADS)).answer.heads == ()
    other.say(3)  # which is for core
    chains = sorted(publish(other, number) for number in range(limits.ASKED_HEADS_MAX + 3))
    first = await one.federation.ask(other.id, What.PUBLIC_HEADS)
    heads = first.answer.heads or ()
    assert ([head.chain for head in heads], first.answer.more) == (chains[: limits.ASKED_HEADS_MAX], True)
    rest = await one.federation.ask(other.id, What.PUBLIC_HEADS, heads[-1].chain)
    assert [head.chain for head in rest.answer.heads or ()] == chains[limits.ASKED_HEADS_MAX :]
    assert not rest.answer.more
    assert not one.shelf.chains


async def test_who_is_not_accepted_gets_no_answer(start: Start) -> None:
    one, other = await start("one"), await start("other")
    one.trusts(other, Tier.EXTERNAL)
    await one.federation.dial(other.address, expected=other.id)
    with pytest.raises(CallError):
        await one.federation.ask(other.id, What.MANIFEST)
    with pytest.raises(CallError, match="no link"):
        await other.federation.ask(bytes(32), What.MANIFEST)


async def test_demotion_ends_answers_at_once(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    one, other = await external(start)
    monkeypatch.setattr(limits, "ASKED_MS", 300)
    other.federation._links[one.id].link.tier = Tier.UNKNOWN  # as if it had changed with the question on its way
    with pytest.raises(CallError, match="no answer came"):
        await one.federation.ask(other.id, What.MANIFEST)


async def test_a_flood_of_questions_moves_nothing(start: Start) -> None:
    """10,000 a minute over ten links: each link is ended at its 121st, thirty are answered, and others go on."""
    one, other = await external(start)
    honest = await start("honest")
    honest.trusts(other, Tier.EXTERNAL)
    other.trusts(honest, Tier.EXTERNAL)
    await honest.federation.dial(other.address, expected=other.id)
    await until(lambda: honest.manifests)
    sent, received = 0, 0
    for turn in range(10):
        if turn:
            await one.federation.dial(other.address, expected=other.id)
            await until(lambda: len(one.meetings) > turn)  # noqa: B023  # awaited at once
        link = one.federation._links[other.id]
        with contextlib.suppress(Broken):
            for number in range(1_000):
                sent += 1
                await link.wire.send(frames.encode(Ask.kind, Ask(number, int(What.CONSENSUS)).body()))
        await until(lambda: not link.is_up)  # noqa: B023
        received += link.wire.frames_in
        assert (await honest.federation.ask(other.id, What.CONSENSUS)).answer.has_consensus
        await until(lambda: one.id not in other.federation._links)
    assert sum(end.reason is Reason.OVER_RATE for end in other.ends) == 10
    assert other.federation._asking._accounts[one.id]._count == limits.ASKED_MINUTE
    assert received < 10 * 20 + limits.ASKED_MINUTE
    assert sent > 1_200
    link_state = honest.federation.link(other.id)
    assert link_state is not None
