"""Do these entries form one chain? Building runs, verifying runs, signed heads.

A run is what one transaction appends to one chain. It ends in a signed head, which vouches for everything before it, so
one signature serves a whole run. Verification writes each header anew from what it must contain and compares once: a
header that agrees byte for byte is right in every field, and only a disagreement is taken apart to name it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import repeat
from struct import error as struct_error
from struct import pack
from typing import Final, NamedTuple

from ccnode_crypto.entry import (
    CONTENT_BYTES_MAX,
    HEADER_BYTES,
    KIND_EPOCH_OPENED,
    META_BYTES_MAX,
    PREFIX_BYTES,
    SALT_BYTES,
    SKIP_BLOCK,
    TAIL,
    TAIL_OFFSET,
    ZERO_DIGEST,
    ChainId,
    Header,
    check_bodies,
    read_header,
    seal,
    sealed_digest,
    skip_position,
)
from ccnode_crypto.errors import ChainError, EntryError
from ccnode_crypto.keys import PublicKey, SigningKey

RUN_ENTRIES_MAX: Final = 1024
RUN_BYTES_MAX: Final = 1024 * 1024  # a run of one entry may be as large as that entry
SEQ_BYTES: Final = 8


class EntryDraft(NamedTuple):
    """What the writer of an entry decides. `salt`: 32 bytes of chance, used where there is content."""

    kind: int
    time: int
    meta: bytes
    content: bytes
    salt: bytes


class Run(NamedTuple):
    """Entries `first_seq ..` of a chain. A content that is missing (erased or withheld) is None; none at all is b""."""

    first_seq: int
    headers: Sequence[bytes]
    metas: Sequence[bytes]
    sealed: Sequence[bytes | None]
    signature: bytes


@dataclass(slots=True)
class ChainState:
    """What must be known of a chain to append to it or to verify what follows: its length, head and block starts."""

    chain: ChainId
    length: int = 0
    head: bytes = ZERO_DIGEST
    block_starts: list[bytes] = field(default_factory=list)

    def copy(self) -> ChainState:
        """A state that can go its own way; a failed append falls back to the one copied from."""
        return ChainState(self.chain, self.length, self.head, self.block_starts.copy())

    def skip_digest(self, seq: int) -> bytes:
        """The digest that position `seq` must carry as its skip link."""
        return self.block_starts[skip_position(seq) // SKIP_BLOCK] if seq else ZERO_DIGEST


def head_message(chain: ChainId, seq: int, digest: bytes) -> bytes:
    """What a head's signature is over: the chain's 50-byte prefix, the position in 8 bytes, the header digest."""
    return chain.prefix + seq.to_bytes(SEQ_BYTES, "big") + digest


class RunBuilder:
    """Appends entries to a chain one by one; `finish` signs the head, `undo` puts the state back as it was.

    The caller writes the run in one transaction and calls `undo` when that transaction fails.
    """

    def __init__(self, state: ChainState) -> None:
        self._state = state
        self._prefix = state.chain.prefix
        self._before = (state.length, state.head, len(state.block_starts))
        self.first_seq = state.length
        self.count = 0
        self.size = 0

    def add(self, draft: EntryDraft) -> tuple[bytes, bytes, bytes]:
        """Extend the chain by one entry; return its header, digest and sealed content.

        Raises:
            EntryError: the draft is over its limits, or the run is full (1,024 entries, 1 MiB). Nothing was added.
            ChainError: the first entry of a chain does not open the epoch, or a later one does.
        """
        kind, time, meta, content, salt = draft
        state, seq = self._state, self._state.length
        if (kind == KIND_EPOCH_OPENED) != (seq == 0):
            raise ChainError(str(state.chain), seq, "kind", "the first entry of a chain, and only it, opens the epoch")
        if len(meta) > META_BYTES_MAX:
            raise EntryError(f"meta of {len(meta)} bytes is over the limit of {META_BYTES_MAX}")
        sealed = seal(salt, content)
        size = self.size + HEADER_BYTES + len(meta) + len(sealed)
        if self.count == RUN_ENTRIES_MAX or (size > RUN_BYTES_MAX and self.count):
            raise EntryError(f"a run has at most {RUN_ENTRIES_MAX} entries and {RUN_BYTES_MAX} bytes")
        tail = TAIL.pack(seq, time, len(content), kind)
        links = (self._prefix, state.head, state.skip_digest(seq))
        header = b"".join((*links, sha256(meta).digest(), sealed_digest(sealed), tail))
        digest = sha256(header).digest()
        if seq % SKIP_BLOCK == 0:
            state.block_starts.append(digest)
        state.head, state.length = digest, seq + 1
        self.count, self.size = self.count + 1, size
        return header, digest, sealed

    def has_room_for(self, meta: bytes, content: bytes) -> bool:
        """Whether an entry of that meta and content would still fit into this run."""
        size = self.size + HEADER_BYTES + len(meta) + SALT_BYTES + len(content)
        return self.count < RUN_ENTRIES_MAX and (size <= RUN_BYTES_MAX or not self.count)

    def finish(self, key: SigningKey) -> bytes:
        """Sign the head and return the signature."""
        return key.sign("head", head_message(self._state.chain, self._state.length - 1, self._state.head))

    def undo(self) -> None:
        """Put the state back to what it was when this run began."""
        self._state.length, self._state.head, starts = self._before
        del self._state.block_starts[starts:]


def append_run(state: ChainState, drafts: Sequence[EntryDraft], key: SigningKey) -> tuple[Run, list[bytes]]:
    """Extend `state` by the drafts and sign the new head; return the run and its entries' digests.

    Raises:
        EntryError: a draft over its limits, or an empty run; the state is as before.
        ChainError: the first entry of a chain does not open the epoch, or a later one does; the state is as before.
    """
    builder = RunBuilder(state)
    try:
        if not drafts:
            raise EntryError("a run has at least one entry")
        added = [builder.add(draft) for draft in drafts]
    except (EntryError, ChainError):
        builder.undo()
        raise
    headers, digests, sealed = (list(column) for column in zip(*added, strict=True))
    run = Run(builder.first_seq, headers, [draft.meta for draft in drafts], sealed, builder.finish(key))
    return run, digests


def _content_fields(headers: Sequence[bytes], sealed: Sequence[bytes | None]) -> tuple[list[bytes], list[int]]:
    """The content digests and lengths that the headers must carry; those of a missing content are the header's own.

    Raises ValueError where a body is nothing but salt, or is missing where its header names none.
    """
    if all(sealed):  # no None and no b"" among them
        lengths = [length - SALT_BYTES for length in map(len, sealed)]  # type: ignore[arg-type]
        if 0 in lengths:
            raise ValueError("an empty content is not sealed")
        return [sha256(body).digest() for body in sealed], lengths  # type: ignore[arg-type]
    digests, lengths = [], list[int]()
    for header, body in zip(headers, sealed, strict=True):
        if body is None:
            digests.append(header[146:178])
            lengths.append(int.from_bytes(header[194:198], "big"))
            if not lengths[-1]:
                raise ValueError("a content is missing that never was")
        elif len(body) == SALT_BYTES:
            raise ValueError("an empty content is not sealed")
        else:
            digests.append(sealed_digest(body))
            lengths.append(len(body) - SALT_BYTES if body else 0)
    return digests, lengths


def _skip_digests(starts: Sequence[bytes], first: int, count: int) -> list[bytes]:
    """The skip links of positions first .. first + count - 1, where `starts` holds the digests of all block starts."""
    out: list[bytes] = []
    for block in range(first // SKIP_BLOCK, (first + count - 1) // SKIP_BLOCK + 1):
        out.append(starts[skip_position(block * SKIP_BLOCK) // SKIP_BLOCK] if block else ZERO_DIGEST)
        out.extend(repeat(starts[block], SKIP_BLOCK - 1))
    offset = first % SKIP_BLOCK
    return out[offset : offset + count]


def verify_runs(state: ChainState, runs: Sequence[Run], key: PublicKey | None = None) -> list[bytes]:
    """Verify that the runs continue `state`, extend it, and return the digests of their entries.

    All or nothing: on an error the state is as before. `key` spares making the chain's public key anew each call.

    Raises:
        ChainError: naming the first entry that does not fit, and the field that is wrong.
    """
    key = key or PublicKey(state.chain.node)
    headers = [header for run in runs for header in run.headers]
    first, count = state.length, len(headers)
    digests = [sha256(header).digest() for header in headers]
    known = len(state.block_starts)
    state.block_starts += digests[-first % SKIP_BLOCK :: SKIP_BLOCK]
    metas = [meta for run in runs for meta in run.metas]
    sealed = [body for run in runs for body in run.sealed]
    pieces = [state.chain.prefix] * (count * 6)
    try:
        pieces[1::6] = [state.head, *digests[:-1]]
        pieces[2::6] = _skip_digests(state.block_starts, first, count)
        pieces[3::6] = [sha256(meta).digest() for meta in metas]
        pieces[4::6], lengths = _content_fields(headers, sealed)
        pieces[5::6] = [header[TAIL_OFFSET:] for header in headers]
        fits = (
            b"".join(pieces) == (joined := b"".join(headers))
            and _tails_agree(joined, first, lengths)
            and max(map(len, metas), default=0) <= META_BYTES_MAX
        )
    except (ValueError, IndexError, struct_error):
        fits = False  # lists of unequal length, or a body shorter than its salt: taken apart below
    try:
        if not fits:
            _explain(ChainState(state.chain, first, state.head, state.block_starts[:known]), runs)
        _check_signatures(state, runs, digests, key)
    except ChainError:
        del state.block_starts[known:]
        raise
    state.length, state.head = first + count, digests[-1] if digests else state.head
    return digests


def _tails_agree(joined: bytes, first: int, lengths: Sequence[int]) -> bool:
    """Whether position, content length and kind of consecutive 200-byte headers are right.

    Compares columns of bytes (every 200th from an offset), which runs at the speed of a copy.
    """
    count = len(lengths)
    positions, stated = pack(f">{count}Q", *range(first, first + count)), pack(f">{count}I", *lengths)
    if len(joined) != count * HEADER_BYTES or max(lengths, default=0) > CONTENT_BYTES_MAX:
        return False
    seq_agree = all(joined[178 + column :: HEADER_BYTES] == positions[column::8] for column in range(8))
    length_agree = all(joined[194 + column :: HEADER_BYTES] == stated[column::4] for column in range(4))
    return seq_agree and length_agree and _opens_only_at_zero(joined, first)


def _opens_only_at_zero(joined: bytes, first: int) -> bool:
    """Whether the entry at position 0, and no other, has the kind that opens an epoch."""
    low, high = joined[199::HEADER_BYTES], joined[198::HEADER_BYTES]
    opens = [first + at for at, kind in enumerate(low) if kind == KIND_EPOCH_OPENED] if KIND_EPOCH_OPENED in low else []
    return [seq for seq in opens if not high[seq - first]] == ([0] if first == 0 and joined else [])


def _check_signatures(state: ChainState, runs: Sequence[Run], digests: Sequence[bytes], key: PublicKey) -> None:
    """Check that the runs follow each other and that each one's head is signed. Raises ChainError."""
    position, first = state.length, state.length
    verify, prefix = key.verifier("head"), state.chain.prefix
    for run in runs:
        count = len(run.headers)
        if not 0 < count <= RUN_ENTRIES_MAX or run.first_seq != position:
            raise ChainError(str(state.chain), position, "sequence", "a run must follow at once and have 1-1,024 entries")
        position += count
        seq = position - 1
        if not verify(prefix + seq.to_bytes(SEQ_BYTES, "big") + digests[seq - first], run.signature):
            raise ChainError(str(state.chain), seq, "signature", "the head's signature does not verify")


def _explain(state: ChainState, runs: Sequence[Run]) -> None:
    """Find the first entry that does not fit and raise ChainError for it. `state` is a copy, and is used up."""
    chain = str(state.chain)
    for run in runs:
        if not len(run.headers) == len(run.metas) == len(run.sealed):
            raise ChainError(chain, state.length, "header", "headers, metas and contents differ in number")
        for data, meta, body in zip(run.headers, run.metas, run.sealed, strict=True):
            _check_entry(state, data, meta, body)
    raise AssertionError("the fast comparison refused what the slow one accepts")


def _check_entry(state: ChainState, data: bytes, meta: bytes, body: bytes | None) -> None:
    """Check one entry field by field against `state` and step the state over it. Raises ChainError."""
    seq, chain = state.length, str(state.chain)
    try:
        header: Header = read_header(data)
    except EntryError as error:
        raise ChainError(chain, seq, "header", str(error)) from error
    if data[:PREFIX_BYTES] != state.chain.prefix:
        raise ChainError(chain, seq, "chain", "the header belongs to another chain")
    if header.seq != seq:
        raise ChainError(chain, seq, "sequence", f"the header says position {header.seq}")
    if header.previous != state.head:
        raise ChainError(chain, seq, "previous", "the link to the header before does not match it")
    if header.skip != state.skip_digest(seq):
        raise ChainError(chain, seq, "skip", f"the link to position {skip_position(seq)} does not match it")
    if (header.kind == KIND_EPOCH_OPENED) != (seq == 0):
        raise ChainError(chain, seq, "kind", "the first entry of a chain, and only it, opens the epoch")
    try:
        check_bodies(header, meta, body)
    except EntryError as error:
        raise ChainError(chain, seq, "meta" if "meta" in str(error) else "content", str(error)) from error
    digest = sha256(data).digest()
    if seq % SKIP_BLOCK == 0:
        state.block_starts.append(digest)
    state.head, state.length = digest, seq + 1
