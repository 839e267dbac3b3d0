"""What must hold, whatever happens? The judge of a simulated world, who sees every machine and everything that is sent.

The judge remembers every entry that was ever seen anywhere, and makes the projections again in the plainest way there
is: from all entries at once, so that no order of arrival can matter.
"""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

from ccnode.store import audit, orders, views
from ccnode.store.ledger import marker_path
from ccnode.store.marker import read_marker
from ccnode.store.voices import read
from ccnode_crypto.chain import ChainState, verify_runs
from ccnode_crypto.errors import ChainError
from ccnode_protocol import hlc, records
from ccnode_protocol.errors import RemoteError
from ccnode_protocol.records import Kind, MessageMeta, Role
from tests.store.support import stored_runs

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Sequence

    from ccnode_crypto.certificate import Certificate
    from tests.simulation.disk import SimConnection
    from tests.simulation.machine import Machine

Position = tuple[bytes, bytes, int, int]  # node key, epoch, audience, seq
Rows = set[tuple[Any, ...]]

TRACE_LINES: Final = 40
_NEW = (
    "SELECT e.id, c.node, c.epoch, c.audience, e.seq, e.digest, e.time, e.kind, e.meta"
    " FROM entries e JOIN chains c ON c.id = e.chain WHERE e.id > ? ORDER BY e.id"
)
_SESSION_KINDS = (Kind.SESSION_OPENED, Kind.SESSION_TITLED, Kind.SESSION_ENDED, Kind.FORGET_ORDERED)


class Violation(Exception):
    """Something that must never happen has happened; `kind` is which of these it is."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(f"{kind}: {message}")
        self.kind = kind


def told(violation: Violation, seed: int, trace: Sequence[str], replay: str) -> Violation:
    """The violation with its story: the last steps, and the command that plays them again."""
    steps = "\n".join(trace[-TRACE_LINES:])
    return Violation(
        violation.kind,
        f"{str(violation).removeprefix(violation.kind + ': ')}\n--- the last steps of seed {seed}:\n{steps}\n"
        f"--- play it again:\n{replay.format(seed=seed)}",
    )


class Judge:
    """Sees everything, and raises Violation at the first thing that must not be."""

    def __init__(self) -> None:
        self.epochs: dict[bytes, int] = {}  # epoch -> lineage: directories that know all that went before in it
        self.losses = 0  # disks that were damaged, old copies put back: what nobody had received is gone for good
        self.digests: dict[Position, bytes] = {}
        self._times: dict[Position, int] = {}
        self._once: dict[Hashable, bytes] = {}
        self._scanned: dict[str, int] = {}

    # --- one machine ---

    def started(self, machine: Machine) -> None:
        """A machine has started: all that it acknowledged or sent is there, or the loss is reported."""
        self._scanned[machine.name] = 0
        memory = machine.memory
        have = self._scan(machine)
        missing = (memory.acknowledged | memory.sent) - have
        if machine.may_have_lost_end:
            if missing and machine.must_tell and not machine.lost_end:
                raise Violation(
                    "silent loss", f"{machine.name} has lost {len(missing)} entries, and says nothing of it"
                )
            memory.acknowledged &= have
            memory.sent &= have
            machine.may_have_lost_end = False
        elif missing:
            kind = "acknowledged and lost" if missing & memory.acknowledged else "sent and lost"
            raise Violation(kind, f"{machine.name} has lost {sorted(each.hex()[:12] for each in missing)}")
        elif machine.lost_end:
            mark = read_marker(marker_path(machine.path))
            if mark is None or mark.digest not in memory.lost_ends:
                raise Violation("false alarm", f"{machine.name} lacks nothing, but: {machine.lost_end}")
        self.whole(machine)

    def committed(self, machine: Machine) -> int:
        """A transaction is over, and what it wrote is acknowledged; return how many entries that are."""
        new = self._scan(machine)
        machine.memory.acknowledged |= new
        return len(new)

    def _scan(self, machine: Machine) -> set[bytes]:
        """Look at the entries that were not yet looked at; return their digests."""
        rows = machine.connection.plain(_NEW, (self._scanned[machine.name],)).fetchall()
        for entry, node, epoch, audience, seq, digest, time, kind, meta in rows:
            position = (node, epoch, audience, seq)
            self._scanned[machine.name] = entry
            if self.digests.get(position) == digest and position in self._times:
                continue
            self.saw(position, digest, f"stored by {machine.name}")
            self._times[position] = time
            before = self._times.get((node, epoch, audience, seq - 1), -1)
            if time <= before:
                raise Violation(
                    "time", f"position {seq} of an epoch of {machine.name} is not later than the one before"
                )
            if kind == Kind.MESSAGE:
                self._check_turn(self.epochs.get(epoch), digest, records.read_message(meta))
        return {row[5] for row in rows}

    def saw(self, position: Position, digest: bytes, how: str) -> None:
        """An entry was seen: there is no other at its position, anywhere, ever."""
        known = self.digests.setdefault(position, digest)
        if known != digest:
            where = f"{position[0].hex()[:12]}/{position[1].hex()[:12]}/{position[2]} position {position[3]}"
            raise Violation("fork", f"{where}: {digest.hex()[:12]} {how}, but {known.hex()[:12]} was seen before")

    def _check_turn(self, lineage: int | None, digest: bytes, meta: MessageMeta) -> None:
        """Who knows of a question or reply does not write it twice; each branch may have a reply of its own."""
        if meta.role == Role.USER and meta.key:
            what: Hashable = (lineage, "question", meta.session, meta.key)
        elif meta.role == Role.ASSISTANT:
            what = (lineage, "reply", meta.session, meta.parent, meta.over)
        else:
            return
        known = self._once.setdefault(what, digest)
        if known != digest:
            text = "a question was recorded twice" if meta.role == Role.USER else "a question was answered twice"
            raise Violation("doubled", f"{text}: {known.hex()[:12]}, {digest.hex()[:12]}")

    def whole(self, machine: Machine) -> None:
        """Every chain verifies, projections are what the entries make, branches count without gaps."""
        connection = machine.connection
        lengths = {
            row[:3]: row[3:] for row in connection.plain("SELECT node, epoch, audience, length, head FROM chains")
        }
        for chain, runs in stored_runs(connection).items():
            state = ChainState(chain)
            try:
                verify_runs(state, runs)
            except ChainError as error:
                raise Violation("chain", f"on {machine.name}: {error}") from error
            if lengths.pop((chain.node, chain.epoch, chain.audience)) != (state.length, state.head):
                raise Violation("chain", f"the row of chain {chain} on {machine.name} is not what its entries say")
        if lengths:
            raise Violation("chain", f"{machine.name} has {len(lengths)} chains without entries")
        stored, made = stored_projections(connection), reference_projections(connection)
        for table, rows in made.items():
            if stored[table] != rows:
                raise Violation("projection", f"{table} on {machine.name}: {_difference(stored[table], rows)}")
        for (session,) in connection.plain("SELECT session FROM sessions").fetchall():
            counted = [message.seq for message in views.run(connection, views.branch(session))]
            if counted != list(range(1, len(counted) + 1)) and 0 not in counted:
                raise Violation("sequence", f"a branch on {machine.name} is numbered {counted}")

    def erased(self, machine: Machine) -> None:
        """A machine has erased what is due: nothing that an order was given for can still be read."""
        connection = machine.connection
        for order in orders.load_orders(connection.plain):
            if not order.is_in_force(machine.clock()):
                continue
            for digest in machine.memory.orders.get(order.digest, ()):
                (left,) = connection.plain("SELECT length(sealed) FROM entries WHERE digest = ?", (digest,)).fetchone()
                if left:
                    raise Violation("not forgotten", f"{machine.name} still has the text of {digest.hex()[:12]}")

    # --- all machines ---

    def agreed(self, machines: list[Machine]) -> None:
        """Everybody has everything: all say the same, and nothing that anyone acknowledged is missing."""
        everything = set().union(*(machine.memory.acknowledged for machine in machines))
        first = stored_projections(machines[0].connection)
        said = conversations(machines[0])
        for machine in machines:
            have = {digest for (digest,) in machine.connection.plain("SELECT digest FROM entries")}
            if missing := everything - have:
                raise Violation("not converged", f"{machine.name} lacks {len(missing)} entries that others have")
            stored = stored_projections(machine.connection)
            for table, rows in first.items():
                if stored[table] != rows:
                    what = _difference(stored[table], rows)
                    raise Violation("not converged", f"{table} of {machine.name} and {machines[0].name}: {what}")
            if conversations(machine) != said:
                raise Violation("not converged", f"{machine.name} and {machines[0].name} show other conversations")

    def audited(self, machine: Machine) -> None:
        """The product's own audit finds only what is true: losses, and contents that another's clock had erased."""
        report = audit.verify(machine.connection, now_ms=machine.clock())
        expected = {"withheld"}
        expected |= {"end"} if machine.lost_end else set()
        expected |= {"predecessor"} if self.losses else set()
        problems = [problem for problem in report.problems if problem.field not in expected]
        if problems:
            raise Violation("audit", f"{machine.name}: {problems[:3]}")


def conversations(machine: Machine) -> dict[bytes, list[bytes]]:
    """For each session the digests of the messages on its way from the root."""
    sessions = machine.connection.plain("SELECT session FROM sessions").fetchall()
    return {session: [message.digest for message in machine.branch(session)] for (session,) in sessions}


# --- projections, with digests in place of each machine's own numbers ---

_STORED = {
    "messages": (
        "SELECT e.digest, m.session, p.digest, m.depth, m.role, m.time, m.key, r.digest, m.awaits, m.awaits_replaced"
        " FROM messages m JOIN entries e ON e.id = m.id LEFT JOIN entries p ON p.id = m.parent_id"
        " LEFT JOIN entries r ON r.id = m.replaces"
    ),
    "sessions": (
        "SELECT s.session, o.digest, s.time, s.parent, t.digest, s.ended, f.digest, s.due_ms, s.voice"
        " FROM sessions s JOIN entries o ON o.id = s.opened LEFT JOIN entries t ON t.id = s.titled"
        " LEFT JOIN entries f ON f.id = s.forget"
    ),
    "session_events": (
        "SELECT e.digest, s.session, s.kind, s.time, s.parent, s.due_ms"
        " FROM session_events s JOIN entries e ON e.id = s.id"
    ),
    "cancellations": "SELECT e.digest, c.forget_order, c.time FROM cancellations c JOIN entries e ON e.id = c.id",
    "certified": "SELECT e.digest, k.node, k.owner FROM certified k JOIN entries e ON e.id = k.id",
    "message_events": (
        "SELECT e.digest, v.message, t.digest, v.kind, v.time, v.value FROM message_events v"
        " JOIN entries e ON e.id = v.id LEFT JOIN entries t ON t.id = v.target"
    ),
    "marks": (
        "SELECT e.digest, k.time, k.mark, f.digest, k.due_ms FROM marks k JOIN entries e ON e.id = k.id"
        " LEFT JOIN entries f ON f.id = k.forget"
    ),
}


def stored_projections(connection: SimConnection) -> dict[str, Rows]:
    """The projections as they are stored."""
    return {table: set(connection.plain(sql)) for table, sql in _STORED.items()}


class Whose:
    """Whose entries there are: ours, or which stranger's."""

    def __init__(self, own: set[bytes], papers: list[tuple[bytes, Certificate]]) -> None:
        owners = {paper.owner for recorder, paper in papers if recorder in own and paper.node in own}
        self._ours = own | {paper.node for _, paper in papers if paper.owner in owners}

    def voice(self, node: bytes) -> bytes | None:
        """None for ours."""
        return None if node in self._ours else node

    def session(self, node: bytes, session: bytes) -> bytes:
        """The id that a session has in the tables."""
        voice = self.voice(node)
        return session if voice is None else sha256(b"ccnode session of\0" + voice + session).digest()[:16]


def reference_projections(connection: SimConnection) -> dict[str, Rows]:
    """The projections as the entries make them."""
    entries = connection.plain(
        "SELECT e.digest, e.kind, e.time, e.meta, c.node FROM entries e JOIN chains c ON c.id = e.chain"
    ).fetchall()
    own = {node for (node,) in connection.plain("SELECT node FROM own_keys")}
    papers = [(digest, node, read(meta)) for digest, kind, _, meta, node in entries if kind == Kind.NODE_CERTIFIED]
    whose = Whose(own, [(node, paper) for _, node, paper in papers if paper])
    messages: dict[bytes, tuple[int, MessageMeta]] = {}
    authors: dict[bytes, tuple[int, bytes]] = {}
    events: list[tuple[int, bytes, int, bytes, bytes | None, int | None, bytes]] = []
    said_of: list[tuple[int, bytes, int, bytes, int, bytes]] = []
    cancellations: Rows = set()
    for digest, kind, time, meta, node in entries:
        try:
            if kind == Kind.MESSAGE:
                said = records.read_message(meta)
                messages[digest] = (time, replace(said, session=whose.session(node, said.session)))
                authors[digest] = (time, node)
            elif kind == Kind.FORGET_ORDERED:
                order = records.read_forget(meta, node)
                if order.session is not None:
                    named = whose.session(node, order.session)
                    events.append((time, digest, kind, named, None, order.due_ms, node))
                elif order.message is not None:
                    said_of.append((time, digest, kind, order.message, order.due_ms, node))
            elif kind == Kind.MEMORY_MARKED:
                message, mark = records.read_mark(meta)
                said_of.append((time, digest, kind, message, int(mark), node))
            elif kind in _SESSION_KINDS:
                session, parent = records.read_session(meta)
                events.append((time, digest, kind, whose.session(node, session), parent, None, node))
            elif kind == Kind.FORGET_CANCELLED:
                cancellations.add((digest, records.read_order(meta)[0], time, node))
        except RemoteError:
            continue
    depth_of = _depths({digest: meta.parent for digest, (_, meta) in messages.items()})

    def is_void(order: bytes, node: bytes, due_ms: int) -> bool:
        return any(
            named == order and whose.voice(by) == whose.voice(node) and hlc.to_ms(time) < due_ms
            for _, named, time, by in cancellations
        )

    return {
        "messages": {_message_row(digest, time, meta, depth_of, messages) for digest, (time, meta) in messages.items()},
        "sessions": set(_session_rows(events, is_void, whose)),
        "session_events": {
            (digest, session, kind, time, parent, due) for time, digest, kind, session, parent, due, _ in events
        },
        "cancellations": {row[:3] for row in cancellations},
        "certified": {(digest, paper.node, paper.owner) for digest, _, paper in papers if paper},
        "message_events": {
            (digest, message, message if message in messages else None, kind, time, value)
            for time, digest, kind, message, value, _ in said_of
        },
        "marks": set(_mark_rows(said_of, messages, authors, is_void, whose)),
    }


def _mark_rows(
    said_of: list[Any],
    messages: dict[bytes, tuple[int, MessageMeta]],
    authors: dict[bytes, tuple[int, bytes]],
    is_void: Callable[[bytes, bytes, int], bool],
    whose: Whose,
) -> Iterable[tuple[Any, ...]]:
    for message, (time, _) in messages.items():
        recorded, author = authors[message]
        mine = sorted(row for row in said_of if row[3] == message)
        marks = [row[4] for row in mine if row[2] == Kind.MEMORY_MARKED and whose.voice(row[5]) is None]
        orders = [
            (digest, due_ms)
            for at, digest, kind, _, due_ms, node in mine
            if kind == Kind.FORGET_ORDERED
            and whose.voice(node) == whose.voice(author)
            and recorded <= at
            and not is_void(digest, node, due_ms)
        ]
        mark = marks[-1] if marks else 0
        if mark or orders:
            yield (message, time, mark, *(orders[-1] if orders else (None, None)))


def _depths(parents: dict[bytes, bytes | None]) -> Callable[[bytes], int | None]:
    def depth_of(digest: bytes) -> int | None:
        depth, at = 1, digest
        while (parent := parents[at]) is not None:
            if parent not in parents:
                return None
            depth, at = depth + 1, parent
        return depth

    return depth_of


def _message_row(
    digest: bytes, time: int, meta: MessageMeta, depth_of: Callable[[bytes], int | None], known: dict[bytes, Any]
) -> tuple[Any, ...]:
    parent, over = meta.parent, meta.over
    return (
        digest,
        meta.session,
        parent if parent in known else None,
        depth_of(digest),
        int(meta.role),
        time,
        meta.key,
        over if over in known else None,
        parent if parent not in known else None,
        over if over not in known else None,
    )


def _session_rows(
    events: list[Any], is_void: Callable[[bytes, bytes, int], bool], whose: Whose
) -> Iterable[tuple[Any, ...]]:
    for session in {event[3] for event in events}:
        mine = sorted((event for event in events if event[3] == session), key=lambda event: event[:2])
        opened = [event for event in mine if event[2] == Kind.SESSION_OPENED]
        if not opened:
            continue
        titles = [event[1] for event in mine if event[2] in (Kind.SESSION_OPENED, Kind.SESSION_TITLED)]
        ends = [event[0] for event in mine if event[2] == Kind.SESSION_ENDED]
        in_force: tuple[bytes | None, int | None] = (None, None)
        for _, digest, kind, _, _, due_ms, node in mine:
            if kind == Kind.FORGET_ORDERED and not is_void(digest, node, due_ms):
                in_force = (digest, due_ms)
        time, digest, _, _, parent, _, node = opened[0]
        yield (session, digest, time, parent, titles[-1], min(ends, default=None), *in_force, whose.voice(node))


def _difference(stored: Rows, made: Rows) -> str:
    extra, missing = stored - made, made - stored
    short = [tuple(each.hex()[:8] if isinstance(each, bytes) else each for each in row) for row in (*extra, *missing)]
    return f"{len(extra)} rows too many, {len(missing)} missing, such as {short[:2]}"
