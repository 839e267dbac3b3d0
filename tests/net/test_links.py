"""Do two nodes bring each other up to date over real sockets, come back after a break, and heed a tier at once?"""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING

import pytest

from ccnode.net import exchange
from ccnode.net import link as link_module
from ccnode.net.errors import CallError, RefusedError, UnableError
from ccnode_crypto.certificate import certify
from ccnode_crypto.keys import SigningKey
from ccnode_protocol.effects import Reason
from ccnode_protocol.invitation import invitation_id
from ccnode_protocol.tiers import Tier
from tests.net.nodes import Node, level, until

if TYPE_CHECKING:
    from tests.net.conftest import Start


async def linked(one: Node, other: Node) -> None:
    """Have one call the other, for ever."""
    one.federation.keep(other.id, [other.address])
    await until(lambda: one.federation.link(other.id) and other.federation.link(one.id))


def cut(node: Node) -> None:
    """Break all its connections, as a network does."""
    for runner in node.federation._links.values():
        runner.wire.tap.abort()


async def test_a_thousand_entries_each_way(pair: tuple[Node, Node]) -> None:
    one, other = pair
    for _ in range(10):
        one.say(100)
        other.say(100)
    await linked(one, other)
    await until(lambda: level(one, other))
    assert sum(stored.state.length for stored in one.shelf.chains.values()) == 2_002
    one.say(1)
    other.say(1)
    await until(lambda: level(one, other))
    state = one.federation.link(other.id)
    assert state is not None
    await until(lambda: (found := one.federation.link(other.id)) and found.state == "open" and not found.left_out)
    assert (state.tier, state.offered, state.is_ours) == (Tier.CORE, Tier.CORE, True)
    assert state.left_in == 0
    theirs = other.federation.link(one.id)
    assert theirs is not None
    assert theirs.words == state.words
    assert await one.federation.ping(other.id) >= 0


async def test_with_nothing_new_a_link_takes_few_bytes_whatever_there_is(pair: tuple[Node, Node]) -> None:
    one, other = pair
    for _ in range(25):
        for node in pair:
            node.say(2)
            node.index.epoch = os.urandom(16)
    await linked(one, other)
    await until(lambda: level(one, other))
    await until(lambda: not one.federation.links()[0].left_out)
    cut(one)
    await until(lambda: one.ends and other.ends)
    await linked(one, other)
    await until(lambda: is_open(one) and is_open(other))
    link = one.federation.links()[0]
    assert link.bytes_in + link.bytes_out <= 8_192


async def test_a_link_is_not_syncing_for_what_a_third_node_delivered(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two of three tell each other what the third wrote; who tells first hears that only a minute later."""
    monkeypatch.setattr(exchange, "FETCHES_MS", 200)
    nodes = [await start(name) for name in ("one", "other", "third")]
    for node in nodes:
        node.say(20)
        for peer in nodes:
            if peer is not node:
                node.trusts(peer)
    one, other, third = nodes
    for left, right in ((one, other), (one, third), (other, third)):
        await linked(left, right)
    await until(lambda: level(one, other) and level(other, third))
    third.say(3)
    await until(lambda: level(one, other) and level(other, third))
    states = [link for node in nodes for link in node.federation.links()]
    assert len(states) == 6
    await until(lambda: {link.state for node in nodes for link in node.federation.links()} == {"open"})


def is_open(node: Node) -> bool:
    """Whether sync has nothing more to ask on its only link."""
    exchanges = [runner.exchange for runner in node.federation._links.values()]
    return [exchange and exchange.sync.state for exchange in exchanges] == ["open"]


async def test_both_name_themselves_and_a_change_is_told(pair: tuple[Node, Node]) -> None:
    one, other = pair
    await linked(one, other)
    await until(lambda: one.manifests and other.manifests)
    assert (one.manifests[0].name, other.manifests[0].name) == ("other", "one")
    one.name = "new name"
    one.federation.greet_anew()
    await until(lambda: other.manifests[-1].name == "new name")


async def test_a_broken_link_is_made_again_by_whoever_keeps_the_peer(pair: tuple[Node, Node]) -> None:
    one, other = pair
    await linked(one, other)
    cut(other)
    await until(lambda: one.ends and other.ends)
    one.say(5)
    await until(lambda: level(one, other))
    assert [end.reason for end in one.ends] == [None]
    assert one.federation.calls() == []


async def test_a_peer_that_is_not_there_is_called_until_it_is(start: Start, tmp_path: object) -> None:
    one, other = await start("one"), await start("other")
    one.trusts(other)
    other.trusts(one)
    port = other.federation.port
    await other.federation.stop()
    one.federation.keep(other.id, [f"127.0.0.1:{port}"])
    await until(lambda: one.federation.calls()[0].attempts >= 1)
    (state,) = one.federation.calls()
    assert state.error == f"127.0.0.1:{port}: Connection refused"
    again = Node("other", other.folder, other.shelf)
    again.trusts(one)
    await again.federation.start("127.0.0.1", port)
    one.federation.call_now(other.id)
    await until(lambda: one.federation.link(other.id))
    await again.federation.stop()


async def test_calls_that_cross_leave_one_link(pair: tuple[Node, Node]) -> None:
    one, other = pair
    one.federation.keep(other.id, [other.address])
    other.federation.keep(one.id, [one.address])
    await until(lambda: one.federation.link(other.id) and other.federation.link(one.id))
    one.say(3)
    other.say(3)
    await until(lambda: level(one, other))
    ours, theirs = one.federation.link(other.id), other.federation.link(one.id)
    assert ours is not None
    assert theirs is not None
    assert ours.words == theirs.words
    assert {end.reason for end in one.ends + other.ends} <= {Reason.REPLACED, None}


async def test_killed_in_the_middle_of_a_catch_up_it_goes_on_where_it_was(pair: tuple[Node, Node]) -> None:
    one, other = pair
    for _ in range(40):
        one.say(200, text="some words that take room " * 20)
    other.store_delay_s = 0.02
    await linked(one, other)
    await until(lambda: other.stored >= 2)
    held = {chain: stored.state.length for chain, stored in other.shelf.chains.items()}
    cut(other)
    assert 0 < sum(held.values()) < 8_000
    await until(lambda: other.ends)
    await until(lambda: level(one, other))


async def test_another_tier_holds_at_once_on_the_open_link(pair: tuple[Node, Node]) -> None:
    one, other = pair
    await linked(one, other)
    one.say(1)
    await until(lambda: level(one, other))
    one.trusts(other, Tier.EXTERNAL)
    one.say(4)
    await until(lambda: (found := other.federation.link(one.id)) and found.offered is Tier.EXTERNAL)
    other.say(1)
    await asyncio.sleep(0.2)
    assert not level(one, other)
    assert one.chain() in other.shelf.chains
    assert other.shelf.chains[one.chain()].state.length == 2
    one.trusts(other)
    await until(lambda: level(one, other))


async def test_what_is_queued_for_a_peer_is_not_sent_when_its_tier_is_taken(pair: tuple[Node, Node]) -> None:
    one, other = pair
    other.store_delay_s = 0.05
    for _ in range(60):
        one.say(20, text="some words that take room " * 2_000)
    await linked(one, other)
    await until(lambda: other.stored >= 1)
    one.trusts(other, Tier.EXTERNAL)
    runner = one.federation._links[other.id]
    assert runner._outbox.next() is None
    stored = other.stored
    await asyncio.sleep(0.5)
    assert other.stored <= stored + 8  # what was in its own hands already
    assert not level(one, other)


async def test_removal_ends_the_link_and_the_calls(pair: tuple[Node, Node]) -> None:
    one, other = pair
    await linked(one, other)
    one.tiers.clear()
    one.refuses = RefusedError(Reason.UNWANTED, "removed")
    one.federation.forget(other.id)
    await until(lambda: other.ends)
    assert other.ends[0].reason is Reason.UNWANTED
    assert one.federation.calls() == []
    with pytest.raises(CallError) as caught:
        await other.federation.dial(one.address, expected=one.id)
    assert caught.value.reason is Reason.UNWANTED


async def test_a_peer_that_nobody_decided_about_waits_and_is_accepted_on_the_open_link(start: Start) -> None:
    one, other = await start("one"), await start("other")
    one.trusts(other)
    one.say(3)
    seen = await one.federation.dial(other.address)
    await until(lambda: other.federation.link(one.id))
    waiting = other.federation.link(one.id)
    assert waiting is not None
    assert (waiting.tier, waiting.words) == (Tier.UNKNOWN, seen.words)
    assert other.manifests == []
    other.trusts(one)
    await until(lambda: level(one, other))
    assert one.manifests[0].tier is Tier.CORE


async def test_sandboxes_are_one_way(start: Start) -> None:
    one, other = await start("one"), await start("other")
    one.trusts(other, Tier.SANDBOX_IN)
    other.trusts(one, Tier.SANDBOX_OUT)
    for node in (one, other):
        node.say(3, audience=0)
        node.say(3, audience=1)
    await linked(one, other)
    await until(lambda: other.chain(1) in one.shelf.chains)
    await asyncio.sleep(0.1)
    assert {chain.audience for chain in one.shelf.chains if chain.node == other.id} == {1}
    assert {chain.node for chain in other.shelf.chains} == {other.id}


async def test_a_joiner_shows_its_invitation_and_takes_the_certificate(start: Start) -> None:
    one, other = await start("one"), await start("other")
    one.tiers[other.id] = other.tiers[one.id] = Tier.EXTERNAL
    secret = bytes(range(16))
    other.federation.consent(one.id)
    await other.federation.dial(one.address, expected=one.id, secret=secret)
    join = one.meetings[0].established.join
    assert join is not None
    assert join.invitation == invitation_id(secret)
    assert other.meetings[0].secret == secret
    certificate = certify(SigningKey(bytes(32)), other.id, 1)
    await until(lambda: one.federation.link(other.id))
    assert one.federation.enrol(other.id, certificate)
    await until(lambda: other.certificates == [certificate])
    one.federation.enrol(other.id, certify(SigningKey(bytes(32)), other.id, 2))
    await one.federation.ping(other.id)
    assert other.certificates == [certificate]  # the owner consented to one
    one.trusts(other)
    other.trusts(one)
    one.federation.certified()
    other.federation.certified()
    one.say(1)
    other.say(1)
    await until(lambda: level(one, other))


async def test_without_consent_a_certificate_is_not_taken(start: Start) -> None:
    one, other = await start("one"), await start("other")
    one.tiers[other.id] = other.tiers[one.id] = Tier.EXTERNAL
    await other.federation.dial(one.address)
    await until(lambda: one.federation.link(other.id))
    one.federation.enrol(other.id, certify(SigningKey(bytes(32)), other.id, 1))
    await one.federation.ping(other.id)
    assert other.certificates == []


async def test_nodes_that_come_to_know_of_a_third_of_their_owner_give_its_chains(start: Start) -> None:
    one, two, three = await start("one"), await start("two"), await start("three")
    for node, other in ((one, two), (two, one), (two, three), (three, two)):
        node.trusts(other)
    await linked(one, two)
    await linked(three, two)
    three.say(2)
    await until(lambda: level(two, three))
    assert three.chain() not in one.shelf.chains
    for node in (one, three):
        node.certified |= {one.id, two.id, three.id}
        node.federation.certified()
    two.certified |= {one.id, three.id}
    two.federation.certified()
    one.federation.certified()
    await until(lambda: level(one, two, three))


async def test_a_slow_store_reads_no_more_than_it_can_hold_and_is_not_taken_for_dead(
    pair: tuple[Node, Node], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ccnode.net.exchange.WORK_MAX", 2)
    one, other = pair
    await linked(one, other)
    await until(lambda: one.federation.link(other.id).offered is Tier.CORE)  # type: ignore[union-attr]
    other.store_delay_s = 0.01
    for _ in range(100):
        one.say(1)
    most = 0
    while not level(one, other):
        most = max(most, len(other.federation._links[one.id]._work._waiting))
        await asyncio.sleep(0.002)
    assert most <= 2 + link_module.TURN
    assert other.ends == []


async def test_a_bug_ends_its_link_alone_and_is_told(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[dict[str, object]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _loop, context: told.append(context))
    one, other, third = await start("one"), await start("other"), await start("third")
    for node in (other, third):
        one.trusts(node)
        node.trusts(one)
    await linked(other, one)
    await linked(third, one)

    async def fail(*_: object) -> str:
        raise ZeroDivisionError

    monkeypatch.setattr(one, "store", fail)
    other.say(1)
    await until(lambda: one.ends)
    assert [type(context["exception"]) for context in told] == [ZeroDivisionError]
    assert one.federation.link(third.id) is not None
    asyncio.get_running_loop().set_exception_handler(None)


@pytest.mark.parametrize("at", ["load", "store", "met"])
async def test_a_disk_that_fails_ends_the_link_with_its_reason(
    start: Start, monkeypatch: pytest.MonkeyPatch, at: str
) -> None:
    told: list[dict[str, object]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _loop, context: told.append(context))
    one, two = await start("one"), await start("two")
    full = UnableError("the disk is full; nothing was written", remedy="free some space")

    async def fail(*_: object) -> None:
        raise full

    for node in (one, two):
        node.say(3)
    one.trusts(two)
    two.trusts(one)
    monkeypatch.setattr(two, at, fail)
    one.federation.keep(two.id, [two.address])
    if at == "met":
        await until(lambda: any("can read or store nothing" in call.error for call in one.federation.calls()))
    else:
        await until(lambda: [(end.reason, end.text) for end in two.ends] == [(Reason.BUSY, str(full))])
        await until(lambda: [(end.reason, end.by_peer) for end in one.ends] == [(Reason.BUSY, True)])
        assert "disk" not in one.ends[0].text  # it is nobody else's affair
    assert told == []
    asyncio.get_running_loop().set_exception_handler(None)


async def test_a_code_is_redeemed_though_there_is_a_link_with_its_maker(start: Start) -> None:
    """Of two links that crossed the one of the smaller key stays; the code would be spent, and for nothing."""
    small, large = sorted((await start("one"), await start("other")), key=lambda node: node.id)
    await small.federation.dial(large.address)
    await until(lambda: large.federation.link(small.id))
    with pytest.raises(CallError) as caught:
        await large.federation.dial(small.address, expected=small.id)
    assert caught.value.reason is Reason.REPLACED
    link = await large.federation.dial(small.address, expected=small.id, secret=bytes(16))
    assert link.is_ours
    await until(lambda: (found := small.federation.link(large.id)) and not found.is_ours)
    assert [meeting.established.join is not None for meeting in small.meetings] == [False, False, True]
