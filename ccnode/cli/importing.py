"""How is a file handed to the daemon, watched while it is brought in, and its account given?"""

from __future__ import annotations

import contextlib
import time
from typing import TYPE_CHECKING, Any, Final

from ccnode.cli.client import Client
from ccnode.cli.errors import FAILED, INTERRUPTED, CliError, Refused
from ccnode.cli.progress import bar
from ccnode.cli.text import clean, count, line, local, ms_of, size
from ccnode.store.home import is_held

if TYPE_CHECKING:
    from pathlib import Path

    from ccnode.cli.state import State

    Form = dict[str, Any]

LOOK_S: Final = 0.25
REASONS_SHOWN: Final = 10
SHORT: Final = 6
OPEN: Final = frozenset({"waiting", "reading"})
UNREADABLE: Final = frozenset({"unreadable", "not_found"})  # by the daemon, which may be another user, in another place


def bring_in(state: State, wanted: str, path: Path) -> int:
    """Have the daemon bring in what lies at `path`, and watch; returns the exit code."""
    client = Client(state.node(), state.environment)
    form = _begin(state, client, wanted, path.absolute())
    name = str(form.get("import_id", ""))
    try:
        form = _watched(state, client, form)
    except KeyboardInterrupt:
        state.note("")
        state.note(f"The import goes on. To see it: ccnode import status {name[:SHORT]}")
        state.note(f"To stop it: ccnode import stop {name[:SHORT]}")
        if state.json:
            state.emit(form)
        return INTERRUPTED
    return _ended(state, form)


def _begin(state: State, client: Client, wanted: str, path: Path) -> Form:
    try:
        return client.call("POST", "/api/v1/imports", {"path": str(path), "format": wanted}, timeout_s=120)
    except Refused as error:
        if error.code not in UNREADABLE or not path.is_file():
            raise
    state.note("The daemon cannot read it there, so it is sent.")
    total = path.stat().st_size
    with path.open("rb") as file, bar(state, "sending", in_bytes=True) as move:
        return client.upload("/api/v1/imports/upload", file, total, move, name=path.name, format=wanted)


def _watched(state: State, client: Client, form: Form) -> Form:
    name = form["import_id"]
    with bar(state, "importing", in_bytes=True) as move:
        while form.get("state") in OPEN:
            if move is not None and form.get("bytes"):
                move(form["bytes_read"], form["bytes"])
            time.sleep(LOOK_S)
            form = client.get(f"/api/v1/imports/{name}")
    return form


def _ended(state: State, form: Form) -> int:
    if form.get("state") == "failed":
        error = form.get("error") or {}
        if form["messages"]["found"]:
            state.note(account(form))
        raise CliError(
            str(error.get("message", "the import failed")),
            code=str(error.get("code", "failed")),
            remedy=str(error.get("remedy", "")),
            exit_code=FAILED,
        )
    state.emit(form, account(form))
    if "card" in form:
        state.note("It is kept. To have the assistant be it: ccnode plate import FILE")
    _say_left(state, form)
    return 0 if form.get("state") == "done" else FAILED


def only_count(state: State, wanted: str, path: Path) -> int:
    """Say what an import would bring in. Needs no daemon, and changes nothing."""
    from ccnode.clock import now_ms
    from ccnode.store.import_source import Bringing, Target

    bringing = Bringing(path.absolute(), wanted, Target(state.home, None, now_ms()))
    with bar(state, "reading", in_bytes=True) as move:

        def watch() -> None:
            if move is not None:
                move(bringing.position, bringing.size)

        bringing.run(watch)
    form = {"format": bringing.format, "dry_run": True, "state": "done", **bringing.form()}
    state.emit(form, account(form))
    _say_left(state, form)
    return 0


def show(state: State, wanted: str | None) -> int:
    """Show one import, or all. Ends with 1 where that one failed."""
    client = Client(state.node(), state.environment)
    if wanted is not None:
        form = client.get(f"/api/v1/imports/{wanted}")
        error = form.get("error") or {}
        text = f"{line(str(form.get('name', '')), 60)}  {form.get('state')}\n{account(form)}"
        state.emit(form, f"{text}\n{clean(str(error.get('message', '')))}".rstrip())
        _say_left(state, form)
        return FAILED if form.get("state") == "failed" else 0
    forms = client.get("/api/v1/imports").get("imports", [])
    rows = [
        (
            form["import_id"][:SHORT],
            local(ms_of(form["created"])),
            form["state"] if form["state"] != "reading" else _share(form),
            form["format"],
            f"{form['messages']['added']:,}",
            line(form["name"], 60),
        )
        for form in forms
    ]
    head = ("import", "begun", "state", "format", "added", "file")
    state.table({"imports": forms}, head, rows, none="Nothing was imported yet.")
    return 0


def stop(state: State, wanted: str) -> None:
    """Stop an import."""
    client = Client(state.node(), state.environment)
    form = client.call("DELETE", f"/api/v1/imports/{wanted}")
    state.emit(form, f"{form.get('import_id')}  {form.get('state')}")
    if form.get("state") == "stopped":
        state.note("What it has brought in stays. To bring in the rest, import the file again.")


def names(state: State, incomplete: str, *, only_open: bool) -> list[str]:
    """Ids that begin so, for the shell; none where anything is wrong."""
    with contextlib.suppress(Exception):  # a shell that completes nothing is better than one that shows an error
        if is_held(state.home):
            forms = Client(state.home, state.environment).get("/api/v1/imports").get("imports", [])
            found = [form["import_id"][:SHORT] for form in forms if not only_open or form["state"] in OPEN]
            return [name for name in found if name.startswith(incomplete)]
    return []


# --- how it is told ---


def account(form: Form) -> str:
    """What came of an import, in a line or two."""
    if "card" in form:
        card = form["card"]
        known = "" if card.get("added") else ", which is kept already"
        return f"card {line(str(card.get('name', '')), 60)} ({str(card.get('card', ''))[:12]}){known}"
    verb = "would be added" if form.get("dry_run") else "added"
    lines = []
    bundle = form.get("bundle") or {}
    if entries := bundle.get("entries"):
        lines.append(f"{count(entries.get('found', 0), 'entry', 'entries')}: {entries.get('added', 0):,} {verb},"
                     f" {entries.get('known', 0):,} known")  # fmt: skip
    elif bundle.get("why"):
        lines.append(f"brought in as words from elsewhere: {line(str(bundle['why']), 300)}")
    for what in ("conversation", "message"):
        told = form.get(f"{what}s") or {}
        if told.get("found") or not bundle.get("entries"):
            parts = [f"{told.get('added', 0):,} {verb}", f"{told.get('known', 0):,} known"]
            parts += [f"{told['left']:,} left out"] if told.get("left") else []
            lines.append(f"{count(told.get('found', 0), what)}: {', '.join(parts)}")
    return "\n".join(lines)


def _say_left(state: State, form: Form) -> None:
    """What was left out, by reason; to standard error."""
    reasons: dict[tuple[str, str], list[Any]] = {}
    for left in form.get("left", []):
        told = reasons.setdefault((left["why"], left.get("unit", "message")), [0, left["where"]])
        told[0] += left["count"]
    for (why, unit), (many, where) in list(reasons.items())[:REASONS_SHOWN]:
        first = f" (first: {line(str(where), 60)})" if where else ""
        state.note(f"left out: {count(many, unit)}: {why}{first}")
    if len(reasons) > REASONS_SHOWN:
        state.note(f"and {len(reasons) - REASONS_SHOWN} more reasons: --json shows them")


def _share(form: Form) -> str:
    total = form.get("bytes") or 0
    return f"reading, {100 * form['bytes_read'] // total} % of {size(total)}" if total else "reading"
