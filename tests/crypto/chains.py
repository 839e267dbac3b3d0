"""What do the tests of this room build on? Keys, drafts and chains made from numbers, the same each time."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from ccnode_crypto import canonical
from ccnode_crypto.chain import ChainState, EntryDraft, Run, append_run, head_message
from ccnode_crypto.entry import ChainId, Header, header_digest, read_header, seal, sealed_digest
from ccnode_crypto.keys import SigningKey

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

KEY = SigningKey(sha256(b"node").digest())
OTHER = SigningKey(sha256(b"other node").digest())
OWNER = SigningKey(sha256(b"owner").digest())
SESSION = sha256(b"session").digest()[:16]
EPOCH = sha256(b"epoch").digest()[:16]


def draft(number: int, *, content: bytes | None = None, kind: int | None = None) -> EntryDraft:
    """The draft for a position: number 0 opens the epoch, the others are messages unless told otherwise."""
    if number == 0 and kind is None:
        return EntryDraft(1, 1000 << 16, canonical.encode({"predecessor": None}), b"", b"")
    meta = canonical.encode({"session": SESSION, "role": number % 2})
    words = canonical.encode({"text": f"message {number}"}) if content is None else content
    salt = sha256(b"salt %d" % number).digest()
    return EntryDraft(17 if kind is None else kind, (1000 + number) << 16, meta, words, salt)


def new_state(key: SigningKey = KEY, epoch: bytes = EPOCH, audience: int = 0) -> ChainState:
    return ChainState(ChainId(key.public.raw, epoch, audience))


def build(lengths: Iterable[int], key: SigningKey = KEY) -> tuple[ChainState, list[Run]]:
    """A chain of runs of the given lengths, and the state after it."""
    state = new_state(key)
    return state, [append_run(state, [draft(state.length + at) for at in range(length)], key)[0] for length in lengths]


def forged(count: int, change: Callable[[int, bytes, bytes, bytes | None], tuple[bytes, bytes, bytes | None]]) -> Run:
    """A run from position 0 whose writer signs what `change` makes of each entry: links and signature are right."""
    state = new_state()
    headers, metas, bodies = [], [], []
    for seq in range(count):
        plan = draft(seq)
        sealed: bytes | None = seal(plan.salt, plan.content)
        header = Header(
            state.chain,
            state.head,
            state.skip_digest(seq),
            sha256(plan.meta).digest(),
            sealed_digest(sealed or b""),
            seq,
            plan.time,
            len(plan.content),
            plan.kind,
        ).pack()
        header, meta, sealed = change(seq, header, plan.meta, sealed)
        headers.append(header)
        metas.append(meta)
        bodies.append(sealed)
        state.head = header_digest(header)
        if seq % 16 == 0:
            state.block_starts.append(state.head)
    return Run(0, headers, metas, bodies, KEY.sign("head", head_message(state.chain, count - 1, state.head)))


def digests_of(runs: Sequence[Run]) -> list[bytes]:
    return [header_digest(header) for run in runs for header in run.headers]


def snapshot(state: ChainState) -> tuple[int, bytes, list[bytes]]:
    return state.length, state.head, list(state.block_starts)


def header_of(run: Run, at: int) -> Header:
    return read_header(run.headers[at])
