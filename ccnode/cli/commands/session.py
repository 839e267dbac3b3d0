"""What can be done with conversations? Listing, showing, searching and exporting need no daemon; changing does."""

from __future__ import annotations

import sys
import uuid
from typing import TYPE_CHECKING, Any, Final

import click

from ccnode.cli.commands import session_branches
from ccnode.cli.errors import FAILED, NOT_FOUND, USAGE, CliError
from ccnode.cli.params import OUTPUT, WHOLE, Group, MessageName, Moment, SessionName, pass_state
from ccnode.cli.text import clean, count, line, local
from ccnode.clock import iso

if TYPE_CHECKING:
    from pathlib import Path

    from ccnode.cli.client import Client
    from ccnode.cli.state import State
    from ccnode.store.exports import Form
    from ccnode.store.views import Message

TITLE_SHOWN: Final = 60
SHORT: Final = 12
REASONS_SHOWN: Final = 3  # of a hit, in the table
LIMIT_MAX: Final = 100_000


@click.group("session", cls=Group, short_help="List, show, search, branch and forget conversations.")
def command() -> None:
    """List, show, search, branch and forget conversations.

    SESSION is a conversation's id, a unique beginning of that (4 characters or more), or `last`.
    """


for _branching in (session_branches.tree, session_branches.compare, session_branches.merge):
    command.add_command(_branching)


def _session(state: State, name: str) -> bytes:
    from ccnode.cli import local as database
    from ccnode.store import views

    return database.ask(state.node(), views.resolve_session(name))


def _client(state: State) -> Client:
    from ccnode.cli.client import Client

    return Client(state.node(), state.environment)


@command.command("list")
@click.option("--limit", type=click.IntRange(1, LIMIT_MAX), default=50, show_default=True, help="At most so many.")
@click.option("--offset", type=WHOLE, default=0, help="Leave out so many of the newest.")
@click.option("--open/--ended", "is_open", default=None, help="Only those that are open, or that were ended.")
@click.option("--branches", is_flag=True, help="Also branches brought in beside their conversation.")
@click.option("--forgotten", is_flag=True, help="Those that are to be forgotten, which are left out otherwise.")
@pass_state
def list_sessions(
    state: State, *, limit: int, offset: int, is_open: bool | None, branches: bool, forgotten: bool
) -> None:
    """List conversations, the most recently active first."""
    from ccnode.cli import local as database
    from ccnode.cli import shapes
    from ccnode.store import views

    ended = None if is_open is None else not is_open
    found = database.ask(
        state.node(), views.sessions(limit, offset, ended=ended, forgotten=forgotten, branches=branches)
    )
    rows = []
    for one in found:
        notes = [text for text, holds in (("ended", one.ended), ("unanswered", one.unanswered)) if holds]
        if one.due_ms is not None:
            notes.append(f"to be forgotten on {local(one.due_ms)}")
        title = line(one.title, TITLE_SHOWN) or ("(untitled)" if one.messages else "(empty)")
        rows.append((one.id, local(views.ms_of(one.last)), str(one.messages), ", ".join(notes), title))
    state.table(
        {"sessions": [shapes.session(one) for one in found]},
        ("session", "last", "messages", "", "title"),
        rows,
        none="There is no conversation yet: ccnode chat",
    )


@command.command("show")
@click.argument("session", type=SessionName())
@click.option("--at", type=Moment(), metavar="TIME", help="As it stood at that time (ISO-8601).")
@click.option("--tree", is_flag=True, help="All branches of the conversation, not only this one.")
@pass_state
def show(state: State, *, session: str, at: int | None, tree: bool) -> None:
    """Show a conversation's messages."""
    from ccnode.cli import local as database
    from ccnode.cli import shapes
    from ccnode.store import plates, views
    from ccnode_protocol import hlc

    home = state.node()
    if tree and at is not None:
        raise CliError("--tree and --at do not go together", code="usage", exit_code=USAGE)
    moment = None if at is None else hlc.from_ms(at + 1) - 1  # the whole of that millisecond
    with database.opened(home) as connection:
        identifier = views.run(connection, views.resolve_session(session))
        known = views.run(connection, views.session(identifier))
        view = views.tree(identifier) if tree else views.branch(identifier, at=moment)
        messages = views.run(connection, view)
        under = {(one.plate, one.time) for one in messages if one.plate is not None}
        numbers = views.run(connection, plates.numbered(under))
    data = {
        "session": shapes.session(known),
        "messages": [shapes.message(one) | {"plate_version": _version(one, numbers)} for one in messages],
        # Of a text that was kept again meanwhile, the number under which it was used last.
        "plates": {plate.hex(): numbers.get((plate, time)) for plate, time in sorted(under)},
        "unanswered": known.unanswered,
    }
    text = _tree(messages) if tree else "\n".join(_said(one, numbers) for one in messages)
    state.emit(data, f"{known.id}  {line(known.title, TITLE_SHOWN)}\n\n{text}", fold=True)


def _version(one: Message, plates: dict[tuple[bytes, int], int]) -> int | None:
    return None if one.plate is None else plates.get((one.plate, one.time))


def _said(one: Message, plates: dict[tuple[bytes, int], int]) -> str:
    from ccnode.store import views
    from ccnode.store.exports import gone

    who = "you" if one.role == "user" else (one.model or one.role)
    state = "" if one.state == "complete" else "  (interrupted)"
    if one.plate is not None:
        state = f"  plate {_version(one, plates) or one.plate.hex()[:8]}{state}"
    state += "" if one.mark == "none" else f"  ({one.mark})"
    state += "" if one.due_ms is None or one.text is None else f"  (to be forgotten on {local(one.due_ms)})"
    head = f"#{one.seq}  {clean(who)}  {local(views.ms_of(one.time))}  {one.digest.hex()[:SHORT]}{state}"
    text = clean(one.text) if one.text is not None else gone(one)
    rests = ", ".join(source.hex()[:SHORT] for source in one.sources)
    return f"{head}\n{text}\n" + (f"(rests on {rests})\n" if rests else "")


def _tree(messages: list[Message]) -> str:
    """Each message on one line, branches set in: only where a message has several followers."""
    from ccnode.store.exports import gone

    followers: dict[int | None, list[Message]] = {}
    known = {one.id for one in messages}
    for one in messages:
        followers.setdefault(one.parent_id if one.parent_id in known else None, []).append(one)
    lines: list[str] = []
    pending = [(one, 0) for one in reversed(followers.get(None, []))]
    while pending:
        one, depth = pending.pop()
        who = "you" if one.role == "user" else "assistant"
        text = line(one.text, TITLE_SHOWN) if one.text is not None else gone(one)
        lines.append(f"{'  ' * depth}{one.digest.hex()[:SHORT]}  {who}: {text}")
        below = followers.get(one.id, [])
        deeper = depth + 1 if len(below) > 1 else depth
        pending += [(child, deeper) for child in reversed(below)]
    return "\n".join(lines)


@command.command("search", short_help="Search what was said.")
@click.argument("query")
@click.option("--limit", type=click.IntRange(1, 200), default=20, show_default=True, help="At most so many.")
@click.option("--role", type=click.Choice(["user", "assistant", "system", "tool"]), help="Only what that side said.")
@click.option("--since", type=Moment(), metavar="TIME", help="Only what was said then or later (ISO-8601).")
@click.option("--until", type=Moment(), metavar="TIME", help="Only what was said before then (ISO-8601).")
@click.option("--session", type=SessionName(), help="Only in this conversation.")
@pass_state
def search(
    state: State, *, query: str, limit: int, role: str | None, since: int | None, until: int | None, session: str | None
) -> None:
    """Search what was said, best first: the more and the rarer the words, the better.

    QUERY: words; "in quotes" must be said so, both sides of an AND must be there, a -word must not.
    The column "why" says by which words, and with what share of the score; [word] is said in the turns before.
    """
    from ccnode.cli import local as database
    from ccnode.cli import shapes
    from ccnode.store import views
    from ccnode.store.search import Filters, Searcher

    home = state.node()
    filters = Filters(_session(state, session) if session else None, role, since, until)
    with database.opened(home) as connection:
        searcher = Searcher(home.index, home.ledger)
        try:
            hits = searcher.search(query, limit, filters)
            unsearched = searcher.unsearched()
        finally:
            searcher.close()
        titles = {one: views.run(connection, views.session(one)).title for one in {hit.message.session for hit in hits}}
    rows = [
        (
            hit.message.digest.hex()[:SHORT],
            str(uuid.UUID(bytes=hit.message.session))[:8],
            local(views.ms_of(hit.message.time)),
            hit.message.role,
            hit.snippet,
            " ".join(_reason(why.word, why.share, why.where) for why in hit.why[:REASONS_SHOWN]),
        )
        for hit in hits
    ]
    state.table(
        {"results": [shapes.hit(hit, titles[hit.message.session]) for hit in hits], "unsearched": unsearched},
        ("message", "session", "time", "who", "text", "why"),
        rows,
        none="Nothing was found.",
        below=4,
    )
    if unsearched:
        state.note(
            f"{unsearched:,} messages are not indexed yet, and few of them were looked at: the running node indexes"
            " them (ccnode db status); then search again."
        )


def _reason(word: str, share: float, where: str) -> str:
    return f"{word if where == 'text' else f'[{word}]'} {share:.0%}"


@command.command("fork", short_help="Begin a branch from a message or a conversation.")
@click.argument("origin", type=SessionName())
@click.argument("message", required=False, type=MessageName())
@click.option("--title", help="What to call the new branch.")
@pass_state
def fork(state: State, *, origin: str, message: str | None, title: str | None) -> None:
    """Begin a branch from a message, or from the newest one of a conversation.

    ORIGIN is a conversation, or, without MESSAGE, also a message. MESSAGE may stand in any branch of ORIGIN.
    """
    parent = _branch_point(state, origin, message)
    body = {"parent": parent, **({"title": title} if title else {})}
    made = _client(state).call("POST", "/api/v1/conversation/start", body)
    session = str(made.get("session_id", ""))
    state.emit({"session_id": session, "parent": parent}, session)
    state.note(f"To go on there: ccnode chat {session[:8]}")


def _branch_point(state: State, origin: str, message: str | None) -> str:
    from ccnode.cli import local as database
    from ccnode.store import paging, views
    from ccnode.store.errors import NotFound

    with database.opened(state.node()) as connection:
        if message is not None:
            whole = views.run(connection, views.session(views.run(connection, views.resolve_session(origin))))
            named = views.run(connection, views.message(views.run(connection, views.resolve_message(message))))
            if not views.run(connection, paging.holds(whole, named)):
                raise NotFound(
                    "that message is not in that conversation",
                    remedy=f"see what is: ccnode session show {origin} --tree; or without the conversation:"
                    f" ccnode session fork {message}",
                )
            return named.digest.hex()
        try:
            session = views.run(connection, views.resolve_session(origin))
        except NotFound:
            digest = views.run(connection, views.resolve_message(origin))
            return views.run(connection, views.message(digest)).digest.hex()
        said = views.run(connection, views.branch(session, limit=1))
    if not said:
        raise CliError("nothing was said in that conversation yet", code="empty", remedy="just go on: ccnode chat",
                       exit_code=NOT_FOUND)  # fmt: skip
    return said[-1].digest.hex()


@command.command("rename")
@click.argument("session", type=SessionName())
@click.argument("title")
@pass_state
def rename(state: State, *, session: str, title: str) -> None:
    """Give a conversation another title."""
    identifier = str(uuid.UUID(bytes=_session(state, session)))
    made = _client(state).call("PATCH", f"/api/v1/conversation/{identifier}", {"title": title})
    state.emit({"session_id": identifier, **made}, f"{identifier}  {line(title, TITLE_SHOWN)}")


@command.command("regenerate", short_help="Get another reply to the last question.")
@click.argument("session", type=SessionName())
@pass_state
def regenerate(state: State, *, session: str) -> int:
    """Get another reply to a conversation's last question; the former one is kept as a branch."""
    from ccnode.cli.turn import Talk, sources_text

    identifier = str(uuid.UUID(bytes=_session(state, session)))
    reply = Talk(state, _client(state), show=not state.json).regenerate(identifier)
    state.emit(reply.data(), sources_text(reply.sources) or None)
    return 0 if reply.state == "complete" else FAILED


@command.command("continue", short_help="Get the rest of a reply that was interrupted.")
@click.argument("session", type=SessionName())
@pass_state
def go_on(state: State, *, session: str) -> int:
    """Get the rest of a conversation's last reply, where that was interrupted.

    The whole of it is printed, and takes the place of what there was, which is kept as a branch.
    """
    from ccnode.cli.turn import Talk, sources_text

    identifier = str(uuid.UUID(bytes=_session(state, session)))
    reply = Talk(state, _client(state), show=not state.json).go_on(identifier)
    state.emit(reply.data(), sources_text(reply.sources) or None)
    state.note(reply.broke_off)
    return 0 if reply.state == "complete" else FAILED


@command.command("end")
@click.argument("session", type=SessionName())
@pass_state
def end(state: State, *, session: str) -> None:
    """End a conversation. Nothing in it is lost, and a branch from it can go on."""
    identifier = str(uuid.UUID(bytes=_session(state, session)))
    made = _client(state).call("DELETE", f"/api/v1/conversation/{identifier}")
    state.emit({"session_id": identifier, **made}, f"{identifier}  ended")


@command.command("forget", short_help="Forget a conversation; its words are erased after 24 hours.")
@click.argument("session", type=SessionName())
@click.option("--undo", is_flag=True, help="Take it back, within 24 hours.")
@click.option("--now", is_flag=True, help="At once, not in 24 hours: it cannot be taken back.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@pass_state
def forget(state: State, *, session: str, undo: bool, now: bool, yes: bool) -> None:
    """Forget a conversation: in 24 hours its words are erased for ever. Until then it can be taken back.

    One of more than 20 contents, or with some that are older than 30 days or another node's, takes the owner key: its
    passphrase is asked for, or read from CCNODE_OWNER_PASSPHRASE.
    """
    from ccnode.cli import ask, forgetting
    from ccnode.cli import local as database
    from ccnode.store import views
    from ccnode.store.forgetting import for_session

    home = state.node()
    # What is to be forgotten is in no list: "last" would take back nothing, or another one.
    leaving = database.ask(home, views.sessions(1, forgotten=True)) if undo and session == "last" else []
    identifier = leaving[0].session if leaving else _session(state, session)
    name = str(uuid.UUID(bytes=identifier))
    path = f"/api/v1/conversation/{name}/forget"
    if undo:
        made = _client(state).call("DELETE", path)
        state.emit({"session_id": name, "cancelled": True, **made}, f"{name}  is kept")
        return
    client = _client(state)
    known = database.ask(home, views.session(identifier))
    if not yes:
        ask.need_terminal("use --yes")
        client.get("/api/v1/status")  # whether it can be done at all is said before the question
        what = f"{name} ({line(known.title, 40)}, {count(known.messages, 'message')})"
        ask.confirm(f"Forget {what}{', at once and for ever' if now else ''}?")
    sent = forgetting.body(state, home, lambda node, at: for_session(identifier, node, at), now=now)
    made = client.call("POST", path, sent)
    due_ms = database.ask(home, views.session(identifier)).due_ms
    due = iso(due_ms) if due_ms is not None else str(made.get("due", ""))
    when = f"on {local(due_ms)}" if due_ms is not None else f"at {due}"
    data = {"session_id": name, **made, "due": due, **forgetting.nodes(state, home, made.get("order"))}
    state.emit(data, f"{name}  {'is forgotten' if now else f'will be forgotten {when}'}")
    if not now:
        state.note(f"Until then it can be taken back: ccnode session forget --undo {name[:8]}")
    state.note("Replies in other conversations may quote it; those stay. Backups made before keep it until they go.")


@command.command("export")
@click.argument("session", type=SessionName())
@click.option("--format", "form", type=click.Choice(["json", "md", "bundle"]), default="json", show_default=True,
              help="For programs, for people, or with everything that proves it.")  # fmt: skip
@click.option("-o", "--output", type=OUTPUT, metavar="FILE", help="Where to write it; without, to standard output.")
@pass_state
def export(state: State, *, session: str, form: Form, output: Path | None) -> None:
    """Take one conversation out."""
    from ccnode.cli import local as database
    from ccnode.cli.files import written
    from ccnode.store import exports, paging, views

    home = state.node()
    with database.opened(home) as connection:
        identifier = views.run(connection, views.resolve_session(session))
        known = views.run(connection, views.session(identifier))
        messages = len(views.run(connection, paging.numbers_of(known)))
        pieces = exports.of_session(connection, home, identifier, form)
        data: dict[str, Any] = {"session_id": known.id, "format": form, "messages": messages}
        if output is not None:
            written(output, pieces)
            state.emit({**data, "path": str(output.absolute())}, str(output))
            return
        content = b"".join(pieces).decode("utf-8")
    if state.json:
        state.emit({**data, "content": content})
        return
    state.emit({}, None)
    # A file's text goes out as it is into a pipe; a terminal gets it cleaned.
    sys.stdout.write(clean(content) if sys.stdout.isatty() else content)
