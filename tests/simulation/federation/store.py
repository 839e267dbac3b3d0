"""What does one simulated node keep? Real chains in plain lists; what is here is committed, all else a crash takes."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

from ccnode_crypto.chain import ChainState, EntryDraft, Run, append_run, verify_runs
from ccnode_crypto.entry import ChainId, header_digest, read_header, sealed_digest
from ccnode_crypto.proof import ForkSide, SignedHead, path_positions
from ccnode_protocol import records
from ccnode_protocol.records import Kind
from ccnode_protocol.sync_fetch import follows
from ccnode_protocol.sync_values import (
    Contents,
    Digests,
    Message,
    Path,
    SentRun,
    Want,
    WantContents,
    WantDigests,
    WantPath,
)

if TYPE_CHECKING:
    from ccnode_crypto.keys import SigningKey
    from ccnode_protocol.quota import Quota
    from ccnode_protocol.reports import SignedReport
    from ccnode_protocol.sync_effects import Load
    from ccnode_protocol.sync_index import Frozen, Index


@dataclass(slots=True)
class Stored:
    """One chain: its entries by column, and the position after each signed head with its signature."""

    state: ChainState
    headers: list[bytes] = field(default_factory=list)
    metas: list[bytes] = field(default_factory=list)
    sealed: list[bytes | None] = field(default_factory=list)
    digests: list[bytes] = field(default_factory=list)
    heads: list[tuple[int, bytes]] = field(default_factory=list)
    orders: int = 0


@dataclass(slots=True)
class Shelf:
    """The disk of one node. `erases`: whether orders to forget are heeded (one liar does not)."""

    chains: dict[ChainId, Stored] = field(default_factory=dict)
    frozen: dict[ChainId, Frozen] = field(default_factory=dict)
    covered: set[bytes] = field(default_factory=set)  # digests of entries whose contents are to be gone
    quotas: dict[bytes, Quota] = field(default_factory=dict)
    reports: dict[bytes, SignedReport] = field(default_factory=dict)
    erases: bool = True

    def copied(self) -> Self:
        """What a backup of this moment holds."""
        return copy.deepcopy(self)

    def fill(self, index: Index) -> None:
        """Tell an empty index what is here, as a node does that starts."""
        for chain in self.chains:
            self.tell(index, chain)
        for chain, found in self.frozen.items():
            index.freeze(chain, found)

    def tell(self, index: Index, chain: ChainId) -> None:
        """Keep the index at what is committed of a chain."""
        stored = self.chains[chain]
        index.grow(chain, stored.state.length, stored.state.head, stored.orders)
        self.tell_missing(index)

    def tell_missing(self, index: Index) -> None:
        """Keep the index at which contents are neither here nor to be gone; an order may have changed any chain."""
        for chain, stored in self.chains.items():
            gone = (seq for seq, sealed in enumerate(stored.sealed) if sealed is None)
            index.missing[chain] = tuple((seq, 1) for seq in gone if stored.digests[seq] not in self.covered)

    # --- writing ---

    def append(self, chain: ChainId, drafts: list[EntryDraft], key: SigningKey) -> SentRun:
        """Write a run of this node's own and commit it."""
        state = self.chains[chain].state.copy() if chain in self.chains else ChainState(chain)
        run, digests = append_run(state, drafts, key)
        self._keep(chain, state, run, digests)
        return SentRun(chain, run.first_seq, tuple(run.headers), tuple(run.metas), tuple(run.sealed), run.signature)

    def receive(self, sent: SentRun) -> bool:
        """Verify a run and commit it; False where it is here already. Raises CryptoError where it is forged."""
        stored = self.chains.get(sent.chain)
        state = stored.state.copy() if stored else ChainState(sent.chain)
        frozen = self.frozen.get(sent.chain)
        if sent.first != state.length or (frozen and sent.first >= frozen.seq) or not follows(sent, state.head):
            return False
        run = Run(sent.first, list(sent.headers), list(sent.metas), list(sent.sealed), sent.signature)
        self._keep(sent.chain, state, run, verify(state, run))
        return True

    def receive_contents(self, contents: Contents) -> None:
        """Commit contents that are what the headers name; the others are of another history, or forged."""
        stored = self.chains[contents.chain]
        for seq, sealed in contents.items:
            is_wanted = seq < len(stored.sealed) and stored.sealed[seq] is None
            if sealed and is_wanted and stored.digests[seq] not in self.covered:
                is_named = sealed_digest(sealed) == read_header(stored.headers[seq]).content_digest
                stored.sealed[seq] = sealed if is_named else None

    def _keep(self, chain: ChainId, state: ChainState, run: Run, digests: list[bytes]) -> None:
        stored = self.chains.setdefault(chain, Stored(state))
        stored.state = state
        for header, meta, digest in zip(run.headers, run.metas, digests, strict=True):
            if read_header(header).kind == Kind.FORGET_ORDERED:
                stored.orders = len(stored.digests) + 1
                self.covered.add(records.read_forget(meta).message or b"")
            stored.digests.append(digest)
        stored.headers += run.headers
        stored.metas += run.metas
        stored.sealed += run.sealed  # and then, still in this transaction, orders are applied
        stored.heads.append((state.length, run.signature))
        if self.erases:
            for each in self.chains.values():
                for seq, digest in enumerate(each.digests):
                    if each.sealed[seq] and digest in self.covered:
                        each.sealed[seq] = None

    # --- reading ---

    def load(self, load: Load) -> tuple[Message, ...]:
        """What a machine asks the store for."""
        question = load.question
        match question:
            case Want():
                return tuple(self._runs(question, load.bytes_max))
            case WantContents(chain=chain, ranges=ranges):
                stored = self.chains[chain]
                asked = [seq for first, count in ranges for seq in range(first, first + count)]
                return (Contents(chain, tuple((seq, stored.sealed[seq]) for seq in asked if seq < len(stored.sealed))),)
            case WantDigests(chain=chain, at=at):
                digests = self.chains[chain].digests if chain in self.chains else []
                return (Digests(chain, tuple((seq, digests[seq]) for seq in at if seq < len(digests))),)
            case WantPath(chain=chain, seq=seq):
                return (Path(chain, seq, self.side(chain, seq)),)
        raise AssertionError(question)

    def side(self, chain: ChainId, seq: int) -> ForkSide | None:
        """The newest signed head, and the headers from it down to a position."""
        stored = self.chains.get(chain)
        if stored is None or seq >= stored.state.length:
            return None
        end, signature = stored.heads[-1]
        headers = tuple(stored.headers[at] for at in path_positions(end - 1, seq))
        return ForkSide(SignedHead(chain, end - 1, stored.digests[end - 1], signature), headers)

    def _runs(self, want: Want, bytes_max: int) -> list[SentRun]:
        stored, at, weight = self.chains[want.chain], want.first, 0
        runs: list[SentRun] = []
        for end, signature in stored.heads:
            if end <= at or at >= want.upto:
                continue
            part = slice(at, end)
            sealed = tuple(None if body and want.bare else body for body in stored.sealed[part])
            run = SentRun(want.chain, at, tuple(stored.headers[part]), tuple(stored.metas[part]), sealed, signature)
            weight += run.weight
            if runs and weight > bytes_max:
                break
            runs.append(run)
            at = end
        return runs


def verify(state: ChainState, run: Run) -> list[bytes]:
    """Verify a run and extend the state; return the digests of its entries."""
    return verify_runs(state, [run])


def unlinked(state: ChainState, run: Run) -> list[bytes]:
    """A careless `verify`: the digests are taken as they come, and nothing is compared."""
    digests = [header_digest(header) for header in run.headers]
    for seq, digest in enumerate(digests, state.length):
        if seq % 16 == 0:
            state.block_starts.append(digest)
    state.length, state.head = state.length + len(digests), digests[-1]
    return digests
