"""Where does a model provider's API key come from, and how is it kept out of every log, error and process list?

Two ways in, a prompt (the caller hands over what was typed) and a file only its owner can read; never the
command line, which every user of the machine can see. No error here repeats any part of what was read.
"""

from __future__ import annotations

import os
import re
import secrets
import stat
from pathlib import Path
from typing import Final, NoReturn

from ccnode.models.base import ModelError

KEY_LENGTH_MIN: Final = 8
KEY_LENGTH_MAX: Final = 512
KEY_FILE_BYTES_MAX: Final = 4096

_KEY = re.compile(r"[A-Za-z0-9_\-.~+/=]+")
_ASSIGNMENT = re.compile(r"(?:export\s+)?[A-Za-z_][A-Za-z0-9_]*\s*=")
# A base64 tail may end a key in '=', so a lone trailing '=' is no assignment.
_PADDING = re.compile(r"[A-Za-z0-9_\-.~+/]+={1,2}")


class ApiKey:
    """A secret string. Shown masked wherever it is printed; `reveal()` is the only way to the text."""

    __slots__ = ("_secret",)

    def __init__(self, secret: str) -> None:
        """Take an already clean key; raise ModelError(kind="not_configured") when it cannot be one."""
        self._secret = _checked(secret, "the API key")

    def reveal(self) -> str:
        """The key itself, for the one place that puts it on the wire."""
        return self._secret

    def __repr__(self) -> str:
        return "ApiKey(***)"

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return format(repr(self), spec)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, ApiKey):
            return NotImplemented
        return secrets.compare_digest(self._secret.encode(), other._secret.encode())

    def __hash__(self) -> int:
        return hash(self._secret)

    def __reduce__(self) -> NoReturn:
        # Pickles and copies end up in caches and crash dumps.
        msg = "an API key is not serialised"
        raise TypeError(msg)


def parse_api_key(text: str, source: str = "the prompt") -> ApiKey:
    """Make a key from typed or pasted text, trimmed. `source` names its origin in errors.

    Raises ModelError(kind="not_configured") naming the source, never the text.
    """
    return ApiKey(_checked(text.removeprefix("\ufeff").strip(), source))


def read_key_file(path: str | os.PathLike[str]) -> ApiKey:
    """Read a key from a regular file that only its owner can read.

    Raises ModelError(kind="not_configured") with the remedy when the file is missing, not a regular file,
    open to group or others, too long, or does not hold one key.
    """
    shown = Path(path)
    raw = _read_private(shown)
    try:
        text = raw.decode("ascii") if not raw.startswith(b"\xef\xbb\xbf") else raw[3:].decode("ascii")
    except UnicodeDecodeError:
        text = ""
        decoded = False
    else:
        decoded = True
    if not decoded:  # outside the handler, so that no error carries the bytes along as its context
        raise _refused(f"the API key file {shown} holds bytes that are not plain text", _PUT_KEY)
    return parse_api_key(text, f"the API key file {shown}")


def store_key_file(path: str | os.PathLike[str], key: ApiKey) -> None:
    """Write a key to a file of mode 0600, replacing an older one whole or not at all.

    Raises ModelError(kind="not_configured") when the file cannot be written.
    """
    target = Path(path)
    draft = target.with_name(f".{target.name}.{secrets.token_hex(8)}")
    reason = None
    try:
        # The mode is given at creation: a file made first and closed to others later is open in between.
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(key.reveal().encode("ascii") + b"\n")
            file.flush()
            os.fsync(file.fileno())
        draft.replace(target)
    except OSError as err:
        reason = err.strerror or type(err).__name__
        draft.unlink(missing_ok=True)
    if reason is not None:
        raise _refused(f"the API key file {target} cannot be written: {reason}", f"check the directory {target.parent}")


_PUT_KEY: Final = "put the key alone, on one line, into the file"


def _read_private(path: Path) -> bytes:
    """The file's bytes, at most KEY_FILE_BYTES_MAX, after every check on the file itself."""
    try:
        # O_NONBLOCK: opening a FIFO must not hang. The checks are made on the open file, so that it cannot be
        # exchanged between the check and the read.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        problem, remedy = "does not exist", f"{_PUT_KEY} {path}, then chmod 600 {path}"
    except OSError as err:
        problem, remedy = f"cannot be opened: {err.strerror or type(err).__name__}", f"check the path {path}"
    except ValueError:  # a NUL in the path
        problem, remedy = "is not a usable path", "give the path of a file"
    else:
        try:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode):
                raise _refused(f"the API key file {path} is not a regular file", _PUT_KEY)
            if status.st_mode & (stat.S_IRWXG | stat.S_IRWXO):
                mode = stat.S_IMODE(status.st_mode)
                raise _refused(f"the API key file {path} is open to other users (mode {mode:04o})", f"chmod 600 {path}")
            if status.st_size > KEY_FILE_BYTES_MAX:
                raise _refused(f"the API key file {path} is larger than {KEY_FILE_BYTES_MAX} bytes", _PUT_KEY)
            return os.read(descriptor, KEY_FILE_BYTES_MAX)
        finally:
            os.close(descriptor)
    raise _refused(f"the API key file {path} {problem}", remedy)


def _checked(text: str, source: str) -> str:
    """The text if it can be a key; its problem, without the text, otherwise."""
    if not text:
        raise _refused(f"{source} is empty", _PUT_KEY)
    if len(text) > KEY_LENGTH_MAX:
        raise _refused(f"{source} holds more than {KEY_LENGTH_MAX} characters, too long for an API key", _PUT_KEY)
    if "\n" in text or "\r" in text:
        raise _refused(f"{source} holds more than one line", _PUT_KEY)
    if _ASSIGNMENT.match(text) and not _PADDING.fullmatch(text):
        raise _refused(f"{source} holds NAME=value", "keep only the value, without the name and the equals sign")
    if not _KEY.fullmatch(text):
        raise _refused(f"{source} holds characters that no API key has (spaces, quotes, controls or accents)", _PUT_KEY)
    if len(text) < KEY_LENGTH_MIN:
        raise _refused(f"{source} holds fewer than {KEY_LENGTH_MIN} characters, too short for an API key", _PUT_KEY)
    return text


def _refused(problem: str, remedy: str) -> ModelError:
    return ModelError("not_configured", problem, remedy=remedy)
