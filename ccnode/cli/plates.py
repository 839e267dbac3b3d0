"""How does a text become the plate from the command line? Linted, signed by the owner key, kept; a daemon may run."""

from __future__ import annotations

import os
import stat
import time
from typing import TYPE_CHECKING, Any, Final

from ccnode.cli.errors import FAILED, NOT_FOUND, CliError
from ccnode.cli.text import clean

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from ccnode.cli.state import State
    from ccnode.mind.plate import Finding
    from ccnode.store.home import Home
    from ccnode.store.platefile import PlateFile
    from ccnode.store.plates import Version
    from ccnode_crypto.statements import PlateStatement

NO_PLATE: Final = "make one: ccnode plate edit"


def in_force(home: Home) -> Version | None:
    """The plate in force."""
    from ccnode.cli import local as database
    from ccnode.store import plates

    return database.ask(home, plates.plate_in_force())


def needed(home: Home) -> Version:
    """The plate in force. Raises CliError where there is none (exit 5)."""
    found = in_force(home)
    if found is None:
        raise CliError("there is no plate yet", code="no_plate", remedy=NO_PLATE, exit_code=NOT_FOUND)
    return found


def check(state: State, findings: Sequence[Finding], where: str) -> None:
    """Tell what is wrong. Raises CliError where that keeps it from being kept."""
    from ccnode.mind.plate import errors

    wrong = errors(list(findings))
    for one in findings:
        if one not in wrong[:1]:
            state.note(said(one, where))
    if wrong:
        raise CliError(said(wrong[0], where), code="bad_plate", remedy=wrong[0].remedy)


def said(one: Finding, where: str) -> str:
    """A finding as a line, as compilers write them."""
    place = f"{where}:{one.line}" if one.line else where
    return f"{place}: {one.severity}: {one.message}"


def text_in(path: Path) -> tuple[str | None, list[Finding]]:
    """The text of a file, and what is wrong with it; reads no more of it than a plate may have.

    Raises:
        CliError: it is no regular file, or is being written. OSError: it cannot be read.
    """
    from ccnode.mind import plate

    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)  # a pipe must not hang us
    try:
        status = os.fstat(descriptor)
        size = status.st_size
        if not stat.S_ISREG(status.st_mode):
            raise CliError(f"{path} is not a regular file", code="not_a_file", remedy="name a text file")
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            data = file.read(plate.BYTES_MAX + 1)
        after = os.fstat(descriptor)
    finally:
        os.close(descriptor)
    if (after.st_size, after.st_mtime_ns) != (size, status.st_mtime_ns):
        raise CliError(f"{path} was written to while it was read", code="conflict", remedy="try again",
                       exit_code=NOT_FOUND)  # fmt: skip
    if len(data) > plate.BYTES_MAX:
        return None, [plate.too_large(max(size, len(data)))]
    findings = plate.lint_file(data)
    try:
        return plate.text_of(data), findings
    except UnicodeDecodeError:
        return None, findings


def file_of(home: Home, current: Version | None) -> PlateFile:
    """The file in the data directory, against the plate in force."""
    from ccnode.store import platefile

    return platefile.read(home, current.plate if current is not None else None)


def check_nothing_unkept(home: Home, current: Version | None, wanted: str) -> None:
    """Refuse to put another text in the place of changes that no version holds. Raises CliError (exit 5)."""
    found = file_of(home, current)
    if found.standing in ("differs", "unreadable") and found.text != wanted:
        raise CliError(
            f"{home.plate} has changes that no version holds",
            code="unkept",
            remedy="keep them first (ccnode plate keep), or drop them (ccnode plate discard)",
            exit_code=NOT_FOUND,
        )


def keep(state: State, home: Home, text: str) -> dict[str, Any]:
    """Have the owner state that the text is the plate, and record it; through the daemon where one runs.

    Returns:
        plate, fresh and file, as PUT /api/v1/plate answers.
    """
    from ccnode.cli import local as database
    from ccnode.cli.client import Client
    from ccnode.cli.owner_key import signing_key
    from ccnode.store import plate_shapes, plates

    current, last_ms = database.facts(home, plates.plate_in_force(), plates.last_issued())
    if current is not None and current.text == text:
        form = plate_shapes.file(file_of(home, current), str(home.plate))
        return {"plate": plate_shapes.version(current), "fresh": False, "file": form}
    statement = plates.stated(signing_key(state, home), text, current, last_ms, time.time_ns() // 1_000_000)
    client = Client(home, state.environment)
    if client.running():
        return client.call("PUT", "/api/v1/plate", {"text": text, "statement": _form(statement)})
    return _keep_here(home, text, statement)


def _form(statement: PlateStatement) -> dict[str, Any]:
    return {
        "owner": statement.owner.hex(),
        "previous": statement.previous.hex() if statement.previous is not None else None,
        "issued_ms": statement.issued_ms,
        "signature": statement.signature.hex(),
    }


def _keep_here(home: Home, text: str, statement: PlateStatement) -> dict[str, Any]:
    """The same without a daemon: this process holds the directory meanwhile."""
    from ccnode.cli import local as database
    from ccnode.cli.identity import open_ledger
    from ccnode.store import plate_shapes, platefile, plates
    from ccnode.store.home import DirectoryLock

    lock = DirectoryLock(home)
    try:
        ledger = open_ledger(home)
        try:
            kept = ledger.append_sync(plates.keep(statement, text))
        finally:
            ledger.close()
        platefile.follow(home, kept.version, lambda plate: bool(database.ask(home, plates.numbers({plate}))))
    finally:
        lock.release()
    form = plate_shapes.file(file_of(home, kept.version), str(home.plate))
    return {"plate": plate_shapes.version(kept.version), "fresh": kept.fresh, "file": form}


def told(state: State, made: dict[str, Any]) -> None:
    """Say what came of keeping a text."""
    version = made.get("plate") or {}
    text = f"version {version.get('version')} of the plate is in force ({str(version.get('digest'))[:12]})"
    state.emit(made, clean(text if made.get("fresh") else f"nothing changed: {text}"))


def edited(state: State, path: Path) -> None:
    """Open the person's editor on a file and wait until it ends. Raises CliError where there is none, or it fails."""
    import shlex
    import shutil
    import subprocess

    chosen = state.environment.get("VISUAL") or state.environment.get("EDITOR")
    command = shlex.split(chosen) if chosen else [next(filter(shutil.which, ("nano", "vi")), "")]
    if not command or not command[0]:
        raise CliError("there is no editor", code="no_editor", remedy="name one in EDITOR")
    try:
        done = subprocess.run([*command, str(path)], check=False)  # noqa: S603  # the person's own editor
    except OSError as error:
        raise CliError(f"the editor {command[0]} cannot be started: {error.strerror}", code="no_editor",
                       remedy="name another in EDITOR") from error  # fmt: skip
    if done.returncode:
        raise CliError(f"the editor ended with {done.returncode}; nothing was kept", code="declined",
                       exit_code=FAILED)  # fmt: skip
