"""What does a running node do when it is asked? The API's `Node`, made of ledger, readers, search and model."""

from __future__ import annotations

import asyncio
import uuid
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Literal, TypeVar

import ccnode
from ccnode import clock
from ccnode.daemon import memory
from ccnode.daemon.changes import Changes
from ccnode.daemon.character import Character
from ccnode.daemon.erasing import Erasing
from ccnode.daemon.exporting import Exporting
from ccnode.daemon.knowledge import Knowledge
from ccnode.daemon.measuring import Measuring
from ccnode.daemon.others import Others
from ccnode.daemon.plating import Plating
from ccnode.daemon.precedence import Precedence
from ccnode.daemon.problems import Problems
from ccnode.daemon.remembering import Remembering
from ccnode.later import is_made, later, made_later
from ccnode.store import views
from ccnode.store.errors import StoreError, StoreFull, StoreReadOnly
from ccnode_crypto.keys import node_id
from ccnode_protocol.records import TITLE_CHARS_MAX

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping, Sequence

    from ccnode import reference
    from ccnode.api import events
    from ccnode.api.events import Download, Order, TurnEvent
    from ccnode.api.peer_ports import Peers
    from ccnode.daemon.choice import ModelChoice
    from ccnode.daemon.importing import Importing
    from ccnode.daemon.turns import Turns
    from ccnode.daemon.upkeep import Upkeep
    from ccnode.exchange.cardform import Form
    from ccnode.store import branching, browse, instances, knowledge, paging, prompt_shapes, search
    from ccnode.store import cards as kept_cards
    from ccnode.store import turns as jobs
    from ccnode.store.cards import KeptCard
    from ccnode.store.forgetting import Consent, Word
    from ccnode.store.home import Home
    from ccnode.store.ledger import Job, Ledger
    from ccnode.store.readers import Readers
    from ccnode.store.search import Hit, Searcher
    from ccnode.store.views import Message, Session
else:
    events = later("ccnode.api.events")
    branching = later("ccnode.store.branching")
    browse = later("ccnode.store.browse")
    instances = later("ccnode.store.instances")
    jobs = later("ccnode.store.turns")
    kept_cards = later("ccnode.store.cards")
    knowledge = later("ccnode.store.knowledge")
    paging = later("ccnode.store.paging")
    prompt_shapes = later("ccnode.store.prompt_shapes")
    search = later("ccnode.store.search")
    reference = later("ccnode.reference")

T = TypeVar("T")
State = Literal["starting", "ready", "degraded", "stopping"]


class RunningNode:
    """One node of one owner, in one process. Lives on one event loop."""

    def __init__(
        self,
        home: Home,
        profile: dict[str, Any],
        ledger: Ledger,
        readers: Readers,
        searcher: Searcher,
        turns: Turns,
        choice: ModelChoice,
        upkeep: Upkeep,
        imports: Importing,
    ) -> None:
        self.home = home
        self.upkeep = upkeep
        self.imports = imports
        self.profile = profile
        self.api_url = ""
        self.started_s = clock.elapsed_s()
        self.ready = False
        self.stopping = asyncio.Event()
        self.problems = Problems()
        self.precedence = Precedence()
        self.changes = Changes(readers, self.precedence)
        self.index_progress: dict[str, int] = {"position": 0, "behind": 0}
        self.erasing = Erasing(home, lambda: upkeep.settings, ledger.chains.key.public.raw, self._append)
        self.memory = Remembering(home.ledger, searcher, self._append, self.erasing)
        self.knowledge = Knowledge(home.ledger, self._append, self.erasing)
        self.plates = Plating(home, self._append, made_later(lambda: turns.spawning.validating))
        self.changes.listen(self.plates.changed)
        self.measuring = Measuring(home.ledger, self._append, self.precedence)
        self.measuring.listen(lambda _session, _form: self.settled())
        self.character = Character(home, self._append, self.measuring)
        self.changes.listen(self.measuring.changed)
        self.others = Others(home, ledger, profile, self._append, self.changes.tell)
        self._exporting = Exporting(home, readers)
        self._backup: Callable[[str | None], dict[str, Any]] | None = None
        self._ledger = ledger
        self._readers = readers
        self._searcher = searcher
        self._turns = turns
        self._choice = choice
        self.pid = 0

    async def federate(self, orders_came: Callable[[], None]) -> None:
        """Meet other nodes."""
        await self.others.meet(self.upkeep.settings.federation, orders_came, self.problems)

    async def federated(self) -> None:
        """Wait until other nodes can be asked for, as long as a person would; `peers` says where they cannot be."""
        await self.others.asked()

    async def leave_federation(self) -> None:
        """End all links."""
        await self.others.leave()

    @property
    def id(self) -> str:
        """Its key, as people read it."""
        return node_id(self._ledger.chains.key.public.raw)

    @property
    def peers(self) -> Peers:
        """Other nodes."""
        return self.others.peers

    @property
    def state(self) -> State:
        """Degraded means that something named in the problems does not work; what can work does."""
        if self.stopping.is_set():
            return "stopping"
        if not self.ready:
            return "starting"
        return "degraded" if self.problems or self.others.problems else "ready"

    def set_backup(self, create: Callable[[str | None], dict[str, Any]]) -> None:
        """Hand in what makes a backup; it blocks, and is called in a thread."""
        self._backup = create

    def on_change(self, listener: Callable[..., None]) -> None:
        """Tell the listener after commits what kinds of things changed."""
        self.changes.listen(listener)

    def settled(self) -> None:
        """What a node does by itself after a turn is done, in part at least. From the event loop."""
        if is_made(self._turns):
            self._turns.settled()

    def status(self) -> dict[str, Any]:
        """What GET /api/v1/status gives, without what needs the database."""
        problems = [{"code": code, "message": text} for code, text in self.problems.items()]
        if self._choice.problem:
            problems.append({"code": "model", "message": self._choice.problem})
        if warning := self._choice.warning:
            problems.append({"code": "model_retires", "message": warning})
        if self.plates.problem:
            problems.append({"code": "plate", "message": self.plates.problem})
        problems += [{"code": code, "message": text} for code, text in self.character.problems.items()]
        problems += [{"code": code, "message": text} for code, text in self.others.problems.items()]
        owner = self.profile.get("owner_id")
        return {
            "node_id": self.id,
            "owner_id": owner,
            "name": self.profile.get("name", ""),
            "state": self.state,
            "problems": problems,
            "version": ccnode.__version__,
            "pid": self.pid,
            "data_dir": str(self.home.root),
            "api_url": self.api_url,
            "token_file": str(self.home.token),
            "uptime_s": round(clock.elapsed_s() - self.started_s, 3),
            "model": self._choice.current().name,
            "index": dict(self.index_progress),
            "federation": self.others.summary(),
        }

    async def statistics(self) -> dict[str, Any]:
        """Counts, chains and unanswered questions."""
        counts = await self._readers.run(views.statistics())
        chains = await self._readers.run(views.chains())
        waiting = await self._readers.run(views.unanswered(20))
        spoken = {"first": _iso(counts.first), "last": _iso(counts.last)}
        return {
            "statistics": {**asdict(counts), **spoken, "knowledge": await self._readers.run(knowledge.summary())},
            "chains": [
                {
                    "chain": str(chain.chain),
                    "node_id": node_id(chain.chain.node),
                    "epoch": chain.chain.epoch.hex(),
                    "audience": chain.chain.audience,
                    "length": chain.length,
                    "head": chain.head.hex(),
                }
                for chain in chains
            ],
            "unanswered": [
                {"session_id": str(uuid.UUID(bytes=message.session)), "message_id": message.digest.hex()}
                for message in waiting
            ],
        }

    # --- sessions ---

    async def start_session(self, title: str | None, parent: str | None) -> Session:
        """Open a session, at the root or as a branch from a message."""
        origin = await self._readers.run(views.resolve_message(parent)) if parent else None
        cleaned = " ".join((title or "").split())[:TITLE_CHARS_MAX] or None
        session = await self._append(jobs.open_session(cleaned, origin))
        if is_made(self._turns):
            self._turns.opened(session)
        return await self._readers.run(views.session(session))

    async def sessions(
        self,
        limit: int,
        offset: int,
        *,
        ended: bool | None,
        forgotten: bool,
        imported: bool | None = None,
        branches: bool = False,
        since: int | None = None,
        until: int | None = None,
    ) -> Sequence[Session]:
        """The sessions, most recently active first."""
        found = views.sessions(
            limit,
            offset,
            ended=ended,
            forgotten=forgotten,
            imported=imported,
            branches=branches,
            since=since,
            until=until,
        )
        return await self._readers.run(found)

    async def origins(self, sessions: Sequence[bytes]) -> Mapping[bytes, str]:
        """Where sessions were brought in from."""
        return await self._readers.run(browse.origins(sessions))

    async def window(
        self, session_id: str, *, at: int | None = None, focus: str | None = None, first: int | None = None
    ) -> browse.Window:
        """A part of the session's branch, with what lies beside it."""
        session = await self._resolve(session_id)
        digest = await self._readers.run(views.resolve_message(focus)) if focus else None
        return await self._readers.run(browse.window(session, at=at, focus=digest, first=first))

    async def session(self, session_id: str) -> Session:
        """One session, by its id, a unique beginning of it, or "last"."""
        return await self._readers.run(views.session(await self._resolve(session_id)))

    async def branch(self, session_id: str, at: int | None = None) -> Sequence[Message]:
        """The session's messages, now or at a past moment."""
        return await self._readers.run(views.branch(await self._resolve(session_id), at=at))

    async def part(self, session_id: str, *, at: int | None = None, first: int = 1) -> paging.Part:
        """A part of the branch, bounded in bytes."""
        return await self._readers.run(paging.branch(await self._resolve(session_id), at=at, first=first))

    async def tree_part(self, session_id: str, *, first: int = 1) -> paging.Part:
        """A part of the tree, bounded in bytes."""
        return await self._readers.run(paging.tree(await self._resolve(session_id), first=first))

    async def tree(self, session_id: str) -> branching.Tree:
        """The conversation that the session belongs to, with all its branches."""
        return await self._readers.run(branching.tree(await self._resolve(session_id)))

    async def compare(self, session_id: str, other: str) -> branching.Compared:
        """Two branches beside each other."""
        left, right = await self._resolve(session_id), await self._resolve(other)
        return await asyncio.to_thread(branching.compared, self.home.ledger, left, right, reference.charvec1())

    async def message(self, message_id: str) -> Message:
        """One message, by its id or a unique beginning of it."""
        digest = await self._readers.run(views.resolve_message(message_id))
        return await self._readers.run(views.message(digest))

    async def rename(self, session_id: str, title: str) -> Session:
        """Give a session another title."""
        return await self._change(session_id, lambda session: jobs.rename(session, " ".join(title.split())))

    async def end(self, session_id: str) -> Session:
        """End a session; a reply that is being written is stopped and kept."""
        session = await self._resolve(session_id)
        self._turns.stop(session)
        self._turns.spawning.ended(session)
        return await self._change(session_id, lambda one: instances.with_end(jobs.end(one), one, clock.now_ms()))

    async def forget(self, session_id: str, consent: Consent) -> Order:
        """Order a session's contents to be erased in 24 hours, or at once."""
        session = await self._resolve(session_id)
        self._turns.stop(session)
        self._turns.spawning.ended(session)
        now_ms = clock.now_ms()

        def make(word: Word) -> Job[tuple[bytes, int]]:
            given = jobs.forget(session, now_ms, at_once=consent.at_once, word=word)
            return instances.with_end(given, session, now_ms)

        order, due_ms = await self.erasing.order(consent, make)
        return events.Order(order.hex(), due_ms)

    async def undo_forget(self, session_id: str) -> Session:
        """Take such an order back."""
        return await self._change(session_id, lambda session: jobs.undo_forget(session, clock.now_ms()))

    async def search(
        self,
        text: str,
        limit: int,
        *,
        session_id: str | None,
        role: str | None,
        since: int | None,
        until: int | None,
        ended: bool | None = None,
        imported: bool | None = None,
    ) -> Sequence[Hit]:
        """Messages about something. Times are milliseconds since 1970."""
        session = await self._resolve(session_id) if session_id else None
        filters = search.Filters(session, role, since, until, ended=ended, imported=imported)
        return await asyncio.to_thread(self._searcher.search, text, limit, filters)

    async def unsearched(self) -> int:
        """How many messages a search does not look at: the index has not come to them yet."""
        return await asyncio.to_thread(self._searcher.unsearched)

    # --- turns ---

    async def say(self, session_id: str, text: str, key: str | None) -> AsyncIterator[TurnEvent]:
        """One turn; see api/ports.py."""
        session = views.whole_session(session_id) or await self._resolve(session_id)
        async for event in self._watched(self._turns.say(session, text, key)):
            yield event

    async def merge(self, session_id: str, branches: Sequence[str], text: str | None) -> AsyncIterator[TurnEvent]:
        """Bring other branches into a session; see api/ports.py."""
        others = [await self._resolve(branch) for branch in branches]
        async for event in self._watched(self._turns.merge(await self._resolve(session_id), others, text)):
            yield event

    async def resume(self, session_id: str) -> AsyncIterator[TurnEvent]:
        """Answer an unanswered turn, or join the one on its way."""
        async for event in self._watched(self._turns.resume(await self._resolve(session_id))):
            yield event

    async def regenerate(self, session_id: str) -> AsyncIterator[TurnEvent]:
        """A new reply in place of the last one."""
        async for event in self._watched(self._turns.regenerate(await self._resolve(session_id))):
            yield event

    async def go_on(self, session_id: str) -> AsyncIterator[TurnEvent]:
        """The rest of an interrupted reply."""
        async for event in self._watched(self._turns.go_on(await self._resolve(session_id))):
            yield event

    async def prompt_of(self, message_id: str) -> dict[str, Any]:
        """What entered the prompt of a reply."""
        digest = await self._readers.run(views.resolve_message(message_id))
        return await self._readers.run(prompt_shapes.kept(digest))

    async def preview(self, text: str, session_id: str | None, *, count: bool) -> dict[str, Any]:
        """What would enter the prompt for a text."""
        return await self._turns.preview(text, await self._resolve(session_id) if session_id else None, count=count)

    async def instances(self, limit: int, *, living: bool) -> dict[str, Any]:
        """The instances of the model."""
        return await self._readers.run(instances.forms(limit, clock.now_ms(), living=living))

    async def stop_turn(self, session_id: str) -> bool:
        """Stop the reply that is being written."""
        return self._turns.stop(await self._resolve(session_id))

    # --- the node itself ---

    async def create_backup(self, output: str | None) -> dict[str, Any]:
        """Make a backup now."""
        if self._backup is None:
            raise StoreError("this node cannot make backups", remedy="see: ccnode doctor")
        return await asyncio.to_thread(self._backup, output)

    async def cards(self) -> Sequence[KeptCard]:
        """The character cards that are kept."""
        return await self._readers.run(kept_cards.cards())

    async def card_file(self, wanted: str, kind: Literal["json", "png"], form: Form | None) -> tuple[KeptCard, bytes]:
        """A card, and as a file for other programs."""
        from ccnode.exchange.cards import card_file

        kept, card = await self._readers.run(kept_cards.card(wanted))
        return kept, await asyncio.to_thread(card_file, card, kind, form)

    async def export(self, session_id: str | None, form: Literal["json", "md", "bundle"]) -> Download:
        """One session, or everything, as a file."""
        return await self._exporting.export(session_id, form)

    def models(self) -> dict[str, Any]:
        """Which models there are, and which answers."""
        return self._choice.describe()

    async def use_model(self, adapter: str, model: str | None) -> dict[str, Any]:
        """Answer with another model from now on."""
        return await self._choice.use(adapter, model)

    async def warm_model(self) -> None:
        """Have the model in use load what it needs."""
        await self._choice.warm()

    async def rest_model(self) -> None:
        """Have it let go of what it has not used for a while."""
        if await asyncio.to_thread(self._choice.rest):
            await asyncio.to_thread(memory.give_back)

    async def forget_read(self) -> None:
        """Keep nothing in memory of what was read for models, here or there: something of it has been erased."""
        if is_made(self._turns):
            self._turns.forget_read()
        await asyncio.to_thread(self._choice.forget)

    async def tidy(self) -> None:
        """Delete what is kept of prompts and instances for as long as raw samples, and is older."""
        await self._append(instances.prune(clock.now_ms(), self.upkeep.settings.retention.raw_days))

    async def costs(self, days: int) -> dict[str, Any]:
        """What was spent on models."""
        return await self._choice.costs.describe(days)

    def request_stop(self) -> None:
        """Begin to stop; the daemon's main loop does it."""
        self.stopping.set()

    async def _resolve(self, session_id: str) -> bytes:
        return await self._readers.run(views.resolve_session(session_id))

    async def _change(self, session_id: str, make: Callable[[bytes], Job[Any]]) -> Session:
        session = await self._resolve(session_id)
        await self._append(make(session))
        return await self._readers.run(views.session(session))

    async def _append(self, job: Job[T]) -> T:
        """Append, and remember whether the disk takes what we write."""
        try:
            result = await self._ledger.append(job)
        except (StoreFull, StoreReadOnly) as error:
            self.problems["disk"] = f"{error}. {error.remedy}"
            raise
        self.problems.pop("disk", None)
        return result

    async def _watched(self, coming: AsyncIterator[TurnEvent]) -> AsyncIterator[TurnEvent]:
        try:
            async for event in coming:
                yield event
        except (StoreFull, StoreReadOnly) as error:
            self.problems["disk"] = f"{error}. {error.remedy}"
            raise
        self.problems.pop("disk", None)


def _iso(time: int | None) -> str | None:
    """A stored time as people and programs read it."""
    return clock.iso(views.ms_of(time)) if time is not None else None
