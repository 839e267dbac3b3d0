"""What can be done with memory? Listing and searching need no daemon; pinning, disabling and forgetting do."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any, Final, cast

import click

from ccnode.cli.params import Group, MessageName, pass_state
from ccnode.cli.text import clean, line, local
from ccnode.clock import iso

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Sequence

    from ccnode.cli.client import Client
    from ccnode.cli.state import State
    from ccnode.store.forgetting import Needs
    from ccnode.store.knowledge import Known
    from ccnode.store.memory import Memory, Wanted
    from ccnode.store.titles import Title
    from ccnode.store.views import View

SHORT: Final = 12
TITLE_SHOWN: Final = 30
LIMIT_MAX: Final = 100_000
MARKS: Final = click.Choice(["pinned", "disabled", "forgetting", "noted"])
HEAD: Final = ("message", "said", "", "conversation", "text")


@click.group("memory", cls=Group, short_help="See what is remembered; edit, pin, disable or forget it.")
def command() -> None:
    """See what is remembered, and correct it.

    A memory is what you said that states something. MESSAGE is its id or a unique beginning of that (6 characters or
    more). What is disabled, or is to be forgotten, is not recalled from the next prompt on.
    """


def _client(state: State) -> Client:
    from ccnode.cli.client import Client

    return Client(state.node(), state.environment)


@command.command("list")
@click.option("--limit", type=click.IntRange(1, LIMIT_MAX), default=50, show_default=True, help="At most so many.")
@click.option("--before", type=MessageName(), help="Only what was said before this message.")
@click.option("--mark", type=MARKS, help="Only what is pinned, disabled, to be forgotten or has a note.")
@pass_state
def list_memories(state: State, *, limit: int, before: str | None, mark: str | None) -> None:
    """List what is remembered, the newest first. What is to be forgotten is left out unless asked for."""
    from ccnode.cli import local as database
    from ccnode.store import views

    with database.opened(state.node()) as connection:
        after = views.run(connection, views.resolve_message(before)) if before else None
        found, following = _listed(connection, limit, after, cast("Wanted | None", mark))
    _show(state, found, following, "Nothing is remembered yet." if mark is None else "There is none.")


def _listed(
    connection: sqlite3.Connection, limit: int, after: bytes | None, wanted: Wanted | None
) -> tuple[list[Memory], bytes | None]:
    """As many as are asked for, page after page; and where to go on."""
    from ccnode.store import memory, views

    found: list[Memory] = []
    while len(found) < limit:
        page = views.run(connection, memory.page(limit - len(found), before=after, wanted=wanted))
        found += page.memories
        after = page.next
        if after is None:
            break
    return found, after


def _show(
    state: State, found: list[Memory], following: bytes | None, none: str, known: Sequence[Known] | None = None
) -> None:
    from ccnode.cli import shapes
    from ccnode.store import knowledge_forms, views

    rows = [
        (
            one.message.digest.hex()[:SHORT],
            local(views.ms_of(one.message.time)),
            _notes(one),
            line(one.title, TITLE_SHOWN),
            " ".join(_words(one).split()),
        )
        for one in found
    ]
    rows += [
        (one.packet.hex()[:SHORT], local(one.said_ms), "knowledge", line(one.told_by, 160), " ".join(one.words.split()))
        for one in known or ()
    ]
    data = {
        "memories": [shapes.memory(one) for one in found],
        **({"knowledge": [knowledge_forms.brief(one, {}) for one in known]} if known is not None else {}),
        "more": following is not None,
        "next": following.hex() if following is not None else None,
    }
    state.table(data, HEAD, rows, none=none, below=len(HEAD) - 1)
    if following is not None and found:
        state.note(f"There may be more: --before {following.hex()[:SHORT]}")


def _words(one: Memory) -> str:
    """The words that are remembered."""
    return one.note.text if one.note is not None and one.note.stands else one.message.text or ""


def _notes(one: Memory) -> str:
    """What is special about a memory, in words."""
    notes: list[str] = [] if one.message.mark == "none" else [one.message.mark]
    if one.message.role != "user":
        notes.append(one.message.role)
    if one.due_ms is not None:
        notes.append(f"to be forgotten on {local(one.due_ms)}")
    if one.note is not None and one.note.stands:
        notes.append("note")
    return ", ".join(notes)


@command.command("search", short_help="Search what is remembered.")
@click.argument("query")
@click.option("--limit", type=click.IntRange(1, 200), default=20, show_default=True, help="At most so many.")
@click.option("--before", type=MessageName(), help="Only those that come after this message, which was found.")
@click.option("--mark", type=click.Choice(["pinned", "disabled"]), help="Only what is pinned, or disabled.")
@pass_state
def search(state: State, *, query: str, limit: int, before: str | None, mark: str | None) -> None:
    """Search what is remembered, the best first. What is to be forgotten is not found."""
    from ccnode.cli import local as database
    from ccnode.store import memory_search, views
    from ccnode.store.search import Searcher

    home, wanted = state.node(), cast("Wanted | None", mark)
    with database.opened(home) as connection:
        after = views.run(connection, views.resolve_message(before)) if before else None
        searcher = Searcher(home.index, home.ledger)
        try:
            page = memory_search.search(searcher, connection, query, limit, wanted=wanted, after=after)
        finally:
            searcher.close()
    _show(state, page.memories, page.next, "Nothing was found.", page.knowledge)


@command.command("show")
@click.argument("message", type=MessageName())
@pass_state
def show(state: State, *, message: str) -> None:
    """Show one message, where it was said, and how it is remembered."""
    from ccnode.cli import local as database
    from ccnode.cli import shapes
    from ccnode.store import echoes, memory, notes, views
    from ccnode.store.exports import gone

    with database.opened(state.node()) as connection:
        named = views.run(connection, views.resolve_message(message))
        one = views.run(connection, memory.one(views.run(connection, notes.subject(named))))
        left_out = bool(views.run(connection, memory.left_out([one.message.digest])))
        again = left_out and bool(views.run(connection, echoes.again([one.message.digest])))
    said = one.message
    recalled = "not recalled" if left_out else "recalled where it fits"
    recalled += ": it says again what is disabled or to be forgotten" if again else ""
    told = ", ".join(filter(None, [_notes(one), recalled]))
    head = f"{said.digest.hex()}\n{said.role}, {local(views.ms_of(said.time))}, in: {line(one.title, 60)}\n{told}"
    text = clean(said.text) if said.text is not None else gone(said)
    if one.note is not None:
        state_of = "remembered as" if one.note.stands else f"a note, to be forgotten on {local(one.note.due_ms or 0)}"
        version = f", version {one.note.versions}" if one.note.versions > 1 else ""
        text += f"\n\n{state_of} (note {one.note.digest.hex()[:SHORT]}{version}):\n{clean(one.note.text)}"
    state.emit({**shapes.memory(one), "recalled": not left_out}, f"{head}\n\n{text}", fold=True)


def _marked(state: State, message: str, mark: str, what: str) -> None:
    identifier = _identifier(state, message)
    made = _client(state).call("PUT", f"/api/v1/memory/{identifier}", {"mark": mark})
    memory = made.get("memory", {})
    what = what or ("is pinned again" if memory.get("mark") == "pinned" else "is remembered like any other")
    state.emit(memory, f"{identifier[:SHORT]}  {what}")


def _identifier(state: State, message: str) -> str:
    """The whole id of a message or of a note."""
    from ccnode.cli import local as database
    from ccnode.store import notes, views

    with database.opened(state.node()) as connection:
        digest = views.run(connection, views.resolve_message(message))
        if not views.run(connection, notes.is_note(digest)):
            views.run(connection, views.message(digest))
        return digest.hex()


def _known(state: State, identifier: str) -> Memory:
    """The message that an id means, as it is remembered; of a note's that from which it was made."""
    from ccnode.cli import local as database
    from ccnode.store import memory, notes, views

    with database.opened(state.node()) as connection:
        digest = views.run(connection, notes.subject(bytes.fromhex(identifier)))
        return views.run(connection, memory.one(digest))


def _staying(state: State, identifier: str) -> tuple[Title, ...]:
    """The titles that say what a message says, and stay when it is forgotten alone; none for a note."""
    from ccnode.cli import local as database
    from ccnode.store import notes, titles, views

    with database.opened(state.node()) as connection:
        digest = bytes.fromhex(identifier)
        if views.run(connection, notes.is_note(digest)):
            return ()
        return views.run(connection, titles.saying(views.run(connection, views.message(digest))))


@command.command("edit", short_help="Have a message remembered in other words.")
@click.argument("message", type=MessageName())
@click.option("-m", "--message", "text", metavar="TEXT", help="The words. Without, your editor opens.")
@pass_state
def edit(state: State, *, message: str, text: str | None) -> None:
    """Have a message remembered in other words: a note, which is recalled instead of it from the next prompt on.

    The message stays as it was said, and the note carries its id. Replies that were given before and rest on it are no
    longer recalled. Editing again makes a new version; `ccnode memory forget NOTE` takes the note away again.
    """
    identifier = _identifier(state, message)
    if text is None:
        from ccnode.cli import ask

        ask.need_terminal("give the words with -m")
        known = _known(state, identifier)
        before = known.note.text if known.note is not None else known.message.text or ""
        text = _edited(state, before)
        if text.strip() == before.strip():
            state.note("Nothing was changed.")
            state.emit(_shape(known))
            return
    made = _client(state).call("PUT", f"/api/v1/memory/{identifier}/note", {"text": text.strip()})
    memory = _kept(made)
    note = memory.get("note") or {}
    subject = str(memory.get("message_id", identifier))[:SHORT]
    state.emit(memory, f"{subject}  is remembered as: {line(str(note.get('text', '')), 60)}")
    state.note(f"To take that back: ccnode memory forget {str(note.get('note_id', ''))[:SHORT]}")


def _edited(state: State, text: str) -> str:
    """The text as its owner left it in their editor; it lies in the data directory while that is open."""
    import tempfile
    from pathlib import Path

    from ccnode.cli.plates import edited

    with tempfile.TemporaryDirectory(prefix="note-", dir=state.node().root) as folder:  # for its owner alone
        path = Path(folder) / "note.txt"
        path.write_text(text, encoding="utf-8", errors="replace")
        edited(state, path)
        return path.read_text(encoding="utf-8", errors="replace")


def _shape(one: Memory) -> dict[str, Any]:
    from ccnode.cli import shapes

    return shapes.memory(one)


@command.command("pin")
@click.argument("message", type=MessageName())
@pass_state
def pin(state: State, *, message: str) -> None:
    """Have a message preferred where it fits."""
    _marked(state, message, "pinned", "pinned")


@command.command("disable")
@click.argument("message", type=MessageName())
@pass_state
def disable(state: State, *, message: str) -> None:
    """Have a message, and replies that rest on it, no longer recalled."""
    _marked(state, message, "disabled", "is not recalled from now on")


@command.command("enable", short_help="Have a message recalled again, pinned if it was.")
@click.argument("message", type=MessageName())
@pass_state
def enable(state: State, *, message: str) -> None:
    """Have what was disabled recalled again, pinned if it was pinned before; take the pin of any other away."""
    _marked(state, message, "enabled", "")


@command.command("forget", short_help="Forget a message; its words are erased after 24 hours.")
@click.argument("message", type=MessageName())
@click.option("--undo", is_flag=True, help="Take it back, within 24 hours.")
@click.option("--now", is_flag=True, help="At once, not in 24 hours: it cannot be taken back.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@pass_state
def forget(state: State, *, message: str, undo: bool, now: bool, yes: bool) -> None:
    """Forget one message: in 24 hours its words are erased for ever. Until then it can be taken back.

    One that is older than 30 days, or another node's, takes the owner key: its passphrase is asked for, or read from
    CCNODE_OWNER_PASSPHRASE.
    """
    from ccnode.cli import ask, forgetting

    identifier = _identifier(state, message)
    path = f"/api/v1/memory/{identifier}/forget"
    client = _client(state)
    if undo:
        made = client.call("DELETE", path)
        state.emit({**_kept(made), "cancelled": True}, f"{identifier[:SHORT]}  is kept")
        return
    if not yes:
        ask.need_terminal("use --yes")
        client.get("/api/v1/status")  # whether it can be done at all is said before the question
        known = _known(state, identifier)
        is_note = known.message.digest.hex() != identifier
        words = known.note.text if is_note and known.note is not None else known.message.text
        how = ", at once and for ever" if now else ""
        ask.confirm(f"Forget {'the note ' if is_note else ''}{line(words or '', 60)!r}{how}?")
    home, digest = state.node(), bytes.fromhex(identifier)
    before, staying = _known(state, identifier), _staying(state, identifier)  # later its words may be gone
    made = client.call("POST", path, forgetting.body(state, home, _needs(digest, now=now), now=now))
    known = before if now else _known(state, identifier)
    others = forgetting.nodes(state, home, made.get("order"))
    if known.message.digest.hex() != identifier:
        due = str(made.get("due", ""))
        data = {**_kept(made), "order": made.get("order"), "due": due, **others}
        state.emit(data, f"{identifier[:SHORT]}  is recalled no more, and will be forgotten at {due}")
        state.note("Its message is remembered in its own words again.")
        if not now:
            state.note(f"Until then it can be taken back: ccnode memory forget --undo {identifier[:SHORT]}")
        return
    due_ms = known.message.due_ms
    due = iso(due_ms) if due_ms is not None else str(made.get("due", ""))
    when = f"on {local(due_ms)}" if due_ms is not None else f"at {due}"
    titles = list(dict.fromkeys(title.words for title in staying))
    data = {**_kept(made), "order": made.get("order"), "due": due, "titles_that_stay": titles, **others}
    state.emit(data, f"{identifier[:SHORT]}  {'is forgotten' if now else f'will be forgotten {when}'}")
    if not now:
        state.note(f"Until then it can be taken back: ccnode memory forget --undo {identifier[:SHORT]}")
    for title in titles:
        state.note(f"Its conversation's title says the same, and stays: {line(title, 60)}")
    for session in dict.fromkeys(str(uuid.UUID(bytes=title.session)) for title in staying):
        state.note(f"Titles are erased with all of their conversation: ccnode session forget {session[:SHORT]}")
    state.note("Replies may quote it; those stay, but are not recalled. Backups made before keep it until they go.")


def _needs(digest: bytes, *, now: bool) -> Callable[[bytes, int], View[Needs]]:
    """What it takes to forget a message, or all versions of a note."""
    from ccnode.store import notes
    from ccnode.store.forgetting import for_entries

    def ask(node: bytes, now_ms: int) -> View[Needs]:
        wanted = [digest]
        if (yield from notes.is_note(digest)):
            wanted = yield from notes.to_forget(digest, now_ms, at_once=now)
        return (yield from for_entries(wanted, node, now_ms))

    return ask


def _kept(made: dict[str, Any]) -> dict[str, Any]:
    memory = made.get("memory")
    return memory if isinstance(memory, dict) else {}
