"""Which decoders meet bytes from outside, and what may they raise? One table for the fuzz runner."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import make_vectors
import verify_export
from ccnode_crypto import bundle, canonical
from ccnode_crypto.certificate import read_certificate, read_revocation
from ccnode_crypto.chain import ChainState, Run, verify_runs
from ccnode_crypto.entry import ChainId, read_header
from ccnode_crypto.errors import CryptoError
from ccnode_crypto.keys import SigningKey, from_text
from ccnode_crypto.proof import ForkProof, ForkSide, SignedHead
from ccnode_protocol import (
    forks,
    frames,
    gossip,
    gossip_frames,
    handshake,
    manifest,
    query_frames,
    records,
    reports,
    sync_frames,
)
from ccnode_protocol.effects import Close
from ccnode_protocol.errors import RemoteError
from ccnode_protocol.invitation import read_code
from ccnode_protocol.parcel import Reader
from ccnode_protocol.sync_values import Fork
from ccnode_protocol.tiers import Tier

if TYPE_CHECKING:
    from collections.abc import Callable

CORPUS = Path(__file__).parent / "corpus"


class Decoder(NamedTuple):
    """What reads the bytes of a corpus folder, and the only errors that it may raise."""

    read: Callable[[bytes], object]
    errors: tuple[type[Exception], ...]


def _export(data: bytes) -> object:
    """Both readers of exports must judge alike."""
    report = verify_export.verify(io.BytesIO(data))
    try:
        found = bundle.read(io.StringIO(data.decode("utf-8", "surrogateescape"), newline="\n"))
    except CryptoError:
        if report["ok"]:
            raise AssertionError("the checker accepts what the room refuses") from None
        raise
    if not report["ok"]:
        raise AssertionError(f"the room accepts what the checker refuses: {report}")
    return found


def _run(data: bytes) -> object:
    """200 bytes of header, a byte of meta length, meta, sealed, 64 bytes of signature: a run of one."""
    header, rest, signature = data[:200], data[200:-64], data[-64:]
    split = 1 + (rest[0] if rest else 0)
    state = ChainState(ChainId(header[18:50].ljust(32, b"\0"), header[2:18], (header[1:2] or b"\0")[0]))
    return verify_runs(state, [Run(0, [header], [rest[1:split]], [rest[split:]], signature)])


def _fork(data: bytes) -> object:
    """Two sides of digest, signature and headers."""
    half = len(data) // 2
    sides = []
    for part in (data[:half], data[half:]):
        headers = tuple(part[at : at + 200] for at in range(96, len(part), 200))
        first = headers[0] if headers else b""
        chain = ChainId(first[18:50], first[2:18], (first[1:2] or b"\0")[0])
        seq = int.from_bytes(first[178:186], "big")
        sides.append(ForkSide(SignedHead(chain, seq, part[:32], part[32:96]), headers))
    return ForkProof(*sides).verify()


def _meta(data: bytes) -> object:
    for read in (
        records.read_message,
        records.read_session,
        records.read_forget,
        records.read_mark,
        records.read_order,
        records.read_note,
        records.read_packet,
        records.read_packet_kept,
        records.read_packet_rejected,
        records.read_predecessor,
        records.read_node_trusted,
    ):
        try:
            read(data)
        except RemoteError:
            continue
    return records.read_text(data, "text"), records.read_signed(data, "certificate")


def _canonical(data: bytes) -> object:
    """The checker's own decoder must judge alike."""
    try:
        other: object = verify_export.decode(data, 4096)
    except verify_export.Refused:
        other = verify_export.Refused
    try:
        value: object = canonical.decode(data, size_max=4096)
    except CryptoError:
        if other is not verify_export.Refused:
            raise AssertionError("the checker decodes what the room refuses") from None
        raise
    if other is verify_export.Refused or canonical.encode(value) != data or canonical.encode(other) != data:
        raise AssertionError("the room decodes what the checker refuses, or to something else")
    return value


def _manifest(data: bytes) -> object:
    """A byte that says whether its node signs the bytes, as a hostile peer would, and the body of a manifest."""
    node, body = SigningKey(b"n" * 32), data[1:]
    signature = node.sign("peer-manifest", body) if data[:1] != b"\0" else data[-64:].rjust(64)
    return manifest.read_manifest({"body": body, "signature": signature}, node.public.raw, b"r" * 32)


def _handshake(data: bytes) -> object:
    """The bytes to a server, and as an answer to a client; neither may raise anything, so neither is refused here."""
    taken = []
    for role in handshake.Role:
        machine = handshake.Handshake(role, SigningKey(b"h" * 32), bytes(32), bytes(32), 0)
        machine.start()
        taken += machine.receive(data, 1)
    if all(isinstance(effect, Close) for effect in taken):
        raise RemoteError("both ended it")
    return taken


def _sync(data: bytes) -> object:
    """What a frame of sync says; a proof in it is judged."""
    frame = frames.decode(data)
    if frame.type not in sync_frames.MESSAGES:
        return frame
    value = sync_frames.read(*frame)
    if sync_frames.read(frame.type, value.body()) != value:
        raise AssertionError("another value of what a value says")
    return forks.proven(value.chain, value.proof) if isinstance(value, Fork) else value


def _report(data: bytes) -> object:
    """A byte that says whether its node signs the bytes, as a hostile peer would, and the body of a report."""
    node, body = SigningKey(b"n" * 32), data[1:]
    signature = node.sign("character-report", body) if data[:1] != b"\0" else data[-64:].rjust(64)
    found = reports.read_report(body, signature)
    found.verify()
    return found


def _gossip(data: bytes) -> object:
    """A frame of gossip, to a node that holds a report and a fork already; it may end the link, and raise nothing."""
    frame = frames.decode(data)
    if frame.type not in gossip_frames.MESSAGES:
        return frame
    value = gossip_frames.read(*frame)
    if gossip_frames.read(frame.type, value.body()) != value:
        raise AssertionError("another value of what a value says")
    node, peer = SigningKey(b"n" * 32), SigningKey(b"p" * 32).public.raw
    machine = gossip.Gossip(node.public.raw)
    machine.stand([peer], ())
    machine.met(peer, Tier.CORE, 0)
    return machine.receive(peer, frame, 1, 1)


def _query(data: bytes) -> object:
    """What a question or answer says."""
    frame = frames.decode(data)
    if frame.type not in query_frames.FORMS:
        return frame
    value = query_frames.read(*frame)
    if query_frames.read(frame.type, value.body()) != value:
        raise AssertionError("another value of what a value says")
    return value


def _frame(data: bytes) -> object:
    """What is read is written as the same bytes."""
    frame = frames.decode(data)
    if frames.encode(*frame) != data:
        raise AssertionError("another encoding of a frame")
    return frame


def _parcel(data: bytes) -> object:
    """The bytes to the node that the recorded parcel is for; what its frames say is read too."""
    reader = Reader(make_vectors.OWNER.public.raw)
    found = reader.feed(data)
    for frame in found:
        if frame.type in sync_frames.MESSAGES:
            sync_frames.read(*frame)
    return reader.finish(), found


CRYPTO = (CryptoError,)
REMOTE = (RemoteError,)
DECODERS = {
    "canonical": Decoder(_canonical, CRYPTO),
    "header": Decoder(read_header, CRYPTO),
    "certificate": Decoder(lambda data: read_certificate(data[:-64], data[-64:]), CRYPTO),
    "revocation": Decoder(lambda data: read_revocation(data[:-64], data[-64:]), CRYPTO),
    "identifier": Decoder(lambda data: from_text("node", data.decode("utf-8", "replace")), CRYPTO),
    "run": Decoder(_run, CRYPTO),
    "fork": Decoder(_fork, CRYPTO),
    "meta": Decoder(_meta, (RemoteError,)),
    "export": Decoder(_export, CRYPTO),
    "frame": Decoder(_frame, REMOTE),
    "sync": Decoder(_sync, REMOTE),
    "report": Decoder(_report, REMOTE),
    "gossip": Decoder(_gossip, REMOTE),
    "handshake": Decoder(_handshake, REMOTE),
    "manifest": Decoder(_manifest, REMOTE),
    "query": Decoder(_query, REMOTE),
    "parcel": Decoder(_parcel, REMOTE),
    "invitation": Decoder(lambda data: read_code(data.decode("utf-8", "replace")), REMOTE),
}
