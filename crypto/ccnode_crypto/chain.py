"""Do these entries form one chain? Building runs, verifying runs, signed heads.

A run is what one transaction appends to one chain. It ends in a signed head, which vouches for everything before it, so
one signature serves a whole run. Verification writes each header anew from what it must contain and compares once: a
header that agrees byte for byte is right in every field, and only a disagreement is taken apart to name it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha256
from operator import itemgetter
from struct import error as struct_error
from struct import pack
from typing import TYPE_CHECKING, Final, NamedTuple

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
    skip_block,
    skip_position,
)
from ccnode_crypto.errors import ChainError, EntryError
from ccnode_crypto.keys import PublicKey, SigningKey

if TYPE_CHECKING:
    from collections.abc import Sequence

RUN_ENTRIES_MAX: Final = 1024
RUN_BYTES_MAX: Final = 1024 * 1024  # a run of one entry may be as large as that entry
SEQ_BYTES: Final = 8
# How many entries are compared at once. Their headers, written anew, take 50 kB, as does what they are compared with:
# more, and malloc gives the memory back to the system each time, whose page faults cost more than the comparison.
CHUNK_ENTRIES: Final = 256
# Up to the end of a header and not to the end of the bytes: then what is written anew has at most 200 bytes an entry,
# and only headers of 200 bytes each can equal it in sum.
_TAIL_OF: Final = itemgetter(slice(TAIL_OFFSET, HEADER_BYTES))


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


def verify_runs(state: ChainState, runs: Sequence[Run], key: PublicKey | None = None) -> list[bytes]:
    """Verify that the runs continue `state`, extend it, and return the digests of their entries.

    All or nothing: on an error the state is as before. `key` spares making the chain's public key anew each call.

    Raises:
        ChainError: naming the first entry that does not fit, and the field that is wrong.
        KeyFormatError: the chain's node key is no key.
    """
    key = key or PublicKey(state.chain.node)
    if not state.chain.is_well_formed:
        raise ChainError(str(state.chain), state.length, "chain", "the epoch or the audience is none that can be")
    headers: list[bytes] = []
    metas: list[bytes] = []
    sealed: list[bytes | None] = []
    for run in runs:
        headers += run.headers
        metas += run.metas
        sealed += run.sealed
    first, known = state.length, len(state.block_starts)
    digests = [state.head]
    try:
        fits = len(headers) == len(metas) == len(sealed)
        for at in range(0, len(headers) if fits else 0, CHUNK_ENTRIES):
            part = slice(at, at + CHUNK_ENTRIES)
            found = [sha256(header).digest() for header in headers[part]]
            state.block_starts += found[-(first + at) % SKIP_BLOCK :: SKIP_BLOCK]
            before = [digests[-1], *found[:-1]]
            fits = fits and _fits(state, first + at, before, headers[part], metas[part], sealed[part])
            digests += found
        if not fits:
            _explain(ChainState(state.chain, first, state.head, state.block_starts[:known]), runs)
        del digests[0]
        _check_signatures(state, runs, digests, key)
    except ChainError:
        del state.block_starts[known:]
        raise
    state.length, state.head = first + len(digests), digests[-1] if digests else state.head
    return digests


def _fits(
    state: ChainState,
    first: int,
    before: Sequence[bytes],
    headers: Sequence[bytes],
    metas: Sequence[bytes],
    sealed: Sequence[bytes | None],
) -> bool:
    """Whether these are the headers of positions `first` and following.

    `before`: the digest of the header before each. The block starts of `state` include all up to here.
    """
    pieces = [state.chain.prefix] * (len(headers) * 6)
    try:
        pieces[1::6] = before
        pieces[2::6] = _skip_digests(state.block_starts, first, len(headers))
        pieces[3::6] = [sha256(meta).digest() for meta in metas]
        pieces[4::6], lengths = _content_fields(headers, sealed)
        pieces[5::6] = map(_TAIL_OF, headers)
        joined = b"".join(headers)
        return (
            b"".join(pieces) == joined
            and max(map(len, metas)) <= META_BYTES_MAX
            and _tails_agree(joined, first, lengths)
        )
    except (ValueError, struct_error):
        return False  # a body that no entry can have


def _content_fields(headers: Sequence[bytes], sealed: Sequence[bytes | None]) -> tuple[list[bytes], list[int]]:
    """The digests and lengths of contents that the headers must carry; for a missing content, the header's own.

    Raises ValueError where a body is none that its header can name.
    """
    if all(sealed):  # no None and no b"" among them
        lengths = [length - SALT_BYTES for length in map(len, sealed)]  # type: ignore[arg-type]
        if 0 in lengths:
            raise ValueError("a salt without content")
        return [sha256(body).digest() for body in sealed], lengths  # type: ignore[arg-type]
    digests, lengths = [], []
    for header, body in zip(headers, sealed, strict=True):
        length = len(body) - SALT_BYTES if body else int.from_bytes(header[194:198], "big")
        if (length == 0) != (body == b""):
            raise ValueError("content where there is none, or none where there is some")
        digests.append(header[146:178] if body is None else sealed_digest(body))
        lengths.append(length)
    return digests, lengths


def _skip_digests(starts: Sequence[bytes], first: int, count: int) -> list[bytes]:
    """The skip links of positions first .. first + count - 1, where `starts` holds the digests of all block starts."""
    blocks = range(first // SKIP_BLOCK, (first + count - 1) // SKIP_BLOCK + 1)
    out: list[bytes] = []
    for block in blocks:
        out += [starts[block]] * SKIP_BLOCK
    out[::SKIP_BLOCK] = [starts[skip_block(block)] if block else ZERO_DIGEST for block in blocks]
    offset = first % SKIP_BLOCK
    return out[offset : offset + count]


def _tails_agree(joined: bytes, first: int, lengths: Sequence[int]) -> bool:
    """Whether position, content length and kind of consecutive 200-byte headers are right.

    Compares columns of bytes (every 200th from an offset), which runs at the speed of a copy.
    """
    count = len(lengths)
    if len(joined) != count * HEADER_BYTES or max(lengths) > CONTENT_BYTES_MAX:
        return False
    positions, stated = pack(f">{count}Q", *range(first, first + count)), pack(f">{count}I", *lengths)
    seq_agree = all(joined[178 + column :: HEADER_BYTES] == positions[column::8] for column in range(8))
    length_agree = all(joined[194 + column :: HEADER_BYTES] == stated[column::4] for column in range(4))
    return seq_agree and length_agree and _opens_only_at_zero(joined, first)


def _opens_only_at_zero(joined: bytes, first: int) -> bool:
    """Whether the entry at position 0, and no other, has the kind that opens an epoch."""
    low, high = joined[199::HEADER_BYTES], joined[198::HEADER_BYTES]
    opens = [first + at for at, kind in enumerate(low) if kind == KIND_EPOCH_OPENED] if KIND_EPOCH_OPENED in low else []
    return [seq for seq in opens if not high[seq - first]] == ([0] if first == 0 and joined else [])


def _check_signatures(state: ChainState, runs: Sequence[Run], digests: Sequence[bytes], key: PublicKey) -> None:
    """Check that the runs follow each other, are no larger than allowed, and have signed heads. Raises ChainError."""
    position, first = state.length, state.length
    verify, prefix = key.verifier("head"), state.chain.prefix
    for run in runs:
        count = len(run.headers)
        if not 0 < count <= RUN_ENTRIES_MAX or run.first_seq != position:
            problem = f"a run must follow at once and have 1 to {RUN_ENTRIES_MAX} entries"
            raise ChainError(str(state.chain), position, "sequence", problem)
        if not count == len(run.metas) == len(run.sealed):
            raise ChainError(str(state.chain), position, "header", "headers, metas and contents differ in number")
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
