"""What may a job do? Read, append entries to this node's chains, take in other nodes' runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeVar

from ccnode.store import receiving
from ccnode.store.errors import Conflict
from ccnode.store.receiving import INSERT_ENTRY, INSERT_RUN, States
from ccnode_crypto.chain import ChainState, EntryDraft, RunBuilder
from ccnode_crypto.entry import AUDIENCE_CORE, EPOCH_BYTES, SALT_BYTES, ChainId
from ccnode_protocol import hlc, records
from ccnode_protocol.errors import RemoteError

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Sequence

    from ccnode.store.project import Projector
    from ccnode.store.receiving import Missing, Stored
    from ccnode.store.views import Row, View
    from ccnode_crypto.chain import Run
    from ccnode_crypto.keys import SigningKey
    from ccnode_protocol.records import MessageMeta, Record

T = TypeVar("T")

_LATEST_COUNTS: Final = frozenset(
    {
        records.Kind.SESSION_TITLED,
        records.Kind.FORGET_ORDERED,
        records.Kind.MEMORY_MARKED,
        records.Kind.NOTE_KEPT,
        records.Kind.PACKET_KEPT,
        records.Kind.PACKET_REJECTED,
    }
)
_OF_SESSION: Final = (
    "SELECT id FROM messages WHERE session = ?1 UNION ALL SELECT id FROM session_events WHERE session = ?1"
)
_OF_MESSAGE: Final = (
    "SELECT id FROM entries WHERE digest = ?1 UNION ALL SELECT v.id FROM entries t"
    " JOIN message_events v ON v.target = t.id WHERE t.digest = ?1"
)
_OF_NOTE: Final = "SELECT id FROM notes WHERE note = ?1"
_OF_PACKET: Final = "SELECT id FROM packets WHERE packet = ?1"
_NEWEST: Final = "SELECT max(e.time) FROM ({}) s JOIN entries e ON e.id = s.id JOIN chains c ON c.id = e.chain"
_BY_US: Final = " WHERE c.node IN (SELECT node FROM own_keys)"


class Appended(NamedTuple):
    """The receipt for one entry: its local number, digest, place and time (hybrid logical clock)."""

    entry: int
    digest: bytes
    chain: ChainId
    seq: int
    time: int


@dataclass(frozen=True, slots=True)
class Committed:
    """The newest entry and run of a transaction."""

    entry: int
    digest: bytes
    run: int


@dataclass(slots=True)
class _OwnChain:
    """A chain of this start's epoch; `row` is chains.id once it is opened."""

    state: ChainState
    row: int | None = None


class OwnChains:
    """The chains of this start's epoch, one for each audience; each is opened at its first append."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        key: SigningKey,
        now_ms: Callable[[], int],
        chance: Callable[[int], bytes],
    ) -> None:
        self.key = key
        self.now_ms = now_ms
        self.chance = chance
        self._connection = connection
        self._chains: dict[int, _OwnChain] = {}
        self.states = States()
        self.next_entry: int = (connection.execute("SELECT max(id) FROM entries").fetchone()[0] or 0) + 1
        self.time = 0
        self.epoch = b""
        self.new_epoch()

    def new_epoch(self) -> None:
        """Append to fresh chains from now on: at every start, after a step of the clock, after a doubtful commit."""
        self.epoch = self.chance(EPOCH_BYTES)
        self._chains.clear()
        self.time = 0

    def of(self, audience: int) -> _OwnChain:
        """The current chain for an audience."""
        chain = self._chains.get(audience)
        if chain is None:
            chain = _OwnChain(ChainState(ChainId(self.key.public.raw, self.epoch, audience)))
            self._chains[audience] = chain
        return chain

    def tick(self) -> int:
        """The time of the next entry. A wall clock that was set back starts a new epoch, so that times stay sane."""
        wall_ms = self.now_ms()
        self.time = hlc.tick(self.time, wall_ms)
        return self.time

    def clock_was_set_back(self) -> bool:
        """Whether the wall clock stands well before the newest entry of this epoch."""
        return hlc.was_set_back(self.time, self.now_ms())

    def predecessor(self, audience: int) -> tuple[bytes, int, int, bytes, bytes] | None:
        """The head that a new chain for the audience names: that of our newest one by arrival, whichever key it had."""
        row = self._connection.execute(
            "SELECT c.epoch, c.audience, c.length - 1, c.head, c.node FROM chains c"
            " WHERE c.audience = ? AND c.length > 0"
            " AND c.node IN (SELECT node FROM own_keys) ORDER BY c.id DESC LIMIT 1",
            (audience,),
        ).fetchone()
        return tuple(row) if row else None


class Transaction:
    """One transaction of the ledger, shared by the jobs that wait together."""

    def __init__(self, connection: sqlite3.Connection, projector: Projector, chains: OwnChains) -> None:
        self._connection = connection
        self._projector = projector
        self._chains = chains
        self._builders: dict[int, tuple[RunBuilder, int]] = {}
        self._begun: list[RunBuilder] = []
        self._opened: list[_OwnChain] = []
        self._rows: list[tuple[object, ...]] = []
        self._first_entry = chains.next_entry
        self._last: tuple[int, bytes] | None = None
        self._last_run = 0
        projector.before_lookup = self._flush_entries
        if chains.clock_was_set_back():
            chains.new_epoch()

    def query(self, sql: str, parameters: Sequence[object] = ()) -> list[Any]:
        """Read, with everything that this transaction has appended so far."""
        self._flush()
        return self._connection.execute(sql, parameters).fetchall()

    def execute(self, sql: str, parameters: Sequence[object] = ()) -> int:
        """Change scratch tables or stored contents; return how many rows were touched."""
        self._flush()
        return self._connection.execute(sql, parameters).rowcount

    def with_connection(self, make: Callable[[sqlite3.Connection], T]) -> T:
        """Run `make`, which changes tables that no entry is projected into."""
        self._flush()
        return make(self._connection)

    def append(self, record: Record, meta: MessageMeta | None = None, audience: int = AUDIENCE_CORE) -> Appended:
        """Append one entry to this node's chain for the audience. `meta` is what record.meta says, where at hand.

        Raises:
            EntryError: the record is over its limits.
        """
        if record.kind in _LATEST_COUNTS:
            self._keep_after(record)
        own = self._chains.of(audience)
        if own.row is None:
            self._open(own, audience)
        builder, row = self._builder(own, audience, record)
        time = self._chains.tick()
        salt = self._chains.chance(SALT_BYTES) if record.content else b""
        seq = own.state.length
        draft = EntryDraft(record.kind, time, record.meta, record.content, salt)
        header, digest, sealed = builder.add(draft)
        place = (row, own.state.chain.node, seq)
        entry = self._store(place, record.kind, time, digest, header, record.meta, sealed, meta)
        return Appended(entry, digest, own.state.chain, seq, time)

    def _keep_after(self, record: Record) -> None:
        """Bring the clock up to what this node wrote before of the session or message that a record is about.

        Else, once a clock that ran ahead is put right, a new title would lose against the old one, and an order to
        forget would cover nothing. The next transaction finds the clock set back, and goes on in a fresh epoch.
        """
        about = _about(record, self.node)
        if about is None:
            return  # it means nothing to anyone
        said, what = about
        newest = self.query(_NEWEST.format(said), (what,))[0][0] or 0
        if newest > hlc.from_ms(self._chains.now_ms()):
            newest = self.query(_NEWEST.format(said) + _BY_US, (what,))[0][0] or 0
            self._chains.time = max(self._chains.time, newest)

    @property
    def node(self) -> bytes:
        """The node key that this node writes with."""
        return self._chains.key.public.raw

    def writes(self, chain: ChainId) -> bool:
        """Whether this is a chain that this node is writing now."""
        return (chain.node, chain.epoch) == (self._chains.key.public.raw, self._chains.epoch)

    def receive(self, chain: ChainId, runs: Sequence[Run]) -> int:
        """Verify runs that continue a chain of another epoch or node, and store them; return how many entries were new.

        Anybody's may be given: what is proven is who wrote them, and only the owner's nodes have a say in what is ours.
        A stranger's entries can neither erase nor change anything of it (voices.py; protocol/README.md has the table).
        How much of a stranger's is worth keeping is for the caller to decide.

        Raises:
            ChainError: they do not continue what is stored; nothing of them is kept.
            Conflict: the chain is the one that this node is writing itself.
        """
        stored = self._take(chain, runs, self._chains.now_ms(), quarantined=False, is_synced=False)
        return len(stored.entries) if stored else 0

    def take(self, chain: ChainId, runs: Sequence[Run], now_ms: int, *, quarantined: bool = False) -> Stored | None:
        """As `receive`, of what a peer sent, orders before bodies; None where nothing was given.

        `now_ms`: by which orders are due. `quarantined`: where the chain is new here, nothing is made of it (apart.py).
        """
        return self._take(chain, runs, now_ms, quarantined=quarantined, is_synced=True)

    def _take(
        self, chain: ChainId, runs: Sequence[Run], now_ms: int, *, quarantined: bool, is_synced: bool
    ) -> Stored | None:
        self._flush()
        if not runs:
            return None
        if self.writes(chain):
            raise Conflict("these entries claim this node's own current epoch: they come from a copy of it")
        place = receiving.Place(self._connection, self._projector, self._chains.next_entry, now_ms)
        states = self._chains.states
        stored = receiving.store(place, states, chain, runs, quarantined=quarantined, is_synced=is_synced)
        self._chains.next_entry = stored.entries.stop
        if is_synced and chain.node in self._projector.voices.ours:
            # What we record from now on is later than what we know of: an order covers what it is about.
            self._chains.time = hlc.observe(self._chains.time, stored.time, now_ms)
        self._last = (stored.entries.stop - 1, stored.digest)
        self._last_run = stored.run
        return stored

    def fill(self, node: bytes, missing: Sequence[Missing], now_ms: int) -> list[Missing]:
        """Store contents that were missing, of entries that `node` wrote; return those that were not to be gone by now.

        The caller has checked that they are what the headers name.
        """
        self._flush()
        place = receiving.Place(self._connection, self._projector, self._chains.next_entry, now_ms)
        return receiving.fill(place, node, missing)

    def fresh_epoch(self) -> None:
        """Append to other chains from now on: a peer has proven that this directory is an old copy."""
        for audience in list(self._builders):
            self._close_run(audience)
        self._chains.new_epoch()

    def rebuild(self, make: Callable[[sqlite3.Connection], T]) -> T:
        """Run `make`, which writes projections by itself, and forget what was remembered of the old ones."""
        self._flush()
        result = make(self._connection)
        self._projector.forget_unwritten()
        return result

    def finish(self) -> Committed | None:
        """Sign the runs and write what is still gathered; the caller commits. None where nothing was appended."""
        for audience in list(self._builders):
            self._close_run(audience)
        self._flush()
        return Committed(*self._last, self._last_run) if self._last else None

    def undo(self, *, doubtful: bool) -> None:
        """After a rollback: put the chains back to what is committed.

        Where the commit itself failed (`doubtful`), its entries may yet be found in the log after a crash, so the epoch
        is not used again: no position is ever written twice.
        """
        self._chains.next_entry = self._first_entry
        if doubtful:
            self._chains.new_epoch()
            return
        for builder in reversed(self._begun):
            builder.undo()
        for own in self._opened:
            own.row = None

    def _store(
        self,
        place: tuple[int, bytes, int],
        kind: int,
        time: int,
        digest: bytes,
        header: bytes,
        meta: bytes,
        sealed: bytes | None,
        parsed: MessageMeta | None,
    ) -> int:
        row, node, seq = place
        entry = self._chains.next_entry
        self._chains.next_entry = entry + 1
        self._rows.append((entry, row, seq, kind, time, digest, header, meta, sealed))
        if kind != records.Kind.MESSAGE:
            self._flush_entries()  # what is projected at once may look for its own entry
        self._projector.apply(entry, digest, kind, time, meta, node, parsed)
        self._last = (entry, digest)
        return entry

    def _builder(self, own: _OwnChain, audience: int, record: Record) -> tuple[RunBuilder, int]:
        if own.row is None:
            raise AssertionError("the chain is opened before anything is appended to it")
        held = self._builders.get(audience)
        if held and held[0].has_room_for(record.meta, record.content):
            return held
        if held:
            self._close_run(audience)
        self._builders[audience] = held = (RunBuilder(own.state), own.row)
        self._begun.append(held[0])
        return held

    def _open(self, own: _OwnChain, audience: int) -> None:
        record = records.epoch_opened(self._chains.predecessor(audience))
        own.row = receiving.insert_chain(self._connection, own.state.chain)
        self._opened.append(own)
        self._projector.own_key(own.state.chain.node)
        self.append(record, audience=audience)

    def _close_run(self, audience: int) -> None:
        builder, row = self._builders.pop(audience)
        state = self._chains.of(audience).state
        signature = builder.finish(self._chains.key)
        cursor = self._connection.execute(INSERT_RUN, (row, builder.first_seq, state.length - 1, signature))
        self._last_run = cursor.lastrowid or 0
        self._connection.execute("UPDATE chains SET length = ?, head = ? WHERE id = ?", (state.length, state.head, row))

    def _flush_entries(self) -> None:
        if self._rows:
            self._connection.executemany(INSERT_ENTRY, self._rows)
            self._rows.clear()

    def _flush(self) -> None:
        self._flush_entries()
        self._projector.flush()


def _about(record: Record, node: bytes) -> tuple[str, bytes] | None:
    """What a record is about: how to ask for what was recorded of it before, and its name."""
    try:
        if record.kind == records.Kind.MEMORY_MARKED:
            return _OF_MESSAGE, records.read_mark(record.meta)[0]
        if record.kind == records.Kind.NOTE_KEPT:
            return _OF_NOTE, records.read_note(record.meta)[0]
        if record.kind == records.Kind.PACKET_KEPT:
            return _OF_PACKET, records.read_packet_kept(record.meta)[0]
        if record.kind == records.Kind.PACKET_REJECTED:
            return _OF_PACKET, records.read_packet_rejected(record.meta)
        if record.kind == records.Kind.FORGET_ORDERED:
            order = records.read_forget(record.meta, node)
            return (_OF_MESSAGE, order.message) if order.message is not None else (_OF_SESSION, order.session or b"")
        return _OF_SESSION, records.read_session(record.meta)[0]
    except RemoteError:
        return None


def view(tx: Transaction, question: View[T]) -> T:
    """Answer a view within a transaction, with what it has appended so far."""
    rows: list[Row] | None = None
    while True:
        try:
            sql, parameters = question.send(rows) if rows is not None else next(question)
        except StopIteration as stop:
            result: T = stop.value
            return result
        rows = tx.query(sql, parameters)
