"""How is a file brought in, whatever it holds? Conversations, a character card, or this program's own chains.

With `append` it is recorded; without, it is only counted, which needs no daemon and changes nothing.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ccnode.exchange import sniff
from ccnode.exchange.cards import CardSource
from ccnode.exchange.model import ExchangeError, Left
from ccnode.store import bundle_import, cards, views
from ccnode.store.imports import Importer, Tally
from ccnode.store.ledger import connect
from ccnode_crypto.keys import owner_id

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from ccnode.exchange.bundle import BundlePlan
    from ccnode.exchange.model import Format, Source
    from ccnode.store.home import Home
    from ccnode.store.ledger import Job


class Stopped(Exception):
    """Whoever watches wants no more of it; what was committed stays."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where things are brought. `append` runs a ledger job and returns its result; None records nothing.

    `since`: the newest local entry number when this import first began, for telling what it added itself.
    """

    home: Home
    append: Callable[[Job[Any]], Any] | None
    now_ms: int
    since: int | None = None


def format_of(path: Path, wanted: str) -> Format:
    """What the file is, in time to say so to whoever asks for its import.

    Raises:
        ExchangeError: it cannot be read, is nothing that can be brought in, or plainly not what it is said to be.
    """
    if wanted == "auto":
        return sniff.identify(path).format
    if wanted == "bundle":
        found = sniff.identify(path).format
        if found != "bundle":
            what = f"{path.name}: is not {sniff.NAMES['bundle']} but {sniff.NAMES[found]}"
            raise ExchangeError(what, f"say: ccnode import {found} PATH")
        return "bundle"
    source = sniff.open_source(path, wanted)
    source.close()
    return source.format


class Bringing:
    """One file on its way in. `run` blocks, in a thread of its own; the rest may be asked at any time."""

    def __init__(self, path: Path, wanted: str, target: Target) -> None:
        """Find out what it is. Raises ExchangeError."""
        self._path = path
        self._target = target
        self.format = format_of(path, wanted)
        self.tally = Tally()
        self.more: dict[str, Any] = {}
        self._source: Source | None = None
        self._at = self._size = 0

    @property
    def size(self) -> int:
        """How many bytes there are to read; 0 until that is known."""
        return self._source.size if self._source is not None else self._size

    @property
    def position(self) -> int:
        """How many of them have been read."""
        return self._source.position() if self._source is not None else self._at

    def form(self) -> dict[str, Any]:
        """What came of it so far, as JSON."""
        return {**self.tally.form(), **self.more}

    def run(self, watch: Callable[[], None]) -> None:
        """Bring it in; `watch` is called every now and then, and may raise Stopped.

        Raises:
            ExchangeError: the file is damaged; what could be read is brought in.
            StoreError: it cannot be recorded; what was committed before stays.
        """
        if self.format == "bundle":
            self._bundle(watch)
            return
        source = self._source = sniff.open_source(self._path, self.format)
        try:
            if isinstance(source, CardSource):
                self._card(source)
            else:
                self._conversations(source, watch)
        finally:
            self._at = self._size = source.size
            self._source = None
            source.close()

    def _conversations(self, source: Source, watch: Callable[[], None]) -> None:
        target = self._target
        append = target.append

        def watched(job: Job[Any]) -> Any:  # noqa: ANN401  # what the job returns
            watch()
            return append(job) if append is not None else None

        ledger = target.home.ledger if target.home.ledger.exists() else None
        importer = Importer(ledger, watched if append is not None else None, source.format, since=target.since)
        self.tally = importer.tally
        try:
            for conversation in source.conversations():
                watch()
                importer.take(conversation)
        except ExchangeError:
            importer.flush()  # what came before the damage is good
            raise
        else:
            importer.flush()
        finally:
            importer.leave(source.left)
            importer.close()

    def _card(self, source: CardSource) -> None:
        card, append = source.card, self._target.append
        fresh = append(cards.keep_card(card)).fresh if append is not None else not self._has_card(card.id)
        for left in source.left:
            self.tally.leave(left)
        self.more = {"card": {"card": card.id.hex(), "name": card.name, "added": fresh}}

    def _has_card(self, identifier: bytes) -> bool:
        if not self._target.home.ledger.exists():
            return False
        with contextlib.closing(connect(self._target.home.ledger, writable=False)) as connection:
            return any(one.id == identifier for one in views.run(connection, cards.cards()))

    def _bundle(self, watch: Callable[[], None]) -> None:
        target = self._target
        self._size = self._path.stat().st_size

        def seen(position: int) -> None:
            self._at = position
            watch()

        plan = bundle_import.plan_here(self._path, target.home, seen)
        whose = owner_id(plan.owner) if plan.owner is not None else None
        self.more = {"bundle": {"received": plan.receivable, "owner": whose, "why": plan.why}}
        if plan.receivable:
            for left in plan.left:
                self.tally.leave(left)
            self._receive(plan, watch)
            return
        with bundle_import.conversations_here(plan, target.home, target.now_ms) as source:
            self._source = source
            try:
                self._conversations(source, watch)
            finally:
                self._source = None

    def _receive(self, plan: BundlePlan, watch: Callable[[], None]) -> None:
        """Take whole chains of ours in, as they are."""
        target, messages, conversations = self._target, self.tally.messages, self.tally.conversations
        if target.append is None:
            known = bundle_import.known_here(plan, target.home)
            entries = sum(plan.chains.values())
            self.more["bundle"] |= {"entries": {"found": entries, "added": entries - known, "known": known}}
            return
        added = known = 0
        for job in bundle_import.receive_jobs(plan, target.now_ms):
            watch()
            done = target.append(job)
            self._at = max(self._at, done.position)
            added, known = added + done.added, known + done.known
            messages.added, messages.known = messages.added + done.messages, messages.known + done.messages_known
            conversations.added += done.sessions
            conversations.known += done.sessions_known
            if done.problem:
                self.tally.leave(Left(str(done.chain), done.problem, 1, "part"))
        messages.found, conversations.found = messages.added + messages.known, conversations.added + conversations.known
        self.more["bundle"] |= {"entries": {"found": added + known, "added": added, "known": known}}
