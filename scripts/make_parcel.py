"""What stands in a parcel, byte for byte? Made for protocol/vectors/parcels.json, which make_wire writes.

Alice carries to Bob a chain with an order to forget, what she knows of his own chain, and its proof.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ccnode_crypto import canonical
from ccnode_crypto.chain import EntryDraft
from ccnode_crypto.entry import ChainId
from ccnode_protocol import frames, records
from ccnode_protocol.carrying import plan, steps
from ccnode_protocol.link_frames import MANIFEST
from ccnode_protocol.manifest import Manifest, sign_manifest
from ccnode_protocol.parcel import MAGIC, Header, Writer
from ccnode_protocol.sync_effects import Load
from ccnode_protocol.sync_index import Flow
from ccnode_protocol.tiers import Tier
from make_sync import ALICE, BOB, CAROL, Chain, Party, epoch
from make_vectors import TIME_MS, draft, explain

if TYPE_CHECKING:
    from collections.abc import Callable

    from ccnode_protocol.sync_values import Message

Part = tuple[bytes, str]


def _alice() -> Party:
    """What Alice holds."""
    own = Chain(ChainId(ALICE.public.raw, epoch("first"), 0))
    own.write(ALICE, draft(0), draft(1, "to be forgotten"))
    order = records.message_forget_ordered(own.digests[1], TIME_MS)
    own.write(ALICE, EntryDraft(order.kind, draft(2).time, order.meta, b"", b""))
    own.write(ALICE, draft(3, "what stays"))
    theirs = Chain(ChainId(BOB.public.raw, epoch("bob's"), 0))
    theirs.write(BOB, draft(0), draft(1, "said by Bob"))
    return Party("alice", ALICE, BOB, own, theirs)


def _messages(alice: Party) -> list[Message]:
    flow = Flow(alice.index, BOB.public.raw, Tier.CORE)
    walk, said = steps(plan(flow, None)), []
    try:
        step = next(walk)
        while True:
            if isinstance(step, Load):
                found = alice.chains[step.question.chain].answer(step.question)  # type: ignore[union-attr]
                step = walk.send(found if isinstance(found, tuple) else (found,))
            else:
                said.append(step)
                step = walk.send(())
    except StopIteration:
        return said


def parcels(frame_row: Callable[[bytes], dict[str, Any]]) -> dict[str, Any]:
    """One parcel, and such as are refused."""
    alice = _alice()
    header = Header(ALICE.public.raw, BOB.public.raw, 7, TIME_MS, 4)
    manifest = sign_manifest(ALICE, Manifest(ALICE.public.raw, BOB.public.raw, 1, name="alice"))
    said = [(MANIFEST, manifest.fields()), *((one.kind, one.body()) for one in _messages(alice))]
    writer = Writer()
    data = writer.begin(header)
    encoded = canonical.encode(header.body())
    parts: list[Part] = [
        (MAGIC, "a parcel of version 1"),
        (len(encoded).to_bytes(4, "big"), f"a header of {len(encoded)} bytes"),
        (encoded, "the header"),
    ]
    rows = []
    for kind, body in said:
        piece = writer.add(kind, body)
        data += piece
        parts += [(piece[:4], f"a frame of {len(piece) - 4} bytes"), (piece[4:], frames.name_of(kind))]
        rows.append(frame_row(piece[4:]))
    last = writer.end(ALICE)
    parts += [(last[:4], "the end"), (last[4:], "Alice's signature over SHA-256 of all before it")]
    data += last
    return {
        "about": "From Alice, who has number 7 and no word from Bob, to Bob. Inside of the encryption.",
        "certified": [key.public.raw.hex() for key in (ALICE, BOB, CAROL)],
        "sender": ALICE.public.raw.hex(),
        "receiver": BOB.public.raw.hex(),
        "parcel": data.hex(),
        "fields": explain(parts),
        "frames": rows,
        "refused": [
            {"name": "cut by one byte", "parcel": data[:-1].hex()},
            {"name": "a byte more", "parcel": (data + b"\0").hex()},
            {"name": "of version 2", "parcel": (MAGIC[:-2] + b"2\n" + data[len(MAGIC) :]).hex()},
            {"name": "signed by another", "parcel": (data[:-64] + BOB.sign("parcel", bytes(32))).hex()},
        ],
    }
