"""Is everything as it was written? Verification, the log of entries, proofs and bundles for others to check."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any, Final

import click

from ccnode.cli.errors import FAILED, NOT_FOUND, USAGE, CliError
from ccnode.cli.params import NUMBER_MAX, OUTPUT, Group, MessageName, pass_state
from ccnode.cli.text import clean, count

if TYPE_CHECKING:
    from pathlib import Path

    from ccnode.cli.state import State
    from ccnode.store.findings import Problem

PROBLEMS_SHOWN: Final = 50
SHORT: Final = 12


@click.group("audit", cls=Group, short_help="Prove that nothing was altered.")
def command() -> None:
    """Prove that nothing was altered."""


@command.command("verify", short_help="Check every signature, link, digest and table.")
@click.option("--chains-only", is_flag=True, help="Leave out the tables that are made from the chains, and the index.")
@pass_state
def verify(state: State, *, chains_only: bool) -> int:
    """Check every signature, link and digest, and the tables made from them. Ends with 1 where anything is wrong."""
    from ccnode.cli.progress import bar
    from ccnode.store import audit
    from ccnode.store.errors import StoreError
    from ccnode.store.findings import remedy_of
    from ccnode.store.ledger import connect

    home = state.node()
    if not home.ledger.exists():
        raise CliError("the database is gone", code="not_found", remedy="restore the newest backup: ccnode backup list",
                       exit_code=NOT_FOUND)  # fmt: skip
    try:
        with contextlib.closing(connect(home.ledger, writable=False)) as connection, bar(state, "verifying") as move:
            report = audit.verify(connection, home, projections=not chains_only, progress=move)
    except StoreError as error:  # not even SQLite can open it: that is a finding, too
        data = {"ok": False, "entries": 0, "chains": [], "problems": [_problem_of(str(error))]}
        state.emit(data, f"PROBLEM  {clean(str(error))}")
        state.note(error.remedy)
        return FAILED
    data = {
        "ok": report.ok,
        "entries": report.entries,
        "chains": report.chains,
        "problems": [_problem(one) for one in report.problems],
        "erased": report.erased,
        "withheld": report.withheld,
    }
    lines = [f"PROBLEM  {clean(_where(one))}{clean(one.message)}" for one in report.problems[:PROBLEMS_SHOWN]]
    if len(report.problems) > PROBLEMS_SHOWN:
        lines.append(f"... and {len(report.problems) - PROBLEMS_SHOWN} more; --json lists them")
    checked = f"{count(report.entries, 'entry', 'entries')} in {count(len(report.chains), 'chain')}"
    erased = f", {count(report.erased, 'content')} erased by order" if report.erased else ""
    if report.ok:
        lines.append(f"{checked}{erased}: nothing was altered, nothing is missing")
    else:
        lines.append(f"{checked}{erased}: {count(len(report.problems), 'problem')}")
    state.emit(data, "\n".join(lines))
    for what in dict.fromkeys(map(remedy_of, report.problems)):
        state.note(what)
    return 0 if report.ok else FAILED


def _where(one: Problem) -> str:
    place = f" at {one.seq}" if one.seq is not None else ""
    return f"{one.chain}{place}, {one.field}: " if one.chain else f"{one.field}: "


def _problem(one: Problem) -> dict[str, Any]:
    return {"chain": one.chain or None, "seq": one.seq, "field": one.field, "message": one.message}


def _problem_of(message: str) -> dict[str, Any]:
    return {"chain": None, "seq": None, "field": "database", "message": message}


@command.command("log")
@click.option("--limit", type=click.IntRange(1, 1_000_000), default=50, show_default=True, help="At most so many.")
@click.option("--kind", help="Only entries of this kind, as `message` or `session-opened`.")
@click.option("--before", type=click.IntRange(1, NUMBER_MAX), metavar="ID",
              help="Only entries before this one: the next page.")  # fmt: skip
@pass_state
def log(state: State, *, limit: int, kind: str | None, before: int | None) -> None:
    """List the entries of all chains, the newest first."""
    from ccnode.cli import local as database
    from ccnode.cli import shapes
    from ccnode.store import views

    view = views.entries(limit, before_id=before, kind=_kind(kind) if kind else None)
    entries = [shapes.entry(one) for one in database.ask(state.node(), view)]
    rows = [
        (
            str(one["id"]),
            str(one["chain"]),
            str(one["seq"]),
            str(one["time"]),
            str(one["kind"]),
            f"{str(one['digest'])[:SHORT]}{'  (content gone)' if one['content'] == 'missing' else ''}",
        )
        for one in entries
    ]
    state.table({"entries": entries}, ("id", "chain", "seq", "time", "kind", "digest"), rows, none="Nothing is there.")


def _kind(name: str) -> int:
    from ccnode.store.views import kind_of
    from ccnode_protocol.records import Kind

    if (number := kind_of(name)) is not None:
        return number
    names = ", ".join(kind.name.lower().replace("_", "-") for kind in Kind)
    raise CliError(f"there is no kind {name!r}", code="usage", remedy=f"one of: {names}", exit_code=USAGE)


@command.command("prove", short_help="Write a proof that a message stands in the chain.")
@click.argument("message", type=MessageName())
@click.option("-o", "--output", type=OUTPUT, required=True, metavar="FILE", help="Where to write the proof.")
@pass_state
def prove(state: State, *, message: str, output: Path) -> None:
    """Write a proof that a message stands in this node's chain, which others check without this program.

    MESSAGE is its id or a unique beginning of that (6 characters or more). The proof holds the message's text.
    """
    from ccnode.cli import local as database
    from ccnode.cli.files import written
    from ccnode.store import views
    from ccnode.store.bundles import of_messages

    home = state.node()
    with database.opened(home) as connection:
        digest = views.run(connection, views.resolve_message(message))
        found = views.run(connection, views.message(digest))
        size = written(output, of_messages(connection, home, "message", [found]))
    data = {"message_id": digest.hex(), "path": str(output.absolute()), "bytes": size}
    state.emit(data, str(output))
    state.note(f"To check it: python3 scripts/verify_export.py {output}")


@command.command("export", short_help="Write all chains whole, for others to check.")
@click.option("-o", "--output", type=OUTPUT, required=True, metavar="FILE", help="Where to write it.")
@pass_state
def export(state: State, *, output: Path) -> None:
    """Write all chains whole, with every signature, so that others can check all of it. The same as `export all`."""
    from ccnode.cli.bundles import export_all

    export_all(state, output, "bundle")
