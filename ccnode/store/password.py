"""Which password lets the owner's other devices in? It is kept as an argon2id hash, in a file of its own.

The file is in no backup and no export: a machine that is restored or copied is closed to other devices until somebody
who sits at it sets a password. argon2 is imported when a password is set or tried, so a node that serves no other
device never has it in memory.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Final

from ccnode.store.errors import StoreError, StoreReadOnly
from ccnode.store.home import read_private, write_private

if TYPE_CHECKING:
    from ccnode.store.home import Home

CHARS_MIN: Final = 12
CHARS_MAX: Final = 256
DIFFERENT_MIN: Final = 6
LEFT_MIN: Final = 6  # characters beside words and rows that are tried first
ROW: Final = 4  # neighbours that make a row
HASH_CHARS_MAX: Final = 512
# What lists of stolen passwords are made of, and what anybody would try here.
WORDS: Final = (
    "administrator changeme password passwort iloveyou princess football baseball superman sunshine computer internet"
    " letmein welcome dragon monkey master shadow batman hallo hello admin login root test ccnode secret pass"
).split()
ROWS: Final = "abcdefghijklmnopqrstuvwxyz 01234567890 qwertyuiop asdfghjkl zxcvbnm qwertzuiop yxcvbnm".split()
# What is compared where there is no password, so that this takes as long; it lets nobody in.
_NOBODY: Final = "$argon2id$v=19$m=65536,t=3,p=4$+myOJ5WQYkCagBLFHwo6Sw$8rLclYHWLvDWqCXk+VfSlqapZK4cM0INZvFM/9F+UaY"
Stamp = tuple[int, int, int]


def weakness(text: str) -> str | None:
    """What makes a password too easy to guess, None where nothing plain does.

    It keeps out what is tried first. It does not measure strength: a line from a song passes.
    """
    known = _settled(text)
    if len(known) < CHARS_MIN:
        return f"it must have {CHARS_MIN} characters or more; four words chosen by chance are easy to type"
    if len(known) > CHARS_MAX:
        return f"it must have {CHARS_MAX} characters or fewer"
    if any(unicodedata.category(char) == "Cc" for char in known):
        return "it has characters that no keyboard types"
    plain = re.sub(r"[\s._-]", "", known.lower())
    if len(set(plain)) < DIFFERENT_MIN:
        return f"it is made of fewer than {DIFFERENT_MIN} different characters"
    if (period := (plain + plain).index(plain, 1)) < len(plain) and period < CHARS_MIN:
        return "it says the same again and again"
    for word in WORDS:
        plain = plain.replace(word, "")
    plain = _without_rows(plain)
    if len(plain) < LEFT_MIN or len(set(plain)) < LEFT_MIN - 2:
        return "it is made of words or rows of keys that are tried first"
    return None


def _without_rows(text: str) -> str:
    """The text without pieces of the alphabet, the digits, or a keyboard's rows, forwards or backwards."""
    kept, at = "", 0
    while at < len(text):
        length = 0
        for row in ROWS:
            for line in (row, row[::-1]):
                size = 0
                while at + size < len(text) and text[at : at + size + 1] in line:
                    size += 1
                length = max(length, size)
        if length < ROW:
            kept, length = kept + text[at], 1
        at += length
    return kept


def _settled(text: str) -> str:
    """One form for what two keyboards write differently."""
    return unicodedata.normalize("NFC", text)


def _bytes(text: str) -> bytes:
    """What is hashed; nothing that can come from outside is an error."""
    return _settled(text).encode("utf-8", "surrogatepass")


def keep(home: Home, text: str) -> None:
    """Hash the password and keep that. Takes some tenths of a second and 64 MiB.

    Raises:
        ValueError: it is too easy to guess. StoreReadOnly: it cannot be written.
    """
    if (why := weakness(text)) is not None:
        raise ValueError(why)
    from argon2 import PasswordHasher

    write_private(home.password, PasswordHasher().hash(_bytes(text)).encode() + b"\n")


def clear(home: Home) -> bool:
    """Remove the password; whether there was one. Raises StoreReadOnly."""
    try:
        home.password.unlink()
    except FileNotFoundError:
        return False
    except OSError as error:
        raise StoreReadOnly(f"{home.password} cannot be removed: {error.strerror}", remedy="check the disk") from error
    return True


def stamp(home: Home) -> Stamp | None:
    """What changes with the password, None without one: a sign-in is worth as much as what it was made with."""
    try:
        facts = home.password.stat()
    except OSError:
        return None
    return facts.st_ino, facts.st_mtime_ns, facts.st_size


def read(home: Home) -> str | None:
    """The hash, None where no password is set. Raises StoreError: the file is not ours alone, or holds no hash."""
    if not home.password.exists():
        return None
    text = read_private(home.password, size_max=HASH_CHARS_MAX).decode("ascii", "replace").strip()
    if not text.startswith("$argon2id$"):
        raise StoreError(f"{home.password} holds no password", remedy="set it again: ccnode password set")
    return text


def is_right(home: Home, text: str) -> bool:
    """Whether this is the password. Blocks for some tenths of a second; takes as long where none is set."""
    from argon2 import PasswordHasher
    from argon2.exceptions import InvalidHashError, VerificationError

    try:
        kept = read(home)
    except StoreError:
        kept = None
    try:
        PasswordHasher().verify(kept or _NOBODY, _bytes(text[: CHARS_MAX * 2]))
    except (VerificationError, InvalidHashError):
        return False
    return kept is not None
