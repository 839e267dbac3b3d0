"""What can be done with knowledge packets? Listing needs no daemon; sharing, promoting and rejecting do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import click

from ccnode.cli.params import Group, MessageName, PacketName, pass_state
from ccnode.cli.text import clean, line

if TYPE_CHECKING:
    from ccnode.cli.client import Client
    from ccnode.cli.state import State

SHORT: Final = 12
STATES: Final = ("waiting", "promoted", "rejected", "shared", "withdrawn")
HEAD: Final = ("packet", "state", "from", "subject", "text")
LIMIT_MAX: Final = 200


@click.group("knowledge", cls=Group, short_help="Share what you know, and promote what others share.")
def command() -> None:
    """Share what you know with other nodes, and decide on what they share.

    A packet is a message or note that its owner chose to share: its words, where they are from, and what it rests on.
    ID is its identifier or a unique beginning of that (6 characters or more). What sandbox peers share waits until you
    promote it; from then on it is recalled where it fits, with its source named. What its owner withdraws is forgotten
    here, as long as this node follows that one; when nothing was heard of it for 30 days, that is said with it.
    """


def _client(state: State) -> Client:
    from ccnode.cli.client import Client

    return Client(state.node(), state.environment)


@command.command("list", short_help="List packets, and what became of them.")
@click.option("--state", "wanted", type=click.Choice(STATES), help="Only packets of this state.")
@click.option("--limit", type=click.IntRange(1, LIMIT_MAX), default=50, show_default=True, help="At most so many.")
@click.option("--before", type=PacketName(), help="Only those that follow this one in the list.")
@pass_state
def list_packets(state: State, *, wanted: str | None, limit: int, before: str | None) -> None:
    """List packets: what others offer, what you promoted, rejected or shared. The last that came is first.

    What says otherwise stands right below, with its source. Packets are held against each other where people named the
    same subject, or where they come from the same message (a note that corrects it). Nothing is guessed from words.
    """
    from ccnode.cli import local as database
    from ccnode.store import knowledge, knowledge_forms, views

    with database.opened(state.node()) as connection:
        after = views.run(connection, knowledge.resolve(before)) if before is not None else None
        found = views.run(connection, knowledge_forms.listed(limit, state=_state(wanted), before=after))
    state.table(found, HEAD, _rows(found["packets"]), none="There is none.", below=len(HEAD) - 1)
    if found["more"]:
        state.note(f"There are more: --before {str(found['next'])[:SHORT]}")


def _rows(packets: list[dict[str, Any]]) -> list[tuple[str, ...]]:
    """A row of each, and below it what says otherwise; what is not in the list has one that names its source."""
    listed = {str(one["packet_id"]): one for one in packets}
    told: dict[str, tuple[str, ...]] = {}
    for one in packets:
        name = str(one["packet_id"])
        told.setdefault(name, _row(one))
        for other in one["conflicts_with"]:
            its = str(other["packet_id"] or other["note_id"])
            if its in listed:
                told.setdefault(its, _row(listed[its]))
            else:
                what = (other["state"], line(other["told_by"], 120), line(one["subject"] or "", 30))
                told.setdefault(its, (its[:SHORT], *what, line(other["text"], 80)))
    return list(told.values())


def _row(one: dict[str, Any]) -> tuple[str, ...]:
    return (
        str(one["packet_id"])[:SHORT],
        _standing(one),
        line(str(one["node_name"] or one["node_id"] or "")[:24], 24),
        line(one["subject"] or "", 30),
        line(one["text"] or "(the words are gone)", 80),
    )


def _state(wanted: str | None) -> Any:  # noqa: ANN401  # one of the literal's names, or None
    return wanted


def _standing(one: dict[str, Any]) -> str:
    count = len(one["conflicts_with"])
    since = f", last heard of {one['last_heard'][:10]}" if one["stale"] else ""
    return str(one["state"]) + since + (f", {count} say{'s' if count == 1 else ''} otherwise" if count else "")


@command.command("show", short_help="Show a packet, and what it rests on.")
@click.argument("packet", metavar="ID", type=PacketName())
@pass_state
def show(state: State, *, packet: str) -> None:
    """Show a packet: its words and sources, what it rests on, and what says otherwise."""
    from ccnode.cli import local as database
    from ccnode.store import knowledge, knowledge_forms, views

    with database.opened(state.node()) as connection:
        one = views.run(connection, knowledge_forms.shown(views.run(connection, knowledge.resolve(packet))))
    state.emit({"packet": one}, _described(one), fold=True)


def _described(one: dict[str, Any]) -> str:
    lines = [str(one["packet_id"]), str(one["state"])]
    if one["subject"]:
        lines.append(f"subject: {line(one['subject'], 200)}")
    if one["node_id"]:
        name = f" ({line(one['node_name'], 64)})" if one["node_name"] else ""
        lines.append(f"from node {one['node_id']}{name}")
    if one["last_heard"]:
        doubt = ": it may have been withdrawn since" if one["stale"] else ""
        lines.append(f"last heard of {one['last_heard']}{doubt}")
    lines += [f"said there: {each['role']}, {each['time']}, entry {each['entry'][:SHORT]}" for each in one["sources"]]
    lines += [f"rests on: packet {each['packet_id'][:SHORT]} ({each['state']} here)" for each in one["after"]]
    lines += ["", clean(one["text"]) if one["text"] is not None else "(the words are gone)"]
    for other in one["conflicts_with"]:
        lines += ["", f"Says otherwise: {line(other['told_by'], 160)}, {other['state']}:", clean(other["text"])]
    return "\n".join(lines)


@command.command("share", short_help="Offer a message or note to other nodes.")
@click.argument("message", type=MessageName())
@click.option(
    "--subject",
    default="",
    metavar="TEXT",
    help="What it is about, in your words. Packets whose people named the same subject are held against each other.",
)
@click.option(
    "--to",
    "audience",
    type=click.Choice(["shared", "public"]),
    default="shared",
    show_default=True,
    help="Who may have it: peers that follow what you share, or everybody.",
)
@click.option("--on", "after", type=PacketName(), multiple=True, help="A packet that it rests on; may be given again.")
@pass_state
def share(state: State, *, message: str, subject: str, audience: str, after: tuple[str, ...]) -> None:
    """Offer the words of MESSAGE, the id of a message or a note, to nodes that follow what you share.

    Those words go, with when and by whom they were said; nothing of the conversation around them does. Without a
    subject others can hold it only against what comes from the same message.
    """
    body = {"message_id": message, "subject": subject, "audience": audience, "after": list(after)}
    one = _client(state).call("POST", "/api/v1/knowledge", body)["packet"]
    state.emit({"packet": one}, f"{str(one['packet_id'])[:SHORT]}  is shared: {line(one['text'] or '', 60)}")
    state.note(f"To take it back: ccnode knowledge withdraw {str(one['packet_id'])[:SHORT]}")


@command.command("promote", short_help="Know what a packet says from now on.")
@click.argument("packet", metavar="ID", type=PacketName())
@click.option("--yes", is_flag=True, help="Do not ask, also where what is known says otherwise.")
@pass_state
def promote(state: State, *, packet: str, yes: bool) -> None:
    """Know what a packet says from now on, on all your nodes. It is recalled with its source named.

    Where something that is known says otherwise, both stay side by side.
    """
    from ccnode.cli import ask

    client = _client(state)
    one = client.get(f"/api/v1/knowledge/{packet}")["packet"]
    others = [other for other in one["conflicts_with"] if other["state"] != "waiting"]
    if others and one["state"] != "promoted" and not yes:
        for other in others:
            state.note(f"Says otherwise ({line(other['told_by'], 120)}): {line(other['text'], 100)}")
        ask.need_terminal("both stay side by side: use --yes")
        ask.confirm("Know both?")
    one = client.call("POST", f"/api/v1/knowledge/{one['packet_id']}/promote", {"despite": bool(others)})["packet"]
    _told(state, one, "is known from now on")


@command.command("reject")
@click.argument("packet", metavar="ID", type=PacketName())
@pass_state
def reject(state: State, *, packet: str) -> None:
    """Do not know what a packet says, on any of your nodes. Promoting it takes that back."""
    one = _client(state).call("POST", f"/api/v1/knowledge/{packet}/reject", {})["packet"]
    _told(state, one, "is not known")


@command.command("withdraw", short_help="Take back a packet that this node shared.")
@click.argument("packet", metavar="ID", type=PacketName())
@click.option("--yes", is_flag=True, help="Do not ask.")
@pass_state
def withdraw(state: State, *, packet: str, yes: bool) -> None:
    """Take back a packet that this node shared: its words are erased here, and by every node that took it and hears.

    The message itself stays as it is.
    """
    from ccnode.cli import ask

    client = _client(state)
    if not yes:
        ask.need_terminal("use --yes")
        one = client.get(f"/api/v1/knowledge/{packet}")["packet"]
        ask.confirm(f"Withdraw {line(one['text'] or '', 60)!r}?")
    one = client.call("POST", f"/api/v1/knowledge/{packet}/withdraw", {})["packet"]
    _told(state, one, "is withdrawn")


def _told(state: State, one: dict[str, Any], what: str) -> None:
    text = f": {line(one['claim'], 60)}" if one["claim"] else ""
    state.emit({"packet": one}, f"{str(one['packet_id'])[:SHORT]}  {what}{text}")
