"""What does the API speak to in these tests? A node in memory that keeps the protocol of ccnode/api/ports.py.

Its replies are scripted: `reply` makes the text, `hold` keeps the end back until the test sets it, `fail` makes turns
fail, `refuse` raises an error from any method that is named.
"""

from __future__ import annotations

import asyncio
import uuid
from dataclasses import replace
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Literal

from ccnode.api.events import Accepted, Download, Failed, Order, Piece, Replied, Source, TurnEvent, Waiting
from ccnode.mind import branches
from ccnode.mind.measured import TooLittle
from ccnode.store import spending
from ccnode.store.branching import Compared, Head, Tree
from ccnode.store.browse import WINDOW, Sibling, Window, _bounds
from ccnode.store.errors import Conflict, NotFound, StoreError
from ccnode.store.paging import Part
from ccnode.store.search import Hit, Why
from ccnode.store.views import Message, Session
from ccnode_protocol import hlc
from tests.api.fake_character import FakeCharacter
from tests.api.fake_erasing import FakeErasing
from tests.api.fake_imports import FakeImports
from tests.api.fake_knowledge import FakeKnowledge
from tests.api.fake_memory import FakeMemory
from tests.api.fake_peers import FakePeers
from tests.api.fake_plates import FakePlates
from tests.api.fake_upkeep import FakeUpkeep

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping, Sequence

    from ccnode.store.cards import KeptCard
    from ccnode.store.forgetting import Consent

START_MS = 1_772_446_272_345  # 2026-03-02T10:11:12.345Z
MODEL = "scripted/1"


class Live:
    """One reply on its way, with those who hear it."""

    def __init__(self, question: Message, key: str | None) -> None:
        self.question, self.key = question, key
        self.said: list[Piece] = []
        self.queues: list[asyncio.Queue[TurnEvent]] = []
        self.stop = asyncio.Event()
        self.end: TurnEvent | None = None
        self.old: Message | None = None  # the reply in whose place this one comes

    def tell(self, event: TurnEvent) -> None:
        if isinstance(event, Piece):
            self.said.append(event)
        for queue in self.queues:
            queue.put_nowait(event)

    async def listen(self) -> AsyncIterator[TurnEvent]:
        if self.end is not None:
            yield self.end
            return
        queue: asyncio.Queue[TurnEvent] = asyncio.Queue()
        self.queues.append(queue)
        for piece in self.said:
            yield piece
        while True:
            event = await queue.get()
            yield event
            if isinstance(event, Replied | Failed):
                return


async def _either(*events: asyncio.Event) -> None:
    waits = [asyncio.create_task(event.wait()) for event in events]
    await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    for wait in waits:
        wait.cancel()


class FakeNode:
    """Implements `Node`, but records nothing."""

    def __init__(self) -> None:
        self.state: Literal["starting", "ready", "degraded", "stopping"] = "ready"
        self.kept: dict[str, Session] = {}
        self.paths: dict[str, list[Message]] = {}
        self.keys: dict[tuple[str, str], Message] = {}
        self.live: dict[str, Live] = {}
        self.reply: Callable[[str], str] = lambda text: f"You said: {text}"
        self.sources: tuple[bytes, ...] = ()
        self.hold: asyncio.Event | None = None
        self.piece_gap_s = 0.0
        self.fail: Failed | None = None
        self.waiting: Waiting | None = None  # told before a reply, which then comes once `wait_over`
        self.wait_over = asyncio.Event()
        self.refuse: dict[str, BaseException] = {}
        self.calls: list[tuple[Any, ...]] = []
        self.metrics: dict[str, Any] = {"latency_ms": 3}
        self.stops = 0
        self.warning: str | None = None
        self.spent: list[spending.Spent] = []
        self.budget = 0
        self.name = "home"
        self.left: list[Message] = []  # replies that were answered anew
        self.brought: dict[bytes, str] = {}
        self.characters = branches.Characters(TooLittle(3, 1000), TooLittle(5, 1000))
        self.part_size = 1_000  # messages of one answer
        self.window_size = WINDOW
        self.behind = 0  # messages that no search looks at yet
        self.upkeep = FakeUpkeep()
        self.imports = FakeImports()
        self.imports.changed = self.changed
        self.memory = FakeMemory(self)
        self.knowledge = FakeKnowledge(self)
        self.erasing = FakeErasing(self)
        self.consents: list[Consent | None] = []
        self.plates = FakePlates(self)
        self.character = FakeCharacter(self)
        self.peers = FakePeers(self)
        self.exported: list[bytes | Exception] = [b"one\n", b"two\n"]
        self.cards_kept: list[KeptCard] = []
        self.upkeep.changed = self.changed
        self.listeners: list[Callable[..., None]] = []
        self.problems: list[dict[str, str]] = []
        self.said = 0
        self._time = hlc.from_ms(START_MS)
        self._tasks: set[asyncio.Task[None]] = set()

    def _tick(self) -> int:
        self._time += hlc.from_ms(1000)
        return self._time

    def _check(self, name: str, *given: object) -> None:
        self.calls.append((name, *given))
        if name in self.refuse:
            raise self.refuse[name]

    def _known(self, session_id: str) -> Session:
        found = [one for one in self.kept.values() if one.id == session_id or one.id.startswith(session_id)]
        if session_id == "last" and self.kept:
            found = [max(self.kept.values(), key=lambda one: one.last)]
        if not found:
            raise NotFound(f"there is no session {session_id}", remedy="see: ccnode session list")
        if len(found) > 1:
            raise Conflict(f"session {session_id} could mean several", remedy="give more of its characters")
        return found[0]

    async def federated(self) -> None:
        """It has been since it was made."""

    def on_change(self, listener: Callable[..., None]) -> None:
        self.listeners.append(listener)

    def changed(self, *what: str) -> None:
        for listener in self.listeners:
            listener(*what)

    def status(self) -> dict[str, Any]:
        self._check("status")
        return {"name": self.name, "state": self.state, "model": MODEL, "version": "0", "problems": self.problems}

    async def statistics(self) -> dict[str, Any]:
        self._check("statistics")
        return {"statistics": {"sessions": len(self.kept)}, "chains": [], "unanswered": []}

    async def start_session(self, title: str | None, parent: str | None) -> Session:
        self._check("start_session", title, parent)
        path: list[Message] = []
        if parent is not None:
            found = await self.message(parent)
            path = self._way_to(found)
        time = self._tick()
        origin = path[-1].digest if path else None
        session = Session(uuid.uuid4().bytes, title or "", time, time, 0, None, None, origin, unanswered=False)
        self.paths[session.id] = path
        self._put(session)
        return session

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
        self._check("sessions", limit, offset, ended, forgotten, imported, branches, since, until)
        found = [one for one in self.kept.values() if (one.due_ms is not None) == forgotten]
        found = [one for one in found if ended is None or (one.ended is not None) == ended]
        found = [one for one in found if imported is None or (one.session in self.brought) == imported]
        found = [one for one in found if since is None or hlc.to_ms(one.last) >= since]
        found = [one for one in found if until is None or hlc.to_ms(one.last) < until]
        return sorted(found, key=lambda one: -one.last)[offset : offset + limit]

    async def origins(self, sessions: Sequence[bytes]) -> Mapping[bytes, str]:
        self._check("origins", sessions)
        return {one: self.brought[one] for one in sessions if one in self.brought}

    async def window(
        self, session_id: str, *, at: int | None = None, focus: str | None = None, first: int | None = None
    ) -> Window:
        self._check("window", session_id, at, focus, first)
        session = self._known(session_id)
        path = list(await self.branch(session_id, at))
        aside = False
        if focus is not None:
            wanted = await self.message(focus)
            if wanted not in path:
                path, aside = self._way_to(wanted), True
        focused = wanted.id if focus is not None else None
        start, end = _bounds([one.id for one in path], focused, first, self.window_size)
        every = self._every()
        families: dict[bytes | None, list[Sibling]] = {}
        for one in sorted(every.values(), key=lambda one: one.time):
            families.setdefault(one.parent, []).append(Sibling(one.digest, one.session, one.time))
        siblings = {one.digest: families[one.parent] for one in path if one.parent and len(families[one.parent]) > 1}
        sources = {digest: every[digest] for one in path for digest in one.sources if digest in every}
        life = (path[0].time, path[-1].time) if path else None
        earlier = max(1, start + 1 - self.window_size) if start else 0
        return Window(session, path[start:end], start + 1, len(path), aside, siblings, sources, life, earlier)

    async def part(self, session_id: str, *, at: int | None = None, first: int = 1) -> Part:
        return self._part(session_id, await self.branch(session_id, at), first)

    async def tree_part(self, session_id: str, *, first: int = 1) -> Part:
        return self._part(session_id, (await self.tree(session_id)).messages, first)

    def _part(self, session_id: str, every: Sequence[Message], first: int) -> Part:
        shown = every[first - 1 :][: self.part_size]
        return Part(self._known(session_id), shown, first, len(every), every[-1] if every else None)

    def _every(self) -> dict[bytes, Message]:
        return {one.digest: one for path in [*self.paths.values(), self.left] for one in path}

    def _way_to(self, message: Message) -> list[Message]:
        every, way = self._every(), [message]
        while (parent := way[-1].parent) is not None:
            way.append(every[parent])
        return way[::-1]

    async def session(self, session_id: str) -> Session:
        self._check("session", session_id)
        return self._known(session_id)

    async def branch(self, session_id: str, at: int | None = None) -> Sequence[Message]:
        self._check("branch", session_id, at)
        path = self.paths[self._known(session_id).id]
        return [one for one in path if at is None or one.time <= at]

    async def tree(self, session_id: str) -> Tree:
        self._check("tree", session_id)
        session = self._known(session_id)
        path = self.paths[session.id]
        every = [one for one in self._every().values() if path and self._way_to(one)[0] == path[0]]
        ends = [(one, self.paths[one.id]) for one in self.kept.values()]
        heads = [Head(one, said[-1].digest if said else None) for one, said in ends if said[:1] == path[:1]]
        return Tree(session, sorted(every, key=lambda one: (one.seq, one.time)), heads)

    async def message(self, message_id: str) -> Message:
        self._check("message", message_id)
        for one in self._every().values():
            if one.digest.hex().startswith(message_id):
                return one
        raise NotFound(f"there is no message {message_id}")

    async def rename(self, session_id: str, title: str) -> Session:
        self._check("rename", session_id, title)
        return self._put(replace(self._known(session_id), title=title))

    async def end(self, session_id: str) -> Session:
        self._check("end", session_id)
        return self._put(replace(self._known(session_id), ended=self._tick()))

    async def forget(self, session_id: str, consent: Consent | None = None) -> Order:
        self._check("forget", session_id)
        self.consents.append(consent)
        self._put(replace(self._known(session_id), due_ms=START_MS))
        return Order("ab" * 32, START_MS)

    async def undo_forget(self, session_id: str) -> Session:
        self._check("undo_forget", session_id)
        session = self._known(session_id)
        if session.due_ms is None:
            raise Conflict("nothing is to be forgotten here")
        return self._put(replace(session, due_ms=None))

    def _put(self, session: Session) -> Session:
        self.kept[session.id] = session
        self.changed("sessions", "messages")
        return session

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
        filters = () if ended is imported is None else (ended, imported)
        self._check("search", text, limit, session_id, role, since, until, *filters)
        found = [one for path in self.paths.values() for one in path if text.lower() in (one.text or "").lower()]
        of = {session.session: session for session in self.kept.values()}
        found = [one for one in found if ended is None or (of[one.session].ended is not None) == ended]
        found = [one for one in found if imported is None or (one.session in self.brought) == imported]
        return [self._hit(one, text) for one in found if role in (None, one.role)][:limit]

    async def unsearched(self) -> int:
        return self.behind

    def _hit(self, message: Message, text: str) -> Hit:
        snippet = (message.text or "")[:200]
        at = snippet.lower().find(text.lower())
        places = ((at, at + len(text)),) if at >= 0 else ()
        return Hit(message, 1.5, snippet, (Why(text, 1.0, "text"),), places)

    # --- turns ---

    async def say(self, session_id: str, text: str, key: str | None) -> AsyncIterator[TurnEvent]:
        self._check("say", session_id, text, key)
        session = self._known(session_id)
        path = self.paths[session.id]
        live = self.live.get(session.id)
        earlier = self.keys.get((session.id, key)) if key is not None else None
        if earlier is not None and live is None:
            yield Accepted(earlier.digest.hex(), earlier.seq)
            yield self._replied(session.id, path[earlier.seq])
            return
        if live is not None and (key is None or live.key != key):
            raise Conflict("a reply is being written in this session", remedy="wait for it, or stop it")
        if live is None:
            question = self.add(session.id, "user", text)
            self.said += 1
            if key is not None:
                self.keys[session.id, key] = question
            live = self._begin(session.id, question, key)
        yield Accepted(live.question.digest.hex(), live.question.seq)
        async for event in live.listen():
            yield event

    async def merge(self, session_id: str, branches: Sequence[str], text: str | None) -> AsyncIterator[TurnEvent]:
        self._check("merge", session_id, list(branches), text)
        heads = [self.paths[self._known(branch).id][-1].digest for branch in branches]
        self.sources = tuple(heads)
        async for event in self.say(session_id, text or "bring them together", "merge" + b"".join(heads).hex()):
            yield event

    async def compare(self, session_id: str, other: str) -> Compared:
        self._check("compare", session_id, other)
        left, right = self._known(session_id), self._known(other)
        found = branches.compare(self.paths[left.id], self.paths[right.id])
        return Compared(left, right, found, self.characters)

    async def resume(self, session_id: str) -> AsyncIterator[TurnEvent]:
        self._check("resume", session_id)
        session = self._known(session_id)
        live = self.live.get(session.id)
        if live is None:
            if not session.unanswered:
                raise Conflict("there is no question to answer in this session", remedy="say something")
            live = self._begin(session.id, self.paths[session.id][-1], None)
        yield Accepted(live.question.digest.hex(), live.question.seq)
        async for event in live.listen():
            yield event

    async def regenerate(self, session_id: str) -> AsyncIterator[TurnEvent]:
        self._check("regenerate", session_id)
        session = self._known(session_id)
        path = self.paths[session.id]
        if not path:
            raise Conflict("there is nothing to answer anew")
        old = path[-1] if path[-1].role == "assistant" else None
        live = self._begin(session.id, path[-2] if old else path[-1], None)
        live.old = old
        yield Accepted(live.question.digest.hex(), live.question.seq)
        async for event in live.listen():
            yield event

    async def go_on(self, session_id: str) -> AsyncIterator[TurnEvent]:
        self._check("go_on", session_id)
        path = self.paths[self._known(session_id).id]
        if not path or path[-1].state != "interrupted":
            raise Conflict("the last reply came to its end", remedy="ask something")
        async for event in self.regenerate(session_id):
            yield event

    async def stop_turn(self, session_id: str) -> bool:
        self._check("stop_turn", session_id)
        live = self.live.get(self._known(session_id).id)
        if live is None:
            return False
        live.stop.set()
        return True

    def add(
        self, session_id: str, role: Literal["user", "assistant", "system", "tool"], text: str, **more: Any
    ) -> Message:
        """Put a message at the end of a session."""
        path, session = self.paths[session_id], self.kept[session_id]
        time = self._tick()
        digest = sha256(f"{session_id}{len(path)}{time}".encode()).digest()
        parent = path[-1].digest if path else None
        model = MODEL if role == "assistant" else None
        values: dict[str, Any] = {"model": model, "state": "complete", "sources": (), **more}
        message = Message(
            id=time,
            digest=digest,
            session=session.session,
            parent_id=None,
            parent=parent,
            seq=len(path) + 1,
            role=role,
            text=text,
            time=time,
            key=None,
            **values,
        )
        path.append(message)
        title = session.title or " ".join(text[:60].split())  # one without a title is shown by how it begins
        known = replace(session, title=title, last=time, messages=session.messages + 1, unanswered=role == "user")
        self._put(known)
        return message

    def _begin(self, session_id: str, question: Message, key: str | None) -> Live:
        live = self.live[session_id] = Live(question, key)
        task = asyncio.create_task(self._answer(session_id, live))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return live

    async def _answer(self, session_id: str, live: Live) -> None:
        said: list[str] = []
        state = "complete"
        await asyncio.sleep(0)
        if self.waiting is not None:
            live.tell(self.waiting)
            await _either(self.wait_over, live.stop)
        if self.fail is not None:
            live.end = self.fail
        elif self.waiting is not None and live.stop.is_set():
            live.end = Failed("interrupted", "the reply was stopped", "resume it to get a whole one")
        else:
            for piece in self.reply(live.question.text or "").split(" "):
                if live.stop.is_set():
                    break
                said.append(piece)
                live.tell(Piece(piece if len(said) == 1 else f" {piece}"))
                await asyncio.sleep(self.piece_gap_s)
            if self.hold is not None and not live.stop.is_set():
                await _either(self.hold, live.stop)
            if live.stop.is_set():
                state = "interrupted"
            if live.old is not None:
                self.paths[session_id].remove(live.old)
                self.left.append(live.old)
            reply = self.add(session_id, "assistant", " ".join(said), state=state, sources=self.sources)
            live.end = self._replied(session_id, reply)
        del self.live[session_id]
        live.tell(live.end)

    def _replied(self, session_id: str, message: Message) -> Replied:
        every = self._every()
        sources = tuple(
            Source(
                digest.hex(), str(uuid.UUID(bytes=every[digest].session)), every[digest].time, every[digest].text or ""
            )
            for digest in message.sources
        )
        return Replied(
            session_id=session_id,
            message_id=message.digest.hex(),
            user_message_id=(message.parent or b"").hex(),
            seq=message.seq,
            text=message.text or "",
            model=message.model or "",
            state=message.state,
            sources=sources,
            metrics=self.metrics,
        )

    async def export(self, session_id: str | None, form: Literal["json", "md", "bundle"]) -> Download:
        self._check("export", session_id, form)
        name = f"conversation-{self._known(session_id).id[:8]}" if session_id is not None else "ccnode"
        return Download(f"{name}.{form}", "application/json", self._pieces())

    async def _pieces(self) -> AsyncGenerator[bytes]:
        for piece in self.exported:
            if isinstance(piece, Exception):
                raise piece
            yield piece

    # --- the node itself ---

    async def prompt_of(self, message_id: str) -> dict[str, Any]:
        return {"message_id": (await self.message(message_id)).digest.hex(), "parts": []}

    async def preview(self, text: str, session_id: str | None, *, count: bool) -> dict[str, Any]:
        return ({"counted_tokens": 7} if count else {}) | {
            "parts": [{"kind": "question", "text": text}],
            "session": session_id,
        }

    async def instances(self, limit: int, *, living: bool) -> dict[str, Any]:
        return {"instances": [], "counts": {}, "limit": limit, "living": living}

    async def create_backup(self, output: str | None) -> dict[str, Any]:
        self._check("create_backup", output)
        return {"path": output or "/backups/1", "bytes": 1, "entries": 1, "sha256": "00"}

    async def cards(self) -> Sequence[KeptCard]:
        self._check("cards")
        return self.cards_kept

    async def card_file(self, wanted: str, kind: str, form: str | None) -> tuple[KeptCard, bytes]:
        self._check("card_file", wanted, kind, form)
        if not self.cards_kept:
            raise NotFound(f"there is no card {wanted}", remedy="see: ccnode export card")
        return self.cards_kept[0], f"{kind} {form}".encode()

    def models(self) -> dict[str, Any]:
        self._check("models")
        return {"current": MODEL, "available": ["embedded", "anthropic"], "problem": None, "warning": self.warning}

    async def use_model(self, adapter: str, model: str | None) -> dict[str, Any]:
        self._check("use_model", adapter, model)
        if adapter == "anthropic":
            raise Conflict("there is no key for anthropic", remedy="ccnode model key")
        return self.models()

    async def costs(self, days: int) -> dict[str, Any]:
        self._check("costs", days)
        return spending.cost_form(self.spent, self.budget, START_MS)

    def request_stop(self) -> None:
        self._check("request_stop")
        self.stops += 1

    async def close(self) -> None:
        """End what still runs."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


__all__ = ["FakeNode", "StoreError"]
