"""What was ordered to be forgotten, and which nodes have done it? Reads the database; needs no daemon."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final

import click

from ccnode.cli.forgetting import name_of, own_node
from ccnode.cli.params import Group, pass_state
from ccnode.cli.text import count

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from ccnode.cli.state import State

SHORT: Final = 12
WHAT: Final = {
    "taken back": "taken back before it was due",
    "no authority": "does nothing: the node that ordered it may not, without the owner's word",
    "waiting": "waits until it is due, and can be taken back until then",
    "unanswered": "not answered by every node yet",
    "answered": "every node of yours has answered",
}


class OrderName(click.ParamType[str]):
    """An order to forget: its digest or a unique beginning of it. Completed from the database."""

    name = "order"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:  # noqa: ANN401, ARG002
        """As it is: what it means is looked up by the command."""
        return str(value)

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem[str]]:  # noqa: ARG002
        """Digests that begin so, newest first, with how they stand."""
        from ccnode.cli.complete import erasures
        from ccnode.cli.params import state_of

        return erasures(state_of(ctx), incomplete)


@click.group("erasure", cls=Group, short_help="See what was ordered to be forgotten, and which nodes have done it.")
def command() -> None:
    """See what was ordered to be forgotten, and which nodes have done it.

    Orders are given with `ccnode session forget` and `ccnode memory forget`. Each of your nodes carries them out, when
    it is there, and signs a receipt. A node that was removed, let down or revoked may keep a copy.
    """


@command.command("list", short_help="List the orders, and how many nodes have to answer.")
@pass_state
def list_orders(state: State) -> None:
    """List the orders, newest first, and how many nodes still have to answer."""
    from ccnode.store import erasures

    home = state.node()
    found = [one.form() for one in erasures.of_home(home, own_node(home), _now_ms())]
    rows = [
        (
            one["order"][:SHORT],
            _about(one),
            one["due"],
            one["authority"],
            f"{one['state']}: {count(one['owing'], 'node')}" if one["owing"] else one["state"],
        )
        for one in found
    ]
    head = ("order", "what", "due", "by", "state")
    state.table({"erasures": found}, head, rows, "Nothing was ordered to be forgotten.")


@command.command("show", short_help="Show one order, and which nodes have answered.")
@click.argument("order", type=OrderName())
@pass_state
def show(state: State, *, order: str) -> None:
    """Show one order: which nodes have answered, which owe it, and which copies still hold the words, until when."""
    from ccnode import config
    from ccnode.store import erasures

    home, now_ms = state.node(), _now_ms()
    found = erasures.one_of(home, own_node(home), now_ms, order)
    wanted = config.load(home.config).settings.backup
    kept = erasures.copies(home, found, wanted.every_hours, wanted.keep, now_ms)
    form = {**found.form(), "copies": kept}
    lines = [
        f"{form['order']}",
        f"  {_about(form)}, ordered {form['given']} by {form['given_by'][:SHORT]}, due {form['due']}",
        f"  by the word of: {form['authority']}",
        f"  {WHAT[form['state']]}",
        *(_answered(one) for one in form["answers"]),
    ]
    if form["state"] in ("waiting", "unanswered", "answered"):
        for one in kept:
            until = f"until about {one['until']}" if one["until"] else "until you remove it"
            lines.append(f"  still in {one['path']} ({one['kind']}), {until}")
        if not kept:
            lines.append("  no older copy on this machine")
    state.emit(form, "\n".join(lines))


def _answered(one: dict[str, Any]) -> str:
    who = "this node" if one["standing"] == "this node" else name_of(one)
    seen = f"last seen {one['seen']}" if one["seen"] else "never seen"
    if one["answered"]:
        return f"  {who}: done {one['answered']}, {count(one['bodies'] or 0, 'content')}"
    if one["standing"] in ("let down", "removed", "revoked"):
        return f"  {who}: {one['standing']}, has not answered, and may keep a copy; {seen}"
    return f"  {who}: has not answered; {'will by itself' if who == 'this node' else seen}"


def _about(one: dict[str, Any]) -> str:
    if one["session"]:
        return f"conversation {one['session'][:8]}"
    return f"message {str(one['message'])[:SHORT]}"


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
