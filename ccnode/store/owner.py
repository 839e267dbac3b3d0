"""How is the owner key had for an act that takes it? From its file, with the passphrase where it is encrypted.

Decrypting takes about a second, on purpose: a running node does it in a thread.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

from ccnode.store.errors import Conflict, NotFound, StoreBusy, StoreCorrupt
from ccnode.store.home import read_private
from ccnode_crypto import keys
from ccnode_crypto.errors import KeyFormatError

if TYPE_CHECKING:
    from ccnode.store.home import Home

EXCESSIVE: Final = "Excessive work"  # as age says it
Guard = Literal["passphrase", "file permissions", "absent"]


class WrongPassphrase(Conflict):
    """The owner key is encrypted, and not with this passphrase (or none was given)."""

    code = "wrong_passphrase"


class NoOwnerKey(NotFound):
    """The owner key is not on this machine."""

    code = "no_owner_key"


def guard(home: Home) -> Guard:
    """What guards the owner key here."""
    if home.owner_key_sealed.exists():
        return "passphrase"
    return "file permissions" if home.owner_key.exists() else "absent"


def code(home: Home, passphrase: str | None) -> str:
    """The owner's recovery code from its file; `passphrase` where that is sealed.

    Raises:
        WrongPassphrase, NoOwnerKey. StoreBusy: this machine has no time for it. StoreError: the file cannot be read.
    """
    guarded = guard(home)
    if guarded == "absent":
        raise NoOwnerKey("the owner key is not on this machine", remedy="do it where it is")
    if guarded == "file permissions":
        return read_private(home.owner_key).decode("ascii", "replace").strip()
    if not passphrase:
        raise WrongPassphrase("the owner key is encrypted: its passphrase is needed", remedy="give the passphrase")
    import pyrage

    try:
        opened: bytes = pyrage.passphrase.decrypt(read_private(home.owner_key_sealed), passphrase)
    except pyrage.DecryptError as error:
        if EXCESSIVE in str(error):  # it was sealed when this machine was not so busy
            busy = "this machine is too busy now to decrypt the owner key"
            raise StoreBusy(busy, remedy="try again in a moment") from error
        raise WrongPassphrase("the passphrase is wrong", remedy="try again") from error
    return opened.decode("ascii", "replace").strip()


def key(home: Home, passphrase: str | None) -> keys.SigningKey:
    """The owner key.

    Raises:
        WrongPassphrase, NoOwnerKey. StoreCorrupt: the file holds no key. StoreError: it cannot be read.
    """
    try:
        return keys.SigningKey(keys.from_text("recovery", code(home, passphrase)))
    except KeyFormatError as error:
        raise StoreCorrupt("the owner key's file does not hold a key", remedy="restore it from a copy") from error
