"""How does a command fail? One error with a code, a sentence, a remedy and an exit code; others are turned into it.

CliError         `exit_code` says how the process ends
  Unreachable    no daemon answers
  Refused        the daemon answered with an error
"""

from __future__ import annotations

import errno
import sys
from typing import Final

OK: Final = 0
FAILED: Final = 1
USAGE: Final = 2
UNREACHABLE: Final = 3
DENIED: Final = 4
NOT_FOUND: Final = 5
DEGRADED: Final = 6
INTERRUPTED: Final = 130

PERMISSIONS: Final = "run as the user it belongs to, or mend its owner or permissions"
_OF_THE_DISK: Final = {
    **dict.fromkeys((errno.ENOSPC, errno.EDQUOT), "free some space, or name another place"),
    errno.EROFS: "name another place: nothing can be written there",
    errno.EFBIG: "name another place: files there cannot be that large",
}
START_IT: Final = "start the daemon: ccnode run"


class CliError(Exception):
    """A command cannot do what was asked. `code`: a word for programs; `remedy`: what to do about it."""

    def __init__(self, message: str, *, code: str = "failed", remedy: str = "", exit_code: int = FAILED) -> None:
        super().__init__(message)
        self.code = code
        self.remedy = remedy
        self.exit_code = exit_code


class Unreachable(CliError):
    """No daemon answers for this data directory."""

    def __init__(self, message: str, *, remedy: str = START_IT) -> None:
        super().__init__(message, code="unreachable", remedy=remedy, exit_code=UNREACHABLE)


_BY_STATUS: Final = {
    400: FAILED,
    401: DENIED,
    403: DENIED,
    404: NOT_FOUND,
    409: NOT_FOUND,
}


class Refused(CliError):
    """The daemon answered with an error; `status` is that of HTTP."""

    def __init__(self, status: int, code: str, message: str, remedy: str) -> None:
        super().__init__(message, code=code, remedy=remedy, exit_code=_BY_STATUS.get(status, FAILED))
        self.status = status


_NOT_FOUND: Final = {"NotFound", "Conflict", "DirectoryInUse"}
_OTHERS: Final = {
    "ccnode.models.base.ModelError": "model",
    "ccnode.config.errors.ConfigError": "config",
    "ccnode.api.errors.ServeError": "not_served",
    "ccnode.exchange.model.ExchangeError": "not_importable",
    "ccnode_crypto.errors.CryptoError": "invalid",
    "ccnode_protocol.errors.ProtocolError": "invalid",
}


def explained(error: BaseException) -> CliError | None:
    """The command line's error for one that a room or the system raised; None for a defect of the program.

    Goes by the names of the classes, so that nothing is imported only to be compared with.
    """
    if isinstance(error, CliError):
        return error
    names = [f"{kind.__module__}.{kind.__qualname__}" for kind in type(error).__mro__]
    remedy = str(getattr(error, "remedy", ""))
    if "ccnode.store.errors.StoreError" in names:
        code = getattr(error, "code", "store")
        exit_code = NOT_FOUND if _NOT_FOUND.intersection(kind.__name__ for kind in type(error).__mro__) else FAILED
        if isinstance(error.__cause__, PermissionError):
            exit_code, remedy = DENIED, PERMISSIONS
        return CliError(str(error), code=code, remedy=remedy, exit_code=exit_code)
    for name, code in _OTHERS.items():
        if name in names:
            return CliError(str(error), code=code, remedy=remedy)
    if isinstance(error, OSError) and not isinstance(error, TimeoutError):
        return _of_system(error)
    if isinstance(error, UnicodeError):
        return CliError("a text is not valid Unicode", code="invalid", remedy="check what you gave, and the file names")
    if isinstance(error, MemoryError):
        return CliError("there is not enough memory", code="memory", remedy="close other programs, then try again")
    return None


def _of_system(error: OSError) -> CliError:
    what = error.strerror or type(error).__name__
    text = f"{error.filename}: {what}" if error.filename is not None else what
    if isinstance(error, PermissionError):
        return CliError(text, code="denied", remedy=PERMISSIONS, exit_code=DENIED)
    if isinstance(error, FileNotFoundError):
        return CliError(text, code="not_found", remedy="check the path", exit_code=NOT_FOUND)
    return CliError(text, code="system", remedy=_OF_THE_DISK.get(error.errno or 0, "check the disk and the path"))


def defect(error: BaseException, *, debug: bool) -> CliError:
    """What to say of an error that nobody foresaw: one line, and where to see more."""
    if debug:
        import traceback

        traceback.print_exception(error, file=sys.stderr)
    text = " ".join(str(error).split())[:300]
    return CliError(
        f"unexpected error: {type(error).__name__}: {text}" if text else f"unexpected error: {type(error).__name__}",
        code="internal",
        remedy="" if debug else "run the same command with --debug to see where, and report it",
    )
