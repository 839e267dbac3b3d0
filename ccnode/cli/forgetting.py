"""How does a person have something forgotten from the command line? With the owner's word where that is needed."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final

from ccnode.cli.errors import NOT_FOUND, CliError
from ccnode.cli.text import count, line
from ccnode_protocol.records import FORGET_UNDO_MS

if TYPE_CHECKING:
    from collections.abc import Callable

    from ccnode.cli.state import State
    from ccnode.store.forgetting import Needs
    from ccnode.store.home import Home
    from ccnode.store.views import View
    from ccnode_crypto.statements import ForgetStatement

SHORT: Final = 12


def own_node(home: Home) -> bytes:
    """The key of this node, as its profile has it. Raises CliError."""
    from ccnode.cli.identity import read_profile
    from ccnode_crypto import keys

    return keys.from_text("node", str(read_profile(home).get("node_id")))


def body(state: State, home: Home, ask: Callable[[bytes, int], View[Needs]], *, now: bool) -> dict[str, Any]:
    """What to send to have something forgotten; the owner is asked for a passphrase where that is needed, and why.

    `ask`: what it takes, for this node's key at a time (forgetting.for_session, for_entries).

    Raises:
        CliError: the owner key is needed and not here, or the passphrase is wrong.
    """
    from ccnode.cli import local
    from ccnode.cli.owner_key import signing_key
    from ccnode.store import forgetting, owner

    node, now_ms = own_node(home), time.time_ns() // 1_000_000
    needs = local.ask(home, ask(node, now_ms))
    if not needs.why:
        return {"now": now}
    what = f"to forget that takes the owner key: {needs.why}"
    if owner.guard(home) == "absent":
        remedy = f"the owner key is not on this machine: {forgetting.where(home, node)}"
        raise CliError(what, code="owner_needed", remedy=remedy, exit_code=NOT_FOUND)
    state.note(what[0].upper() + what[1:])
    due_ms = now_ms if now else now_ms + FORGET_UNDO_MS
    said = forgetting.states(signing_key(state, home), needs, node, now_ms, due_ms)
    return {"now": now, "statements": [_form(one) for one in said]}


def _form(said: ForgetStatement) -> dict[str, Any]:
    return {
        "owner": said.owner.hex(),
        "node": said.node.hex(),
        "session": said.session.hex() if said.session is not None else None,
        "message": said.message.hex() if said.message is not None else None,
        "issued_ms": said.issued_ms,
        "due_ms": said.due_ms,
        "signature": said.signature.hex(),
    }


def nodes(state: State, home: Home, order: object) -> dict[str, Any]:
    """Which nodes are to carry an order out, told to a person; as JSON has it under "nodes"."""
    from ccnode.store import erasures
    from ccnode.store.errors import NotFound

    try:
        found = erasures.one_of(home, own_node(home), time.time_ns() // 1_000_000, str(order)).form()
    except NotFound:
        return {}  # another process has taken it back meanwhile, with all of this directory
    answers = found["answers"]
    owe = [one for one in answers if one["owes"] and one["standing"] != "this node"]
    if owe:
        told = f"{count(len(owe), 'other node')} of yours will do the same"
        state.note(f"{told}: ccnode erasure show {str(order)[:SHORT]}")
    for one in answers:
        if one["standing"] in ("let down", "removed", "revoked"):
            state.note(f"{name_of(one)} was {one['standing']}: it may keep a copy.")
    return {"nodes": answers}


def name_of(answer: dict[str, Any]) -> str:
    """What to call a node."""
    short = str(answer["node_id"])[:SHORT]
    return f"{line(answer['name'], 40)} ({short})" if answer.get("name") else short
