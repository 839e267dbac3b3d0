"""Do exports hold what they claim? The room's reader and the checker that stands alone must judge every file alike."""

from __future__ import annotations

import contextlib
import io
import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import verify_export
from ccnode_crypto import bundle, canonical, whole
from ccnode_crypto.certificate import certify
from ccnode_crypto.chain import head_message
from ccnode_crypto.entry import ChainId
from ccnode_crypto.errors import ProofError
from ccnode_crypto.keys import node_id, owner_id
from ccnode_crypto.proof import SignedHead
from ccnode_protocol import records
from ccnode_protocol.records import Record
from tests.crypto.chains import EPOCH, KEY, OTHER, OWNER, SESSION
from tests.crypto.exports import (
    CREATED_MS,
    Writer,
    b64,
    changed,
    export,
    meta_of,
    one_message,
    sealed_again,
    talk,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ccnode_crypto.keys import SigningKey

SCRIPT = Path(verify_export.__file__)
WRITER = talk()
GOOD = export(WRITER)


def alone(lines: Iterable[str]) -> dict[str, Any]:
    """What the checker that stands alone says."""
    return verify_export.verify(io.BytesIO("".join(lines).encode("utf-8", "surrogatepass")))


def accepted(lines: Sequence[str]) -> bundle.Bundle:
    """Both accept, and count alike; so does the reader that keeps nothing, of what it can judge."""
    found, report = bundle.read(lines), alone(lines)
    with contextlib.suppress(whole.NotInOrderError):
        entries: list[bundle.Entry] = []
        same = whole.read(lines, lines, entries.append)
        assert found.complete
        assert (same.what, same.created_ms, same.owner) == (found.what, found.created_ms, found.owner)
        assert (same.chains, same.certificates, same.ignored) == (found.chains, found.certificates, found.ignored)
        assert (entries, same.missing) == (found.entries, len(found.erased) + len(found.withheld))
        heads = {(head.chain, head.seq): head.signature for head in found.heads}
        kept = same.heads.items()
        assert {(chain, seq): sign for chain, signed in kept for seq, sign in signed.items()} == heads
    assert report["ok"], report
    mine = {
        "what": found.what,
        "created_ms": found.created_ms,
        "complete": found.complete,
        "owner": owner_id(found.owner) if found.owner else None,
        "headers": len(found.headers),
        "bodies": found.bodies,
        "erased": len(found.erased),
        "withheld": len(found.withheld),
        "missing_predecessors": len(found.missing_predecessors),
        "ignored_lines": found.ignored,
    }
    assert {name: report[name] for name in mine} == mine
    uncertified = [node_id(node) for node in found.uncertified]
    assert sorted(row["node"] for row in report["nodes"] if not row["certified"]) == sorted(uncertified)
    assert sum(row["headers"] for row in report["chains"]) == sum(found.chains.values()) == len(found.headers)
    return found


def refused(lines: Sequence[str], line: int | None = None, match: str | None = None) -> None:
    """Both refuse, and name the same line; the reader that keeps nothing refuses too."""
    with pytest.raises(ProofError):
        whole.read(lines, lines, lambda _entry: None)
    with pytest.raises(ProofError, match=match) as caught:
        bundle.read(lines)
    report = alone(lines)
    assert not report["ok"]
    named = int(str(caught.value).split(":")[0].removeprefix("line "))
    assert named == report["line"], (str(caught.value), report)
    if line is not None:
        assert named == line, str(caught.value)


def where(lines: Sequence[str], kind: str, nth: int = 0) -> int:
    """The number of the nth line of a type."""
    return [number for number, line in enumerate(lines, 1) if json.loads(line)["type"] == kind][nth]


# --- good ones ---


def test_a_whole_export() -> None:
    found = accepted(GOOD)
    assert found.entries == [
        bundle.Entry(*row) for row in zip(WRITER.digests, WRITER.headers, WRITER.metas, WRITER.sealed, strict=True)
    ]
    assert [entry.header.seq for entry in found.entries] == list(range(40))
    assert found.uncertified == []
    assert found.chains == {WRITER.state.chain: 40}


def test_visited_entries_are_not_kept() -> None:
    seen: list[bundle.Entry] = []
    found = bundle.read(GOOD, visit=seen.append)
    assert not found.entries
    assert [entry.digest for entry in seen] == WRITER.digests


@pytest.mark.parametrize("seq", [1, 5, 16, 38, 39])
def test_one_message(seq: int) -> None:
    lines = one_message(WRITER, seq)
    assert len(lines) < 30
    found = accepted(lines)
    assert [entry.digest for entry in found.entries] == [WRITER.digests[seq]]
    message = alone(lines)["message"]
    assert message["text"] == f"message {seq}"
    assert message["time_ms"] == 1000 + seq
    assert message["role"] == ("assistant" if seq % 2 else "user")
    assert message["session"].replace("-", "") == SESSION.hex()
    assert message["content"] == "here"


def test_several_chains_and_heads_and_no_owner() -> None:
    other = Writer(key=OTHER, epoch=b"o" * 16)
    other.say("hello", 5)
    mixed = [header for pair in zip(WRITER.headers, other.headers, strict=False) for header in pair]
    headers = mixed + WRITER.headers[2:]
    heads = [WRITER.heads[3], WRITER.heads[-1], other.heads[-1]]
    found = accepted(export(WRITER, other, certified=[KEY], headers=headers, heads=heads))
    assert found.uncertified == [OTHER.public.raw]
    assert accepted(export(WRITER, owner=None)).uncertified == [KEY.public.raw]


def test_nothing_at_all_is_an_export() -> None:
    accepted(export())
    accepted(export(WRITER, headers=[], heads=[], bodies=[]))


def test_a_certificate_of_another_owner_vouches_for_nothing() -> None:
    found = accepted(export(WRITER, certificates=[certify(OTHER, KEY.public.raw, 1)]))
    assert found.uncertified == [KEY.public.raw]
    assert len(found.certificates) == 1


def test_unknown_lines_and_fields_are_passed_over() -> None:
    lines = sealed_again([*GOOD[:2], '{"type":"later","x":[1]}\n', *GOOD[2:]])
    assert accepted(lines).ignored == 1
    accepted(changed(GOOD, "body", 3, later=True))


def test_the_last_line_may_lack_its_end() -> None:
    accepted([*GOOD[:-1], GOOD[-1].rstrip("\n")])


def test_a_predecessor_that_is_not_here_is_counted() -> None:
    later = Writer(epoch=b"l" * 16)
    first = later.state.chain
    opened = records.epoch_opened((EPOCH, 0, 39, WRITER.digests[-1], KEY.public.raw))
    follower = Writer(epoch=b"f" * 16)
    follower.headers.clear()
    for column in (follower.metas, follower.sealed, follower.digests, follower.heads):
        column.clear()
    follower.state = type(follower.state)(type(first)(KEY.public.raw, b"f" * 16, 0))
    follower.add(opened, 3000)
    assert accepted(export(follower)).missing_predecessors == {WRITER.digests[-1]}
    assert not accepted(export(WRITER, follower)).missing_predecessors


# --- tampered ones, with a last line that fits ---


@pytest.mark.parametrize("line", range(len(GOOD)))
def test_a_line_left_out_is_noticed(line: int) -> None:
    lines = [*GOOD[:line], *GOOD[line + 1 :]]
    refused(lines)
    kind = json.loads(GOOD[line])["type"]
    if kind == "certificate":
        assert accepted(sealed_again(lines)).uncertified
    elif kind != "end":
        refused(sealed_again(lines))


@pytest.mark.parametrize("line", range(1, len(GOOD) - 1))
def test_a_line_doubled_is_noticed(line: int) -> None:
    lines = [*GOOD[:line], GOOD[line], *GOOD[line:]]
    refused(lines)
    if json.loads(GOOD[line])["type"] in {"header", "body"}:
        refused(sealed_again(lines), line + 2)


def test_lines_out_of_order_are_refused() -> None:
    for first, second in ((0, 1), (1, 2), (2, 3), (3, 4), (3, 43), (42, 43), (2, 50)):
        lines = [*GOOD]
        lines[first], lines[second] = lines[second], lines[first]
        refused(sealed_again(lines))


FLIPS = [
    ("ccnode-export", 0, "owner"),
    ("certificate", 0, "body"),
    ("certificate", 0, "signature"),
    ("head", 0, "node"),
    ("head", 0, "epoch"),
    ("head", 0, "digest"),
    ("head", 0, "signature"),
    ("header", 0, "bytes"),
    ("header", 17, "bytes"),
    ("header", 39, "bytes"),
    ("body", 0, "meta"),
    ("body", 7, "entry"),
    ("body", 7, "meta"),
    ("body", 7, "sealed"),
    ("body", 39, "sealed"),
    ("end", 0, "sha256"),
]


@pytest.mark.parametrize(("kind", "nth", "name"), FLIPS)
def test_a_character_changed_is_noticed(kind: str, nth: int, name: str) -> None:
    text = json.loads(GOOD[where(GOOD, kind, nth) - 1])[name]
    for at in range(0, len(text), 7):
        other = "b" if text[at] != "b" else "c"
        refused(changed(GOOD, kind, nth, **{name: text[:at] + other + text[at + 1 :]}))


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("ccnode-export", {"version": 2}),
        ("ccnode-export", {"version": True}),
        ("ccnode-export", {"what": 5}),
        ("ccnode-export", {"what": "x" * 33}),
        ("ccnode-export", {"what": "message"}),
        ("ccnode-export", {"created_ms": -1}),
        ("ccnode-export", {"created_ms": 1.5}),
        ("ccnode-export", {"created_ms": 2**53 + 1}),
        ("ccnode-export", {"complete": 1}),
        ("ccnode-export", {"complete": ...}),
        ("ccnode-export", {"owner": "someone"}),
        ("ccnode-export", {"owner": ...}),
        ("ccnode-export", {"owner": "é" * 56}),
        ("ccnode-export", {"type": ...}),
        ("ccnode-export", {"type": "header"}),
        ("certificate", {"body": ""}),
        ("certificate", {"body": b64(meta_of(version=1))}),
        ("certificate", {"body": b64(b"\xc1")}),
        ("certificate", {"signature": b64(bytes(64))}),
        ("certificate", {"signature": b64(bytes(3))}),
        ("certificate", {"signature": None}),
        ("head", {"audience": 3}),
        ("head", {"audience": 1}),
        ("head", {"seq": 38}),
        ("head", {"seq": -1}),
        ("head", {"seq": "39"}),
        ("head", {"node": "00" * 31}),
        ("head", {"node": ("00" * 32).upper().replace("0", "F")}),
        ("head", {"epoch": " " * 32}),
        ("header", {"bytes": ""}),
        ("header", {"bytes": "Q"}),
        ("header", {"bytes": "QR=="}),
        ("header", {"bytes": "QQ==\n"}),
        ("header", {"bytes": b64(bytes(200))}),
        ("header", {"bytes": b64(WRITER.headers[0] + b"x")}),
        ("body", {"entry": "00" * 32}),
        ("body", {"meta": ""}),
        ("body", {"sealed": None}),
        ("body", {"sealed": b64(bytes(32))}),
        ("body", {"sealed": ...}),
        ("body", {"sealed": 0}),
        ("end", {"lines": 1}),
        ("end", {"lines": None}),
        ("end", {"sha256": "00" * 32}),
    ],
)
def test_a_field_with_another_value_is_refused(kind: str, values: dict[str, Any]) -> None:
    refused(changed(GOOD, kind, 0, **values))


@pytest.mark.parametrize(
    "line",
    [
        "",
        "\n",
        "null\n",
        "[]\n",
        '"type"\n',
        "{}\n",
        '{"type":"head"}\n',
        '{"type":"body","type":"body"}\n',
        '{"type":"later","x":NaN}\n',
        '{"type":"later","x":-Infinity}\n',
        '{"type":["head"]}\n',
        '{"type":"later","x":' + "9" * 5000 + "}\n",
        '{"type":"later","x":' + "[" * 100_000 + "]" * 100_000 + "}\n",
        '{"type":"later","x":"\udcff"}\n',
        "x" * 1000 + "\n",
        '{"type":"later"}',
    ],
    ids=range(16),
)
def test_a_line_that_is_none_is_refused(line: str) -> None:
    refused([*GOOD[:5], line or "\n", *GOOD[5:]])


def test_a_line_that_is_too_long_is_refused_before_it_is_parsed() -> None:
    refused([*GOOD[:5], '{"type":"later","x":"' + "x" * 1_500_000 + '"}\n', *GOOD[5:]], 6, "longer than")
    with pytest.raises(ProofError, match="line 1: longer than 10 bytes"):
        bundle.read(GOOD, line_bytes_max=10)


def test_an_export_that_is_cut_short_is_refused() -> None:
    for count in (0, 1, 2, 10, len(GOOD) - 1):
        refused(GOOD[:count], match="cut short")
    whole = "".join(GOOD)
    for size in range(1, len(whole) - 2, 997):
        refused(whole[:size].splitlines(keepends=True))


def test_anything_after_the_end_is_refused() -> None:
    for more in ("\n", GOOD[-1], '{"type":"later"}\n'):
        refused([*GOOD, more], len(GOOD) + 1)


# --- what a head leads to ---


def test_a_header_that_no_head_leads_to_is_refused() -> None:
    lines = export(WRITER, heads=[WRITER.heads[30]])
    refused(lines, where(lines, "header", 39), "nothing that is signed")
    gap = [*WRITER.headers[:3], *WRITER.headers[33:]]
    lines = export(WRITER, headers=gap, bodies=[], complete=False)
    refused(lines, where(lines, "header", 2), "nothing that is signed")
    refused(export(WRITER, heads=[], complete=False, bodies=[]), match="nothing that is signed")


def test_a_head_without_its_header_is_refused() -> None:
    lines = export(WRITER, headers=WRITER.headers[:39], bodies=[])
    refused(lines, where(lines, "head"), "header that this head names")
    other = Writer(key=OTHER)
    lines = export(WRITER, heads=[WRITER.heads[-1], other.heads[-1]])
    refused(lines, where(lines, "head", 1))


def test_a_fork_cannot_be_exported_as_one_chain() -> None:
    fork = talk(39)
    fork.say("another history", 9999)
    refused(export(WRITER, heads=[WRITER.heads[-1], fork.heads[-1]]))
    refused(export(WRITER, heads=[WRITER.heads[-1], fork.heads[-1]], headers=[*WRITER.headers, fork.headers[-1]]))
    later = talk(45)
    later_fork = Writer()
    for number in range(44):
        later_fork.say(f"other {number}", 1000 + number)
    refused(export(later, heads=[later.heads[-1], later_fork.heads[20]]))


@pytest.mark.parametrize("seq", [16, 17])
def test_two_histories_in_one_file(seq: int) -> None:
    """Refused where the links shown meet: from 32 a skip link leads to 16, none leads to 17."""
    fork = Writer()
    for number in range(1, 40):
        fork.say("fork" if number == seq else f"message {number}", 1000 + number)
    headers = [*WRITER.headers[:18], *fork.headers[32:]]
    heads = [WRITER.heads[17], fork.heads[-1]]
    lines = export(WRITER, headers=headers, heads=heads, complete=False, bodies=[])
    if seq == 16:
        refused(lines, match="the chain forks|nothing that is signed")
    else:
        accepted(lines)


def test_a_head_signed_by_another_key_is_refused() -> None:
    head = WRITER.heads[-1]
    stranger = SignedHead(head.chain, head.seq, head.digest, Writer(key=OTHER).heads[-1].signature)
    lines = export(WRITER, heads=[stranger])
    refused(lines, where(lines, "head"), "signature")


def test_complete_is_checked() -> None:
    incomplete = export(WRITER, bodies=WRITER.bodies()[:-1])
    refused(incomplete, match="1 bodies are missing")
    accepted(changed(incomplete, "ccnode-export", complete=False))
    path = one_message(WRITER, 5)
    refused(changed(path, "ccnode-export", complete=True), match="headers of chain")


# --- what may be missing ---


def forgotten(
    *,
    order_ms: int = 2000,
    due_ms: int = 3000,
    cancelled_ms: int | None = None,
    session: bytes = SESSION,
    by: Writer | None = None,
    canceller: Writer | None = None,
    **changes: Any,
) -> bundle.Bundle:
    """A message recorded at 1,500 ms, its content gone, and an order to forget."""
    writer = Writer()
    said = writer.say("secret", 1500)
    giver = by or writer
    order = giver.add(records.forget_ordered(session, due_ms), order_ms)
    if cancelled_ms is not None:
        (canceller or giver).add(records.forget_cancelled(order), cancelled_ms)
    writer.sealed[writer.digests.index(said)] = None
    writers = list({id(one): one for one in (writer, giver, canceller or giver)}.values())
    found = accepted(export(*writers, **changes))
    assert found.erased | found.withheld == {said}
    return found


@pytest.mark.parametrize(
    ("values", "is_erased"),
    [
        ({}, True),
        ({"order_ms": 1500}, True),
        ({"order_ms": 1499}, False),
        ({"due_ms": CREATED_MS}, True),
        ({"due_ms": CREATED_MS + 1}, False),
        ({"session": b"another session!"}, False),
        ({"cancelled_ms": 2999}, False),
        ({"cancelled_ms": 3000}, True),
        ({"bodies": None}, False),
    ],
)
def test_a_missing_content_is_erased_only_by_an_order(values: dict[str, Any], is_erased: bool) -> None:
    if "bodies" in values:  # the order's meta is not shown, so nobody knows what it says
        writer = Writer()
        said = writer.say("secret", 1500)
        writer.add(records.forget_ordered(SESSION, 3000), 2000)
        writer.sealed[1] = None
        found = accepted(export(writer, complete=False, bodies=writer.bodies()[:2]))
        assert found.withheld == {said}
        return
    found = forgotten(**values)
    assert bool(found.erased) == is_erased


def test_only_who_speaks_for_the_writer_may_order() -> None:
    def stranger() -> Writer:
        return Writer(key=OTHER, epoch=b"s" * 16)

    assert forgotten(by=stranger()).erased  # both certified by the owner
    assert forgotten(by=stranger(), certified=[KEY]).withheld
    assert forgotten(by=stranger(), certified=[]).withheld
    assert forgotten(by=stranger(), owner=None).withheld
    assert forgotten(by=Writer(epoch=b"2" * 16), certified=[]).erased  # the same key in another epoch
    assert forgotten(cancelled_ms=2500, canceller=stranger()).withheld
    assert forgotten(cancelled_ms=2500, canceller=stranger(), certified=[KEY]).erased


@pytest.mark.parametrize(
    ("order_ms", "due_ms", "cancelled_ms", "certified", "erased"),
    [
        (2000, 3000, None, [KEY, OTHER], True),
        (1500, 3000, None, [KEY, OTHER], True),
        (1499, 3000, None, [KEY, OTHER], False),
        (2000, CREATED_MS + 1, None, [KEY, OTHER], False),
        (2000, 3000, 2999, [KEY, OTHER], False),
        (2000, 3000, 3000, [KEY, OTHER], True),
        (2000, 3000, None, [KEY], False),
        (2000, 3000, None, [], False),
    ],
)
def test_one_message_can_be_forgotten(
    order_ms: int, due_ms: int, cancelled_ms: int | None, certified: list[SigningKey], erased: bool
) -> None:
    """The message, its neighbours in the session left out; the order is given by another node."""
    writer, giver = Writer(), Writer(key=OTHER, epoch=b"s" * 16)
    writer.add(records.session_opened(SESSION, "title"), 1400)
    said = [writer.say(text, 1500) for text in ("before", "secret", "after")]
    order = giver.add(records.message_forget_ordered(said[1], due_ms), order_ms)
    if cancelled_ms is not None:
        giver.add(records.forget_cancelled(order), cancelled_ms)
    for at in range(1, 5):
        writer.sealed[at] = None
    found = accepted(export(writer, giver, certified=certified))
    assert found.erased == ({said[1]} if erased else set())
    assert found.withheld == {writer.digests[1], *said} - found.erased


def test_an_order_for_a_message_is_one_for_no_session() -> None:
    def left(**fields: Any) -> list[bytes]:
        """Which of the entries an order with these fields covers; all their contents are gone."""
        writer = Writer()
        said = writer.say("secret", 10), writer.say("another", 11), writer.add(records.session_titled(SESSION, "t"), 12)
        digests = {"first": said[0], "title": said[2]}
        named = {name: digests.get(str(value), value) for name, value in fields.items()}
        writer.add(Record(20, meta_of(due_ms=30, **named)), 20)
        for at in (1, 2, 3):
            writer.sealed[at] = None
        found = accepted(export(writer))
        return [digest for digest in said if digest in found.erased and digest not in found.withheld]

    assert len(left(session=SESSION)) == 3
    assert len(left(session=SESSION, message="first")) == 1
    assert len(left(message="first")) == 1
    assert left(message="title") == []  # only messages can be named
    for wrong in (b"", b"x" * 31, "text of as many characters: 32..", None, 1, [b"x" * 32]):
        assert left(session=SESSION, message=wrong) == []
    assert left(message=SESSION) == []
    assert left(session=b"x" * 32) == []


def test_only_words_can_be_forgotten() -> None:
    writer = Writer()
    writer.add(records.session_titled(SESSION, "title"), 10)
    writer.add(records.session_opened(SESSION, "title"), 11)
    writer.add(records.node_named("name"), 12)
    writer.add(Record(99, meta_of(session=SESSION), b"x"), 13)
    writer.add(records.forget_ordered(SESSION, 30), 20)
    for at in (1, 2, 3, 4):
        writer.sealed[at] = None
    found = accepted(export(writer))
    assert found.erased == set(writer.digests[1:3])
    assert found.withheld == set(writer.digests[3:5])


@pytest.mark.parametrize(
    "meta",
    [
        b"",
        b"\xc1",
        meta_of(session=SESSION, due_ms=-1),
        meta_of(session=SESSION, due_ms=True),
        meta_of(session=SESSION, due_ms=2**53 + 1),
        meta_of(session=SESSION, due_ms="1"),
        meta_of(session=SESSION[:15], due_ms=1),
        meta_of(due_ms=1),
        b"\x82\xa7session\xc4\x10" + SESSION + b"\xa6due_ms\x01",
    ],
)
def test_an_order_that_is_malformed_has_no_effect(meta: bytes) -> None:
    writer = Writer()
    writer.say("secret", 10)
    writer.add(Record(20, meta), 20)
    writer.add(Record(21, meta), 21)
    writer.sealed[1] = None
    assert accepted(export(writer)).withheld


def test_a_message_whose_content_is_gone_is_shown_so() -> None:
    writer = Writer()
    writer.say("secret", 10)
    writer.add(records.forget_ordered(SESSION, 30), 20)
    writer.sealed[1] = None
    lines = export(writer, what="message")
    accepted(lines)
    assert (alone(lines)["message"]["text"], alone(lines)["message"]["content"]) == (None, "erased")
    lines = export(writer, what="message", complete=False, bodies=writer.bodies()[:2])
    assert alone(lines)["message"]["content"] == "withheld"


def test_the_kinds_are_those_of_the_protocol() -> None:
    from ccnode_crypto import erasure

    alone = ("NOTE_KEPT", "PACKET_KEPT")
    for name in ("SESSION_OPENED", "MESSAGE", "SESSION_TITLED", "FORGET_ORDERED", "FORGET_CANCELLED", *alone):
        assert getattr(erasure, f"KIND_{name}") == records.Kind[name]
    assert erasure.DUE_MS_MAX == verify_export.INTEGER_MAX == bundle.read.__globals__["Line"].integer.__defaults__[0]
    assert bundle.LINE_BYTES_MAX == verify_export.LINE_MAX


@pytest.mark.parametrize("key", [0, 1, 2**255 - 20, 2**255 - 19, 2**255 - 18, 1 + 2**255])
def test_a_key_of_small_order_is_refused(key: int) -> None:
    raw = key.to_bytes(32, "little")
    forged = bytes([1]) + bytes(63)  # fits any message under the key 1
    refused(changed(GOOD, "head", 0, node=raw.hex(), signature=b64(forged)), where(GOOD, "head"), "small order")
    for owner, node in ((OWNER.public.raw, raw), (raw, KEY.public.raw)):
        body = canonical.encode({"version": 1, "owner": owner, "node": node, "issued_ms": 1})
        signature = forged if owner == raw else OWNER.sign("owner-certificate", body)
        refused(changed(GOOD, "certificate", 0, body=b64(body), signature=b64(signature)), 2, "small order")


# --- where the specification is stricter than a reader may think ---


def test_the_checker_wants_the_header_of_a_head_at_its_place() -> None:
    """A head that names a header of another chain, or at another position, names nothing that is here."""
    other = ChainId(KEY.public.raw, b"z" * 16, 0)
    for chain, seq in ((other, 5), (WRITER.state.chain, 60)):
        signature = KEY.sign("head", head_message(chain, seq, WRITER.digests[5]))
        head = SignedHead(chain, seq, WRITER.digests[5], signature)
        lines = export(WRITER, heads=[head, WRITER.heads[-1]], complete=False)
        report = alone(lines)
        assert (report["ok"], report.get("line")) == (False, where(lines, "head")), report


def test_the_checker_counts_bytes_and_not_characters() -> None:
    report = alone([*GOOD[:5], json.dumps({"type": "later", "x": "\u00e9" * 800_000}, ensure_ascii=False) + "\n"])
    assert (report["ok"], report["line"]) == (False, 6)
    assert "longer than" in report["problem"]


def test_the_checker_takes_true_for_no_version() -> None:
    body = canonical.encode({"version": True, "owner": OWNER.public.raw, "node": KEY.public.raw, "issued_ms": 1})
    signature = OWNER.sign("owner-certificate", body)
    report = alone(changed(GOOD, "certificate", 0, body=b64(body), signature=b64(signature)))
    assert (report["ok"], report["line"]) == (False, 2)


def test_the_checker_knows_only_ascii_letters_in_identifiers() -> None:
    owner = owner_id(OWNER.public.raw)
    assert "i" in owner
    assert not alone(changed(GOOD, "ccnode-export", 0, owner=owner.replace("i", "\u0131")))["ok"]
    assert alone(changed(GOOD, "ccnode-export", 0, owner=owner.upper()))["ok"]


# --- the checker as people start it ---


def run(*arguments: str, data: bytes | None = None) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([sys.executable, "-I", str(SCRIPT), *arguments], input=data, capture_output=True, check=False)


def test_the_checker_says_what_is_proven(tmp_path: Path) -> None:
    path = tmp_path / "export.jsonl"
    path.write_text("".join(one_message(WRITER, 7)), encoding="utf-8")
    done = run(str(path))
    assert (done.returncode, done.stderr) == (0, b"")
    for part in ("message 7", "assistant", "certified by that owner", owner_id(OWNER.public.raw), "0 withheld"):
        assert part in done.stdout.decode()
    done = run("-", "--json", data=path.read_bytes())
    assert done.returncode == 0
    assert json.loads(done.stdout)["message"]["text"] == "message 7"


def test_the_checker_refuses_and_says_where(tmp_path: Path) -> None:
    path = tmp_path / "export.jsonl"
    path.write_text("".join(changed(GOOD, "body", 3, sealed="")), encoding="utf-8")
    done = run(str(path))
    assert (done.returncode, done.stdout) == (1, b"")
    assert done.stderr == b"NOT proven: line 47: content is not what the header names\n"
    done = run(str(path), "--json")
    assert done.returncode == 1
    assert json.loads(done.stdout) == {"ok": False, "line": 47, "problem": "content is not what the header names"}


def test_the_checker_tells_misuse_apart(tmp_path: Path) -> None:
    assert run().returncode == 2
    done = run(str(tmp_path / "none"))
    assert done.returncode == 2
    assert b"cannot read" in done.stderr
    assert run(str(tmp_path)).returncode == 2


def test_the_checker_shows_no_control_characters(tmp_path: Path) -> None:
    writer = Writer()
    writer.say("red \x1b[31m alert\u202e\nnext line", 10)
    done = run("-", data="".join(export(writer, what="message")).encode())
    assert done.returncode == 0
    assert b"\x1b" not in done.stdout
    assert "\u202e" not in done.stdout.decode()
    assert b"\nnext line" in done.stdout


@pytest.mark.parametrize("data", [b"", b"\x00" * 1000, b"\xff\n", b"{" * 2_000_000, b'{"type":"ccnode-export"}\n'])
def test_the_checker_survives_what_is_no_export(data: bytes) -> None:
    done = run("-", data=data)
    assert done.returncode == 1
    assert b"Traceback" not in done.stderr


def test_the_checker_imports_nothing_of_the_project() -> None:
    code = "import sys, runpy; runpy.run_path(sys.argv[1]); print(sorted(m for m in sys.modules if 'ccnode' in m))"
    done = subprocess.run([sys.executable, "-c", code, str(SCRIPT)], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_checker_without_its_library_is_no_verdict() -> None:
    done = subprocess.run([sys.executable, "-I", "-S", str(SCRIPT), "-"], input=b"", capture_output=True, check=False)
    assert done.returncode == 2
    assert b"pip install cryptography" in done.stderr


def test_the_projects_reader_counts_a_line_in_bytes() -> None:
    with pytest.raises(ProofError, match="longer than"):
        bundle.read(['{"type":"' + "\u00e9" * 800_000 + '"}'])
