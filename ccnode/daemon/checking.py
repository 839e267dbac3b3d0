"""How does the node have itself checked while it goes on? One process for each kind of check, and its outcome."""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
from typing import TYPE_CHECKING, Any, Final

import structlog

from ccnode import clock

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

log = structlog.get_logger()

LINE_BYTES_MAX: Final = 64 * 1024 * 1024  # a report of a thousand problems in as many chains stays below
ERROR_BYTES_MAX: Final = 4_000
END_WAIT_S: Final = 5.0
Form = dict[str, Any]


class Check:
    """One kind of check: at most one of it runs, and its last outcome stays.

    `state`: idle, running, done, stopped or failed. `changed` is called whenever something here is new.
    """

    def __init__(self, changed: Callable[[], None]) -> None:
        self._changed = changed
        self._task: asyncio.Task[None] | None = None
        self._process: asyncio.subprocess.Process | None = None
        self.state = "idle"
        self.subject = ""
        self.done = self.total = 0
        self.started_ms: int | None = None
        self.finished_ms: int | None = None
        self.error: Form | None = None

    @property
    def running(self) -> bool:
        """Whether it is being looked at."""
        return self.state == "running"

    def start(self, arguments: Sequence[str], subject: str, keep: Callable[[Form], None]) -> None:
        """Begin, unless one runs already. `keep` is called with the report, in a thread, before it counts as done."""
        if self.running:
            return
        self.state, self.subject, self.done, self.total = "running", subject, 0, 0
        self.started_ms, self.finished_ms, self.error = clock.now_ms(), None, None
        self._task = asyncio.create_task(self._run(arguments, keep), name=f"check {subject}")
        self._changed()

    async def stop(self) -> None:
        """End it, if it runs; what was found before stays. Idempotent."""
        if self._task is not None:
            if self.running:
                self.state = "stopped"
            self._end()
            ended, _ = await asyncio.wait([self._task], timeout=END_WAIT_S)
            if not ended and self._process is not None:
                with contextlib.suppress(ProcessLookupError):
                    self._process.kill()
            await asyncio.gather(self._task, return_exceptions=True)

    def _end(self) -> None:
        """Ask the process to leave, which tidies up behind it.

        By its input, which it hears the end of: a signal would make `Popen` look for its end, behind asyncio's back.
        """
        if self._process is not None and self._process.stdin is not None:
            self._process.stdin.close()

    async def _run(self, arguments: Sequence[str], keep: Callable[[Form], None]) -> None:
        report: Form | None = None
        try:
            report = await self._follow(arguments)
            if report is not None:
                await asyncio.to_thread(keep, report)
        except (OSError, ValueError) as error:
            self.error = {"code": "check", "message": f"the check could not be made: {error}", "remedy": "try again"}
        finally:
            if self.state == "running":
                self.state = "done" if report is not None else "failed"
            self.finished_ms = clock.now_ms()
            self._changed()

    async def _follow(self, arguments: Sequence[str]) -> Form | None:
        """Start the process and hear it to its end; returns its report."""
        pipe = asyncio.subprocess.PIPE
        self._process = process = await asyncio.create_subprocess_exec(
            sys.executable, "-P", "-m", "ccnode.daemon.check", *arguments,
            stdin=pipe, stdout=pipe, stderr=pipe, limit=LINE_BYTES_MAX,
        )  # fmt: skip
        if process.stdout is None or process.stderr is None:
            raise ValueError("its output cannot be read")
        if self.state != "running":
            self._end()  # stopped before it began
        complaint = asyncio.create_task(_beginning(process.stderr))
        report: Form | None = None
        try:
            async for line in process.stdout:
                said = json.loads(line)
                if "report" in said:
                    report = said["report"]
                elif "error" in said:
                    self.error = said["error"]
                else:
                    self.done, self.total = int(said["done"]), int(said["total"])
                    self._changed()
        except BaseException:
            self._end()
            raise
        finally:
            code = await _gone(process)
            told = await asyncio.gather(complaint, return_exceptions=True)
        if report is None and self.error is None and self.state == "running":
            log.error("check_failed", subject=self.subject, code=code, said=str(told[0])[-500:])
            self.error = {
                "code": "check",
                "message": f"the process that checks ended early (code {code})",
                "remedy": "look into the log of the node, then try again",
            }
        return report


async def _gone(process: asyncio.subprocess.Process) -> int:
    """Wait for the process to leave, and make it where it does not; returns its exit code."""
    try:
        return await asyncio.wait_for(process.wait(), END_WAIT_S)
    except TimeoutError:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        return await process.wait()


async def _beginning(stream: asyncio.StreamReader) -> str:
    """The first of what is complained about; the rest is read and dropped, so that nobody waits for a full pipe."""
    kept = b""
    while piece := await stream.read(65_536):
        kept = (kept + piece)[:ERROR_BYTES_MAX]
    return kept.decode("utf-8", "replace")
