"""How does a command come by the owner key? From its file, whose passphrase is given or asked for, or from the kit.

    recovery_code        for an act that needs it: asks, and ends with what to do where nobody could answer
    code_at_hand         for an act that can do without it: None rather than an error
    signing_key, key_of  the key itself

The passphrase is taken from CCNODE_OWNER_PASSPHRASE, or asked for on a terminal; it is never an argument.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ccnode.cli import ask
from ccnode.cli.errors import FAILED, NOT_FOUND, CliError

if TYPE_CHECKING:
    from ccnode.cli.state import State
    from ccnode.store.home import Home
    from ccnode_crypto.keys import SigningKey

PASSPHRASE_VARIABLE: Final = "CCNODE_OWNER_PASSPHRASE"  # noqa: S105  # its name
_QUESTION: Final = "Owner passphrase"
FROM_KIT: Final = "Recovery code, from the kit"


def passphrase(state: State, home: Home) -> str | None:
    """What opens the owner key's file, None where it is not encrypted or not here.

    Raises:
        CliError: it is encrypted, no passphrase is given and nobody could be asked.
    """
    from ccnode.store import owner

    if owner.guard(home) != "passphrase":
        return None
    given = state.environment.get(PASSPHRASE_VARIABLE)
    if given is None:
        ask.need_terminal(f"give the passphrase in {PASSPHRASE_VARIABLE}")
        given = ask.secret(_QUESTION)
    return given


def recovery_code(state: State, home: Home) -> str:
    """The owner's recovery code: from the file, or, where that is not on this machine, typed from the kit.

    Raises:
        CliError: the passphrase is wrong, or nobody could be asked.
        StoreError: the file cannot be read.
    """
    from ccnode.store import owner

    if owner.guard(home) == "absent":
        ask.need_terminal("the owner key is not on this machine, so the recovery code is asked for")
        return ask.secret(FROM_KIT)
    return read_code(home, passphrase(state, home))


def code_at_hand(state: State, home: Home) -> str | None:
    """The owner's recovery code where it can be had; None where nobody could be asked, or left the answer empty.

    Raises:
        CliError: the passphrase is wrong. StoreError: the file cannot be read.
    """
    from ccnode.store import owner

    guard, given = owner.guard(home), state.environment.get(PASSPHRASE_VARIABLE)
    if guard == "file permissions" or (guard == "passphrase" and given):
        return read_code(home, given)
    if state.json or not ask.is_terminal():
        return None
    if guard == "passphrase":
        return read_code(home, ask.secret(_QUESTION))
    return ask.secret("Owner recovery code, from the kit (empty to do it later)", empty=True) or None


def read_code(home: Home, given: str | None) -> str:
    """The owner's recovery code from its file; `given`: the passphrase, where that is encrypted.

    Raises:
        CliError: the passphrase is wrong, or there is no owner key here.
        StoreError: the file cannot be read.
    """
    from ccnode.store import owner

    try:
        return owner.code(home, given)
    except owner.WrongPassphrase as error:
        raise CliError(str(error), code=error.code, remedy=error.remedy, exit_code=FAILED) from error
    except owner.NoOwnerKey as error:
        raise CliError(str(error), code=error.code, remedy=error.remedy, exit_code=NOT_FOUND) from error


def seed_of(code: str) -> bytes:
    """The owner's key seed from a recovery code. Raises CliError saying what is wrong with it, not what it is."""
    from ccnode_crypto import keys
    from ccnode_crypto.errors import CryptoError

    try:
        return keys.from_text("recovery", code)
    except CryptoError as error:
        raise CliError(str(error), code="wrong_code", remedy="compare it with the recovery kit") from error


def signing_key(state: State, home: Home) -> SigningKey:
    """The owner key: asked for where it is encrypted or not here. Raises CliError."""
    from ccnode_crypto.keys import SigningKey

    return SigningKey(seed_of(recovery_code(state, home)))


def key_of(home: Home, given: str | None) -> SigningKey:
    """The owner key of this machine; `given`: the passphrase. Raises CliError where that is wrong."""
    from ccnode_crypto.keys import SigningKey

    return SigningKey(seed_of(read_code(home, given)))
