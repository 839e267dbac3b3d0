"""What was erased while it waited to be sent does not leave: the link begins anew, with what is there now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccnode_protocol.sync_values import SentRun
from tests.net.nodes import level, until
from tests.net.test_demoted import Slow, linked

if TYPE_CHECKING:
    from tests.net.nodes import Node

SECRET = "zwetschgenkuchen"


async def test_what_is_erased_while_it_waits_does_not_leave(pair: tuple[Node, Node]) -> None:
    one, other = pair
    one.say(1)
    await linked(one, other)
    await until(lambda: level(one, other))
    runner = one.federation._links[other.id]
    await until(lambda: runner.exchange is not None and runner.exchange.sync.state == "open")
    slow = Slow(runner.wire)
    one.say(1, text="what holds the line up")
    await until(lambda: slow.waits)
    one.say(1, text=f"The {SECRET} is in the oven.")
    one.say(1, text=f"The {SECRET} is on the table.")
    assert [type(message) for message in runner._outbox._rest] == [SentRun, SentRun]
    for message in runner._outbox._rest:
        assert isinstance(message, SentRun)
        assert any(SECRET.encode() in (body or b"") for body in message.sealed)

    stored = one.shelf.chains[one.chain()]
    stored.sealed = [None if body and SECRET.encode() in body else body for body in stored.sealed]
    one.shelf.covered |= {digest for digest, body in zip(stored.digests, stored.sealed, strict=True) if body is None}
    other.shelf.covered |= one.shelf.covered
    one.federation.erased()
    assert not runner.is_up
    slow.free.set()
    await until(lambda: level(one, other))
    assert not any(SECRET.encode() in data for data in slow.sent[1:])
    assert not any(SECRET.encode() in (body or b"") for body in other.shelf.chains[one.chain()].sealed)
    assert one.federation._links[other.id] is not runner


async def test_a_link_on_which_nothing_waits_goes_on(pair: tuple[Node, Node]) -> None:
    one, other = pair
    one.say(1)
    await linked(one, other)
    await until(lambda: level(one, other))
    runner = one.federation._links[other.id]
    await until(lambda: runner.exchange is not None and not runner.exchange.is_giving)
    one.federation.erased()
    assert runner.is_up
    one.say(1)
    await until(lambda: level(one, other))
    assert one.federation._links[other.id] is runner
