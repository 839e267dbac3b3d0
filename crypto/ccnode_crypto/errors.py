"""What can be wrong with bytes that claim to be ours? One tree; every decoder raises these and nothing else.

CryptoError
  EncodingError     bytes that are not canonical msgpack, or a value that has no canonical form
  KeyFormatError    an identifier, key or recovery code that is mistyped
  SignatureError    a signature that does not verify
  EntryError        a header or body outside its limits
  ChainError        an entry that does not fit its chain; names chain, position and field
  ProofError        a proof that does not prove what it claims
"""

from __future__ import annotations


class CryptoError(Exception):
    """Root of the room's errors."""


class EncodingError(CryptoError):
    """Bytes that are not the canonical encoding of a value, or a value without one."""


class KeyFormatError(CryptoError):
    """An identifier, key or recovery code that is mistyped."""


class SignatureError(CryptoError):
    """A signature that does not verify."""


class EntryError(CryptoError):
    """A header or body that is malformed or outside its limits."""


class ChainError(CryptoError):
    """An entry that does not fit its chain.

    `seq` is the position of the first entry that does not fit, `field` the part of it that is wrong:
    "header", "previous", "skip", "meta", "content", "sequence", "chain", "signature" or "kind".
    """

    def __init__(self, chain: str, seq: int, field: str, message: str) -> None:
        super().__init__(f"chain {chain} position {seq}: {field}: {message}")
        self.chain = chain
        self.seq = seq
        self.field = field
        self.reason = message


class ProofError(CryptoError):
    """A proof that does not prove what it claims."""
