"""What does the fuzz runner start from? Writes tests/fuzz/corpus from valid values, the golden vectors among them.

python -m tests.fuzz.make_corpus

Bytes that once broke a decoder are added by hand, under a name that says what broke.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import make_parcel
import make_sync
import make_vectors
import make_wire
from ccnode_crypto import canonical
from ccnode_crypto.certificate import certify
from ccnode_crypto.keys import SigningKey
from ccnode_crypto.proof import path_positions
from ccnode_crypto.statements import state_forget
from ccnode_protocol import records
from ccnode_protocol.manifest import Manifest, sign_manifest
from ccnode_protocol.tiers import Tier
from tests.crypto.chains import build, draft
from tests.crypto.exports import Writer, export, one_message, talk
from tests.fuzz.decoders import CORPUS
from tests.protocol.gossiping import report_of

if TYPE_CHECKING:
    from collections.abc import Iterator


def _load(name: str) -> dict[str, object]:
    loaded: dict[str, object] = json.loads((make_vectors.VECTORS / f"{name}.json").read_text(encoding="utf-8"))
    return loaded


def _forks() -> Iterator[bytes]:
    for at in (3, 17):
        halves = []
        for text in ("one history", "another history"):
            state, run, _ = make_vectors.chain_of(20, text)
            path = b"".join(run.headers[seq] for seq in path_positions(19, 19 if at == 17 else at))
            halves.append(state.head + run.signature + path)
        yield b"".join(halves)


def seeds() -> Iterator[tuple[str, str, bytes]]:
    """Folder, name and bytes of each seed."""
    encodings = make_vectors.encodings()
    for row in encodings["accepted"] + encodings["refused"]:
        yield "canonical", row["name"].replace(" ", "-"), bytes.fromhex(row["hex"])
    _, (run,) = build([18])
    for at in (0, 1, 16, 17):
        yield "header", str(at), run.headers[at]
    papers = make_vectors.papers()
    for name in ("certificate", "revocation"):
        yield name, "good", bytes.fromhex(papers[name]["body"] + papers[name]["signature"])
    for row in make_vectors.keys()["identifiers"]:
        yield "identifier", row["kind"], row["grouped"].encode()
    _, (first,) = build([1])
    yield "run", "opening", first.headers[0] + bytes([len(first.metas[0])]) + first.metas[0] + first.signature
    for number, proof in enumerate(_forks()):
        yield "fork", str(number), proof
    meta = records.MessageMeta(b"s" * 16, records.Role.USER, b"p" * 32, b"k" * 16, b"o" * 32, (b"d" * 32,), "model")
    yield "meta", "message", records.message(meta, "text").meta
    yield "meta", "text", canonical.encode({"text": "words"})
    yield "meta", "forget", records.forget_ordered(b"s" * 16, 5).meta
    yield "meta", "forget-message", records.message_forget_ordered(b"m" * 32, 5).meta
    yield "meta", "forget-named", records.forget_ordered(b"s" * 16, 5, [b"m" * 32, b"n" * 32]).meta
    yield (
        "meta",
        "forget-stated",
        records.forget_stated(state_forget(SigningKey(b"o" * 32), bytes(32), b"s" * 16, None, 4, 5)).meta,
    )
    yield "meta", "mark", records.memory_marked(b"m" * 32, records.Mark.PINNED).meta
    yield "meta", "order", records.erasure_done(b"o" * 32, 5).meta
    yield "meta", "opening", records.epoch_opened((b"e" * 16, 0, 7, b"d" * 32, b"n" * 32)).meta
    yield "meta", "first", draft(0).meta
    said = (records.Said(b"d" * 32, records.Role.USER, 5),)
    packet = records.pack_packet(records.Packet(b"n" * 32, 1, b"s" * 16, "words", said, "subject", (b"a" * 32,)))
    yield "meta", "packet", packet
    yield "meta", "packet-kept", records.packet_kept(packet, [b"d" * 32]).meta
    yield "meta", "packet-rejected", records.packet_rejected(b"p" * 32).meta
    yield "meta", "trusted", records.node_trusted(b"n" * 32, 2).meta
    yield "meta", "certified", records.node_certified(b"c" * 30, b"s" * 64).meta
    short = Writer()
    short.say("secret", 10)
    short.add(records.forget_ordered(b"s" * 16, 30), 20)
    yield "export", "short", "".join(export(short)).encode()
    yield "export", "message", "".join(one_message(talk(12), 7)).encode()
    yield "export", "vector", "".join(line + "\n" for line in make_vectors.export()["lines"]).encode()
    yield "export", "empty", "".join(export()).encode()


def wire_seeds() -> Iterator[tuple[str, str, bytes]]:
    """The same of what nodes say to each other."""
    made = make_wire.every_frame()
    for row in made["accepted"]:
        yield "frame", row["name"], bytes.fromhex(row["frame"])
        if row["name"] in {"ask", "answer"}:
            yield "query", row["name"], bytes.fromhex(row["frame"])
    for row in made["refused"]:
        yield "frame", "refused-" + row["name"].replace(" ", "-").replace(",", ""), bytes.fromhex(row["hex"])
    deep = b"\x92\xcc\x80\x81\xa1x" + b"\xdd\x00\x00\x3a\x98" * 1_000
    yield "frame", "arrays-in-arrays-that-declare-much", deep.ljust(16_000, b"\xc0")
    for link in make_sync.sync(make_wire.frame_row)["links"]:
        for name, packed in {row["name"]: row["frame"] for row in link["frames"]}.items():
            yield "sync", f"{name}-{link['name']}", bytes.fromhex(packed)
    paper = make_wire.report()
    for row in paper["frames"]:
        yield "gossip", f"{row['name']}-{len(row['frame']) // 2}", bytes.fromhex(row["frame"])
    yield "report", "plain", b"\1" + report_of(SigningKey(b"n" * 32)).body
    yield "report", "unsigned", b"\0" + bytes.fromhex(paper["body"])
    told = make_wire.handshake()
    for row in told["frames"]:
        yield "handshake", row["name"], bytes.fromhex(row["frame"])
    carried = make_parcel.parcels(make_wire.frame_row)
    yield "parcel", "plain", bytes.fromhex(carried["parcel"])
    for row in carried["refused"]:
        yield "parcel", row["name"].replace(" ", "-"), bytes.fromhex(row["parcel"])
    yield "invitation", "code", told["invitation"]["code"].encode()
    yield "invitation", "code-of-version-1", told["invitation"]["version_1"]["code"].encode()
    node, reader = SigningKey(b"n" * 32), b"r" * 32
    said = Manifest(node.public.raw, reader, 3, "Ada", ("sync",), addresses=("192.0.2.1:8101",))
    yield "manifest", "plain", b"\1" + sign_manifest(node, said).body
    certified = replace(said, certificate=certify(make_wire.OTHER, node.public.raw, 5), tier=Tier.CORE)
    yield "manifest", "certified", b"\1" + sign_manifest(node, certified).body


def main() -> None:
    for folder, name, data in (*seeds(), *wire_seeds()):
        (CORPUS / folder).mkdir(parents=True, exist_ok=True)
        (CORPUS / folder / name).write_bytes(data)


if __name__ == "__main__":
    main()
