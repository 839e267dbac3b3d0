"""What do other nodes offer, and what of it did the owner promote? Knowledge packets, read and judged.

A packet-kept entry offers, where it stands on a shared or public chain, and promotes, where it stands on a core chain
of ours (ccnode_protocol/records/knowledge.py). Of our core entries on a packet the one with the greatest (time, digest)
counts. An offer is a packet only if it holds: its bytes give the identifier, it speaks for the node that wrote it. So
whatever a stranger writes promotes nothing, and speaks for nobody else.

The tables tell where such entries stand. Words are read from where they are recorded, each time, so nothing outlives
them; how many are looked at is bounded, whatever peers send.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from itertools import chain
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from ccnode import clock
from ccnode.later import later
from ccnode.store import notes
from ccnode.store.errors import Conflict, NotFound
from ccnode.store.views.asking import prefix_range
from ccnode.store.voices import OUR_NODES
from ccnode_crypto.entry import AUDIENCE_CORE, SALT_BYTES, sealed_digest
from ccnode_crypto.keys import node_id
from ccnode_protocol import hlc, records
from ccnode_protocol.errors import RemoteError
from ccnode_protocol.records import Role

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ccnode.mind import knowledge
    from ccnode.store.views import View
    from ccnode_protocol.records import Packet
else:
    knowledge = later("ccnode.mind.knowledge")

State = Literal["waiting", "promoted", "rejected", "shared", "withdrawn"]

WAITING_MAX: Final = 500  # offers of one peer that wait to be judged; others show up as these are
WAITING_ALL_MAX: Final = 2_000
RECALLED_MAX: Final = 2_000  # the newest promoted ones that are looked among
HELD_MAX: Final = 5_000  # our own decisions and offers that a list looks at
AT_ONCE: Final = 500
STALE_MS: Final = 30 * 24 * 3_600_000
PREFIX_MIN: Final = 6
SHORT: Final = 12  # digits of an identifier that people are shown
_SPEAKERS: Final = {
    Role.USER: "its owner",
    Role.ASSISTANT: "its assistant",
    Role.SYSTEM: "its system text",
    Role.TOOL: "a program",
}
_HEX: Final = frozenset("0123456789abcdef")

# CROSS JOIN, here and below: from the few packets to their entries; SQLite keeps to the order.
_ROWS: Final = (
    "SELECT p.packet, p.id, {rejected}, e.time, e.digest, e.meta, e.sealed, substr(e.header, 147, 32), c.node,"
    f" c.audience, c.node IN ({OUR_NODES}), {{apart}} FROM {{table}} p CROSS JOIN entries e ON e.id = p.id"
    " CROSS JOIN chains c ON c.id = e.chain WHERE {which}"
)
_KEPT: Final = _ROWS.replace("{rejected}", "p.rejected").replace("{apart}", "0").replace("{table}", "packets")
_APART: Final = _ROWS.replace("{rejected}", "0").replace("{apart}", "1").replace("{table}", "apart_packets")
_OURS: Final = (
    "SELECT p.packet, max(p.id) FROM packets p CROSS JOIN entries e ON e.id = p.id CROSS JOIN chains c"
    f" ON c.id = e.chain WHERE c.node IN ({OUR_NODES}) GROUP BY p.packet ORDER BY 2 DESC LIMIT ?"
)
# Of each peer those that came first, fairly among peers, so that a flood keeps nobody else's out.
_WAITING: Final = (
    "SELECT packet, id FROM (SELECT a.packet, a.id, row_number() OVER (PARTITION BY c.node ORDER BY a.id) AS place"
    " FROM apart_packets a CROSS JOIN entries e ON e.id = a.id CROSS JOIN chains c ON c.id = e.chain"
    " WHERE NOT EXISTS (SELECT 1 FROM packets p WHERE p.packet = a.packet))"
    " WHERE place <= ? ORDER BY place, id LIMIT ?"
)
_BROUGHT: Final = (  # by hand, of strangers
    "SELECT p.packet, max(p.id) FROM packets p CROSS JOIN entries e ON e.id = p.id CROSS JOIN chains c"
    f" ON c.id = e.chain WHERE c.node NOT IN ({OUR_NODES}) GROUP BY p.packet ORDER BY 2 LIMIT ?"
)
_PROMOTED: Final = (
    "SELECT p.id FROM packets p CROSS JOIN entries e ON e.id = p.id CROSS JOIN chains c ON c.id = e.chain"
    f" WHERE c.audience = 0 AND c.node IN ({OUR_NODES}) AND p.rejected = 0 AND e.sealed IS NOT NULL"
    " ORDER BY p.time DESC LIMIT ?"
)
_SUMMARY: Final = (
    "SELECT (SELECT count(*) FROM (SELECT DISTINCT a.packet FROM apart_packets a"
    " WHERE NOT EXISTS (SELECT 1 FROM packets p WHERE p.packet = a.packet) LIMIT ?)),"
    " (SELECT count(*) FROM (SELECT p.rejected, e.sealed, max(p.time) FROM packets p CROSS JOIN entries e"
    " ON e.id = p.id CROSS JOIN chains c ON c.id = e.chain"
    f" WHERE c.audience = 0 AND c.node IN ({OUR_NODES}) GROUP BY p.packet)"
    " WHERE rejected = 0 AND sealed IS NOT NULL)"
)
# By the node that wrote it, however old it is: it is a copy.
_TAKEN_BACK: Final = (
    "SELECT e.digest FROM entries e CROSS JOIN chains c ON c.id = e.chain CROSS JOIN message_events v"
    " ON v.message = e.digest AND v.target IS NULL AND v.kind = 20 CROSS JOIN entries o ON o.id = v.id"
    " CROSS JOIN chains d ON d.id = o.chain WHERE e.digest IN ({marks}) AND e.kind = 48 AND d.node = c.node"
    " AND v.time >= e.time"
)
_ORDERED: Final = (
    "SELECT e.digest FROM entries e CROSS JOIN chains c ON c.id = e.chain CROSS JOIN apart_orders o"
    " ON o.voice = c.node AND o.what = e.digest AND o.kind = 20 AND o.time >= e.time WHERE e.digest IN ({marks})"
    " AND NOT EXISTS (SELECT 1 FROM apart_orders x JOIN entries xe ON xe.id = o.id WHERE x.voice = o.voice"
    " AND x.what = xe.digest AND x.kind = 21 AND x.time >> 16 < o.due_ms)"
)


class Row(NamedTuple):
    """An entry about a packet. `is_ours`: one of our nodes wrote it; `is_apart`: it is in quarantine."""

    packet: bytes
    id: int
    rejected: int
    time: int
    digest: bytes
    meta: bytes
    sealed: bytes | None
    signed: bytes
    node: bytes
    audience: int
    is_ours: int
    is_apart: int


@dataclass(frozen=True, slots=True)
class Known:
    """A packet as it stands here. `said` is None where its words are gone, or are to go.

    `entry`, `digest`: the entry that its words are read from, or the last one about it; `time`: when that was recorded
    (hybrid logical clock). `node`: who offers it, where that is known; `arrived`: its newest entry's local number.
    `heard_ms`: until when this node would have heard that it was taken back, None where it did not follow who offers
    it; `is_stale`: that is long ago.
    """

    packet: bytes
    state: State
    said: Packet | None
    node: bytes | None
    entry: int
    digest: bytes
    time: int
    arrived: int
    content: bytes = b""
    heard_ms: int | None = None
    is_stale: bool = False

    @property
    def told_by(self) -> str:
        """Who says so, for people and models, in words that no peer chose."""
        if self.said is None:
            return ""
        who = _SPEAKERS[self.said.sources[0].role]
        told = f"packet {self.packet.hex()[:SHORT]} of node {node_id(self.said.node)[:SHORT]}, said there by {who}"
        return f"{told}, last heard of {clock.iso(self.heard_ms or 0)[:10]}" if self.is_stale else told

    @property
    def said_ms(self) -> int:
        """When it was said there, as far as can be believed: not after it was recorded here."""
        here = hlc.to_ms(self.time)
        return min(here, *(one.said_ms for one in self.said.sources[:1])) if self.said is not None else here

    @property
    def words(self) -> str:
        """What it claims, as one text."""
        return knowledge.claim(self.said.subject, self.said.text) if self.said is not None else ""


def _content(row: Row) -> bytes | None:
    """The packet's bytes, where they are those that were signed."""
    if not row.sealed or sealed_digest(row.sealed) != row.signed:
        return None
    content = row.sealed[SALT_BYTES:]
    return content if records.packet_id(content) == row.packet else None


def _promotes(row: Row) -> Packet | None:
    content = _content(row)
    try:
        return records.read_packet(content) if content is not None else None
    except RemoteError:
        return None


def _offers(row: Row) -> Packet | None:
    content = _content(row)
    try:
        return records.offered(content, row.meta, row.node, row.audience) if content is not None else None
    except RemoteError:
        return None


# --- one packet, from all that was recorded of it ---


def of(packets: Iterable[bytes]) -> View[dict[bytes, Known]]:
    """These packets as they stand here; those that are none, or of which nothing is here, are left out."""
    wanted, rows = list(dict.fromkeys(packets)), list[Row]()
    for at in range(0, len(wanted), AT_ONCE):
        some = wanted[at : at + AT_ONCE]
        which = f"p.packet IN ({','.join('?' * len(some))})"
        for sql in (_KEPT, _APART):
            rows += map(Row._make, (yield sql.replace("{which}", which), some))
    gone = yield from _gone(rows)
    by: defaultdict[bytes, list[Row]] = defaultdict(list)
    for row in rows:
        by[row.packet].append(row)
    found = {packet: _folded(by[packet], gone) for packet in wanted if packet in by}
    return (yield from _heard({packet: one for packet, one in found.items() if one is not None}))


def _heard(found: dict[bytes, Known]) -> View[dict[bytes, Known]]:
    """The same, with when who offers each was heard last: what it took back since, nobody here knows."""
    nodes = sorted({one.node for one in found.values() if one.node is not None and one.state != "shared"})
    heard: dict[bytes, int] = {}
    for at in range(0, len(nodes), AT_ONCE):
        some = nodes[at : at + AT_ONCE]
        heard |= dict((yield f"SELECT node, heard_ms FROM followed WHERE node IN ({','.join('?' * len(some))})", some))
    before_ms = clock.now_ms() - STALE_MS
    for packet, one in found.items():
        if one.node in heard and one.state != "shared":
            heard_ms = heard[one.node]
            found[packet] = replace(one, heard_ms=heard_ms, is_stale=heard_ms < before_ms)
    return found


def _gone(rows: Sequence[Row]) -> View[set[bytes]]:
    """The digests of these entries that somebody ordered to be forgotten who may, by themselves or by a source."""
    sources: dict[bytes, list[bytes]] = {}
    for row in rows:
        if row.is_ours and not row.rejected:
            try:
                sources[row.digest] = list(records.read_packet_kept(row.meta)[1])
            except RemoteError:
                continue
    asked = {*(row.digest for row in rows), *chain.from_iterable(sources.values())}
    ordered = {digest for digest, given in (yield from notes.orders_of(asked)).items() if given}
    apart = sorted(asked)
    for at in range(0, len(apart), AT_ONCE):
        some = apart[at : at + AT_ONCE]
        for sql in (_ORDERED, _TAKEN_BACK):
            ordered |= {digest for (digest,) in (yield sql.format(marks=",".join("?" * len(some))), some)}
    return ordered | {digest for digest, made_from in sources.items() if not ordered.isdisjoint(made_from)}


def _folded(rows: Sequence[Row], gone: set[bytes]) -> Known | None:
    """The packet that these entries are about; None where none of them is one."""
    arrived = max(row.id for row in rows)
    decisions = sorted(
        (row for row in rows if row.is_ours and row.audience == AUDIENCE_CORE), key=lambda row: (row.time, row.digest)
    )
    offers = sorted((row for row in rows if row.audience != AUDIENCE_CORE and not row.rejected), key=lambda r: r.id)
    here = [(row, said) for row in offers if row.digest not in gone and (said := _offers(row)) is not None]
    ours = [(row, said) for row, said in here if row.is_ours]
    if any(row.is_ours for row in offers):
        if ours:
            return _known(ours[0][0], "shared", ours[0][1], arrived)
        return _known(next(row for row in offers if row.is_ours), "withdrawn", None, arrived)
    if decisions:
        last = decisions[-1]
        held = [(row, said) for row in decisions if row.digest not in gone and (said := _promotes(row)) is not None]
        if last.rejected:
            row, said = (held or here)[-1] if held or here else (last, None)
            return _known(row, "rejected", said, arrived)
        now = next((each for row, each in held if row is last), None)
        if now is not None:
            return _known(last, "promoted", now, arrived)
        if not here:
            return _known(last, "withdrawn", None, arrived)
    if here:
        return _known(*(here[0][0], "waiting", here[0][1]), arrived)
    lost = next((row for row in offers if row.digest in gone or row.sealed is None), None)
    return _known(lost, "withdrawn", None, arrived) if lost is not None else None


def _known(row: Row, state: State, said: Packet | None, arrived: int) -> Known:
    node = said.node if said is not None else row.node if row.audience != AUDIENCE_CORE else None
    content = row.sealed[SALT_BYTES:] if said is not None and row.sealed else b""
    return Known(row.packet, state, said, node, row.id, row.digest, row.time, arrived, content)


# --- all of them ---


def held() -> View[list[Known]]:
    """The packets that are known here, the last that came first; of strangers' a bounded number of each."""
    ids: dict[bytes, int] = dict((yield _OURS, (HELD_MAX,)))
    ids |= dict((yield _BROUGHT, (WAITING_ALL_MAX,)))
    ids |= dict((yield _WAITING, (WAITING_MAX, WAITING_ALL_MAX)))
    found = yield from of(ids)
    return sorted(found.values(), key=lambda one: -one.arrived)


def summary() -> View[dict[str, int]]:
    """How many packets wait to be judged (WAITING_ALL_MAX, where there are more), and how many are promoted.

    By what entries say of themselves, so that it costs little: what turns out to be no packet is among them.
    """
    rows = yield _SUMMARY, (WAITING_ALL_MAX,)
    return {"waiting": rows[0][0], "promoted": rows[0][1]}


def resolve(text: str) -> View[bytes]:
    """The identifier that 64 hex digits, or a unique beginning (6 or more), mean; or that of a packet's entry.

    Raises:
        NotFound, Conflict: there is none, or there are several.
    """
    compact = text.lower()
    if len(compact) < PREFIX_MIN or not _HEX.issuperset(compact):
        raise NotFound(f"{text!r} is not the id of a packet", remedy="give at least 6 of its hex digits")
    low, high = prefix_range(compact, 32)
    sql = "SELECT packet FROM packets WHERE packet BETWEEN ?1 AND ?2 UNION SELECT packet FROM apart_packets"
    rows = yield f"{sql} WHERE packet BETWEEN ?1 AND ?2 LIMIT 2", (low, high)
    if not rows:
        sql = "SELECT p.packet FROM entries e JOIN packets p ON p.id = e.id WHERE e.digest BETWEEN ?1 AND ?2 LIMIT 2"
        rows = yield sql, (low, high)
    if not rows:
        raise NotFound(f"there is no packet {text}", remedy="see: ccnode knowledge list")
    if len(rows) > 1:
        raise Conflict(f"{text} could mean several packets", remedy="give more of its characters")
    packet: bytes = rows[0][0]
    return packet


def one(packet: bytes) -> View[Known]:
    """One packet. Raises NotFound."""
    found = yield from of([packet])
    if packet not in found:
        raise NotFound(f"there is no packet {packet.hex()}", remedy="see: ccnode knowledge list")
    return found[packet]


def taken_from(known: Known) -> View[list[bytes]]:
    """The entries that a promotion of this packet names as its sources: the one that its words are read from.

    Where that is an earlier promotion of ours, those that it names.
    """
    rows = yield (
        "SELECT e.meta, c.audience FROM entries e JOIN chains c ON c.id = e.chain WHERE e.id = ?",
        (known.entry,),
    )
    meta, audience = rows[0]
    return list(records.read_packet_kept(meta)[1]) if audience == AUDIENCE_CORE else [known.digest]


# --- what is known by them ---


def newest(limit: int = RECALLED_MAX) -> View[list[int]]:
    """The local numbers of the newest promotions of ours, whatever became of them since."""
    return [row[0] for row in (yield _PROMOTED, (limit,))]


def texts(numbers: Sequence[int]) -> View[dict[int, str]]:
    """The words of promotions, by their local numbers, as far as they are here."""
    found: dict[int, str] = {}
    for at in range(0, len(numbers), AT_ONCE):
        some = numbers[at : at + AT_ONCE]
        for raw in (yield _KEPT.replace("{which}", f"p.id IN ({','.join('?' * len(some))})"), some):
            row = Row._make(raw)
            said = _promotes(row)
            found[row.id] = knowledge.claim(said.subject, said.text) if said is not None else ""
    return found


def standing(numbers: Sequence[int]) -> View[list[Known]]:
    """The promoted packets among these promotions that are known now, in that order."""
    packets: dict[bytes, None] = {}
    for at in range(0, len(numbers), AT_ONCE):
        some = numbers[at : at + AT_ONCE]
        rows = yield f"SELECT id, packet FROM packets WHERE id IN ({','.join('?' * len(some))})", some
        by: dict[int, bytes] = dict(rows)
        packets |= dict.fromkeys(by[number] for number in some if number in by)
    found = yield from of(packets)
    return [one for one in found.values() if one.state == "promoted"]


def of_entries(digests: Sequence[bytes]) -> View[list[Known]]:
    """The packets that these entries of a chain of ours promoted or offered, as they stand now; others are left out."""
    packets: list[bytes] = []
    for at in range(0, len(digests), AT_ONCE):
        some = digests[at : at + AT_ONCE]
        sql = "SELECT p.packet FROM entries e CROSS JOIN packets p ON p.id = e.id"
        packets += [row[0] for row in (yield f"{sql} WHERE e.digest IN ({','.join('?' * len(some))})", some)]
    if not packets:
        return []
    return list((yield from of(packets)).values())


def void(digests: Iterable[bytes]) -> View[set[bytes]]:
    """Which of these entries promoted a packet that is not known any more: what rests on them is left out of memory."""
    wanted, packets = list(dict.fromkeys(digests)), dict[bytes, bytes]()
    if not (yield "SELECT 1 FROM packets LIMIT 1", ()):
        return set()
    for at in range(0, len(wanted), AT_ONCE):
        some = wanted[at : at + AT_ONCE]
        sql = "SELECT e.digest, p.packet FROM entries e CROSS JOIN packets p ON p.id = e.id"
        packets |= dict((yield f"{sql} WHERE e.digest IN ({','.join('?' * len(some))})", some))
    found = yield from of(packets.values())
    known = {packet for packet, one in found.items() if one.state in ("promoted", "shared")}
    return {digest for digest, packet in packets.items() if packet not in known}


def missing(said: Packet | None) -> View[dict[bytes, State | None]]:
    """What stands of the packets that one rests on; None for those of which nothing is here."""
    found = yield from of(said.after if said is not None else ())
    return {packet: found[packet].state if packet in found else None for packet in (said.after if said else ())}
