"""How does one code make two nodes peers? It names the inviter, what the joiner becomes, and a secret to prove.

The code is consent and proof at once: who has it may join, once, until it expires, as the tier that it says. What the
joiner proves to know is made of all of that (`Code.key`), so a code whose tier was altered is of no invitation. The
joiner calls the address and takes no other key there than the inviter's; its proof is bound to that one handshake, so
it is of no use to anybody who sees it. Who reads the code before the joiner does can join in their place; that is then
seen: the code is spent.
"""

from __future__ import annotations

import base64
import binascii
import hmac
from dataclasses import dataclass
from hashlib import sha256
from typing import Final, NamedTuple

from ccnode_crypto.errors import KeyFormatError
from ccnode_crypto.keys import KEY_BYTES, PublicKey, domain
from ccnode_protocol import limits
from ccnode_protocol.errors import LocalError, RemoteError
from ccnode_protocol.tiers import Tier

VERSION: Final = 2
UNSAID: Final = 1  # of codes that do not say the tier: they are read, and not made any more
CHECK_BYTES: Final = 4
_TIME_BYTES: Final = 6
_FIXED_BYTES: Final = KEY_BYTES + limits.SECRET_BYTES + _TIME_BYTES


class Join(NamedTuple):
    """What a joiner shows in the handshake: which invitation, and that it knows the secret."""

    invitation: bytes
    proof: bytes


def invitation_id(secret: bytes) -> bytes:
    """The 16 bytes that name an invitation; they do not give away its secret."""
    return sha256(domain("invitation-id") + secret).digest()[: limits.INVITATION_BYTES]


def join_with(secret: bytes, binding: bytes) -> Join:
    """What to show in the handshake whose binding this is."""
    return Join(invitation_id(secret), hmac.digest(secret, domain("invitation-join") + binding, "sha256"))


@dataclass(frozen=True, slots=True)
class Code:
    """What stands in an invitation code. `address`: host and port; `expires_ms`: milliseconds since 1970.

    `tier`: what the joiner becomes to the inviter; None where the code does not say, as those of version 1.
    """

    node: bytes
    secret: bytes
    expires_ms: int
    address: str
    tier: Tier | None

    @property
    def key(self) -> bytes:
        """The 16 bytes that the joiner proves to know, and the inviter keeps: the secret, bound to what the code says.

        The address is no part of it: wherever it leads, nobody but the inviter is taken there.
        """
        if self.tier is None:
            return self.secret
        return sha256(domain("invitation-key") + _terms(self, self.tier)).digest()[: limits.SECRET_BYTES]


def write_code(code: Code) -> str:
    """The code for people to pass on: base32, lower case.

    Raises:
        LocalError: a field is out of its bounds.
    """
    if not code.tier:
        raise LocalError("invitation: a tier is expected")
    if len(code.node) != KEY_BYTES or len(code.secret) != limits.SECRET_BYTES:
        raise LocalError("invitation: a node key of 32 bytes and a secret of 16 are expected")
    if not 0 <= code.expires_ms < 2 ** (8 * _TIME_BYTES) or not is_address(code.address):
        raise LocalError(
            f"invitation: a time, and a printable ASCII address of at most {limits.ADDRESS_CHARS_MAX} characters"
        )
    data = _terms(code, code.tier) + code.address.encode("ascii")
    return base64.b32encode(data + _check(data)).decode("ascii").rstrip("=").lower()


def _terms(code: Code, tier: Tier) -> bytes:
    """What stands before the address."""
    return bytes([VERSION, tier]) + code.node + code.secret + code.expires_ms.to_bytes(_TIME_BYTES, "big")


def read_code(text: str) -> Code:
    """What a code says; case, white space and hyphens do not matter.

    Raises:
        RemoteError: mistyped, of another version, or not a code at all; the remedy is named.
    """
    if len(text) > limits.CODE_CHARS_MAX:
        raise RemoteError(f"invitation: a code has at most {limits.CODE_CHARS_MAX} characters")
    compact = "".join(text.split()).replace("-", "")
    compact = compact.upper() if compact.isascii() else compact
    try:
        data = base64.b32decode(compact.encode("ascii") + b"=" * (-len(compact) % 8))
    except (binascii.Error, UnicodeEncodeError) as error:
        raise RemoteError("invitation: a code has only the letters a-z and digits 2-7; copy it whole") from error
    body, check = data[:-CHECK_BYTES], data[-CHECK_BYTES:]
    if len(body) < 1 or check != _check(body):
        raise RemoteError("invitation: a character is mistyped or missing; copy the code whole")
    if base64.b32encode(data).decode("ascii").rstrip("=") != compact:
        raise RemoteError("invitation: a character is mistyped or missing; copy the code whole")
    tier, rest = _tier(body)
    if len(rest) < _FIXED_BYTES:
        raise RemoteError("invitation: a part of the code is missing; copy it whole")
    node, rest = rest[:KEY_BYTES], rest[KEY_BYTES:]
    secret, rest = rest[: limits.SECRET_BYTES], rest[limits.SECRET_BYTES :]
    try:
        PublicKey(node)
        address = rest[_TIME_BYTES:].decode("utf-8")
    except (KeyFormatError, UnicodeDecodeError) as error:
        raise RemoteError(f"invitation: {error}") from error
    if not is_address(address):
        raise RemoteError("invitation: the address in it is not one")
    return Code(node, secret, int.from_bytes(rest[:_TIME_BYTES], "big"), address, tier)


def _tier(body: bytes) -> tuple[Tier | None, bytes]:
    """What the joiner becomes, and what follows. Raises RemoteError."""
    if body[0] == UNSAID:
        return None, body[1:]
    if body[0] != VERSION:
        raise RemoteError(f"invitation: version {body[0]}, this program knows {VERSION}; a newer one may read it")
    number = body[1] if len(body) > 1 else Tier.UNKNOWN
    if number == Tier.UNKNOWN or number not in set(Tier):
        raise RemoteError(f"invitation: tier {number} is not known to this program; a newer one may know it")
    return Tier(number), body[2:]


def is_address(address: str) -> bool:
    """ASCII: names in other scripts have a form in it, and what looks alike cannot be mistaken."""
    fits = 0 < len(address) <= limits.ADDRESS_CHARS_MAX
    return fits and address.isascii() and address.isprintable() and " " not in address


def _check(data: bytes) -> bytes:
    return sha256(domain("invitation") + data).digest()[:CHECK_BYTES]


@dataclass(frozen=True, slots=True)
class Invitation:
    """One that is open: its secret, the tier that the joiner gets, until when (milliseconds since 1970)."""

    secret: bytes
    tier: Tier
    expires_ms: int


class Invitations:
    """The inviter's open invitations, bounded. What is spent is removed here first, then kept by the caller."""

    def __init__(self, open_ones: tuple[Invitation, ...] = ()) -> None:
        self._open = {invitation_id(one.secret): one for one in open_ones}

    def add(self, secret: bytes, tier: Tier, expires_ms: int, now_ms: int) -> Invitation:
        """Open one; expired ones make room. `secret`: 16 random bytes.

        Raises:
            LocalError: too many are open, it lasts too long, or the secret is not 16 bytes.
        """
        self.expire(now_ms)
        if len(self._open) >= limits.INVITATIONS_MAX:
            raise LocalError(f"{limits.INVITATIONS_MAX} invitations are open; withdraw one, or wait until one expires")
        if len(secret) != limits.SECRET_BYTES or not now_ms < expires_ms <= now_ms + limits.INVITATION_MS_MAX:
            raise LocalError("invitation: a secret of 16 bytes and at most a week are expected")
        one = Invitation(secret, tier, expires_ms)
        self._open[invitation_id(secret)] = one
        return one

    def redeem(self, join: Join, binding: bytes, now_ms: int) -> Invitation:
        """Spend the invitation that a joiner shows; a second time it is not found.

        Raises:
            RemoteError: there is none, it expired, or the proof is not of this handshake. The last spends nothing:
                else anybody who learns an invitation's name could spend it.
        """
        self.expire(now_ms)
        found = self._open.get(join.invitation)
        if found is None:
            raise RemoteError("invitation: spent, expired, withdrawn or never made; ask for a new one")
        if not hmac.compare_digest(join_with(found.secret, binding).proof, join.proof):
            raise RemoteError("invitation: the proof does not fit this handshake")
        del self._open[join.invitation]
        return found

    def withdraw(self, invitation: bytes) -> bool:
        """Close one; whether it was open."""
        return self._open.pop(invitation, None) is not None

    def expire(self, now_ms: int) -> None:
        """Forget those whose time is over."""
        self._open = {name: one for name, one in self._open.items() if now_ms < one.expires_ms}

    @property
    def open_ones(self) -> tuple[Invitation, ...]:
        """Those that could be redeemed, expired ones perhaps among them."""
        return tuple(self._open.values())
