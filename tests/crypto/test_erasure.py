"""Who may order what to be forgotten? The owner all, a node key a little of its own; every reader judges alike."""

from __future__ import annotations

import io
import random
from dataclasses import replace
from typing import Any

import pytest

import verify_export
from ccnode_crypto import bundle, erasure
from ccnode_crypto.erasure import BODIES_MAX, RECENT_MS, RULE_MS, reach
from ccnode_crypto.errors import CryptoError
from ccnode_crypto.statements import ForgetStatement, state_forget
from ccnode_protocol import records
from ccnode_protocol.errors import LocalError, RemoteError
from tests.crypto.chains import KEY, OTHER, OWNER, SESSION
from tests.crypto.exports import Writer, export, meta_of

NOW_MS = RULE_MS + 90 * 24 * 3600 * 1000
LATER_MS = NOW_MS + 1_000_000
A, B = KEY.public.raw, OTHER.public.raw
EVE = OTHER  # a node key is no owner


def erased(*writers: Writer, **changes: Any) -> set[bytes]:
    """What an export's readers take for erased; both must agree."""
    lines = export(*writers, created_ms=LATER_MS, **changes)
    found = bundle.read(lines)
    report = verify_export.verify(io.BytesIO("".join(lines).encode()))
    assert (report["erased"], report["withheld"]) == (len(found.erased), len(found.withheld)), report
    return found.erased


def said_by(writer: Writer, count: int, ms: int = NOW_MS) -> list[bytes]:
    """Messages whose words are gone."""
    digests = [writer.say(f"word {number}", ms) for number in range(count)]
    for digest in digests:
        writer.sealed[writer.digests.index(digest)] = None
    return digests


def other() -> Writer:
    return Writer(key=OTHER, epoch=b"o" * 16)


def stated(node: bytes = A, **more: Any) -> ForgetStatement:
    values = {"session": SESSION, "message": None, "issued_ms": NOW_MS + 5, "due_ms": NOW_MS + 10, **more}
    return state_forget(OWNER, node, **values)


# --- the owner's word ---


def test_the_owners_word_reaches_whatever_our_voice_wrote_until_it_was_given() -> None:
    writer, second = Writer(), other()
    old = said_by(writer, 1, RULE_MS + 1)
    own = said_by(writer, 30)
    theirs = said_by(second, 30)
    writer.add(records.forget_stated(stated()), NOW_MS + 6)
    late = said_by(second, 2, NOW_MS + 6)
    assert erased(writer, second) == {*old, *own, *theirs}
    assert not erased(writer, second) & set(late)


def test_a_statement_says_nothing_where_it_was_not_made_to_stand() -> None:
    """Replayed by another node, of another owner, about something else, or changed."""
    good = stated()

    def left(said: ForgetStatement, by: Writer | None = None) -> set[bytes]:
        writer, second = Writer(), other()
        said_by(writer, 30)
        (second if by else writer).add(records.forget_stated(said), NOW_MS + 6)
        return erased(writer, second)

    assert len(left(good)) == 30
    assert left(good, by=other()) == set()
    assert left(state_forget(EVE, A, SESSION, None, NOW_MS + 5, NOW_MS + 10)) == set()
    for changed in (
        {"owner": EVE.public.raw},
        {"session": b"x" * 16},
        {"session": None, "message": b"m" * 32},
        {"issued_ms": good.issued_ms + 1},
        {"due_ms": good.due_ms - 1},
        {"signature": bytes(64)},
    ):
        assert left(replace(good, **changed)) == set(), changed
    meta = meta_of(session=SESSION, due_ms=good.due_ms, owner=good.owner, issued_ms=good.issued_ms)
    for wrong in (meta, meta_of(session=SESSION, due_ms=1, signature=bytes(64))):
        with pytest.raises(RemoteError):
            records.read_forget(wrong, A)


def test_an_order_that_was_taken_back_is_not_given_again_with_the_same_words() -> None:
    """The node that recorded it can record it once more; later words are out of its reach."""
    writer = Writer()
    order = writer.add(records.forget_stated(stated(due_ms=NOW_MS + 100)), NOW_MS + 6)
    writer.add(records.forget_cancelled(order), NOW_MS + 7)
    later = said_by(writer, 3, NOW_MS + 8)
    assert erased(writer) == set()
    writer.add(records.forget_stated(stated(due_ms=NOW_MS + 100)), NOW_MS + 9)
    assert not erased(writer) & set(later)


# --- a node's own word ---


def test_a_node_key_reaches_what_it_names_of_its_own() -> None:
    writer, second = Writer(), other()
    own, theirs = said_by(writer, 3), said_by(second, 2)
    elsewhere = writer.say("another session", NOW_MS, b"y" * 16)
    writer.sealed[-1] = None
    writer.add(records.forget_ordered(SESSION, NOW_MS, [own[0], own[2], theirs[0], elsewhere]), NOW_MS + 1)
    assert erased(writer, second) == {own[0], own[2]}


@pytest.mark.parametrize(("ago_ms", "is_recent"), [(0, True), (RECENT_MS, True), (RECENT_MS + 1, False), (-1, False)])
def test_recent_is_thirty_days_by_the_headers(ago_ms: int, is_recent: bool) -> None:
    for named in (False, True):
        writer = Writer()
        (digest,) = said_by(writer, 1, NOW_MS - ago_ms)
        order = records.forget_ordered(SESSION, NOW_MS, [digest]) if named else None
        at_ms = max(NOW_MS, NOW_MS - ago_ms) if ago_ms >= 0 else NOW_MS
        # Times ascend within a chain: what was said after the order was said in another.
        giver = Writer(key=KEY, epoch=b"2" * 16)
        giver.add(order or records.message_forget_ordered(digest, NOW_MS), at_ms)
        assert erased(writer, giver) == ({digest} if is_recent else set())


def test_a_message_of_another_node_takes_the_owners_word() -> None:
    writer, second = Writer(), other()
    (digest,) = said_by(second, 1)
    writer.add(records.message_forget_ordered(digest, NOW_MS), NOW_MS + 1)
    assert erased(writer, second) == set()
    writer.add(records.forget_stated(stated(session=None, message=digest)), NOW_MS + 6)
    assert erased(writer, second) == {digest}


def test_an_order_names_few() -> None:
    names = [bytes([number]) * 32 for number in range(BODIES_MAX + 1)]
    with pytest.raises(LocalError, match="at most 20"):
        records.forget_ordered(SESSION, 1, names)
    for bodies in (names, [b"x" * 32] * 200, names[0], [names[0][:31]], [1], None):
        meta = meta_of(session=SESSION, due_ms=1, bodies=bodies)
        with pytest.raises(RemoteError, match="bodies"):
            records.read_forget(meta)
        writer = Writer()
        said_by(writer, 1)
        writer.add(records.Record(20, meta), NOW_MS + 1)
        assert erased(writer) == set()
    with pytest.raises(RemoteError):  # a million of them are no meta
        records.read_forget(b"\x82\xa6bodies\xdd\x00\x0f\x42\x40" + b"\xc4\x20" + bytes(32))


def test_nobody_orders_all_of_a_session_without_the_owner() -> None:
    writer = Writer()
    said_by(writer, 3)
    writer.add(records.forget_ordered(SESSION, NOW_MS), NOW_MS + 1)
    assert erased(writer) == set()


def test_a_stranger_does_as_he_likes_with_his_own() -> None:
    writer = other()
    digests = said_by(writer, 30)
    writer.add(records.forget_ordered(SESSION, NOW_MS), NOW_MS + 1)
    assert erased(writer, certified=[]) == set(digests)


def test_a_note_may_be_missing_from_an_export_by_the_word_of_any_node_of_the_owner() -> None:
    writer, second = Writer(), other()
    note = second.add(records.note_kept([b"s" * 32], "words"), NOW_MS)
    second.sealed[-1] = None
    writer.add(records.message_forget_ordered(note, NOW_MS), NOW_MS + 1)
    assert erased(writer, second) == {note}
    assert erased(writer, second, certified=[OTHER]) == set()


# --- before the rule ---


def test_orders_of_before_the_rule_keep_what_they_did_and_reach_nothing_later() -> None:
    writer, second = Writer(), other()
    before = said_by(writer, 30, RULE_MS - 9)
    theirs = said_by(second, 3, RULE_MS - 9)
    (later,) = said_by(second, 1, RULE_MS + 1)
    writer.add(records.forget_ordered(SESSION, 0), RULE_MS - 1)
    backdated = Writer(key=KEY, epoch=b"b" * 16)
    backdated.add(records.message_forget_ordered(later, 0), RULE_MS - 1)
    assert erased(writer, second, backdated) == {*before, *theirs}


# --- every reader alike ---


def _order(chance: random.Random, node: bytes, known: list[bytes]) -> records.Record:
    due_ms = chance.choice((0, NOW_MS, LATER_MS, LATER_MS + 1))
    match chance.randrange(5):
        case 0:
            return records.forget_ordered(SESSION, due_ms)
        case 1:
            return records.forget_ordered(SESSION, due_ms, chance.sample(known, min(len(known), 3)))
        case 2:
            return records.message_forget_ordered(chance.choice(known), due_ms)
        case 3:
            said = state_forget(chance.choice((OWNER, EVE)), node, SESSION, None, NOW_MS + chance.randrange(9), due_ms)
            return records.forget_stated(said)
        case _:
            return records.forget_stated(
                state_forget(OWNER, chance.choice((A, B)), None, chance.choice(known), NOW_MS + 3, due_ms)
            )


@pytest.mark.parametrize("seed", range(30))
def test_the_checker_that_stands_alone_judges_alike(seed: int) -> None:
    chance = random.Random(seed)
    writers = [Writer(), other()]
    ms = chance.choice((RULE_MS - 5, RULE_MS - 20, NOW_MS))
    known: list[bytes] = [b"n" * 32]
    orders: list[bytes] = []
    for _ in range(40):
        writer = chance.choice(writers)
        ms += chance.choice((0, 1, 2, RECENT_MS // 8))
        if chance.random() < 0.5:
            known += said_by(writer, 1, ms)
        elif orders and chance.random() < 0.2:
            writer.add(records.forget_cancelled(chance.choice(orders)), ms)
        else:
            orders.append(writer.add(_order(chance, writer.key.public.raw, known), ms))
    for certified in ([KEY, OTHER], [KEY], []):
        erased(*writers, certified=certified)


def test_the_rule_is_that_of_records() -> None:
    """`reach` is one function; what it is given by both readers is the same."""
    said = stated()
    for record in (
        records.forget_ordered(SESSION, 5),
        records.forget_ordered(SESSION, 5, []),
        records.forget_ordered(SESSION, 5, [b"m" * 32]),
        records.message_forget_ordered(b"m" * 32, 5),
        records.forget_stated(said),
    ):
        read = records.read_forget(record.meta, A)
        for time in (0, (RULE_MS << 16) - 1, RULE_MS << 16, NOW_MS << 16, 2**64 - 1):
            for owners in ((), (said.owner,)):
                found = read.reach(A, time, owners)
                again = reach(
                    node=A, time=time, message=read.message, bodies=read.bodies, said=read.said, owners=owners
                )
                assert found == again
                assert found is None or 0 <= found.since <= found.until < 2**64
    assert (verify_export.BODIES_MAX, verify_export.RULE, verify_export.RECENT) == (
        BODIES_MAX,
        RULE_MS << 16,
        RECENT_MS << 16,
    )


@pytest.mark.parametrize(
    "changes",
    [{"node": b"n" * 31}, {"session": None}, {"message": b"m" * 32}, {"session": b"s"}, {"issued_ms": -1},
     {"due_ms": 2**53 + 1}, {"issued_ms": True}, {"session": None, "message": b"m"}],
)  # fmt: skip
def test_a_statement_has_its_bounds(changes: dict[str, Any]) -> None:
    values: dict[str, Any] = {"node": A, "session": SESSION, "message": None, "issued_ms": 1, "due_ms": 2, **changes}
    with pytest.raises(CryptoError):
        state_forget(OWNER, **values)
    with pytest.raises(CryptoError):
        ForgetStatement(OWNER.public.raw, **values, signature=bytes(64)).verify()
    assert not erasure.verified(ForgetStatement(OWNER.public.raw, **values, signature=bytes(64)))
