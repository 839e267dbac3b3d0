"""Do the frames of sync say the same again when read and written, and is what no form can say refused by name?"""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ccnode_crypto.entry import ChainId
from ccnode_crypto.proof import ForkProof, ForkSide, SignedHead
from ccnode_protocol import forms, frames, limits, sync_frames
from ccnode_protocol import sync_values as sync
from ccnode_protocol.errors import RemoteError
from tests.crypto.chains import build
from tests.protocol.bodies import body_of

STATE, RUNS = build([3, 2])
CHAIN = STATE.chain
SENT = sync.SentRun(
    CHAIN, 3, tuple(RUNS[1].headers), tuple(RUNS[1].metas), (None, RUNS[1].sealed[1]), RUNS[1].signature
)
ROW = sync.Row(CHAIN, 5, STATE.head, 2)
FROZEN = sync.Row(ChainId(bytes(32), bytes(16), 2), 0, bytes(32), 0, True)
SIDE = ForkSide(SignedHead(CHAIN, 4, STATE.head, RUNS[1].signature), (RUNS[1].headers[1], RUNS[1].headers[0]))
SAMPLES: tuple[sync.Message, ...] = (
    sync.Known((ROW,), 7, bytes(32), bytes(range(32))),
    sync.Heads((ROW, FROZEN), (sync.Rest(b"n" * 32, 3, bytes(32)),)),
    sync.List(CHAIN.node, CHAIN.epoch, 1),
    sync.Listed(CHAIN.node, (ROW,), True),
    sync.Want(CHAIN, 3, 5, True),
    SENT,
    sync.End(CHAIN, 5),
    sync.WantContents(CHAIN, ((0, 2), (2, 1), (9, 100))),
    sync.Contents(CHAIN, ((1, None), (2, RUNS[0].sealed[2]))),
    sync.Credit(1),
    sync.WantDigests(CHAIN, (0, 7)),
    sync.Digests(CHAIN, ((0, bytes(32)),)),
    sync.WantPath(CHAIN, 3),
    sync.Path(CHAIN, 3, SIDE),
    sync.Path(CHAIN, 3, None),
    sync.WantFork(CHAIN),
    sync.Fork(CHAIN, ForkProof(SIDE, SIDE)),
)  # fmt: skip


@pytest.mark.parametrize("message", SAMPLES, ids=lambda each: type(each).__name__)
def test_a_value_is_read_as_it_was_written(message: sync.Message) -> None:
    frame = frames.decode(frames.encode(message.kind, message.body()))
    assert sync_frames.read(*frame) == message


def test_every_type_has_a_sample_and_a_form() -> None:
    assert {type(each) for each in SAMPLES} == set(sync_frames.MESSAGES.values())
    assert set(sync_frames.FORMS) == set(sync_frames.MESSAGES)
    assert all(32 <= kind <= 63 for kind in sync_frames.FORMS)


@pytest.mark.parametrize("kind", sorted(sync_frames.FORMS), ids=frames.name_of)
@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(st.data())
def test_any_body_of_the_form_gives_a_value_or_the_rooms_error(kind: int, data: st.DataObject) -> None:
    with suppress(RemoteError):
        value = sync_frames.read(kind, data.draw(body_of(sync_frames.FORMS[kind])))
        forms.check(sync_frames.FORMS[kind], value.body())
        assert sync_frames.read(kind, value.body()) == value


def read(kind: int, body: dict[str, Any]) -> sync.Message:
    forms.check(sync_frames.FORMS[kind], body)
    return sync_frames.read(kind, body)


RUN_BODY: dict[str, Any] = SENT.body()
HEADERS = b"".join(SENT.headers)


@pytest.mark.parametrize(
    ("kind", "body", "named"),
    [
        (sync.RUN, {**RUN_BODY, "headers": HEADERS[:-1]}, "run.headers"),
        (sync.RUN, {**RUN_BODY, "metas": [b""]}, "as many metas"),
        (sync.RUN, {**RUN_BODY, "first": 4}, "run.headers"),
        (sync.RUN, {**RUN_BODY, "chain": [bytes(32), CHAIN.epoch, 0]}, "run.headers"),
        (sync.RUN, {**RUN_BODY, "sealed": [bytes(limits.SEALED_BYTES_MAX)] * 2}, "bytes where at most"),
        (sync.HEADS, {"rows": [ROW.pack(), ROW.pack()], "rests": []}, "each chain once"),
        (sync.HEADS, {"rows": [sync.Row(CHAIN, 1, bytes(32), 2).pack()], "rests": []}, "an order after the end"),
        (sync.LISTED, {"node": bytes(32), "rows": [ROW.pack()], "more": False}, "of that node"),
        (sync.LISTED, {"node": bytes(32), "rows": [], "more": True}, "of that node"),
        (sync.WANT, {"chain": RUN_BODY["chain"], "first": 3, "upto": 3, "bare": False}, "want.upto"),
        (sync.WANT_CONTENTS, {"chain": RUN_BODY["chain"], "ranges": [[5, 2], [6, 1]]}, "ascending and apart"),
        (sync.WANT_CONTENTS, {"chain": RUN_BODY["chain"], "ranges": [[0, 1024], [1024, 1]]}, "at most 1024"),
        (sync.CONTENTS, {"chain": RUN_BODY["chain"], "items": [[5, None], [5, None]]}, "each position once"),
        (sync.CONTENTS, {"chain": RUN_BODY["chain"], "items": [[1, bytes(2**20)], [2, bytes(2**20)]]}, "bytes where"),
        (sync.WANT_FORK, {"chain": [bytes(32), bytes(16), 3]}, "want-fork.chain"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_by_name(kind: int, body: dict[str, Any], named: str) -> None:
    with pytest.raises(RemoteError, match=named):
        read(kind, body)


def test_fifty_chains_and_their_knowledge_are_small() -> None:
    rows = tuple(sync.Row(ChainId(bytes([at]) * 32, bytes([at]) * 16, 0), 2**30, bytes(32), 5) for at in range(50))
    known = sync.Known(rows[:3], 47, bytes(32), bytes(32))
    assert 2 * len(frames.encode(known.kind, known.body())) <= 1024
    assert len(frames.encode(sync.HEADS, sync.Heads(rows).body())) <= 8 * limits.KIB
