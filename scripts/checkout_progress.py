"""What does a person see while a checkout is set up, and how is a long command run without hiding how it ends?

CommandFailedError         a command ended with an error; holds its last lines, and what they mean where that is known
InterruptedSetupError      Ctrl-C or SIGTERM came; holds the exit code that says so
"""

from __future__ import annotations

import contextlib
import os
import re
import selectors
import signal
import subprocess
import sys
import time
from collections import deque
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path
    from types import FrameType

LINES_KEPT = 400  # of a command's output, for the diagnosis
LINES_SHOWN = 12  # of those, when it fails
LINE_BYTES_MAX = 4096
SIGN_OF_LIFE_S = 15.0  # how often a line is printed where there is no terminal to redraw one on
GRACE_S = 10.0  # how long an interrupted command may take to end by itself

DISK_FULL = "the disk is full: free some space"
NOT_AS_LOCKED = (
    "a downloaded file is not the one that was locked, so it was not installed: it arrived damaged, or whoever serves "
    "it (a mirror?) changed it"
)
NO_NETWORK = (
    "the package index could not be reached: the first set-up needs the network. Behind a proxy or with a mirror, set "
    "HTTPS_PROXY, or PIP_INDEX_URL and UV_INDEX_URL"
)
NO_TRUST = (
    "the certificate of the package index is not trusted here. Where a proxy reads along, name its certificate in "
    "SSL_CERT_FILE (uv) or PIP_CERT (pip)"
)
NO_BUILD = (
    "a package has no ready-made build for this machine, or the package index does not carry it. All of them have one "
    "for Linux (glibc; x86_64 and aarch64) and macOS (Apple silicon)"
)
# What is wrong, by what installers print. The first that matches wins.
DIAGNOSES = (
    (r"No space left on device|os error 28|Errno 28|Disk quota exceeded", DISK_FULL),
    (r"Read-only file system|os error 30|Errno 30", "the disk is read-only: use a checkout that can be written"),
    (r"DO NOT MATCH THE HASHES|[Hh]ash mismatch", NOT_AS_LOCKED),
    (r"certificate verify failed|invalid peer certificate|CERTIFICATE_VERIFY_FAILED", NO_TRUST),
    (
        r"name resolution|dns error|getaddrinfo|Name or service not known|Failed to establish a new connection",
        NO_NETWORK,
    ),
    (r"[Cc]onnection (refused|reset|aborted|error)|timed? ?out|Network is unreachable|ProxyError|SSLError", NO_NETWORK),
    (r"error sending request|ould not connect|Failed to fetch|request failed", NO_NETWORK),
    (r"no usable wheels|has no wheels|No matching distribution found|no matching (wheel|distribution)", NO_BUILD),
    (r"Permission denied|os error 13|Errno 13", "a file may not be written: does .venv belong to another user?"),
)


def diagnose(lines: Sequence[str]) -> str:
    """Say in plain words what an installer's output means; "" if that is not known."""
    text = "\n".join(lines)
    return next((meaning for pattern, meaning in DIAGNOSES if re.search(pattern, text)), "")


class CommandFailedError(Exception):
    """A command ended with an error. `lines` are the last it printed, `meaning` is "" where it is not known."""

    def __init__(self, what: str, status: int, lines: Sequence[str]) -> None:
        self.lines = list(lines)[-LINES_SHOWN:]
        self.meaning = diagnose(lines)
        ended = f"was ended by signal {-status}" if status < 0 else f"failed with exit code {status}"
        super().__init__(f"{what} {ended}" + (f": {self.meaning}" if self.meaning else ""))


class InterruptedSetupError(BaseException):
    """Ctrl-C or SIGTERM came during set-up. A BaseException, so that no handler of errors takes it for one."""

    def __init__(self, signal_number: int) -> None:
        super().__init__(signal_number)
        self.exit_code = 128 + signal_number


class _Interrupts:
    """What a signal does: raise InterruptedSetupError at once, or, while it is held, on release."""

    def __init__(self) -> None:
        self.held = False
        self.pending = 0

    def come(self, number: int, _frame: FrameType | None) -> None:
        """Handle a signal."""
        if not self.held:
            raise InterruptedSetupError(number)
        self.pending = number

    def release(self) -> None:
        """Hold signals no longer; raise for the one that came meanwhile."""
        self.held = False
        if self.pending:
            number, self.pending = self.pending, 0
            raise InterruptedSetupError(number)


_interrupts = _Interrupts()


@contextlib.contextmanager
def interruptible() -> Iterator[None]:
    """Turn SIGINT, SIGTERM and SIGHUP into InterruptedSetupError while the block runs."""
    numbers = [signal.SIGINT, signal.SIGTERM]
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # nohup means to outlive the terminal
        numbers.append(signal.SIGHUP)
    before = {number: signal.signal(number, _interrupts.come) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class Progress:
    """Numbered steps with the time each took: one redrawn line a step on a terminal, else a line now and then."""

    def __init__(self, total: int, stream: TextIO | None = None) -> None:
        self.total = total
        self.done = 0
        self.stream = stream if stream is not None else sys.stderr
        self.on_terminal = self.stream.isatty()
        self.start_s = time.monotonic()
        self._title = ""
        self._step_start_s = self.start_s
        self._spoken_s = self.start_s

    def elapsed_s(self) -> float:
        """Seconds since the first step."""
        return time.monotonic() - self.start_s

    @contextlib.contextmanager
    def step(self, title: str) -> Iterator[None]:
        """Show `title` while the block runs, and how long it took or that it failed."""
        self.done += 1
        self._title = f"[{self.done}/{self.total}] {title}"
        self._step_start_s = self._spoken_s = time.monotonic()
        self._say(f"{self._title} ...", ends=not self.on_terminal)
        outcome = "stopped after"
        try:
            yield
            outcome = "done in"
        finally:
            self._say(f"{self._title} ... {outcome} {time.monotonic() - self._step_start_s:.1f} s", ends=True)

    def tick(self, detail: str = "") -> None:
        """Show that the step is still at work, and on a terminal also at what; called about once a second."""
        now = time.monotonic()
        if self.on_terminal:
            self._say(f"{self._title} ... {now - self._step_start_s:.0f} s  {detail}", ends=False)
        elif now - self._spoken_s >= SIGN_OF_LIFE_S:
            self._spoken_s = now
            self._say(f"{self._title} ... {now - self._step_start_s:.0f} s", ends=True)

    def note(self, text: str) -> None:
        """Print a line of its own."""
        self._say(text, ends=True)

    def _say(self, text: str, *, ends: bool) -> None:
        if self.on_terminal:
            width = os.get_terminal_size(self.stream.fileno()).columns or 80
            text = "\r\033[K" + (text if ends else text[: width - 1])
        self.stream.write(text + ("\n" if ends else ""))
        self.stream.flush()


def run(command: Sequence[str], *, what: str, progress: Progress, env: Mapping[str, str], cwd: Path, lock: int) -> None:
    """Run a command that asks nothing, showing signs of life; its output is kept for the diagnosis.

    The command inherits the file descriptor `lock`: should this process be killed, what it started still holds the
    lock, and a second set-up waits for it. Raises CommandFailedError; whatever else comes up meanwhile ends the
    command first.
    """
    lines: deque[str] = deque(maxlen=LINES_KEPT)
    # A signal between the start of the command and the `try` that ends it would leave it running.
    _interrupts.held = True
    try:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=dict(env),
            cwd=cwd,
            pass_fds=(lock,),
        )
    except OSError as error:
        _interrupts.release()
        raise CommandFailedError(what, 127, [f"{command[0]}: {error.strerror}"]) from error
    with process:
        try:
            _interrupts.release()
            for line in _output(process, progress, lines):
                lines.append(line)
            status = process.wait()
        except BaseException:
            _end(process)
            raise
    if status != 0:
        raise CommandFailedError(what, status, lines)


def _output(process: subprocess.Popen[bytes], progress: Progress, lines: deque[str]) -> Iterator[str]:
    """Yield the lines the process prints, until it closes its output; tick meanwhile."""
    assert process.stdout is not None  # noqa: S101 (it was asked for)
    pending = b""
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        while True:
            progress.tick(lines[-1] if lines else "")
            if not selector.select(timeout=1.0):
                if process.poll() is not None:
                    break  # it ended, but a child of its own keeps the pipe
                continue
            piece = os.read(process.stdout.fileno(), 65536)
            if not piece:
                break
            *whole, pending = re.split(rb"[\r\n]+", pending + piece)
            pending = pending[-LINE_BYTES_MAX:]
            yield from (text for line in whole if (text := _readable(line)))
    if text := _readable(pending):
        yield text


def _readable(line: bytes) -> str:
    """Strip what would move a terminal's cursor."""
    text = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", line[-LINE_BYTES_MAX:].decode("utf-8", "replace"))
    return "".join(character for character in text if character.isprintable() or character == "\t").strip()


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a command: politely, then, or if Ctrl-C comes again, not."""
    process.terminate()
    try:
        process.wait(GRACE_S)
    except subprocess.TimeoutExpired:
        pass
    finally:
        process.kill()
