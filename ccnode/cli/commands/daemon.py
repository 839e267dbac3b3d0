"""How is the daemon started, stopped, looked at and opened in a browser?"""

from __future__ import annotations

import importlib
import os
import signal
import sys
import time
from typing import TYPE_CHECKING, Any, Final

import click

from ccnode.cli.errors import DEGRADED, FAILED, UNREACHABLE, CliError, Unreachable
from ccnode.cli.params import Command, pass_state
from ccnode.cli.text import clean, count

if TYPE_CHECKING:
    from ccnode.cli.state import State

STOP_S: Final = 60.0
LOOK_S: Final = 0.05


@click.command("run", cls=Command, short_help="Run the daemon until Ctrl-C or `ccnode stop`.")
@click.option("--port", type=click.IntRange(0, 65535), help="Serve on this port; 0 takes a free one.")
@pass_state
def run(state: State, *, port: int | None) -> int:
    """Run the daemon in this terminal until Ctrl-C or `ccnode stop`."""
    from ccnode import config
    from ccnode.cli import program

    home = state.node()
    if port is not None:
        os.environ["CCNODE_API__PORT"] = str(port)
    settings = config.load(home.config).settings
    # By name: the daemon wires all rooms together, this one among them, so nothing may import it from below.
    daemon = importlib.import_module("ccnode.daemon.main")
    announce = state.note if state.json else state.announce
    code: int = daemon.run(home, settings, announce=announce, program=program.elsewhere(home.root, state.environment))
    return code


@click.command("stop", cls=Command, short_help="Stop the daemon once it has finished what it is writing.")
@pass_state
def stop(state: State) -> None:
    """Stop the daemon once it has finished what it is writing, and wait for its end."""
    from ccnode.cli.client import Client
    from ccnode.store.home import is_held, read_lock

    home = state.node()
    if not is_held(home):
        raise Unreachable(f"no daemon runs for {home.root}", remedy="there is nothing to stop")
    pid = (read_lock(home) or {}).get("pid")
    try:
        Client(home, state.environment).call("POST", "/api/v1/stop", {})
    except CliError:
        # It holds the lock, so the process id in it is its own.
        if not isinstance(pid, int) or not is_held(home):
            raise
        os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + STOP_S
    while is_held(home):
        if time.monotonic() > deadline:
            raise CliError(f"process {pid} has not ended yet", remedy="wait, or see its output", exit_code=FAILED)
        time.sleep(LOOK_S)
    state.emit({"stopped": True, "pid": pid}, f"stopped (process {pid})")


@click.command("status", cls=Command, short_help="Show the node, its state, address and chains.")
@pass_state
def status(state: State) -> int:
    """Show the node, its state, address and chains.

    Ends with 0 when the daemon is well, 3 when it does not run, 6 when it is degraded.
    """
    from ccnode.cli.client import Client
    from ccnode.store.home import is_held

    home = state.node()
    try:
        if not is_held(home):
            raise Unreachable("stopped")
        facts = Client(home, state.environment).get("/api/v1/status")
        code = DEGRADED if facts.get("state") == "degraded" else 0
    except Unreachable:
        facts = _stopped(state)
        code = UNREACHABLE
    state.emit(facts, _page(state, facts))
    if facts.get("state") == "stopped":
        state.note("The daemon does not run. Start it: ccnode run")
    return code


def _stopped(state: State) -> dict[str, Any]:
    """What can be said of a node whose daemon does not run (or only begins to)."""
    from ccnode.cli import local, shapes
    from ccnode.cli.identity import read_profile
    from ccnode.store import views
    from ccnode.store.errors import StoreError
    from ccnode.store.home import is_held

    home = state.node()
    profile = read_profile(home)
    facts: dict[str, Any] = {
        "node_id": profile.get("node_id"),
        "owner_id": profile.get("owner_id"),
        "name": profile.get("name"),
        "state": "starting" if is_held(home) else "stopped",
        "api_url": None,
        "outward": None,
        "chains": [],
        "problems": [],
        "data_dir": str(home.root),
        "token_file": str(home.token),
    }
    try:
        chains, counts, waiting = local.facts(home, views.chains(), views.statistics(), views.unanswered(20))
    except (StoreError, CliError) as error:
        facts["problems"] = [{"code": "database", "message": str(error)}]
        return facts
    facts["chains"] = [shapes.chain(one) for one in chains]
    facts["statistics"] = {"sessions": counts.sessions, "messages": counts.messages, "entries": counts.entries}
    facts["unanswered"] = [
        {"session_id": found["session_id"], "message_id": found["message_id"]} for found in map(shapes.message, waiting)
    ]
    return facts


def _page(state: State, facts: dict[str, Any]) -> str:
    """The status for people."""
    rows = [
        ("node", f"{facts.get('name')}  ({facts.get('node_id')})"),
        ("state", str(facts.get("state"))),
        ("address", str(facts.get("api_url") or "-")),
        ("data", str(facts.get("data_dir", ""))),
    ]
    if devices := facts.get("outward"):
        rows.append(("devices", ", ".join(devices.get("urls") or []) or "are not served"))
        if devices.get("fingerprint"):
            rows.append(("", f"SHA-256 {devices['fingerprint']}"))
    if facts.get("model"):
        rows.append(("model", str(facts["model"])))
    counts = facts.get("statistics") or {}
    if counts:
        sizes = [
            count(int(counts.get(name, 0)), one)
            for name, one in (("sessions", "conversation"), ("messages", "message"))
        ]
        rows.append(("holds", ", ".join(sizes)))
    if waiting := (counts.get("knowledge") or {}).get("waiting"):
        rows.append(("offered", f"{count(waiting, 'packet')} wait for you: ccnode knowledge list --state waiting"))
    chains = facts.get("chains") or []
    rows.append(("chains", f"{len(chains)}, {count(sum(one['length'] for one in chains), 'entry', 'entries')}"))
    if others := facts.get("federation"):
        where = ", ".join(others.get("addresses") or [])
        links = count(int(others.get("links") or 0), "link")
        rows.append(("others", f"{links}; reached at {where}" if where else f"{others.get('state')}"))
    if waiting := facts.get("unanswered"):
        first = str(waiting[0].get("session_id", ""))[:8]
        how = state.named(f"ccnode chat {first}".rstrip())
        rows.append(("waiting", f"{count(len(waiting), 'question')} without an answer: {how}"))
    rows += [("problem", _problem(problem)) for problem in facts.get("problems") or []]
    return "\n".join(f"{clean(name):8} {clean(value)}" for name, value in rows)


def _problem(problem: object) -> str:
    return str(problem.get("message", problem)) if isinstance(problem, dict) else str(problem)


@click.command("open", cls=Command, short_help="Open the chat page in the browser, signed in.")
@click.option("--print", "only_print", is_flag=True, help="Only print the link; it works once, for ten minutes.")
@click.option("--phone", is_flag=True, help="Show where another device opens the page: address, picture, fingerprint.")
@pass_state
def open_page(state: State, *, only_print: bool, phone: bool) -> None:
    """Open the chat page in the browser, signed in by a link that works once.

    With --phone: show the address for your other devices, which ask for the password, and what to compare there.
    """
    from ccnode.cli.client import Client

    home = state.node()
    if phone:
        _phone(state, Client(home, state.environment).get("/api/v1/status"))
        return
    link = Client(home, state.environment).call("POST", "/api/v1/link", {})
    url = str(link.get("url", ""))
    opened = False
    if not only_print and not state.json:
        import webbrowser

        # A browser's command line can be read by every user of the machine; a file that only we can read tells no one.
        page = home.root / "open.html"
        _write_page(page, url)
        opened = webbrowser.open(page.as_uri())
        if not opened:
            page.unlink(missing_ok=True)
    state.emit({"url": url, "expires_in_s": link.get("expires_in_s"), "opened": opened}, clean(url))
    if opened:
        state.note("If the browser shows nothing, open this link in it. It works once, for ten minutes.")
    elif not only_print:
        state.note("No browser could be opened: open this link in one. It works once, for ten minutes.")
    sys.stdout.flush()


def _phone(state: State, facts: dict[str, Any]) -> None:
    """Where another device opens the page. Raises CliError where none is served."""
    devices = facts.get("outward")
    if not devices:
        raise CliError(
            "this node serves no other device",
            code="not_served",
            remedy="run: ccnode password set, then: ccnode config set api.bind '*', and start the daemon again",
        )
    url = devices.get("url")
    if not url:
        raise CliError(str(devices.get("problem") or "other devices are not served"), code="not_served")
    lines = [*devices["urls"], f"SHA-256 {devices['fingerprint']}"]
    state.emit(devices, clean("\n".join(lines)))
    if state.json or state.quiet:
        return
    if sys.stderr.isatty():
        import segno

        sys.stdout.flush()
        segno.make(url, error="l").terminal(out=sys.stderr, compact=True)
    if devices.get("certificate") == "made":
        state.note("The browser warns, as this certificate was made here: compare the fingerprint, then go on.")
    if devices.get("problem"):
        state.warn(str(devices["problem"]))


def _write_page(path: Any, url: str) -> None:  # noqa: ANN401  # a path
    import html

    from ccnode.store.home import write_private

    target = html.escape(url, quote=True)
    write_private(
        path,
        f'<!DOCTYPE html><meta charset="utf-8"><meta name="referrer" content="no-referrer">'
        f'<meta http-equiv="refresh" content="0;url={target}"><title>ccnode</title>'
        f'<a href="{target}">Open ccnode</a>\n'.encode(),
    )
