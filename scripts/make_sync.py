"""What do two nodes say to each other when they sync? Recorded for protocol/vectors/sync.json, which make_wire writes.

Three links, each from its first frame to the last: one node catches up with another; a node whose disk was put back is
told by a peer what it wrote; two nodes hold different histories of a third one's chain.
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Any

from ccnode_crypto import canonical
from ccnode_crypto.chain import ChainState, EntryDraft, append_run
from ccnode_crypto.entry import ChainId
from ccnode_crypto.keys import SigningKey
from ccnode_crypto.proof import ForkSide, SignedHead, path_positions
from ccnode_protocol import frames, records
from ccnode_protocol.sync import Sync
from ccnode_protocol.sync_effects import Effect, Forked, Load, Restored, Say, Store
from ccnode_protocol.sync_index import Index
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
from ccnode_protocol.tiers import Tier
from make_vectors import NODE, OWNER, RFC_8032, draft

if TYPE_CHECKING:
    from collections.abc import Callable

ALICE, BOB, CAROL = NODE, OWNER, SigningKey(bytes.fromhex(RFC_8032[2][1]))


def epoch(name: str) -> bytes:
    """16 bytes that anybody can make again."""
    return sha256(name.encode()).digest()[:16]


class Chain:
    """One chain as a node holds it: its runs, and the entries by column."""

    def __init__(self, chain: ChainId) -> None:
        self.state = ChainState(chain)
        self.runs: list[SentRun] = []
        self.headers: list[bytes] = []
        self.digests: list[bytes] = []
        self.sealed: list[bytes | None] = []
        self.orders = 0

    def write(self, key: SigningKey, *drafts: EntryDraft) -> list[bytes]:
        """Append a run; return the digests of its entries."""
        run, digests = append_run(self.state, drafts, key)
        columns = (tuple(run.headers), tuple(run.metas), tuple(run.sealed))
        self.keep(SentRun(self.state.chain, run.first_seq, *columns, run.signature), digests, self.state)
        return digests

    def keep(self, run: SentRun, digests: list[bytes], state: ChainState) -> None:
        """Hold a run that follows."""
        self.state = state
        self.runs.append(run)
        self.headers += run.headers
        self.digests += digests
        self.sealed += run.sealed
        if any(int.from_bytes(header[198:200], "big") == records.Kind.FORGET_ORDERED for header in run.headers):
            self.orders = run.end

    def answer(self, question: Message) -> Message | tuple[SentRun, ...]:
        """What is asked of the store."""
        match question:
            case Want(first=first, upto=upto, bare=bare):
                runs = [run for run in self.runs if first <= run.first < upto]
                return tuple(_without_contents(run) if bare else run for run in runs)
            case WantContents(chain=chain, ranges=ranges):
                asked = [seq for start, count in ranges for seq in range(start, start + count)]
                return Contents(chain, tuple((seq, self.sealed[seq]) for seq in asked))
            case WantDigests(chain=chain, at=at):
                return Digests(chain, tuple((seq, self.digests[seq]) for seq in at))
            case WantPath(chain=chain, seq=seq):
                last = self.state.length - 1
                head = SignedHead(chain, last, self.digests[last], self.runs[-1].signature)
                return Path(chain, seq, ForkSide(head, tuple(self.headers[at] for at in path_positions(last, seq))))
        raise AssertionError(question)


def _without_contents(run: SentRun) -> SentRun:
    sealed = tuple(None if body else body for body in run.sealed)
    return SentRun(run.chain, run.first, run.headers, run.metas, sealed, run.signature)


class Party:
    """One end of the link, with what it holds."""

    def __init__(self, name: str, key: SigningKey, peer: SigningKey, *chains: Chain) -> None:
        self.name = name
        everybody = {each.public.raw for each in (ALICE, BOB, CAROL)}
        self.index = Index(key.public.raw, epoch(f"{name} lives"), everybody)
        self.chains = {chain.state.chain: chain for chain in chains}
        for chain in chains:
            self._tell(chain)
        self.sync = Sync(self.index, peer.public.raw, Tier.CORE)
        self.said: list[bytes] = []
        self.learnt: list[str] = []

    def _tell(self, chain: Chain) -> None:
        self.index.grow(chain.state.chain, chain.state.length, chain.state.head, chain.orders)
        missing = [seq for seq, sealed in enumerate(chain.sealed) if sealed is None]
        self.index.missing[chain.state.chain] = tuple((seq, 1) for seq in missing)

    def do(self, effects: list[Effect]) -> None:
        """Do what the machine asks for, at once."""
        for effect in effects:
            match effect:
                case Say(message=message):
                    self.said.append(frames.encode(message.kind, message.body()))
                case Load(question=question):
                    found = self.chains[question.chain].answer(question)  # type: ignore[union-attr]  # no List is loaded
                    self.do(self.sync.loaded(effect, found if isinstance(found, tuple) else (found,), 0))
                case Store(item=item):
                    self._store(item)
                    self.do(self.sync.settled(effect, 0))
                case Restored(chain=chain, length=length):
                    self.learnt.append(f"{self.name} learns that it wrote {length} entries of {chain}")
                    self.index.epoch = epoch(f"{self.name} lives again")
                    self.do(self.sync.guarded(0))
                case Forked(chain=chain, found=found):
                    self.learnt.append(f"{self.name} learns that {chain} forks at position {found.seq}")
                    self.index.freeze(chain, found)
                    self.do(self.sync.forked(chain))

    def _store(self, item: SentRun | Contents) -> None:
        chain = self.chains.setdefault(item.chain, Chain(item.chain))
        if isinstance(item, Contents):
            for seq, sealed in item.items:
                chain.sealed[seq] = sealed
        else:
            state = ChainState(item.chain, item.end, item.head)  # verified in the tests; here all is well
            chain.keep(item, [sha256(header).digest() for header in item.headers], state)
        self._tell(chain)


def link(name: str, about: str, frame_row: Callable[[bytes], dict[str, Any]], *parties: Party) -> dict[str, Any]:
    """All that both say, until neither says anything."""
    rows: list[dict[str, Any]] = []
    one, other = parties
    for party in parties:
        party.do(party.sync.start(0))
    while one.said or other.said:
        for sender, receiver in ((one, other), (other, one)):
            batch, sender.said = sender.said, []
            for data in batch:
                rows.append({"from": sender.name, **frame_row(data)})
                receiver.do(receiver.sync.receive(frames.decode(data), 0))
    return {
        "name": name,
        "about": about,
        "certified": [key.public.raw.hex() for key in (ALICE, BOB, CAROL)],
        "nodes": {party.name: party.index.own.hex() for party in parties},
        "frames": rows,
        "learnt": [line for party in parties for line in party.learnt],
        "rows": {
            party.name: [canonical.encode(row.pack()).hex() for row in party.index.rows(party.index.all())]
            for party in parties
        },
    }


def _messages(count: int, text: str = "message") -> list[EntryDraft]:
    return [draft(at, f"{text} {at}") for at in range(count)]


def catch_up(frame_row: Callable[[bytes], dict[str, Any]]) -> dict[str, Any]:
    """Bob has nothing; one of Alice's chains holds an order to forget."""
    orders, words = (Chain(ChainId(ALICE.public.raw, epoch(name), 0)) for name in ("orders", "words"))
    digests = words.write(ALICE, *_messages(3))
    forget = records.message_forget_ordered(digests[2], 0)
    orders.write(ALICE, *_messages(2), EntryDraft(forget.kind, draft(2).time, forget.meta, b"", b""))
    orders.write(ALICE, draft(3))
    about = "Bob has nothing. The chain that holds an order to forget comes first, and without contents up to there."
    return link("catch-up", about, frame_row, Party("alice", ALICE, BOB, orders, words), Party("bob", BOB, ALICE))


def put_back(frame_row: Callable[[bytes], dict[str, Any]]) -> dict[str, Any]:
    """Alice goes on in an epoch that Bob knows more of."""
    chain = ChainId(ALICE.public.raw, epoch("alice lives"), 0)
    short, long = Chain(chain), Chain(chain)
    for each in (short, long):
        each.write(ALICE, *_messages(2))
    long.write(ALICE, draft(2))
    about = "Alice was put back to before her last entry, in the same epoch. Bob shows it, and she opens another one."
    return link("put-back", about, frame_row, Party("alice", ALICE, BOB, short), Party("bob", BOB, ALICE, long))


def fork(frame_row: Callable[[bytes], dict[str, Any]]) -> dict[str, Any]:
    """Carol told Alice and Bob different things from position 20 on."""
    chain = ChainId(CAROL.public.raw, epoch("carol"), 0)
    sides = Chain(chain), Chain(chain)
    for side, text in zip(sides, ("one history", "another history"), strict=True):
        side.write(CAROL, *_messages(20))
        side.write(CAROL, *[draft(at, f"{text} {at}") for at in range(20, 40)])
    about = "Carol's chain has two histories from position 20 on."
    return link("fork", about, frame_row, Party("alice", ALICE, BOB, sides[0]), Party("bob", BOB, ALICE, sides[1]))


def sync(frame_row: Callable[[bytes], dict[str, Any]]) -> dict[str, Any]:
    """The three links."""
    return {
        "about": "Whole links between two core nodes, frame by frame as they cross; who runs sync must say the same."
        " `rows`: how far each holds each chain in the end, in the canonical encoding of a row.",
        "links": [make(frame_row) for make in (catch_up, put_back, fork)],
    }
