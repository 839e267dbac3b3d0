"""What was the model shown for a reply, or what would it be shown? And which instances of it are there?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import click

from ccnode.cli.params import Command, MessageName, SessionName, pass_state
from ccnode.cli.text import clean, count, line, local, ms_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ccnode.cli.state import State

SHORT: Final = 12
LAST: Final = "last"  # no message's id begins so: those are of hex digits
SHOWN: Final = 8
LIMIT_MAX: Final = 10_000
HEAD: Final = ("instance", "status", "spawned", "last reply", "model", "plate", "conversation", "validation")


@click.command("context", cls=Command, short_help="Show what entered the prompt of a reply.")
@click.argument("name", metavar="[MESSAGE | last]", type=MessageName(), required=False)
@click.argument("session", metavar="[SESSION]", type=SessionName(), required=False)
@click.option("--preview", metavar="TEXT", help="Show what would enter the prompt for this text.")
@click.option("--count", "counted", is_flag=True, help="With --preview: have the model's service count its tokens.")
@pass_state
def command(state: State, *, name: str | None, session: str | None, preview: str | None, counted: bool) -> None:
    """Show exactly what entered the prompt of a reply: its parts, their tokens, and what was left out and why.

    MESSAGE is the id of a reply, or of the question to it, or a unique beginning of that (6 characters or more); `last`
    is the newest reply, in SESSION or of all. With --preview TEXT [SESSION]: what would enter it, in SESSION or without
    that in a new conversation. Texts are read from where they are recorded: what was erased since is not shown. Tokens
    are an estimate; --count shows the prompt to the model's service, which counts them and answers nothing.
    """
    if counted and preview is None:
        raise click.UsageError("--count needs --preview: of a reply that was made the service counted the tokens then")
    if preview is None and name is None:
        raise click.UsageError("give MESSAGE, or last, or --preview TEXT")
    if session is not None and (preview is not None or name != LAST):
        raise click.UsageError("SESSION stands alone after --preview TEXT, or after last")
    found = _kept(state, name or "", session) if preview is None else _previewed(state, preview, name, counted=counted)
    state.emit(found, "\n".join(_lines(found)), fold=True)


def _kept(state: State, message: str, session: str | None) -> dict[str, Any]:
    from ccnode.cli import local as database
    from ccnode.store import prompt_shapes, prompts, views

    with database.opened(state.node()) as connection:
        if message == LAST:
            named = None if session is None else views.run(connection, views.resolve_session(session))
            digest = views.run(connection, prompts.newest_reply(named))
        else:
            digest = views.run(connection, views.resolve_message(message))
        return views.run(connection, prompt_shapes.kept(digest))


def _previewed(state: State, text: str, session: str | None, *, counted: bool) -> dict[str, Any]:
    from ccnode.cli.client import Client

    body: dict[str, Any] = {"content": text}
    if session is not None:
        body["session_id"] = session
    if counted:
        body["count"] = True
    made = Client(state.node(), state.environment).call("POST", "/api/v1/context/preview", body)
    found = made.get("context")
    return found if isinstance(found, dict) else {}


def _lines(found: dict[str, Any]) -> Iterator[str]:
    name = found.get("message_id")
    told = f"reply {str(name)[:SHORT]}" if name else "a preview"
    instance = found.get("instance_id")
    by = f", instance {str(instance)[:SHOWN]}" if instance else ""
    yield clean(
        f"{told}, {found.get('model')}{by}: {found.get('tokens', 0):,} of {found.get('budget_tokens', 0):,} tokens"
    )
    for part in found.get("parts", []):
        yield ""
        yield clean(f"{part['kind']}{_which(part)}, {part['tokens']:,} tokens")
        yield from _text(part)
        for message in part.get("messages", []):
            yield f"  {clean(_source(message))}"
            yield from _text(message, "    ")
    if found.get("left_out"):
        yield "\nleft out:"
    for one in found.get("left_out", []):
        said = count(one["count"], "message")
        what = f"{said} of the conversation" if one["kind"] == "conversation" else str(one["kind"])
        if one["kind"] == "recalled" and one["count"] > 1:
            what = f"{said} of a branch"
        size = f", {one['tokens']:,} tokens" if one["tokens"] is not None else ""
        which = " ".join(digest[:SHORT] for digest in one["sources"])
        yield clean(f"  {what}{size}: {one['why']}" + (f" ({which})" if which else ""))
    yield clean(f"\ntokens: {found.get('estimate', '')}")
    if (tokens := found.get("counted_tokens")) is not None:
        yield f"counted by the service: {tokens:,} tokens"
    elif why := found.get("not_counted"):
        yield clean(f"not counted by a service: {why}")


def _which(part: dict[str, Any]) -> str:
    if plate := part.get("plate"):
        version = plate["version"]
        return f" version {version}" if version is not None else f" {plate['digest'][:SHORT]}"
    if part["kind"] == "conversation":
        return f", {count(part['count'], 'message')}"
    if packet := part.get("packet"):
        return f" from {packet['told_by'] or 'a packet that is known no more'}"
    sources = [_source(one) for one in part["sources"] if isinstance(one, dict)]
    return f" from {'; '.join(sources)}" if sources else ""


def _source(one: dict[str, Any]) -> str:
    who = "you" if one["role"] == "user" else one["role"]
    return f"{one['message_id'][:SHORT]} {who} {local(ms_of(one['time']))}"


def _text(part: dict[str, Any], margin: str = "  ") -> Iterator[str]:
    text = part.get("text")
    if text is not None:
        yield from (f"{margin}| {clean(each)}" for each in text.splitlines())
    elif "messages" not in part:
        yield f"{margin}({part['state']})"
    if part.get("cut"):
        yield f"{margin}(only its beginning went in)"


@click.command("instances", cls=Command, short_help="Show the instances of the model, and what became of each.")
@click.option("--limit", type=click.IntRange(1, LIMIT_MAX), default=50, show_default=True, help="At most so many.")
@click.option("--living", is_flag=True, help="Only those that live.")
@pass_state
def instances(state: State, *, limit: int, living: bool) -> None:
    """Show the instances of the model: one for each conversation, under one version of the plate, by one model.

    Those that live come first. One is idle after 15 minutes without a reply. Read from the database, whether or not a
    daemon runs; without one none of them lives.
    """
    from ccnode import clock
    from ccnode.cli import local as database
    from ccnode.store import instances as registry
    from ccnode.store.home import is_held

    home = state.node()
    view = registry.forms(limit, clock.now_ms(), living=living, running=is_held(home))
    found = database.ask(home, view)
    state.table(found, HEAD, [_row(one) for one in found["instances"]], none="There is no instance.")


def _row(one: dict[str, Any]) -> tuple[str, ...]:
    plate, checked = one["plate"], one["validation"]
    why = f" ({one['why']})" if one["why"] not in (None, "failed") else ""
    version = "" if plate is None else str(plate["version"] or plate["digest"][:SHORT])
    judged = "" if checked is None else f"{checked['right']} of 6 in attempt {checked['attempts']}"
    return (
        one["instance_id"][:SHOWN],
        one["status"] + why,
        local(ms_of(one["spawned"])),
        local(ms_of(one["heartbeat"])) if one["replies"] else "",
        line(one["model"], 40),
        version,
        one["session_id"][:SHOWN],
        judged,
    )
