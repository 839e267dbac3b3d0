"""Does a packed frame bring what it says, and does no stream make it inflate beyond the bounds of what is inside?"""

from __future__ import annotations

import os
import zlib
from random import Random
from typing import TYPE_CHECKING

import pytest

from ccnode_crypto.certificate import certify
from ccnode_protocol import frames, limits
from ccnode_protocol.effects import Reason
from ccnode_protocol.errors import RemoteError
from ccnode_protocol.link import Deliver, Enrolled, Link
from ccnode_protocol.link_frames import ENROL, PACKED, PING
from ccnode_protocol.packing import LEAST_BYTES, TYPES, pack, type_in, unpack
from ccnode_protocol.sync_values import CONTENTS, RUN
from ccnode_protocol.tiers import Tier
from tests.attacks.handshakes import ALICE, BOB, MALLORY
from tests.fuzz.mutate import mutate
from tests.protocol.test_frames import sample
from tests.protocol.test_link import AT_ALICE, framed, framed_run, opened, reason, said_by_alice

if TYPE_CHECKING:
    from ccnode_crypto.canonical import Value


def holding(data: bytes, kind: int = RUN) -> bytes:
    return frames.encode(PACKED, {"type": kind, "data": data})


# --- packed ---


def test_what_is_packed_comes_out_as_it_was() -> None:
    data = framed_run()
    packed = pack(data)
    assert len(packed) < len(data) // 4
    frame = frames.decode(packed)
    assert type_in(frame) == RUN
    assert unpack(frame) == data
    (delivered,) = opened().receive(packed, 1)
    assert isinstance(delivered, Deliver)
    assert delivered.frame == frames.decode(data)


def test_what_is_small_of_another_type_or_does_not_deflate_goes_as_it_is() -> None:
    for kind in set(frames.FORMS) - TYPES:
        assert pack(framed(kind)) == framed(kind)
    assert len(framed(RUN)) < LEAST_BYTES
    assert pack(framed(RUN)) == framed(RUN)
    noise = frames.encode(RUN, {**sample(frames.FORMS[RUN]), "metas": [os.urandom(8_000)]})
    assert pack(noise) == noise


@pytest.mark.parametrize("most", [limits.RUN.bytes_max, 1 << 30])
def test_a_bomb_is_inflated_no_further_than_a_frame_may_be(most: int) -> None:
    inflated = 0
    deflater = zlib.compressobj(9)
    parts = []
    while inflated <= most:
        parts.append(deflater.compress(bytes(1 << 20)))
        inflated += 1 << 20
    bomb = (b"".join(parts) + deflater.flush())[: limits.PACKED_BYTES_MAX]
    with pytest.raises(RemoteError, match="inflates to more"):
        unpack(frames.decode(holding(bomb)))
    assert reason(opened().receive(holding(bomb), 1)) is Reason.MALFORMED


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"no stream", RUN),
        (zlib.compress(framed_run())[:-1], RUN),
        (zlib.compress(framed_run()) + b"x", RUN),
        (zlib.compress(framed_run()), CONTENTS),
        (zlib.compress(b""), RUN),
        (zlib.compress(pack(framed_run())), RUN),
        (zlib.compress(framed(PING)), PING),
        (zlib.compress(pack(framed_run())), PACKED),
    ],
    ids=["no stream", "cut", "more after it", "another type", "nothing", "packed twice", "a ping", "said packed twice"],
)
def test_anything_else_ends_the_link(data: bytes, kind: int) -> None:
    assert reason(opened().receive(holding(data, kind), 1)) is Reason.MALFORMED


def test_what_the_tier_does_not_let_in_is_not_inflated() -> None:
    link = opened(Tier.EXTERNAL)
    assert link.receive(holding(b"no stream"), 1) == []
    assert link.dropped == 1


def test_what_is_inside_counts_by_its_own_type() -> None:
    link, data = opened(), framed_run()
    small = frames.encode(CONTENTS, {**sample(frames.FORMS[CONTENTS]), "items": [[1, bytes(2_000)]]})
    for _ in range(3):
        link.receive(pack(data), 1)
        link.receive(pack(small), 1)
    used = link._received._used
    assert (used[RUN], used[CONTENTS]) == ((3, 3 * len(data)), (3, 3 * len(small)))
    assert used[PACKED][0] == 6
    assert link._received._all == 7  # the manifest, and six


def test_no_bytes_raise() -> None:
    random, valid = Random(1), pack(framed_run())
    for _ in range(2_000):
        opened().receive(mutate(random, valid, [valid]), 1)


# --- certificates ---


def enrolling(node: bytes = ALICE.public.raw, **changed: bytes) -> bytes:
    certificate = certify(MALLORY, node, 1)
    body: dict[str, Value] = {"certificate": certificate.body, "certificate_signature": certificate.signature}
    return frames.encode(ENROL, {**body, **changed})


def test_a_certificate_is_taken_once_where_the_owner_consents() -> None:
    link = opened()
    assert link.consent() == []
    assert link.receive(enrolling(), 1) == [Enrolled(certify(MALLORY, ALICE.public.raw, 1))]
    assert link.receive(enrolling(), 1) == []


def test_one_that_came_before_is_taken_when_the_owner_consents() -> None:
    link = opened()
    assert link.receive(enrolling(), 1) == []
    assert link.consent() == [Enrolled(certify(MALLORY, ALICE.public.raw, 1))]
    assert link.consent() == []


def test_a_certificate_for_another_node_or_unsigned_ends_the_link() -> None:
    for data in (enrolling(BOB.public.raw), enrolling(certificate_signature=bytes(64)), enrolling(certificate=b"x")):
        link = opened()
        link.consent()
        assert reason(link.receive(data, 1)) is Reason.UNPROVEN


def test_a_peer_without_a_tier_gives_none_and_gets_none() -> None:
    link = Link(AT_ALICE, Tier.UNKNOWN, 0)
    assert link.receive(enrolling(), 1) == []
    assert link.consent() == []
    assert link.enrol(certify(ALICE, BOB.public.raw, 1), 1) == []


def test_a_certificate_may_come_before_the_manifest() -> None:
    link = Link(AT_ALICE, Tier.EXTERNAL, 0)
    link.greet(said_by_alice(), 0)
    assert link.enrol(certify(ALICE, BOB.public.raw, 1), 1)
    link.consent()
    assert len(link.receive(enrolling(), 1)) == 1
