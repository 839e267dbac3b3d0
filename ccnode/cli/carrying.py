"""How does a bundle get from the daemon to a stick, and back from a stick? With a passphrase, where that is wanted.

A passphrase never reaches the daemon, nor does what it costs to try one: it opens a key of its own that lies before the
bundle in the file, and that key is what the bundle is encrypted to.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final

from ccnode.cli import ask
from ccnode.cli.client import of
from ccnode.cli.errors import FAILED, INTERRUPTED, NOT_FOUND, CliError, Unreachable
from ccnode.cli.files import written
from ccnode.cli.peers import SHORT, client, path
from ccnode.cli.progress import bar
from ccnode.cli.text import clean, count, local, ms_of, size

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import BinaryIO

    from ccnode.cli.client import Client
    from ccnode.cli.state import State

Form = dict[str, Any]
PASSPHRASE_VARIABLE: Final = "CCNODE_BUNDLE_PASSPHRASE"  # noqa: S105  # a name
MAGIC: Final = b"ccnode-bundle/1\n"  # before a bundle with a passphrase; without one the file is an age file
LENGTH_BYTES: Final = 2
WRAPPED_BYTES_MAX: Final = 4096
LOOK_S: Final = 0.1


def create(state: State, target: Path, peer: str | None, since_ms: int | None, *, full: bool, secret: bool) -> None:
    """Have one made, and write it to a file."""
    caller = client(state)
    if target.exists():
        raise CliError(f"{target} exists already", code="exists", remedy="name another file", exit_code=NOT_FOUND)
    body: Form = {"full": full}
    if since_ms is not None:
        from ccnode.clock import iso

        body["since"] = iso(since_ms)
    before = b""
    named = path(peer or _only(caller), "bundle")
    if secret:
        body["recipient"], before = _wrapped(_passphrase(confirm=True))
    form = caller.call("POST", named, body)["bundle"]
    try:
        form = _watched(state, caller, form, "making")
        size_bytes = written(target, _pieces(before, caller.download(f"{_path(form)}/file")))
    finally:
        _forget(caller, form)
    data = {**{name: form[name] for name in ("peer", "number", "made", "entries")}, "path": str(target.absolute()),
            "bytes": size_bytes}  # fmt: skip
    told = count(form["entries"], "entry", "entries") if form["entries"] else "nothing new, and what is here"
    state.emit(data, f"{target}  {size(size_bytes)}, {told} for {str(form['peer'])[:SHORT]}")
    state.note(f"There: ccnode peer bundle apply {target.name}")


def _only(caller: Client) -> str:
    """The one peer that there is. Raises CliError."""
    found = caller.get("/api/v1/peers").get("peers") or []
    if len(found) != 1:
        raise CliError(
            "which node is it for?" if found else "no node was added yet",
            code="usage",
            remedy="name it: --for PEER; see: ccnode peer list",
        )
    return str(found[0]["node_id"])


def apply(state: State, source: Path, *, dry_run: bool, secret: bool) -> int:
    """Send one to the daemon and have it applied; returns the exit code."""
    caller = client(state)
    with source.open("rb") as file:
        identity = _identity(file, asked=secret)
        total = source.stat().st_size - file.tell()
        if total <= 0:
            raise CliError(f"{source} is empty or cut short", code="damaged_bundle", remedy="copy it again, whole")
        with bar(state, "sending", in_bytes=True) as move:
            form = caller.upload("/api/v1/bundles", file, total, move)["bundle"]
    try:
        body = {"identity": identity, "dry_run": dry_run}
        form = caller.call("POST", f"{_path(form)}/apply", body)["bundle"]
        form = _watched(state, caller, form, "looking" if dry_run else "applying")
    except Unreachable as error:
        remedy = f"{error.remedy}; then apply the same file again: what was taken in stays"
        raise Unreachable(str(error), remedy=remedy) from error
    except KeyboardInterrupt:
        state.note("Stopped. What was taken in stays; to go on, apply the same file again.")
        return INTERRUPTED
    finally:
        _forget(caller, form)
    state.emit(form, _account(form))
    return _notes(state, form, source)


def _watched(state: State, caller: Client, form: Form, what: str) -> Form:
    with bar(state, what) as move:
        while form["state"] in {"waiting", "running"}:
            if move is not None and form["entries"]:
                move(min(form["entries_done"], form["entries"]), form["entries"])
            time.sleep(LOOK_S)
            form = caller.get(_path(form))["bundle"]
    if form["state"] == "failed":
        error = form.get("error") or {}
        raise CliError(
            str(error.get("message", "it failed")),
            code=str(error.get("code", "failed")),
            remedy=str(error.get("remedy", "")),
            exit_code=NOT_FOUND if error.get("code") in {"another_node", "not_allowed", "conflict"} else FAILED,
        )
    return form


def _path(form: Form) -> str:
    return f"/api/v1/bundles/{of(str(form['bundle_id']))}"


def _forget(caller: Client, form: Form) -> None:
    try:
        caller.call("DELETE", _path(form))
    except CliError:
        return  # it forgets it by itself, when others come


def _account(form: Form) -> str:
    result = form["result"]
    verb = "would be new" if form["dry_run"] else "new"
    text = f"{count(form['entries'], 'entry', 'entries')} of {str(form['peer'])[:SHORT]}:"
    text += f" {result['new']:,} {verb}, {result['known']:,} known"
    if result["contents"]:
        text += f", {count(result['contents'], 'content')} that were missing"
    return text


def _notes(state: State, form: Form, source: Path) -> int:
    """What a person should know beside that; the exit code."""
    result, made = form["result"], local(ms_of(form["made"]))
    if form["older"]:
        state.note(f"A later bundle of that node was applied before this one, which is of {made}.")
    if result["restored"]:
        state.note("That node holds more of what this one wrote than is here: this directory is an old copy.")
        state.note("It goes on in a new epoch. What was lost comes with the next bundle, once one was sent back.")
    for chain in result["forks"]:
        state.note(f"a chain of {chain['node_id'][:SHORT]} was written twice: ccnode federation status")
    for chain in result["parted"]:
        state.note(
            f"a chain of {chain['node_id'][:SHORT]} differs from what is here, before anything that is in the bundle:"
            " have it made with --full, or connect the two"
        )
    for gap in result["gaps"]:
        state.note(
            f"a chain of {gap['node_id'][:SHORT]} begins at {gap['begins']:,} in it, and here are {gap['here']:,}:"
            " send a bundle back and have another made, or have it made with --full"
        )
    for name, why in (
        ("refused", "this node takes none such from that peer"),
        ("strangers", "nobody here has certified who wrote them"),
        ("over_quota", "more than is taken from that peer in a day, or in all"),
    ):
        if result[name]:
            state.note(f"left out: {count(result[name], 'entry', 'entries')}: {why}")
    if not form["dry_run"]:
        state.note(f"To tell it what arrived: ccnode peer bundle create FILE --for {str(form['peer'])[:SHORT]}")
    incomplete = result["gaps"] or result["parted"] or result["over_quota"]
    if incomplete:
        state.note(f"Keep {clean(source.name)} until the rest has come.")
    return FAILED if incomplete else 0


# --- passphrases ---


def _passphrase(*, confirm: bool = False) -> str:
    import os

    given = os.environ.get(PASSPHRASE_VARIABLE)
    if given:
        return given
    ask.need_terminal(f"give the passphrase in {PASSPHRASE_VARIABLE}")
    return ask.secret("Passphrase of the bundle", confirm="The same again" if confirm else None)


def _wrapped(passphrase: str) -> tuple[str, bytes]:
    """A key for one bundle: what to encrypt it to, and the beginning of the file, in which the passphrase opens it."""
    import pyrage

    made = pyrage.x25519.Identity.generate()
    sealed = pyrage.passphrase.encrypt(str(made).encode(), passphrase)
    return str(made.to_public()), MAGIC + len(sealed).to_bytes(LENGTH_BYTES, "big") + sealed


def _identity(file: BinaryIO, *, asked: bool) -> str | None:
    """The key that a passphrase opens, where the file begins with one; the file stands at the bundle after it.

    Raises:
        CliError: it is no bundle, or the passphrase is another.
    """
    begin = file.read(len(MAGIC))
    if begin != MAGIC:
        file.seek(0)
        if begin.startswith(b"ccnode-bundle/"):
            raise CliError("the bundle is of a later version", code="conflict", remedy="update ccnode here")
        if asked:
            raise CliError("this bundle has no passphrase", code="usage", remedy="apply it without --passphrase")
        return None
    length = int.from_bytes(file.read(LENGTH_BYTES), "big")
    sealed = file.read(length) if length <= WRAPPED_BYTES_MAX else b""
    import pyrage

    try:
        opened: bytes = pyrage.passphrase.decrypt(sealed, _passphrase())
    except pyrage.DecryptError as error:
        raise CliError(
            f"the passphrase does not open it, or its beginning is damaged: {error}",
            code="wrong_passphrase",
            remedy="try again; or have it made anew",
        ) from None
    return opened.decode("ascii", "replace").strip()


def _pieces(before: bytes, pieces: Iterator[bytes]) -> Iterator[bytes]:
    yield before
    yield from pieces
