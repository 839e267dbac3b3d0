"""What does the owner decide alone? Statements signed by the owner key, each for one purpose: plate, baseline, forget.

A statement is a canonical map. Its name stands in the domain that is signed, so that one made for a plate never passes
for anything else. What is stated must be greater in `issued_ms` than what was stated before (`next_issued`), so that a
statement recorded a second time changes nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, ClassVar, Final, Self

from ccnode_crypto import canonical
from ccnode_crypto.entry import DIGEST_BYTES, NODE_BYTES
from ccnode_crypto.errors import EncodingError

if TYPE_CHECKING:
    from ccnode_crypto.canonical import Value
    from ccnode_crypto.keys import PublicKey, SigningKey, StatementPurpose

VERSION: Final = 1
STATEMENT_BYTES_MAX: Final = 4096
ISSUED_MS_MAX: Final = 2**53
PLATE: Final = "plate"
BASELINE: Final = "baseline"
FORGET: Final = "forget"
DIMENSIONS_MAX: Final = 64
SESSION_BYTES: Final = 16
VALUE_MAX: Final = 1_000_000
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,31}")


def purpose_of(name: str) -> StatementPurpose:
    """The purpose that statements of this name are signed for. Raises EncodingError where it is no name."""
    from ccnode_crypto.keys import StatementPurpose  # late: who only knows of statements loads no primitives

    if not _NAME.fullmatch(name):
        raise EncodingError("a statement's name has 1 to 32 characters: a-z, 0-9 and, not first, -")
    return StatementPurpose(f"owner-statement {name}")


def _key(owner: bytes) -> PublicKey:
    from ccnode_crypto.keys import PublicKey

    return PublicKey(owner)


def sign_statement(owner_key: SigningKey, purpose: str, body: bytes) -> bytes:
    """The owner's 64-byte signature over a statement named `purpose`; `body` is a canonical map.

    Raises:
        EncodingError: the name is none, or the body is not canonical, no map, or over STATEMENT_BYTES_MAX.
    """
    named = purpose_of(purpose)
    canonical.decode_map(body, size_max=STATEMENT_BYTES_MAX)
    return owner_key.sign(named, body)


def verify_statement(owner_public: PublicKey, purpose: str, body: bytes, signature: bytes) -> dict[str, Value]:
    """What a statement named `purpose` says, its fields.

    Raises:
        EncodingError: as in `sign_statement`.
        SignatureError: this owner did not sign it, or not for this purpose.
    """
    named = purpose_of(purpose)
    fields = canonical.decode_map(body, size_max=STATEMENT_BYTES_MAX)
    owner_public.verify(named, body, signature)
    return fields


def next_issued(now_ms: int, last_ms: int | None) -> int:
    """When a new statement is issued: now by the owner's clock, but after the last one. Milliseconds since 1970."""
    return max(now_ms, 0 if last_ms is None else last_ms + 1)


@dataclass(frozen=True, slots=True)
class Statement:
    """What an owner states. A subclass adds its fields, and says what it is signed for and what their bounds are."""

    purpose: ClassVar[str]
    owner: bytes
    signature: bytes = field(kw_only=True)

    @property
    def fields(self) -> dict[str, object]:
        """What is stated."""
        stated = {one.name: getattr(self, one.name) for one in fields(self) if one.name != "signature"}
        return {"version": VERSION} | {
            name: list(value) if isinstance(value, tuple) else value for name, value in stated.items()
        }

    @property
    def body(self) -> bytes:
        """The canonical bytes that are signed."""
        return canonical.encode(self.fields)

    def check(self) -> None:
        """Raises EncodingError where a field is out of its bounds."""
        raise NotImplementedError

    def verify(self) -> None:
        """Check form and signature.

        Raises:
            EncodingError: a field is out of its bounds.
            KeyFormatError: the owner key is malformed.
            SignatureError: that owner did not sign it.
        """
        self.check()
        verify_statement(_key(self.owner), self.purpose, self.body, self.signature)

    def signed(self, owner_key: SigningKey) -> Self:
        """The same with the owner's signature. Raises EncodingError where a field is out of its bounds."""
        self.check()
        return replace(self, signature=sign_statement(owner_key, self.purpose, self.body))


@dataclass(frozen=True, slots=True)
class PlateStatement(Statement):
    """The owner's word that a text is the plate. `plate` and `previous` are SHA-256 of texts in UTF-8.

    `previous`: of the text that was in force before, None for the first. `issued_ms`: milliseconds since 1970.
    """

    purpose: ClassVar[str] = PLATE
    plate: bytes
    previous: bytes | None
    issued_ms: int

    def check(self) -> None:
        """Raises EncodingError where a field is out of its bounds."""
        _check_digest("plate", self.plate)
        if self.previous is not None:
            _check_digest("previous", self.previous)
        _check_whole("issued_ms", self.issued_ms, ISSUED_MS_MAX)


def state_plate(owner_key: SigningKey, plate: bytes, previous: bytes | None, issued_ms: int) -> PlateStatement:
    """Sign that the text with this digest is the plate. Raises EncodingError where a field is out of its bounds."""
    return PlateStatement(owner_key.public.raw, plate, previous, issued_ms, signature=b"").signed(owner_key)


@dataclass(frozen=True, slots=True)
class BaselineStatement(Statement):
    """The owner's word that this character vector is the one that drift is measured from.

    `spec`: SHA-256 of the specification that the vector was measured by. `values`: in millionths, in its order.
    `words`: over how many words. `issued_ms`: milliseconds since 1970.
    """

    purpose: ClassVar[str] = BASELINE
    spec: bytes
    values: tuple[int, ...]
    words: int
    issued_ms: int

    def check(self) -> None:
        """Raises EncodingError where a field is out of its bounds."""
        _check_digest("spec", self.spec)
        if not 1 <= len(self.values) <= DIMENSIONS_MAX:
            raise EncodingError(f"values: 1 to {DIMENSIONS_MAX} integers are expected")
        for value in self.values:
            _check_whole("values", value, VALUE_MAX)
        _check_whole("words", self.words, ISSUED_MS_MAX)
        _check_whole("issued_ms", self.issued_ms, ISSUED_MS_MAX)


def state_baseline(
    owner_key: SigningKey, spec: bytes, values: tuple[int, ...], words: int, issued_ms: int
) -> BaselineStatement:
    """Sign that this vector is the baseline. Raises EncodingError where a field is out of its bounds."""
    return BaselineStatement(owner_key.public.raw, spec, values, words, issued_ms, signature=b"").signed(owner_key)


@dataclass(frozen=True, slots=True)
class ForgetStatement(Statement):
    """The owner's word that something, as far as it was recorded up to `issued_ms`, is to be erased at `due_ms`.

    `node`: the node key that is to record it; recorded by another, it says nothing. `session` (16 bytes) or `message`
    (the digest of an entry), the other is None. Times in milliseconds since 1970.
    """

    purpose: ClassVar[str] = FORGET
    node: bytes
    session: bytes | None
    message: bytes | None
    issued_ms: int
    due_ms: int

    def check(self) -> None:
        """Raises EncodingError where a field is out of its bounds."""
        if len(self.node) != NODE_BYTES:
            raise EncodingError(f"node: {NODE_BYTES} bytes are expected")
        if (self.session is None) == (self.message is None):
            raise EncodingError("session, message: one of them is expected")
        if self.session is not None and len(self.session) != SESSION_BYTES:
            raise EncodingError(f"session: {SESSION_BYTES} bytes are expected")
        if self.message is not None:
            _check_digest("message", self.message)
        _check_whole("issued_ms", self.issued_ms, ISSUED_MS_MAX)
        _check_whole("due_ms", self.due_ms, ISSUED_MS_MAX)


def state_forget(
    owner_key: SigningKey, node: bytes, session: bytes | None, message: bytes | None, issued_ms: int, due_ms: int
) -> ForgetStatement:
    """Sign that something is to be forgotten. Raises EncodingError where a field is out of its bounds."""
    unsigned = ForgetStatement(owner_key.public.raw, node, session, message, issued_ms, due_ms, signature=b"")
    return unsigned.signed(owner_key)


def _check_digest(name: str, digest: bytes) -> None:
    if len(digest) != DIGEST_BYTES:
        raise EncodingError(f"{name}: {DIGEST_BYTES} bytes are expected")


def _check_whole(name: str, value: int, most: int) -> None:
    if type(value) is not int or not 0 <= value <= most:
        raise EncodingError(f"{name}: an integer from 0 to {most} is expected")
