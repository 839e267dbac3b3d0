"""What do peers ask of this node, and it of them? Questions over the links that there are, each peer's counted."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from ccnode.net.errors import CallError
from ccnode_protocol import limits, query_frames
from ccnode_protocol.effects import Reason
from ccnode_protocol.errors import LocalError, RemoteError
from ccnode_protocol.manifest import Signed
from ccnode_protocol.query import Account, Answered, Queries, Respond
from ccnode_protocol.query_frames import Answer, Ask, What
from ccnode_protocol.sync_effects import Load
from ccnode_protocol.sync_values import Path, WantPath

if TYPE_CHECKING:
    from collections.abc import Callable

    from ccnode.net.link import Runner
    from ccnode.net.ports import Chains, Peers
    from ccnode_crypto.entry import ChainId
    from ccnode_crypto.proof import SignedHead
    from ccnode_protocol.frames import Frame


class Asking:
    """The questions of one node. Lives on the loop of its links."""

    def __init__(self, own: bytes, peers: Peers, chains: Chains, now_ms: Callable[[], int]) -> None:
        self._own = own
        self._peers = peers
        self._chains = chains
        self._now_ms = now_ms
        self._accounts: dict[bytes, Account] = {}
        self._queries: dict[Runner, Queries] = {}
        self._waiting: dict[tuple[Runner, int], asyncio.Future[Answered]] = {}

    def gone(self, link: Runner) -> None:
        """A link is over."""
        self._queries.pop(link, None)
        for key in [key for key in self._waiting if key[0] is link]:
            self._waiting.pop(key).cancel()

    def forget(self, node: bytes) -> None:
        """A peer is nothing to us any more."""
        self._accounts.pop(node, None)

    def _of(self, link: Runner) -> Queries:
        if link not in self._queries:
            account = self._accounts.setdefault(link.peer, Account())
            self._queries[link] = Queries(self._own, link.peer, account)
        return self._queries[link]

    async def ask(self, link: Runner, what: What, after: ChainId | None = None) -> Answered:
        """What the peer answers, verified. Raises CallError where it does not."""
        queries = self._of(link)
        try:
            ask = queries.ask(what, self._now_ms(), after)
            is_sent = link.say(ask.kind, ask.body())
        except LocalError as error:
            raise CallError(str(error), remedy="wait until it has accepted this node, and try again") from error
        if not is_sent:
            raise CallError("more questions than that peer takes in a minute", remedy="wait a minute")
        answer: asyncio.Future[Answered] = asyncio.get_running_loop().create_future()
        self._waiting[link, ask.number] = answer
        try:
            async with asyncio.timeout(((queries.timer() or 0) - self._now_ms()) / 1000):
                return await answer
        except TimeoutError:
            queries.tick(self._now_ms())
            remedy = "it answers few questions a minute, and none that its owner does not allow"
            raise CallError("no answer came", remedy=remedy) from None
        except asyncio.CancelledError:
            if link.is_up:
                raise  # it is us who are cancelled
            raise CallError(f"the link ended: {link.over}") from None
        finally:
            self._waiting.pop((link, ask.number), None)

    def receive(self, link: Runner, frame: Frame) -> None:
        """A question or an answer has come."""
        queries = self._of(link)
        try:
            effects = queries.receive(frame, link.link.tier, self._now_ms())
        except RemoteError as error:
            link.close(Reason.UNPROVEN, str(error))
            return
        link.link.dropped, queries.dropped = link.link.dropped + queries.dropped, 0
        for effect in effects:
            match effect:
                case Respond(ask=ask):
                    link.do(partial(self._respond, link, ask))
                case Answered(number=number, answer=answer, manifest=manifest):
                    waiting = self._waiting.pop((link, number), None)
                    if waiting is not None and not waiting.done():
                        waiting.set_result(effect)
                    if manifest is not None and answer.manifest is not None:
                        link.do(partial(self._peers.manifested, manifest, Signed(*answer.manifest)))

    async def _respond(self, link: Runner, ask: Ask) -> None:
        said = Answer(ask.number)
        match ask.what:
            case What.MANIFEST:
                signed = self._peers.manifest_for(link.peer)
                said = replace(said, manifest=(signed.body, signed.signature))
            case What.PUBLIC_HEADS:
                heads, more = await self._heads(ask.after)
                said = replace(said, heads=heads, more=more)
            case What.CONSENSUS:
                said = replace(said, has_consensus=True)  # there are no rounds yet
        link.say(query_frames.ANSWER, said.body())

    async def _heads(self, after: ChainId | None) -> tuple[tuple[SignedHead, ...], bool]:
        """Signed heads of our owner's public chains, those after a chain in their order; whether more follow."""
        index = self._chains.index
        public = sorted(
            chain
            for node in (self._own, *index.heard)
            for chain in index.chains_of(node)
            if chain.audience == query_frames.PUBLIC and (after is None or chain > after)
        )
        rows = [row for row in index.rows(public) if row.length]
        found = []
        for row in rows[: limits.ASKED_HEADS_MAX]:
            question = WantPath(row.chain, row.length - 1)
            answer = await self._chains.load(Load(question, is_own=True, bytes_max=limits.RUN_WEIGHT_MAX))
            found += [path.side.head for path in answer if isinstance(path, Path) and path.side is not None]
        return tuple(found), len(rows) > limits.ASKED_HEADS_MAX
