"""How are backups made, listed, checked and put back?"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from ccnode.cli import ask, owner_key
from ccnode.cli.errors import FAILED, NOT_FOUND, CliError
from ccnode.cli.params import INPUT, OUTPUT, Group, pass_state
from ccnode.cli.text import clean, count, local, size
from ccnode.clock import iso

if TYPE_CHECKING:
    from ccnode.cli.state import State
    from ccnode.store.backup import Restored
    from ccnode.store.home import Home

SHORT: Final = 12
IDENTITY = click.option(
    "--identity",
    type=click.Path(path_type=Path, dir_okay=False, exists=True, allow_dash=True),
    metavar="FILE",
    help="The file with the backup key; - reads it from standard input. Default: this node's, else it is asked for.",
)


@click.group("backup", cls=Group, short_help="Make, check and put back encrypted backups.")
def command() -> None:
    """Make, check and put back encrypted backups.

    A backup holds everything but the node key and the owner key. The backup key, which the recovery kit holds too,
    opens it. The node that makes a backup signs it: nobody else can make one that passes for its own, though whoever
    may write to the folder can give an old one a newer name (`verify` says when it was made, and by whom).
    """


@command.command("create")
@click.option("-o", "--output", type=click.Path(path_type=Path), metavar="PATH", help="A file or folder to write to.")
@pass_state
def create(state: State, *, output: Path | None) -> None:
    """Make a backup now, whether or not the daemon runs."""
    from ccnode.cli.progress import bar
    from ccnode.store import backup

    home = state.node()
    # It reads one consistent state beside the daemon, so the daemon need not be asked for it.
    with bar(state, "copying") as move:
        made = backup.create(home, output=output, progress=move)
    data = {
        "path": str(made.path),
        "bytes": made.bytes,
        "entries": made.entries,
        "sha256": made.sha256,
        "created": made.created,
    }
    state.emit(data, f"{made.path}  {size(made.bytes)}, {count(made.entries, 'entry', 'entries')}")


@command.command("list", short_help="List the backups, the newest first.")
@pass_state
def list_backups(state: State) -> None:
    """List the backups and other copies in the data directory, the newest first."""
    from ccnode.store import backup

    found = backup.list_backups(state.node())
    data = [
        {"path": str(one.path), "bytes": one.bytes, "created": iso(one.created_ms), "kind": one.kind} for one in found
    ]
    rows = [(local(one.created_ms), size(one.bytes), one.kind, str(one.path)) for one in found]
    state.table(
        {"backups": data}, ("made", "size", "kind", "file"), rows, none="There is no backup: ccnode backup create"
    )


@command.command("verify", short_help="Decrypt a backup and check every entry in it.")
@click.argument("file", type=INPUT, required=False)
@IDENTITY
@pass_state
def verify(state: State, *, file: Path | None, identity: Path | None) -> int:
    """Decrypt a backup and check every entry in it. Nothing here is changed.

    Without FILE it is the newest one in the data directory.
    """
    from ccnode.cli.progress import bar
    from ccnode.store import backup
    from ccnode_crypto.keys import node_id

    file = file or _newest(state.node())
    with bar(state, "verifying") as move:
        checked = backup.verify(file, _identity(state, state.home, identity), progress=move)
    report = checked.report
    problems = [{"chain": one.chain, "seq": one.seq, "field": one.field, "message": one.message}
                for one in report.problems]  # fmt: skip
    data = {
        "ok": checked.ok,
        "path": str(file),
        "entries": report.entries,
        "chains": report.chains,
        "problems": problems,
        "created": checked.manifest.get("created"),
        "name": checked.manifest.get("name"),
        "signed_by": node_id(checked.signer) if checked.signer is not None else None,
    }
    verdict = "nothing was altered" if checked.ok else count(len(problems), "problem")
    lines = [f"PROBLEM  {clean(one.field)}: {clean(one.message)}" for one in report.problems[:20]]
    lines.append(f"{file}: {count(report.entries, 'entry', 'entries')}, {verdict}")
    made = f"made {checked.manifest['created']}"
    by = f"signed by node {node_id(checked.signer)[:SHORT]}" if checked.signer is not None else "NOT SIGNED"
    lines.append(f"{clean(made)}, {by}")
    state.emit(data, "\n".join(lines))
    return 0 if checked.ok else FAILED


def _newest(home: Home) -> Path:
    """The newest backup in the data directory."""
    from ccnode.store import backup

    found = next((one.path for one in backup.list_backups(home) if one.kind in {"manual", "automatic"}), None)
    if found is None:
        raise CliError("there is no backup here", code="not_found", exit_code=NOT_FOUND,
                       remedy="make one: ccnode backup create; or name a file")  # fmt: skip
    return found


def _identity(state: State, home: Home, given: Path | None) -> str:
    """The backup key: from the file given, this node's own, or asked for."""
    from ccnode.store.home import read_private

    if given is not None and str(given) == "-":
        return sys.stdin.readline(4096).strip()
    if given is not None:
        with given.open("rb") as file:
            return file.read(4096).decode("utf-8", "replace").strip()
    if home.backup_key.exists():
        return read_private(home.backup_key).decode("utf-8", "replace").strip()
    ask.need_terminal("name the file with the backup key: --identity FILE")
    state.note("The backup key is in the recovery kit; it begins with AGE-SECRET-KEY-1.")
    return ask.secret("Backup key").strip()


@command.command("restore")
@click.argument("file", type=INPUT)
@IDENTITY
@click.option("--into", type=click.Path(path_type=Path, file_okay=False), metavar="DIR",
              help="Put it into this directory instead of the node's own.")  # fmt: skip
@click.option("--yes", "--replace", "yes", is_flag=True, help="Do not ask, and move what is there aside.")
@pass_state
def restore(state: State, *, file: Path, identity: Path | None, into: Path | None, yes: bool) -> None:
    """Put a backup back. It is checked first, and what was there is moved aside, not deleted.

    In a new directory the node gets a key of its own, certified by your owner key where that can be had. Other nodes
    wait to be accepted again, since a backup cannot know whom you removed after it was made.
    """
    from ccnode.cli.progress import bar
    from ccnode.store import backup
    from ccnode.store.home import Home, is_held

    here = state.home
    home = Home(into.expanduser().absolute()) if into is not None else here
    if is_held(home):
        raise CliError(f"the daemon runs in {home.root}", code="in_use", remedy="stop it first: ccnode stop",
                       exit_code=NOT_FOUND)  # fmt: skip
    key = _identity(state, here if here.backup_key.exists() else home, identity)
    replace = yes or home.ledger.exists()
    if replace and not yes:
        _confirm(home)
    with bar(state, "verifying") as move:
        done = backup.restore(file, key, home, replace=replace, progress=move)
    certified = _settle(state, home, here, key, done)
    data: dict[str, Any] = {
        "path": str(file),
        "data_dir": str(home.root),
        "entries": done.report.entries,
        "replaced": str(done.replaced) if done.replaced else None,
        "erased": done.erased,
        "certified": certified,
        "created": done.manifest.get("created"),
    }
    state.emit(data, f"{count(done.report.entries, 'entry', 'entries')} are back in {home.root}")
    if done.replaced:
        state.note(f"What was there before is in {done.replaced}")
    if done.erased:
        state.note(f"{count(done.erased, 'content')} stayed out: an order to forget them is due by now")
    if done.manifest.get("signed") is None:
        state.warn("the backup is not signed: nothing proves which node made it")
    if not certified:
        state.note("Your owner key does not stand behind this node yet: ccnode init --certify")


def _confirm(home: Home) -> None:
    from ccnode.cli import local as database
    from ccnode.store import views
    from ccnode.store.errors import StoreError

    try:
        counts = database.ask(home, views.statistics())
        what = f"{count(counts.messages, 'message')} in {count(counts.sessions, 'conversation')}"
    except (StoreError, CliError):
        what = "a database that cannot be read"
    ask.need_terminal("use --yes")
    click.echo(f"In {home.root} there is {what}. It will be moved aside, into a folder beside it.", err=True)
    ask.confirm("Put the backup in its place?")


def _settle(state: State, home: Home, here: Home, key: str, done: Restored) -> bool:
    """Give a restored node what no backup holds: keys. Returns whether the owner stands behind it."""
    from ccnode.cli.identity import adopt, read_profile
    from ccnode.store import owner
    from ccnode.store.home import write_private

    if not home.backup_key.exists():
        write_private(home.backup_key, f"{key}\n".encode())
    if done.has_node_key and home.profile.exists():
        return bool(read_profile(home).get("certificate"))
    source = home if owner.guard(home) != "absent" else here
    return adopt(home, owner_key.code_at_hand(state, source), source)


@command.command("kit", short_help="Write the recovery kit again, to print.")
@click.option("-o", "--output", type=OUTPUT, default=Path("recovery-kit.html"), show_default=True, metavar="FILE",
              help="Where to write it (.html or .txt).")  # fmt: skip
@pass_state
def kit(state: State, *, output: Path) -> None:
    """Write the recovery kit again: the owner's recovery code and the backup key, to print."""
    from ccnode.cli import kit as kits
    from ccnode.cli.identity import Identity, read_profile
    from ccnode.store import owner
    from ccnode.store.home import read_private
    from ccnode_crypto.keys import grouped

    home = state.node()
    target = kits.check_target(output, home)
    guard = owner.guard(home)
    code = owner_key.read_code(home, owner_key.passphrase(state, home))
    profile = read_profile(home)
    shown = Identity(
        name=str(profile.get("name")),
        node_id=str(profile.get("node_id")),
        owner_id=str(profile.get("owner_id")),
        created=str(profile.get("created")),
        guard="passphrase" if guard == "passphrase" else "file permissions",
        recovery_code=grouped(code),
        backup_key=read_private(home.backup_key).decode("ascii", "replace").strip(),
    )
    kits.write_kit(target, shown)
    (home.root / kits.MADE).touch(mode=0o600)
    state.emit({"path": str(target)}, str(target))
    state.note("Print it, keep the paper safe, then delete the file.")
