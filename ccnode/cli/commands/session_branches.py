"""What can be done with the branches of a conversation? Drawing them, comparing two, bringing several together."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any, Final

import click

from ccnode.cli.errors import FAILED, USAGE, CliError
from ccnode.cli.params import Command, SessionName, pass_state
from ccnode.cli.text import clean, count, line, local
from ccnode.mind.measured import MILLION

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ccnode.cli.pretty import Leaf
    from ccnode.cli.state import State
    from ccnode.mind.branches import Character, Run
    from ccnode.store.branching import Compared, Head, Tree
    from ccnode.store.views import Message

SHORT: Final = 12
SESSION_SHORT: Final = 8
TEXT_SHOWN: Final = 60
OWN_SHOWN: Final = 6
DIMENSIONS_SHOWN: Final = 4


# --- the tree ---


@click.command("tree", cls=Command, short_help="Draw the branches of a conversation.")
@click.argument("session", type=SessionName(), default="last")
@pass_state
def tree(state: State, *, session: str) -> None:
    """Draw a conversation (without SESSION, the last one) with its branches.

    Each line is a stretch in which nothing branches: its first message, how many follow, and where branches end. A *
    marks the branch of SESSION.
    """
    from ccnode.cli import local as database
    from ccnode.mind import branches
    from ccnode.store import branching, views

    with database.opened(state.node()) as connection:
        found = views.run(connection, branching.tree(views.run(connection, views.resolve_session(session))))
    runs = branches.runs(found.messages)
    way = _way(found)
    ends: dict[bytes | None, list[Head]] = {}
    for head in found.heads:
        ends.setdefault(head.leaf, []).append(head)
    data = {
        "session_id": found.session.id,
        "messages": len(found.messages),
        "runs": [_run_data(number, run, way, ends) for number, run in enumerate(runs)],
        "heads": [_head_data(head, found) for head in found.heads],
    }
    if state.json:
        state.emit(data)
        return
    title = f"{found.session.id}  {line(found.session.title, TEXT_SHOWN)}"
    counts = f"{count(len(found.messages), 'message')}, {count(len(found.heads), 'branch', 'branches')}"
    labels = [_label(run, way, ends, found) for run in runs]
    roots = [number for number, run in enumerate(runs) if run.above is None]
    leaves: list[Leaf] = [(labels[at], runs[at].below) for at in range(len(runs))]
    from ccnode.cli.pretty import draw_tree

    state.emit({}, draw_tree(f"{title}\n{counts}", roots, leaves, color=state.color))


def _way(found: Tree) -> set[bytes]:
    """What is on the branch of the session that was asked for."""
    parents = {message.digest: message.parent for message in found.messages}
    at = next((head.leaf for head in found.heads if head.session.session == found.session.session), None)
    way: set[bytes] = set()
    while at is not None and at in parents and at not in way:
        way.add(at)
        at = parents[at]
    return way


def _waits(message: Message) -> bool:
    return message.role == "user" and message.origin is None


def _ending(run: Run[Message], ends: dict[bytes | None, list[Head]]) -> list[Head]:
    return [head for message in run.messages for head in ends.get(message.digest, [])]


def _run_data(number: int, run: Run[Message], way: set[bytes], ends: dict[bytes | None, list[Head]]) -> dict[str, Any]:
    first, last = run.messages[0], run.messages[-1]
    return {
        "run": number,
        "above": run.above,
        "below": list(run.below),
        "first": first.digest.hex(),
        "last": last.digest.hex(),
        "seq": first.seq,
        "messages": len(run.messages),
        "current": last.digest in way or first.digest in way,
        "unanswered": not run.below and _waits(last),
        "ends": [head.session.id for head in _ending(run, ends)],
    }


def _head_data(head: Head, found: Tree) -> dict[str, Any]:
    from ccnode.cli import shapes

    current = head.session.session == found.session.session
    return {**shapes.session(head.session), "leaf": head.leaf.hex() if head.leaf else None, "current": current}


def _label(run: Run[Message], way: set[bytes], ends: dict[bytes | None, list[Head]], found: Tree) -> str:
    first = run.messages[0]
    who = "you" if first.role == "user" else "assistant"
    said = line(first.text, TEXT_SHOWN) if first.text is not None else "(erased or withheld)"
    mark = "* " if first.digest in way else ""
    text = f"{mark}{first.digest.hex()[:SHORT]} #{first.seq} {who}: {said}"
    notes = []
    if len(run.messages) > 1:
        notes.append(f"and {len(run.messages) - 1} more, to {run.messages[-1].digest.hex()[:SHORT]}")
    if not run.below and _waits(run.messages[-1]):
        notes.append("unanswered")
    for head in _ending(run, ends):
        name = f"branch {head.session.id[:SESSION_SHORT]}"
        name += f" {line(head.session.title, 30)!r}" if head.session.title else ""
        states = ["current"] if head.session.session == found.session.session else []
        states += ["ended"] if head.session.ended is not None else []
        at = next((message.seq for message in run.messages if message.digest == head.leaf), None)
        states += [f"ends at #{at}"] if at is not None and head.leaf != run.messages[-1].digest else []
        notes.append(f"{name} ({', '.join(states)})" if states else name)
    return text + "".join(f"\n  {note}" for note in notes)


# --- comparing ---


@click.command("compare", cls=Command, short_help="Compare two branches, and the character of their replies.")
@click.argument("left", metavar="A", type=SessionName())
@click.argument("right", metavar="B", type=SessionName())
@pass_state
def compare(state: State, *, left: str, right: str) -> None:
    """Compare two branches: what both begin with, what each has of its own, and the character of its own replies.

    The character takes some text: where there is less, it says how much there is and how much it takes. RMS is how far
    apart two characters are (0: the same), CCC how well they agree (1: wholly).
    """
    from ccnode import reference
    from ccnode.cli import local as database
    from ccnode.store import branching, views
    from ccnode.store.branch_shapes import comparison

    home = state.node()
    with database.opened(home) as connection:
        one, other = (views.run(connection, views.resolve_session(name)) for name in (left, right))
    found = branching.compared(home.ledger, one, other, reference.charvec1())
    state.emit(comparison(found), _compared(found), fold=True)


def _compared(found: Compared) -> str:
    common = found.parted.common
    lines = ["They have nothing in common: these are two conversations."]
    if common:
        last = common[-1]
        lines = [f"Both begin with {count(len(common), 'message')}, up to {last.digest.hex()[:SHORT]} (#{last.seq})."]
    sides = (
        ("A", found.left, found.parted.left, found.characters.left),
        ("B", found.right, found.parted.right, found.characters.right),
    )
    for name, session, own, character in sides:
        lines += ["", f"{name}  {session.id}  {line(session.title, TEXT_SHOWN)}"]
        lines.append(f"   {count(len(own), 'message')} of its own{':' if own else ''}")
        lines += [f"   {_said(one)}" for one in own[:OWN_SHOWN]]
        if len(own) > OWN_SHOWN:
            lines.append(f"   ... and {len(own) - OWN_SHOWN} more")
        lines.append(f"   character: {_character(character)}")
    return "\n".join([*lines, "", *_apart(found)])


def _said(message: Message) -> str:
    who = "you" if message.role == "user" else "assistant"
    text = line(message.text, TEXT_SHOWN) if message.text is not None else "(erased or withheld)"
    return f"{message.digest.hex()[:SHORT]}  {local(message.time >> 16)}  {clean(who)}: {text}"


def _character(one: Character) -> str:
    from ccnode.mind.charvec import TooLittle, Vector

    if isinstance(one, Vector):
        return f"measured over {count(one.words, 'word')}"
    if isinstance(one, TooLittle):
        return f"not enough text yet ({one.have:,} of the {one.need:,} {one.unit} that it takes)"
    return f"not measured: {one.language}"


def _apart(found: Compared) -> list[str]:
    from ccnode.mind.charvec import Vector

    one, other = found.characters.left, found.characters.right
    rms, ccc = found.characters.rms, found.characters.ccc
    if rms is None or ccc is None or not isinstance(one, Vector) or not isinstance(other, Vector):
        return ["How far apart their characters are cannot be told yet."]
    lines = [f"Their characters are {rms / MILLION:.3f} apart (RMS) and agree by {ccc / MILLION:.3f} (CCC)."]
    apart = {name: other.named()[name] - value for name, value in one.named().items()}
    most = sorted(apart, key=lambda name: -abs(apart[name]))[:DIMENSIONS_SHOWN]
    told = ", ".join(f"{name} {apart[name] / MILLION:+.3f}" for name in most if apart[name])
    return [*lines, f"Most of it, from A to B: {told}."] if told else lines


# --- bringing together ---


@click.command("merge", cls=Command, short_help="Bring branches together in a consolidating turn.")
@click.argument("sessions", metavar="A B...", type=SessionName(), nargs=-1, required=True)
@click.option("--into", type=SessionName(), help="The branch in which that is said. Default: A.")
@click.option("-m", "--message", metavar="TEXT", help="What the assistant is to heed.")
@pass_state
def merge(state: State, *, sessions: Sequence[str], into: str | None, message: str | None) -> int:
    """Bring branches together: the assistant is asked, in one of them, to say what each holds and what holds now.

    Every branch stays as it is. The reply names their newest messages as its sources. Merging again, where nothing was
    said in the other branches since, gives the same reply.
    """
    from ccnode.cli import local as database
    from ccnode.cli.client import Client
    from ccnode.cli.turn import Talk, sources_text
    from ccnode.store import views

    home = state.node()
    with database.opened(home) as connection:
        named = [views.run(connection, views.resolve_session(name)) for name in sessions]
        target = views.run(connection, views.resolve_session(into)) if into is not None else named[0]
    others = [str(uuid.UUID(bytes=one)) for one in dict.fromkeys(named) if one != target]
    if not others:
        raise CliError("name two branches or more", code="usage", remedy="see: ccnode session tree", exit_code=USAGE)
    reply = Talk(state, Client(home, state.environment), show=not state.json).merge(
        str(uuid.UUID(bytes=target)), others, message
    )
    state.emit(reply.data(), sources_text(reply.sources) or None)
    state.note(reply.broke_off)
    return 0 if reply.state == "complete" else FAILED
