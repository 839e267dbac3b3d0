"""What is one entry, byte by byte? A fixed header of 200 bytes, a meta that stays and a content that can be erased.

    offset  length  field
         0       1  version, 1
         1       1  audience: 0 core, 1 shared, 2 public
         2      16  epoch
        18      32  node key
        50      32  previous: SHA-256 of the header before; zeros at position 0
        82      32  skip: SHA-256 of the header at `skip_position`; zeros at position 0
       114      32  SHA-256 of meta
       146      32  SHA-256 of salt and content; zeros where there is no content
       178       8  seq, the position in the chain, from 0
       186       8  time: hybrid logical clock, 48 bits of milliseconds since 1970, 16 bits of counter
       194       4  content length in bytes, without the salt
       198       2  kind

Integers are unsigned, most significant byte first. The header alone proves; the salted content can be forgotten.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from struct import Struct
from typing import Final

from ccnode_crypto.errors import EntryError

VERSION: Final = 1
HEADER_BYTES: Final = 200
DIGEST_BYTES: Final = 32
EPOCH_BYTES: Final = 16
NODE_BYTES: Final = 32
SALT_BYTES: Final = 32
PREFIX_BYTES: Final = 50  # version, audience, epoch, node key: the same in every header of a chain
TAIL_OFFSET: Final = 178  # seq, time, content length, kind
META_BYTES_MAX: Final = 8192
CONTENT_BYTES_MAX: Final = 1024 * 1024
ZERO_DIGEST: Final = bytes(DIGEST_BYTES)

AUDIENCE_CORE: Final = 0
AUDIENCE_SHARED: Final = 1
AUDIENCE_PUBLIC: Final = 2
AUDIENCES: Final = {"core": AUDIENCE_CORE, "shared": AUDIENCE_SHARED, "public": AUDIENCE_PUBLIC}

KIND_EPOCH_OPENED: Final = 1
SKIP_BLOCK: Final = 16

_LAYOUT: Final = Struct(">BB16s32s32s32s32s32sQQIH")
TAIL: Final = Struct(">QQIH")


@dataclass(frozen=True, slots=True, order=True)
class ChainId:
    """One chain: what one node key wrote in one epoch for one audience."""

    node: bytes
    epoch: bytes
    audience: int

    @property
    def prefix(self) -> bytes:
        """The first 50 bytes of each of the chain's headers."""
        return bytes((VERSION, self.audience)) + self.epoch + self.node

    @property
    def is_well_formed(self) -> bool:
        """Whether node key and epoch have their lengths and the audience is one that there is."""
        sizes = len(self.node) == NODE_BYTES and len(self.epoch) == EPOCH_BYTES
        return sizes and AUDIENCE_CORE <= self.audience <= AUDIENCE_PUBLIC

    def __str__(self) -> str:
        return f"{self.node.hex()[:12]}/{self.epoch.hex()[:12]}/{self.audience}"


@dataclass(frozen=True, slots=True)
class Header:
    """A header's fields; see the module docstring for their meaning."""

    chain: ChainId
    previous: bytes
    skip: bytes
    meta_digest: bytes
    content_digest: bytes
    seq: int
    time: int
    content_length: int
    kind: int

    def pack(self) -> bytes:
        """The 200 bytes that are hashed and signed."""
        return _LAYOUT.pack(
            VERSION,
            self.chain.audience,
            self.chain.epoch,
            self.chain.node,
            self.previous,
            self.skip,
            self.meta_digest,
            self.content_digest,
            self.seq,
            self.time,
            self.content_length,
            self.kind,
        )


def read_header(data: bytes) -> Header:
    """Decode 200 bytes.

    Raises:
        EntryError: wrong length, another version, an unknown audience, or content beyond the limit.
    """
    if len(data) != HEADER_BYTES:
        raise EntryError(f"a header has {HEADER_BYTES} bytes, this has {len(data)}")
    (version, audience, epoch, node, previous, skip, meta, content, seq, time, length, kind) = _LAYOUT.unpack(data)
    if version != VERSION:
        raise EntryError(f"header version {version}; this program reads version {VERSION}")
    if audience > AUDIENCE_PUBLIC:
        raise EntryError(f"header audience {audience} is not 0, 1 or 2")
    if length > CONTENT_BYTES_MAX:
        raise EntryError(f"header content length {length} is over the limit of {CONTENT_BYTES_MAX}")
    if length == 0 and content != ZERO_DIGEST:
        raise EntryError("header with no content must have zeros for its digest")
    return Header(ChainId(node, epoch, audience), previous, skip, meta, content, seq, time, length, kind)


def header_digest(header: bytes) -> bytes:
    """The entry's name everywhere: SHA-256 of its 200 header bytes."""
    return sha256(header).digest()


def seal(salt: bytes, content: bytes) -> bytes:
    """Salt and content as they are stored, sent and hashed. Empty content is not sealed: it gives b"".

    Raises:
        EntryError: the salt has not 32 bytes, or the content is over the limit.
    """
    if not content:
        return b""
    if len(salt) != SALT_BYTES:
        raise EntryError(f"a salt has {SALT_BYTES} bytes, this has {len(salt)}")
    if len(content) > CONTENT_BYTES_MAX:
        raise EntryError(f"content of {len(content)} bytes is over the limit of {CONTENT_BYTES_MAX}")
    return salt + content


def sealed_digest(sealed: bytes) -> bytes:
    """SHA-256 of salt and content, or zeros for an entry without content."""
    return sha256(sealed).digest() if sealed else ZERO_DIGEST


def check_bodies(header: Header, meta: bytes, sealed: bytes | None) -> None:
    """Raise EntryError unless meta and, where it is there, content are those that the header names."""
    if len(meta) > META_BYTES_MAX or sha256(meta).digest() != header.meta_digest:
        raise EntryError("meta is not what the header names")
    if sealed is None:
        if header.content_length == 0:
            raise EntryError("content is marked missing where the header names none")
        return
    length = len(sealed) - SALT_BYTES if sealed else 0
    if length != header.content_length or sealed_digest(sealed) != header.content_digest:
        raise EntryError("content is not what the header names")


@lru_cache(maxsize=1 << 16)
def skip_block(n: int) -> int:
    """Which block the start of block n points at: Myers, "An applicative random-access stack" (1983).

    n is written greedily as a sum of terms 2^k - 1; the smallest term is taken away. Any number is then reached from
    any larger one in at most about 2 log2(n) steps, each a jump or a step to the number before.
    """
    rest = n
    while rest & (rest + 1):
        rest -= (1 << (rest.bit_length() - 1)) - 1
    return n - rest


def skip_position(seq: int) -> int:
    """Where the skip link of position `seq` points: any two positions are joined by O(log n) links.

    Inside a block of 16 it points at the block's first position; block starts point at earlier block starts, by
    `skip_block`. Sixteen, because then a verifier keeps one digest in sixteen, and a path ends in at most fifteen
    single steps.
    """
    if seq % SKIP_BLOCK:
        return seq - seq % SKIP_BLOCK
    return SKIP_BLOCK * skip_block(seq // SKIP_BLOCK)
