"""Is .venv ready for this checkout, and if not, what makes it so?

A set-up writes a mark first and a stamp last, so that one which was cut off is begun again from nothing. The stamp
holds what .venv was made from; while that has not changed, setting up is a look at it. A lock keeps two set-ups from
working at once.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import checkout_installers as installers
from checkout_progress import DISK_FULL, CommandFailedError, Progress, interruptible, run

if TYPE_CHECKING:
    from collections.abc import Iterator

CHECKOUT = Path(__file__).resolve().parent.parent
VENV = CHECKOUT / ".venv"
PYTHON = VENV / "bin" / "python"
MARK = VENV / "setup-unfinished"
STAMP = VENV / "setup-stamp.json"
PACKAGES = ("ccnode", "crypto/ccnode_crypto", "protocol/ccnode_protocol")
SUPPORTED = {"3.11", "3.12", "3.13"}
# By how much they hold. "dev" holds all that "run" holds.
PROFILES = {"run": ("runtime.txt", "build.txt"), "dev": ("dev.txt",)}


class SetupError(Exception):
    """Set-up failed; the text says why and what to do."""


@dataclass(frozen=True)
class Found:
    """What .venv is at the moment.

    `profile` is what it holds as far as known, `current` whether that is of this checkout, `reuse` whether it can be
    built upon, `why` why not. `by_hand`: this script did not make it, so what is in it is someone's, and is added to.
    """

    profile: str = ""
    current: bool = False
    reuse: bool = False
    by_hand: bool = False
    why: str = ""


def set_up(profile: str = "run", *, assume_yes: bool = False) -> None:
    """Make .venv hold `profile` ("run" or "dev") of this checkout, or leave it be if it does.

    Raises SetupError, CommandFailedError or InterruptedSetupError; after any of them the next call mends it.
    """
    try:
        with interruptible(), _lock() as lock:
            found = inspect_venv()
            if not found.current or profile not in {found.profile, "run"}:
                if found.profile == "dev":
                    profile = "dev"  # what is there stays as good as it was
                _build(profile, found, _installers(assume_yes=assume_yes), lock)
            compile_sources()
    except OSError as error:
        raise SetupError(f"{error.strerror}: {error.filename or VENV}") from error


def compile_sources() -> None:
    """Have the checkout's own modules lie beside their bytecode, as installed packages do: a start takes a third less.

    Needed where PYTHONDONTWRITEBYTECODE is set, or this is run by one who may write here and the node by one who may
    not. It takes a moment where nothing changed; where it cannot be done, all works the same, only slower.
    """
    folders = [str(CHECKOUT / folder) for folder in PACKAGES]
    command = [str(PYTHON), "-m", "compileall", "-q", *folders]
    environment = installers.clean_environment()
    with contextlib.suppress(OSError):
        subprocess.run(command, env=environment, cwd=CHECKOUT, check=False, capture_output=True)


def digest() -> str:
    """Return the hash of what decides the contents of .venv: package description and locked requirements."""
    state = hashlib.sha256()
    names = sorted({name for files in PROFILES.values() for name in files})
    for path in [CHECKOUT / "pyproject.toml", *(CHECKOUT / "requirements" / name for name in names)]:
        state.update(hashlib.sha256(path.read_bytes()).digest())
    return state.hexdigest()


def inspect_venv() -> Found:
    """Look at .venv: its stamp, its mark, and whether its interpreter runs."""
    if not VENV.exists():
        return Found()
    if MARK.exists():
        return Found(why="the last set-up was cut off")
    answer = installers.ask_python(str(PYTHON), "import sys; print(sys.prefix); print('%d.%d' % sys.version_info[:2])")
    prefix, _, minor = answer.partition("\n")
    if not prefix or os.path.realpath(prefix) != os.path.realpath(VENV):
        return Found(why="its interpreter does not run")
    try:
        stamp = json.loads(STAMP.read_text())
        profile, made_from, where = (str(stamp[key]) for key in ("profile", "digest", "checkout"))
        by_hand = bool(stamp["by_hand"])
    except (OSError, ValueError, KeyError, TypeError):
        profile, made_from, where, by_hand = "", "", str(CHECKOUT), True
    ours = f"{sys.version_info.major}.{sys.version_info.minor}"
    if minor not in (SUPPORTED if by_hand else {ours}):
        return Found(profile=profile, why=f"it was made for Python {minor}, and this is {ours}")
    if where != str(CHECKOUT):  # scripts in .venv/bin and the links hold the path: a copy would run the old one
        return Found(profile=profile, why="the checkout has moved")
    current = made_from == digest() and (VENV / "bin" / "ccnode").exists() and profile in PROFILES
    return Found(profile=profile, current=current, reuse=True, by_hand=by_hand)


def _installers(*, assume_yes: bool) -> list[installers.Installer]:
    """Return the ways to install; offer the system package that brings one where there is none."""
    try:
        return installers.installers(PYTHON)
    except installers.NoInstallerError as error:
        print(f"try: {error}.", file=sys.stderr)
        if not error.package:
            raise SetupError("Install pip for this Python, or uv, and run the same command again.") from error
        sudo = "" if os.geteuid() == 0 else "sudo "
        print(f"One package brings it:\n\n    {sudo}apt install {error.package}\n", file=sys.stderr, flush=True)
        if not installers.install_system_package(error.package, assume_yes=assume_yes):
            with_yes = "" if assume_yes else " With --yes it installs that package itself."
            raise SetupError(f"Then run the same command again.{with_yes}") from error
    return installers.installers(PYTHON)


def _build(profile: str, found: Found, ways: list[installers.Installer], lock: int) -> None:
    """Make .venv, fill it by the first way that works, stamp it."""
    progress = Progress(total=2 if found.reuse else 3)
    if found.why:
        progress.note(f"try: making .venv anew: {found.why}")
    if not found.reuse:
        with progress.step(f"making .venv with Python {sys.version.split()[0]}"):
            _remove_venv()
            VENV.mkdir()
            MARK.touch()
            # Never with pip: where ensurepip is missing (Debian), this alone still works.
            command = [installers.base_python(), "-m", "venv", "--without-pip", str(VENV)]
            env = installers.installer_environment()
            run(command, what="making .venv", progress=progress, env=env, cwd=CHECKOUT, lock=lock)
    MARK.touch()
    STAMP.unlink(missing_ok=True)
    before = progress.done
    for way in ways:
        try:
            _fill(profile, way, progress, lock)
            break
        except CommandFailedError as error:
            # Another program helps where this one is broken, or knows another way out (a mirror in pip.conf).
            if way is ways[-1] or error.meaning == DISK_FULL or (error.meaning and way.name != "uv"):
                raise
            progress.note(f"try: {error}\ntry: going on with {ways[ways.index(way) + 1].name} instead of {way.name}")
            progress.done = before
    _write_stamp(profile, by_hand=found.by_hand)
    MARK.unlink()
    progress.note(f"try: set up in {progress.elapsed_s():.0f} s")


def _fill(profile: str, way: installers.Installer, progress: Progress, lock: int) -> None:
    """Install the locked packages, then the checkout itself."""
    env = installers.installer_environment()
    files = PROFILES[profile]
    with progress.step(f"installing the locked packages with {way.name}"):
        commands = [list(way.prepare)] if way.prepare else []
        commands += [way.locked(CHECKOUT / "requirements" / name) for name in files]
        for command in commands:
            run(command, what=way.name, progress=progress, env=env, cwd=CHECKOUT, lock=lock)
    with progress.step("linking the checkout into .venv"):
        run(way.editable, what=way.name, progress=progress, env=env, cwd=CHECKOUT, lock=lock)


def _remove_venv() -> None:
    """Remove .venv, if it is there and nothing but a virtual environment."""
    if not VENV.exists():
        return
    if VENV.is_symlink() or not (MARK.exists() or (VENV / "pyvenv.cfg").exists() or not any(VENV.iterdir())):
        raise SetupError(
            f"{VENV} is not a virtual environment of this checkout: move it away, then run the same command again."
        )
    # The mark goes last, or a removal that is cut off would leave something that looks like a person's own folder.
    for entry in sorted(VENV.iterdir(), key=lambda entry: entry == MARK):
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        else:
            entry.unlink()
    VENV.rmdir()


def _write_stamp(profile: str, *, by_hand: bool) -> None:
    """Say what .venv holds; whole or not at all."""
    stamp = {"profile": profile, "digest": digest(), "checkout": str(CHECKOUT), "by_hand": by_hand}
    draft = STAMP.with_suffix(".draft")
    draft.write_text(json.dumps(stamp, indent=1) + "\n")
    draft.replace(STAMP)


@contextlib.contextmanager
def _lock() -> Iterator[int]:
    """Hold the checkout for this set-up alone; yield the descriptor that holds it."""
    # On the folder itself: it outlives any .venv, and leaves no file behind.
    descriptor = os.open(CHECKOUT, os.O_RDONLY)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("try: another set-up is at work here; waiting for it", file=sys.stderr, flush=True)
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield descriptor
    finally:
        os.close(descriptor)
