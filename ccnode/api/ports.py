"""What does the API need of the node? Protocols, which the daemon implements; events.py has the values that cross them.

Nobody calls these by name, so they are loaded for type checkers alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, Protocol

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping, Sequence

    from ccnode.api.events import Download, Order, TurnEvent
    from ccnode.api.peer_ports import Peers
    from ccnode.exchange.cardform import Form
    from ccnode.store.branching import Compared, Tree
    from ccnode.store.browse import Window
    from ccnode.store.cards import KeptCard
    from ccnode.store.forgetting import Consent
    from ccnode.store.memory import Memory, Page, Wanted
    from ccnode.store.paging import Part
    from ccnode.store.search import Hit
    from ccnode.store.views import EntryRow, Message, Session
    from ccnode_crypto.statements import BaselineStatement, PlateStatement


class Upkeep(Protocol):
    """What the API asks about audit, backups, settings and room. JSON values only, unless it says otherwise."""

    def start_audit(self) -> None:
        """Verify the whole ledger beside everything else; does nothing where that is being done."""

    async def stop_audit(self) -> None:
        """End the verification that runs."""

    async def audit(self) -> dict[str, Any]:
        """What GET /api/v1/audit gives."""

    async def log(self, limit: int, before: int | None, kind: int | None) -> Sequence[EntryRow]:
        """The newest entries, newest first; `before` is the number of one."""

    async def proof(self, message_id: str) -> tuple[str, bytes]:
        """A message's whole id, by that or a unique beginning of it, and the file that proves it. Raises NotFound."""

    async def backups(self) -> dict[str, Any]:
        """What GET /api/v1/backups gives."""

    async def verify_backup(self, name: str) -> None:
        """Verify a backup beside everything else. Raises NotFound, Conflict."""

    def describe_settings(self) -> dict[str, Any]:
        """What GET /api/v1/settings gives."""

    async def change_setting(self, key: str, value: str) -> dict[str, Any]:
        """Set what can be set while the node runs; what `describe_settings` then gives. Raises NotFound, Conflict."""

    async def storage(self) -> dict[str, Any]:
        """What GET /api/v1/storage gives."""


class Imports(Protocol):
    """What can be brought in. An import is a form: JSON values only, as docs/API.md has it.

    Raises StoreError, and ExchangeError for a file that is nothing that can be brought in.
    """

    def listed(self) -> list[dict[str, Any]]:
        """All imports, the newest first."""

    def get(self, import_id: str) -> dict[str, Any]:
        """One of them, by its id or a unique beginning of that. Raises NotFound, Conflict."""

    async def begin(self, path: str, wanted: str, *, dry_run: bool) -> dict[str, Any]:
        """Bring in what lies at an absolute path; `wanted` is a format or "auto"."""

    async def take_in(
        self, pieces: AsyncIterator[bytes], name: str, wanted: str, *, dry_run: bool, size: int | None
    ) -> dict[str, Any]:
        """Bring in what is sent; `size`: how many bytes that will be, where known."""

    async def stop(self, import_id: str) -> dict[str, Any]:
        """Stop it; what it has brought in stays."""


class Memories(Protocol):
    """What is remembered, and how that is corrected. A message is named by its id or a unique beginning of that.

    Every method raises StoreError; NotFound and Conflict where a message is none, or could be several.
    """

    async def page(self, limit: int, *, before: str | None, wanted: Wanted | None) -> Page:
        """Memories, newest first, `before` a message, or only those that are pinned, disabled or to be forgotten.

        A page may hold fewer than `limit` and still have a next one.
        """

    async def search(self, text: str, limit: int, *, before: str | None, wanted: Wanted | None) -> Page:
        """The memories that hold words of `text`, best first; with `before`, those that come after that message."""

    async def one(self, message_id: str) -> Memory:
        """One message, as it is remembered."""

    async def mark(self, message_id: str, mark: Literal["pinned", "disabled", "enabled", "none"]) -> Memory:
        """Have it preferred, or no longer recalled, from the next prompt on; or take that back.

        "enabled" gives what is disabled its pin back, where it had one.
        """

    async def edit(self, message_id: str, text: str) -> Memory:
        """Have it remembered in other words: a note, which stands for it from the next prompt on. It stays as it is."""

    async def forget(self, message_id: str, consent: Consent) -> tuple[Memory, Order]:
        """Order that its words be erased a day from now, or at once; till then they are not recalled.

        With the id of a note that is meant alone, and its message is remembered in its own words again.
        """

    async def undo_forget(self, message_id: str) -> Memory:
        """Take the order back before it is due."""


class Knowledge(Protocol):
    """What nodes offer each other, and what the owner decides on it. JSON values only, as docs/API.md has them.

    A packet is named by its id or a unique beginning of that. Every method raises StoreError; NotFound and Conflict
    where a packet is none, could be several, or cannot be treated so.
    """

    async def page(
        self,
        limit: int,
        *,
        state: Literal["waiting", "promoted", "rejected", "shared", "withdrawn"] | None,
        before: str | None,
    ) -> dict[str, Any]:
        """Packets, the last that came first; `before`: those that follow this one in the list."""

    async def one(self, packet_id: str) -> dict[str, Any]:
        """One packet."""

    async def share(self, said: str, subject: str, audience: str, after: Sequence[str]) -> dict[str, Any]:
        """Offer the words of a message, or of a note, by its id, to "shared" or "public"; `after`: what it rests on."""

    async def promote(self, packet_id: str, *, despite: bool) -> dict[str, Any]:
        """Know what it says from now on. Conflict where what is known says otherwise, unless `despite`: both stay."""

    async def reject(self, packet_id: str) -> dict[str, Any]:
        """Do not know it, until it is promoted."""

    async def withdraw(self, packet_id: str) -> dict[str, Any]:
        """Have a packet of this node erased, here and with whoever took it."""


class Erasures(Protocol):
    """What was ordered to be forgotten, and who has answered. JSON values only. Every method raises StoreError."""

    async def listed(self) -> list[dict[str, Any]]:
        """What GET /api/v1/erasures gives, newest first."""

    async def one(self, wanted: str) -> dict[str, Any]:
        """One order, by its digest or a unique beginning of it, with the copies that hold the words still."""


class Plates(Protocol):
    """Who the assistant is: versions of its plate, the file that people edit, the six questions. JSON values only.

    Every method raises StoreError; forms are as docs/API.md has them.
    """

    async def describe(self, wanted: str | None) -> dict[str, Any]:
        """The plate in force, or a version by its number or digest; and the file. Raises NotFound, Conflict."""

    async def history(self, *, with_diff: bool) -> list[dict[str, Any]]:
        """Every version, the newest first, without texts, but with what changed where that is asked for."""

    async def lint(self, text: str) -> dict[str, Any]:
        """What a text says as a plate, and what is wrong with it."""

    async def keep(self, text: str, statement: PlateStatement | None, passphrase: str | None) -> dict[str, Any]:
        """Make a text the plate. Without a statement the owner key on this machine signs. Raises Conflict, NotFound."""

    async def validate(self) -> dict[str, Any]:
        """Ask the model that is in use the six questions; takes as long as its answers. Raises NotFound, Conflict."""

    async def last_validation(self) -> dict[str, Any] | None:
        """What the last validation found; of one before the last start without what was answered from memory."""


class Character(Protocol):
    """What was measured of the assistant's replies, and the baseline. JSON values only, as docs/API.md has them.

    Every method raises StoreError.
    """

    def listen(self, listener: Callable[[str, dict[str, Any]], None]) -> None:
        """Call `listener(session_id, form)` on the event loop when a reply was measured."""

    async def describe(self, session_id: str | None, *, with_help: bool) -> dict[str, Any]:
        """What is measured now; relations of that session, or of the one measured last. Raises NotFound, Conflict."""

    async def history(self, limit: int, *, before: int | None, session_id: str | None) -> dict[str, Any]:
        """Measurements, newest first; `before`: the id of one. Raises NotFound, Conflict."""

    async def before(self, measurement: int) -> dict[str, Any] | None:
        """What held as the measurement with this id was made; None where there is none before it.

        `time`: the latest of those before. `baseline`: that of the last. `alarm`, `mewma_alarm`, `threshold`: as the
        last window says that has them; None where none has.
        """

    async def of_conversation(self, session_id: str) -> dict[str, Any]:
        """What was measured of one conversation. Raises NotFound, Conflict."""

    async def baseline(self) -> dict[str, Any]:
        """The baseline in force, the one that is proposed, what is measured now."""

    async def set_baseline(self, source: Literal["now", "proposed"], passphrase: str | None) -> dict[str, Any]:
        """Have the owner key on this machine sign a vector as the baseline. Raises Conflict, NotFound."""

    async def take_baseline(self, statement: BaselineStatement) -> dict[str, Any]:
        """Record the owner's statement, made elsewhere. Raises Conflict."""


class Node(Protocol):
    """What the API asks of the daemon. Every method raises StoreError where it cannot do what is asked.

    That is Conflict, NotFound, StoreBusy, StoreFull and so on. Turns raise at their first step what forbids them.
    Session and message ids are text: a canonical UUID, 64 hex digits. Times are hybrid logical clock values, except
    in `search`.
    """

    @property
    def upkeep(self) -> Upkeep:
        """What the owner looks after."""

    @property
    def memory(self) -> Memories:
        """What is remembered."""

    @property
    def knowledge(self) -> Knowledge:
        """What nodes offer each other."""

    @property
    def imports(self) -> Imports:
        """What is brought in."""

    @property
    def erasing(self) -> Erasures:
        """What was ordered to be forgotten."""

    @property
    def plates(self) -> Plates:
        """Who the assistant is."""

    @property
    def peers(self) -> Peers:
        """Which other nodes it knows."""

    async def federated(self) -> None:
        """Wait, some seconds at most, until `peers` can be asked."""

    @property
    def character(self) -> Character:
        """Whether it stays itself."""

    async def export(self, session_id: str | None, form: Literal["json", "md", "bundle"]) -> Download:
        """One session, or (as a bundle only) everything. Raises NotFound, Conflict, StoreBusy."""

    def on_change(self, listener: Callable[..., None]) -> None:
        """Call `listener("sessions", "messages", ...)` on the event loop after commits: what changed."""

    def status(self) -> dict[str, Any]:
        """What GET /api/v1/status gives, without what needs the database: JSON values only."""

    @property
    def state(self) -> Literal["starting", "ready", "degraded", "stopping"]:
        """What the node can do now; it takes turns when ready or degraded."""

    async def statistics(self) -> dict[str, Any]:
        """The rest of GET /api/v1/status: "statistics", "chains", "unanswered"; JSON values only."""

    async def start_session(self, title: str | None, parent: str | None) -> Session:
        """Open a session, at the root or as a branch from the message `parent`."""

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
        """The sessions, most recently active first. `since` and `until` are milliseconds since 1970.

        Without `branches`, those brought in beside their conversation are left out until they are gone on with.
        """

    async def origins(self, sessions: Sequence[bytes]) -> Mapping[bytes, str]:
        """Where those of the sessions that were brought in came from."""

    async def window(
        self, session_id: str, *, at: int | None = None, focus: str | None = None, first: int | None = None
    ) -> Window:
        """A part of the session's branch as a page shows it: now or at the time `at`, around a message, or from one."""

    async def session(self, session_id: str) -> Session:
        """One session. What is not a whole UUID may be resolved (a unique beginning, "last")."""

    async def branch(self, session_id: str, at: int | None = None) -> Sequence[Message]:
        """The messages from the root to the newest, now or as they stood at the time `at`."""

    async def part(self, session_id: str, *, at: int | None = None, first: int = 1) -> Part:
        """The same from number `first` on, as far as an answer may be long."""

    async def tree_part(self, session_id: str, *, first: int = 1) -> Part:
        """The messages that `tree` gives, from number `first` on, as far as an answer may be long."""

    async def tree(self, session_id: str) -> Tree:
        """Every message of the conversation that the session belongs to, parents first, and where branches end."""

    async def compare(self, session_id: str, other: str) -> Compared:
        """Two branches: what they share, what each has of its own, and the character of each one's own replies."""

    async def message(self, message_id: str) -> Message:
        """One message; a unique beginning of its id (6 digits or more) will do."""

    async def rename(self, session_id: str, title: str) -> Session:
        """Give a session another title."""

    async def end(self, session_id: str) -> Session:
        """Close a session; nothing in it is lost. Ending an ended one changes nothing."""

    async def forget(self, session_id: str, consent: Consent) -> Order:
        """Order that the session's contents be erased, a day from now or at once.

        Raises OwnerNeeded where that takes the owner's word.
        """

    async def undo_forget(self, session_id: str) -> Session:
        """Take the order back before it is due."""

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
        """Messages by their words, best first. `since` and `until` are milliseconds since 1970.

        `ended`, `imported`: only of conversations that were ended, or brought in; or (False) that were not.
        """

    async def unsearched(self) -> int:
        """How many messages a search does not look at: the index has not come to them yet."""

    def say(self, session_id: str, text: str, key: str | None) -> AsyncIterator[TurnEvent]:
        """One turn: Accepted, then Pieces (and Waitings), then Replied or Failed.

        Closing the iterator does not stop the turn. A `key` that was used before in the session gives that turn again.
        """

    def merge(self, session_id: str, branches: Sequence[str], text: str | None) -> AsyncIterator[TurnEvent]:
        """One turn that brings other branches into this one; `text` says what to heed. The same heads merge once."""

    def resume(self, session_id: str) -> AsyncIterator[TurnEvent]:
        """Answer an unanswered turn, or join the one that is being answered (its pieces so far come first)."""

    def regenerate(self, session_id: str) -> AsyncIterator[TurnEvent]:
        """A new reply to the last question, in place of the one there is."""

    def go_on(self, session_id: str) -> AsyncIterator[TurnEvent]:
        """The rest of a reply that was interrupted, in its place: what there was of it is the first piece."""

    async def stop_turn(self, session_id: str) -> bool:
        """Stop the reply that is being written; what there is of it is kept and marked interrupted. False: none is."""

    async def prompt_of(self, message_id: str) -> dict[str, Any]:
        """What GET /api/v1/message/{message_id}/context gives. Raises NotFound where nothing is kept of it."""

    async def preview(self, text: str, session_id: str | None, *, count: bool) -> dict[str, Any]:
        """What POST /api/v1/context/preview gives: what would enter the prompt; nothing is recorded, no model answers.

        With `count` the model's service is shown the prompt, to count its tokens.
        """

    async def instances(self, limit: int, *, living: bool) -> dict[str, Any]:
        """What GET /api/v1/admin/instances gives."""

    async def create_backup(self, output: str | None) -> dict[str, Any]:
        """Write a backup to the absolute path `output`, or where backups go: path, bytes, entries, sha256."""

    async def cards(self) -> Sequence[KeptCard]:
        """The character cards that are kept, by name."""

    async def card_file(self, wanted: str, kind: Literal["json", "png"], form: Form | None) -> tuple[KeptCard, bytes]:
        """A card by its id, a unique beginning of that, or its name; and as a file. Raises NotFound, Conflict."""

    def models(self) -> dict[str, Any]:
        """The model in use and those that can be chosen: JSON values only."""

    async def use_model(self, adapter: str, model: str | None) -> dict[str, Any]:
        """Answer with another model from now on; what `models` then gives."""

    async def costs(self, days: int) -> dict[str, Any]:
        """What GET /api/v1/cost gives, of the last so many days."""

    def request_stop(self) -> None:
        """Stop the daemon with grace; returns at once."""
