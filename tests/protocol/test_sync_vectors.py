"""Do the recorded links hold what the specification says? Hashes, runs and proofs, made again by hand."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgpack
import pytest

import make_wire
from ccnode_crypto.chain import ChainState, Run, verify_runs
from ccnode_crypto.proof import verify_path
from ccnode_protocol import frames, sync_frames
from ccnode_protocol.forks import proven
from ccnode_protocol.sync_values import Fork, SentRun
from ccnode_protocol.sync_values import Path as Shown

if TYPE_CHECKING:
    from ccnode_crypto.entry import ChainId

LINKS: list[dict[str, Any]] = json.loads((Path(make_wire.VECTORS) / "sync.json").read_text(encoding="utf-8"))["links"]
IDS = [link["name"] for link in LINKS]


def said(link: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    """Who says what, read by another decoder."""
    rows = []
    for row in link["frames"]:
        kind, body = msgpack.unpackb(bytes.fromhex(row["frame"]))
        assert frames.name_of(kind) == row["name"]
        rows.append((row["from"], row["name"], body))
    return rows


@pytest.mark.parametrize("link", LINKS, ids=IDS)
def test_both_hold_the_same_in_the_end(link: dict[str, Any]) -> None:
    assert link["rows"]["alice"] == link["rows"]["bob"]


@pytest.mark.parametrize("link", LINKS, ids=IDS)
def test_each_says_first_what_it_knows_of_the_other(link: dict[str, Any]) -> None:
    rows = said(link)
    assert [(who, name) for who, name, _ in rows[:2]] == [("alice", "known"), ("bob", "known")]
    for who, _, body in rows[:2]:
        other = "bob" if who == "alice" else "alice"
        assert all(row[0].hex() == link["nodes"][other] for row in body["rows"])


def test_rows_are_told_in_one_hash() -> None:
    known = {who: body for who, name, body in said(LINKS[0]) if name == "known"}
    rows = [msgpack.unpackb(bytes.fromhex(row)) for row in LINKS[0]["rows"]["alice"]]
    packed = sorted(
        bytes([1, audience]) + epoch + node + length.to_bytes(8, "big") + head + bytes([frozen])
        for node, epoch, audience, length, head, _, frozen in rows
    )
    assert known["alice"]["all"] == sha256(b"".join(packed)).digest()
    assert known["bob"]["all"] == known["bob"]["rest"][1] == sha256(b"").digest()
    heads = next(body for _, name, body in said(LINKS[0]) if name == "heads")
    others = [row for row in packed if heads["rows"][0][1] not in row]
    assert heads["rests"] == [[rows[0][0], 1, sha256(b"".join(others)).digest()]]


def test_orders_come_before_bodies() -> None:
    wants = [body for _, name, body in said(LINKS[0]) if name == "want"]
    runs = [body for _, name, body in said(LINKS[0]) if name == "run"]
    assert [want["bare"] for want in wants] == [True, False, False]
    assert (wants[0]["first"], wants[0]["upto"]) == (0, 3)
    assert runs[0]["sealed"] == [b"", None, b""]


@pytest.mark.parametrize("link", LINKS, ids=IDS)
def test_runs_and_paths_verify(link: dict[str, Any]) -> None:
    states: dict[ChainId, ChainState] = {}
    for row in link["frames"]:
        message = sync_frames.read(*frames.decode(bytes.fromhex(row["frame"])))
        if isinstance(message, SentRun) and message.first == 0:
            states[message.chain] = ChainState(message.chain)
        if isinstance(message, SentRun) and message.chain in states:
            run = Run(message.first, message.headers, message.metas, message.sealed, message.signature)
            verify_runs(states[message.chain], [run])
            assert states[message.chain].length == message.end
        if isinstance(message, Shown):
            assert message.side is not None
            assert verify_path(message.side.head, message.side.headers).seq == message.seq
        if isinstance(message, Fork):
            assert proven(message.chain, message.proof).seq == 20


def test_what_is_learnt() -> None:
    assert [line.rsplit(" ", 1)[1] for line in LINKS[2]["learnt"]] == ["20", "20"]
    assert [line.split(" of ")[0] for line in LINKS[1]["learnt"]] == ["alice learns that it wrote 3 entries"]
    offers = [name for who, name, _ in said(LINKS[1]) if who == "alice"]
    assert offers[:2] == ["known", "want-path"], "nothing of hers is offered before she has read"
