"""Is what is recorded read again as it was meant, and do any other bytes give the room's error?"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccnode_crypto import canonical
from ccnode_crypto.entry import CONTENT_BYTES_MAX, META_BYTES_MAX
from ccnode_crypto.errors import EncodingError
from ccnode_crypto.keys import SigningKey
from ccnode_crypto.statements import state_baseline, state_plate
from ccnode_protocol import records
from ccnode_protocol.errors import LocalError, ProtocolError, RemoteError
from ccnode_protocol.records import (
    Forget,
    Kind,
    Lack,
    Mark,
    Measurement,
    MessageMeta,
    Packet,
    Predecessor,
    Role,
    Said,
    State,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from ccnode_protocol.records import Figure

SESSION, DIGEST, KEY = b"s" * 16, b"d" * 32, b"k" * 16
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
READERS: list[Callable[[bytes], object]] = [
    records.read_message,
    records.read_session,
    records.read_forget,
    records.read_mark,
    records.read_order,
    records.read_card,
    records.read_plate,
    records.read_note,
    records.read_packet,
    records.read_packet_kept,
    records.read_packet_rejected,
    records.read_baseline,
    records.read_measured,
    records.read_predecessor,
    records.read_node_trusted,
    lambda meta: records.read_signed(meta, "certificate"),
    lambda meta: records.read_text(meta, "text"),
]
METAS = st.builds(
    MessageMeta,
    session=st.binary(min_size=16, max_size=16),
    role=st.sampled_from(Role),
    parent=st.none() | st.binary(min_size=32, max_size=32),
    key=st.none() | st.binary(min_size=16, max_size=16),
    over=st.none() | st.binary(min_size=32, max_size=32),
    sources=st.lists(st.binary(min_size=32, max_size=32), max_size=4).map(tuple),
    model=st.none() | TEXT,
    state=st.sampled_from(State),
    plate=st.none() | st.binary(min_size=32, max_size=32),
)


@given(METAS, TEXT)
def test_a_message_is_read_as_it_was_recorded(meta: MessageMeta, text: str) -> None:
    record = records.message(meta, text)
    assert record.kind == Kind.MESSAGE
    assert records.read_message(record.meta) == meta
    assert records.read_text(record.content, "text") == text


def test_a_note_is_read_as_it_was_recorded_and_has_the_name_of_its_sources() -> None:
    record = records.note_kept([DIGEST, b"e" * 32], "words")
    assert (record.kind, records.read_text(record.content, "text")) == (Kind.NOTE_KEPT, "words")
    assert records.read_note(record.meta) == (records.note_id([DIGEST, b"e" * 32]), (DIGEST, b"e" * 32))
    many, long = [b"%032d" % at for at in range(33)], "x" * (records.NOTE_TEXT_BYTES_MAX + 1)
    for sources, text in (([], "a"), ([DIGEST, DIGEST], "a"), (many, "a"), ([DIGEST], " "), ([DIGEST], long)):
        with pytest.raises(LocalError):
            records.note_kept(sources, text)
    note = records.note_id([DIGEST])
    wrong: list[Any] = [[], [DIGEST, DIGEST], DIGEST, [KEY]]
    metas: list[Any] = [{"note": note, "sources": each} for each in wrong]
    for meta in (*metas, {"note": note}, {"note": KEY, "sources": [DIGEST]}, {"sources": [DIGEST]}):
        with pytest.raises(RemoteError):
            records.read_note(canonical.encode(meta))


SAIDS = st.builds(
    Said,
    entry=st.binary(min_size=32, max_size=32),
    role=st.sampled_from(Role),
    said_ms=st.integers(0, records.SAID_MS_MAX),
)
PACKETS = st.builds(
    Packet,
    node=st.binary(min_size=32, max_size=32),
    audience=st.sampled_from((1, 2)),
    salt=st.binary(min_size=16, max_size=16),
    text=TEXT.filter(str.strip),
    sources=st.lists(SAIDS, min_size=1, max_size=4, unique_by=lambda one: one.entry).map(tuple),
    subject=TEXT,
    after=st.lists(st.binary(min_size=32, max_size=32), max_size=4, unique=True).map(tuple),
)


@given(PACKETS)
def test_a_packet_is_read_as_it_was_packed_and_speaks_for_its_node_alone(packet: Packet) -> None:
    content = records.pack_packet(packet)
    assert records.read_packet(content) == packet
    record = records.packet_kept(content, [one.entry for one in packet.sources])
    assert record.content == content
    named = (records.packet_id(content), tuple(one.entry for one in packet.sources))
    assert records.read_packet_kept(record.meta) == named
    assert records.offered(content, record.meta, packet.node, packet.audience) == packet
    other = bytes(byte ^ 1 for byte in packet.node)
    for wrong in (
        (content, record.meta, other, packet.audience),
        (content, record.meta, packet.node, 3 - packet.audience),
        (content, record.meta, packet.node, 0),
        (content, records.packet_kept(content, [DIGEST, KEY * 2]).meta, packet.node, packet.audience),
        (content + b"\0", record.meta, packet.node, packet.audience),
    ):
        with pytest.raises(RemoteError):
            records.offered(*wrong)


def test_a_packet_over_its_limits_is_refused() -> None:
    said = (Said(DIGEST, Role.USER, 5),)
    good = Packet(DIGEST, 1, KEY, "words", said)
    content = records.pack_packet(good)
    assert records.packet_id(content) != records.packet_id(records.pack_packet(replace(good, salt=b"x" * 16)))
    many = tuple(Said(b"%032d" % at, Role.USER, 5) for at in range(33))
    digests = tuple(one.entry for one in many)
    wrong: list[dict[str, Any]] = [
        {"text": " "},
        {"text": "x" * (records.PACKET_TEXT_BYTES_MAX + 1)},
        {"subject": "x" * (records.SUBJECT_CHARS_MAX + 1)},
        {"sources": ()},
        {"sources": many},
        {"sources": said * 2},
        {"sources": (Said(DIGEST, Role.USER, records.SAID_MS_MAX + 1),)},
        {"sources": (Said(KEY, Role.USER, 5),)},
        {"after": digests},
        {"after": (DIGEST, DIGEST)},
        {"audience": 0},
        {"audience": 3},
        {"node": KEY},
        {"salt": DIGEST},
    ]
    for change in wrong:
        with pytest.raises(LocalError):
            records.pack_packet(replace(good, **change))
    for sources in ([], [DIGEST, DIGEST], list(digests)):
        with pytest.raises(LocalError):
            records.packet_kept(content, sources)
    with pytest.raises(LocalError):
        records.packet_kept(b"\x80", [DIGEST])


def test_the_other_kinds_are_read_as_they_were_recorded() -> None:
    assert records.read_session(records.session_opened(SESSION, "title", DIGEST).meta) == (SESSION, DIGEST)
    assert records.read_session(records.session_titled(SESSION, "title").meta) == (SESSION, None)
    assert records.read_session(records.session_ended(SESSION).meta) == (SESSION, None)
    assert records.read_text(records.session_titled(SESSION, "title").content, "title") == "title"
    assert records.session_opened(SESSION).content == b""
    assert records.read_forget(records.forget_ordered(SESSION, 5).meta) == Forget(SESSION, None, 5)
    assert records.read_forget(records.message_forget_ordered(DIGEST, 5).meta) == Forget(None, DIGEST, 5)
    for mark in Mark:
        assert records.read_mark(records.memory_marked(DIGEST, mark).meta) == (DIGEST, mark)
    assert records.read_order(records.forget_cancelled(DIGEST).meta) == (DIGEST, 0)
    assert records.read_order(records.erasure_done(DIGEST, 3).meta) == (DIGEST, 3)
    assert records.read_signed(records.node_certified(b"c", b"s").meta, "certificate") == (b"c", b"s")
    assert records.read_signed(records.node_revoked(b"r", b"s").meta, "revocation") == (b"r", b"s")
    card = records.card_kept(KEY, "v3", "Ada", "{}")
    assert records.read_card(card.meta) == (KEY, "v3")
    assert [records.read_text(card.content, name) for name in ("name", "json")] == ["Ada", "{}"]
    assert records.card_id("{}") == bytes.fromhex("44136fa355b3678a1146ad16f7e8649e")
    assert records.read_text(records.node_named("name").content, "name") == "name"
    assert records.read_predecessor(records.epoch_opened(None).meta) is None
    before = (SESSION, 0, 7, DIGEST, b"n" * 32)
    assert records.read_predecessor(records.epoch_opened(before).meta) == Predecessor(*before)
    assert records.read_text(b"", "text") == ""
    assert records.read_text(canonical.encode({}), "text") == ""


def test_kinds_and_roles_have_their_numbers_for_ever() -> None:
    assert [int(kind) for kind in Kind] == [1, 2, 3, 4, 5, *range(16, 28), 29, 48, 49]
    assert [int(mark) for mark in Mark] == [0, 1, 2]
    assert {records.MARKS[name]: name for name in records.MARKS} == records.MARK_NAMES
    assert {records.ROLES[name]: name for name in records.ROLES} == records.ROLE_NAMES
    assert [int(role) for role in Role] == [0, 1, 2, 3]


def test_what_is_left_out_stands_nowhere() -> None:
    fields = canonical.decode_map(records.message(MessageMeta(SESSION, Role.USER), "hi").meta, size_max=100)
    assert fields == {"session": SESSION, "role": 0}


def test_fields_that_are_not_known_are_ignored() -> None:
    both = {"session": SESSION, "message": DIGEST, "due_ms": 5, "x": [1]}
    assert records.read_forget(canonical.encode(both)) == Forget(None, DIGEST, 5)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"session": b"short"}, "session"),
        ({"session": None}, "session"),
        ({"session": "s" * 16}, "session"),
        ({"parent": None}, "parent"),
        ({"parent": b"d" * 31}, "parent"),
        ({"key": b"k" * 32}, "key"),
        ({"over": 5}, "over"),
        ({"role": 4}, "role"),
        ({"role": -1}, "role"),
        ({"role": True}, "role"),
        ({"state": 2}, "state"),
        ({"state": "0"}, "state"),
        ({"sources": {}}, "sources"),
        ({"sources": [b"d" * 31]}, "sources"),
        ({"sources": [DIGEST] * 33}, "sources"),
        ({"model": 5}, "model"),
        ({"model": "m" * 101}, "model"),
        ({"plate": b"p" * 31}, "plate"),
    ],
)
def test_a_field_that_is_wrong_is_named(change: dict[str, Any], field: str) -> None:
    meta = canonical.encode({"session": SESSION, "role": 0, **change})
    with pytest.raises(RemoteError, match=rf"meta\.{field}"):
        records.read_message(meta)


@pytest.mark.parametrize(
    "row",
    [
        [],
        5,
        [SESSION, 0, 7, DIGEST],
        [SESSION, 0, -1, DIGEST, DIGEST],
        [SESSION, 3, 7, DIGEST, DIGEST],
        [SESSION, True, 7, DIGEST, DIGEST],
        [SESSION, 0, True, DIGEST, DIGEST],
        [SESSION, 0, 7, b"", DIGEST],
        [SESSION, 0, 7, DIGEST, b""],
        [b"", 0, 7, DIGEST, DIGEST],
    ],
)
def test_a_predecessor_that_is_none_is_refused(row: object) -> None:
    with pytest.raises(RemoteError, match="predecessor"):
        records.read_predecessor(canonical.encode({"predecessor": row}))


@pytest.mark.parametrize("value", [-1, 2**53 + 1, True, "5", b"5", None])
def test_a_due_time_that_is_none_is_refused(value: object) -> None:
    with pytest.raises(RemoteError, match="due_ms"):
        records.read_forget(canonical.encode({"session": SESSION, "due_ms": value}))


@pytest.mark.parametrize("value", [b"", DIGEST[1:], "text", None, 5])
def test_an_order_for_a_message_that_is_none_is_not_one_for_the_session(value: object) -> None:
    with pytest.raises(RemoteError, match="message"):
        records.read_forget(canonical.encode({"session": SESSION, "message": value, "due_ms": 5}))


@pytest.mark.parametrize("value", [-1, 3, True, None, "1"])
def test_a_mark_that_is_none_is_refused(value: object) -> None:
    with pytest.raises(RemoteError, match="mark"):
        records.read_mark(canonical.encode({"message": DIGEST, "mark": value}))


@given(st.binary(max_size=100))
def test_any_bytes_give_a_value_or_a_remote_error(data: bytes) -> None:
    for read in READERS:
        try:
            read(data)
        except RemoteError:
            continue


FIELDS = st.sampled_from(
    (
        "session parent role key over sources model state due_ms order bodies message mark certificate signature"
        " predecessor card form said origin plate previous owner issued_ms spec values words reply baseline window own"
        " vector closed closes figures"
    ).split()
)
VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(-3, 5), st.binary(max_size=33), TEXT, st.just(SESSION), st.just(DIGEST)
)


@given(st.dictionaries(FIELDS, VALUES | st.lists(VALUES, max_size=5), max_size=6))
def test_any_map_gives_a_value_or_a_remote_error(fields: dict[str, object]) -> None:
    data = canonical.encode(fields)
    for read in READERS:
        try:
            read(data)
        except RemoteError:
            continue


OWNER = SigningKey(b"o" * 32)
PLATE_TEXT = "# Ada\n"
PLATE = state_plate(OWNER, records.plate_digest(PLATE_TEXT), None, 5)


def test_a_plate_is_read_as_it_was_recorded() -> None:
    for said in (PLATE, state_plate(OWNER, PLATE.plate, DIGEST, 2**53)):
        record = records.plate_kept(said, PLATE_TEXT)
        assert record.kind == Kind.PLATE_KEPT
        assert records.read_plate(record.meta) == said
        assert records.read_text(record.content, "text") == PLATE_TEXT


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"plate": b"p" * 31}, "plate"),
        ({"plate": DIGEST}, "signature"),
        ({"previous": None}, "previous"),
        ({"previous": DIGEST}, "signature"),
        ({"owner": b""}, "owner"),
        ({"owner": DIGEST}, "signature"),
        ({"issued_ms": -1}, "issued_ms"),
        ({"issued_ms": 6}, "signature"),
        ({"signature": b"s" * 63}, "signature"),
        ({"signature": b"s" * 64}, "signature"),
        ({"signature": None}, "signature"),
    ],
)
def test_a_plate_whose_statement_does_not_hold_names_the_field(change: dict[str, Any], field: str) -> None:
    meta = canonical.decode_map(records.plate_kept(PLATE, PLATE_TEXT).meta, size_max=500)
    with pytest.raises(RemoteError, match=rf"meta\.{field}"):
        records.read_plate(canonical.encode({**meta, **change}))


def test_a_plate_is_recorded_with_its_own_text_only() -> None:
    with pytest.raises(LocalError, match="another text"):
        records.plate_kept(PLATE, "# Bob\n")
    long = "x" * records.PLATE_BYTES_MAX
    assert len(records.plate_kept(state_plate(OWNER, records.plate_digest(long), None, 0), long).content) < 65_600
    with pytest.raises(LocalError, match="at most"):
        records.plate_kept(PLATE, long + "x")
    with pytest.raises(EncodingError):
        records.plate_digest("\ud800")


VECTOR = tuple(range(0, 800_000, 50_000))
BASELINE = state_baseline(OWNER, DIGEST, VECTOR, 2031, 5)
FIGURES: dict[str, Figure] = {"ccc": -250_000, "phi": Lack(12, 256, "vectors"), "lsm": "not English"}
FOUND = Measurement(DIGEST, b"s" * 32, b"b" * 32, 512, 2031, VECTOR, VECTOR[::-1], VECTOR, 2031, FIGURES)


def test_a_baseline_is_read_as_it_was_recorded() -> None:
    record = records.baseline_set(BASELINE)
    assert (record.kind, record.content) == (Kind.BASELINE_SET, b"")
    assert records.read_baseline(record.meta) == BASELINE


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"spec": b"p" * 31}, "spec"),
        ({"spec": b"p" * 32}, "signature"),
        ({"values": list(VECTOR[::-1])}, "signature"),
        ({"values": []}, "values"),
        ({"values": [1_000_001]}, "values"),
        ({"values": [True]}, "values"),
        ({"values": 5}, "values"),
        ({"words": 2032}, "signature"),
        ({"words": -1}, "words"),
        ({"owner": DIGEST}, "signature"),
        ({"issued_ms": 6}, "signature"),
        ({"signature": b"s" * 64}, "signature"),
    ],
)
def test_a_baseline_whose_statement_does_not_hold_names_the_field(change: dict[str, Any], field: str) -> None:
    meta = canonical.decode_map(records.baseline_set(BASELINE).meta, size_max=500)
    with pytest.raises(RemoteError, match=rf"meta\.{field}"):
        records.read_baseline(canonical.encode({**meta, **change}))


@pytest.mark.parametrize("found", [FOUND, Measurement(DIGEST, DIGEST), replace(FOUND, vector=None, figures={})])
def test_a_measurement_is_read_as_it_was_recorded(found: Measurement) -> None:
    record = records.measured(found)
    assert (record.kind, record.content) == (Kind.MEASURED, b"")
    assert records.read_measured(record.meta) == found


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"reply": b""}, "reply"),
        ({"spec": DIGEST[1:]}, "spec"),
        ({"baseline": None}, "baseline"),
        ({"words": -1}, "words"),
        ({"own": [-1]}, "own"),
        ({"vector": [0] * 65}, "vector"),
        ({"closed": ["1"]}, "closed"),
        ({"closes": True}, "closes"),
        ({"figures": []}, "figures"),
        ({"figures": {str(number): 1 for number in range(129)}}, "figures"),
        ({"figures": {"ccc": True}}, "figures.ccc"),
        ({"figures": {"ccc": None}}, "figures.ccc"),
        ({"figures": {"ccc": 2**53 + 1}}, "figures.ccc"),
        ({"figures": {"ccc": "x" * 101}}, "figures.ccc"),
        ({"figures": {"ccc": [1, 2]}}, "figures.ccc"),
        ({"figures": {"ccc": [True, 2, "words"]}}, "figures.ccc"),
        ({"figures": {"ccc": [-1, 2, "words"]}}, "figures.ccc"),
    ],
)
def test_a_measurement_that_is_none_names_the_field(change: dict[str, Any], field: str) -> None:
    meta = canonical.decode_map(records.measured(FOUND).meta, size_max=2000)
    with pytest.raises(RemoteError, match=rf"meta\.{field}"):
        records.read_measured(canonical.encode({**meta, **change}))


def test_what_is_too_large_is_not_recorded() -> None:
    longest = records.message(MessageMeta(SESSION, Role.USER), "t" * records.TEXT_BYTES_MAX)
    assert len(longest.content) <= CONTENT_BYTES_MAX
    with pytest.raises(LocalError, match="over the limits"):
        records.message(MessageMeta(SESSION, Role.USER), "t" * CONTENT_BYTES_MAX)
    with pytest.raises(LocalError, match="over the limits"):
        records.node_certified(b"c" * META_BYTES_MAX, b"s")
    with pytest.raises(RemoteError, match="at most"):
        records.read_session(b"\xc4" * (META_BYTES_MAX + 1))


@pytest.mark.parametrize("content", [b"\xc1", b"\x90", canonical.encode({"text": 5}), canonical.encode("text")])
def test_a_content_without_text_is_refused(content: bytes) -> None:
    with pytest.raises(RemoteError, match="content"):
        records.read_text(content, "text")


def test_the_errors_are_one_tree() -> None:
    assert issubclass(LocalError, ProtocolError)
    assert issubclass(RemoteError, ProtocolError)
