"""What can the owner do about knowledge packets? Share, withdraw, promote, reject: entries of our own, each one signed.

Sharing and promoting are one act: a packet is put on a chain of ours, on one that others may follow, or on the one that
says what is known. So what is erased takes either with it, by the sources that both name (orders.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ccnode.store import forgetting, knowledge, notes, orders, views
from ccnode.store.errors import Conflict
from ccnode.store.transaction import view
from ccnode.store.voices import OUR_NODES
from ccnode_crypto.keys import node_id
from ccnode_protocol import hlc, records
from ccnode_protocol.records import PACKET_TEXT_BYTES_MAX, Kind, Packet, Role, Said

if TYPE_CHECKING:
    from ccnode.store.forgetting import Word
    from ccnode.store.knowledge import Known
    from ccnode.store.ledger import Job
    from ccnode.store.transaction import Transaction
    from ccnode.store.views import View
    from ccnode.store.voices import Voices

SHARED_MAX: Final = 10_000  # packets of one owner's nodes, withdrawn ones not counted
_SHARED: Final = (
    "SELECT count(*) FROM packets p CROSS JOIN entries e ON e.id = p.id CROSS JOIN chains c ON c.id = e.chain"
    f" WHERE e.sealed != x'' AND c.audience != 0 AND c.node IN ({OUR_NODES})"
)
_MADE_FROM: Final = (
    "SELECT DISTINCT p.packet FROM note_sources s CROSS JOIN packets p ON p.id = s.id >> 5 WHERE s.source = ?"
)
_NAMED_BY: Final = (
    "SELECT 1 FROM message_events v CROSS JOIN entries e ON e.id = v.id CROSS JOIN chains c ON c.id = e.chain"
    " WHERE v.message = ? AND v.target IS NULL AND v.kind = 20 AND c.node = ?"
)


def share(said: bytes, subject: str, audience: int, after: tuple[bytes, ...], salt: bytes) -> Job[bytes]:
    """Offer the words of a message, or of a note, as a packet; its identifier. The same ones again append nothing.

    `after`: packets that it rests on, beside those that a reply cites. The job raises NotFound, and Conflict for what
    is not ours, has no words, is to be forgotten, is too long or too much.
    """

    def job(tx: Transaction) -> bytes:
        text, sources, cited = view(tx, _words(said))
        if len(text.encode("utf-8", "surrogatepass")) > PACKET_TEXT_BYTES_MAX:
            raise Conflict(
                f"that has more than {PACKET_TEXT_BYTES_MAX:,} bytes",
                remedy="say it shorter in a note and share that: ccnode memory edit",
            )
        node, rests = tx.node, tuple(dict.fromkeys((*after, *cited)))
        if len(rests) > records.AFTER_MAX:
            raise Conflict(f"a packet rests on at most {records.AFTER_MAX} others", remedy="name fewer")
        known = view(tx, knowledge.of(after))
        if lost := next((packet for packet in after if packet not in known), None):
            raise Conflict(f"there is no packet {lost.hex()[:12]} here", remedy="see: ccnode knowledge list")
        packet = Packet(node, audience, salt, text, sources, subject, rests)
        made = [packet for (packet,) in tx.query(_MADE_FROM, (said,))]
        for one in view(tx, knowledge.of(made)).values():
            if one.state == "shared" and one.said is not None and _same(one.said, packet):
                return one.packet
        if tx.query(_SHARED)[0][0] >= SHARED_MAX:
            raise Conflict(
                f"{SHARED_MAX:,} packets are shared already", remedy="withdraw some: ccnode knowledge withdraw"
            )
        content = records.pack_packet(packet)
        tx.append(records.packet_kept(content, [one.entry for one in sources]), audience=audience)
        return records.packet_id(content)

    return job


def _same(one: Packet, other: Packet) -> bool:
    return (one.node, one.audience, one.text, one.subject, one.sources, one.after) == (
        *(other.node, other.audience, other.text, other.subject, other.sources, other.after),
    )


def _words(said: bytes) -> View[tuple[str, tuple[Said, ...], tuple[bytes, ...]]]:
    """The words of a message or note, where they come from, and the packets that they cite."""
    is_note = yield from notes.is_note(said)
    subject = yield from notes.subject(said)
    message = yield from views.message(subject)
    session = yield from views.session(message.session)
    if session.foreign:
        raise Conflict("that message is another's", remedy="share what was said to this assistant")
    if message.due_ms is not None or session.due_ms is not None:
        raise Conflict("that message is to be forgotten", remedy="take that back first: ccnode memory forget --undo")
    if not is_note:
        if message.text is None:
            raise Conflict("the words of that message are gone", remedy="there is nothing to share")
        cited = yield from knowledge.of_entries(message.sources)
        role = records.ROLES[message.role]
        return message.text, (Said(said, role, hlc.to_ms(message.time)),), tuple(one.packet for one in cited)
    note = (yield from notes.standing([subject])).get(subject)
    if note is None or note.digest != said:
        raise Conflict("that note stands for nothing any more", remedy="see: ccnode memory show")
    made_from = []
    for source in note.sources[: records.SOURCES_MAX - 1]:
        one = yield from views.message(source)
        made_from.append(Said(source, records.ROLES[one.role], hlc.to_ms(one.time)))
    return note.text, (Said(said, Role.USER, hlc.to_ms(note.time)), *made_from), ()


def withdraw(packet: bytes, now_ms: int, word: Word | None = None) -> Job[Known]:
    """Order the words of a packet of ours to be erased at once, here and with whoever took it.

    Only the node that offers it is heeded by strangers. `word`: the owner's, where that is needed. The job raises
    NotFound, Conflict, OwnerNeeded.
    """

    def job(tx: Transaction) -> Known:
        known = view(tx, knowledge.one(packet))
        if known.state == "withdrawn":
            raise Conflict("that packet is withdrawn already", remedy="nothing needs to be done")
        if known.state != "shared" or known.said is None:
            raise Conflict("that packet is another's", remedy="to know it no longer: ccnode knowledge reject")
        if known.node != tx.node:
            name = node_id(known.node or b"")[:12]
            raise Conflict("another node of yours offers that packet", remedy=f"withdraw it there: node {name}")
        needs = view(tx, forgetting.for_entries(_offering(tx, packet, tx.node), tx.node, now_ms))
        forgetting.order(tx, needs, now_ms, now_ms, word or forgetting.NO_WORD, known.said.audience)
        after = view(tx, knowledge.one(packet))
        if after.state != "withdrawn":  # it was offered by a clock that is ahead of ours
            raise Conflict("that packet is from the future of this machine", remedy="set the clock, or wait for it")
        return after

    return job


def _offering(tx: Transaction, packet: bytes, node: bytes) -> list[bytes]:
    sql = "SELECT e.digest FROM packets p JOIN entries e ON e.id = p.id JOIN chains c ON c.id = e.chain"
    sql += " WHERE p.packet = ? AND c.node = ? AND c.audience != 0 AND e.sealed != x'' ORDER BY p.id"
    return [digest for (digest,) in tx.query(sql, (packet, node))]


def promote(packet: bytes) -> Job[Known]:
    """Know what a packet says from now on; one that is known stays as it is. The job raises NotFound, Conflict."""

    def job(tx: Transaction) -> Known:
        known = view(tx, knowledge.one(packet))
        if known.state == "promoted":
            return known
        if known.state == "shared":
            raise Conflict("that packet is your own", remedy="what it was made from is remembered already")
        if known.said is None:
            raise Conflict("the words of that packet are gone", remedy="whoever offered it has withdrawn it")
        taken = view(tx, knowledge.taken_from(known))
        tx.append(records.packet_kept(known.content, taken))
        return view(tx, knowledge.one(packet))

    return job


def reject(packet: bytes) -> Job[Known]:
    """Do not know what a packet says, until it is promoted. The job raises NotFound, Conflict."""

    def job(tx: Transaction) -> Known:
        known = view(tx, knowledge.one(packet))
        if known.state == "shared":
            raise Conflict("that packet is your own", remedy="to offer it no longer: ccnode knowledge withdraw")
        if known.state != "rejected":
            tx.append(records.packet_rejected(packet))
        return view(tx, knowledge.one(packet))

    return job


def orders_for(tx: Transaction, gone: orders.Coverage, whose: Voices, now_ms: int) -> list[bytes]:
    """Order packets of this node of which a source is erased to be erased at once; the digests of the orders.

    On the same chain, so that whoever took what is offered hears of it. Our other nodes order theirs themselves: a node
    has no say in what another wrote. One from a clock ahead of ours waits till then.
    """
    given: list[bytes] = []
    for made in orders.derived(tx.query, gone, whose, now_ms):
        is_own = made.kind == Kind.PACKET_KEPT and made.node == tx.node and made.time <= hlc.from_ms(now_ms)
        if is_own and not tx.query(_NAMED_BY, (made.digest, made.node)):
            order = records.message_forget_ordered(made.digest, now_ms)
            given.append(tx.append(order, audience=made.audience).digest)
    return given
