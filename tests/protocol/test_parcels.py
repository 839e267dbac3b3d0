"""Does a parcel carry what a link would, and nothing that a link would not?"""

from __future__ import annotations

import copy
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from ccnode_crypto.canonical import encode
from ccnode_protocol import limits
from ccnode_protocol import manifest as manifests
from ccnode_protocol import parcel as parcels
from ccnode_protocol.errors import LocalError, RemoteError
from ccnode_protocol.link_frames import MANIFEST
from ccnode_protocol.manifest import Manifest
from ccnode_protocol.parcel import AnotherError, Header, Reader, VersionError, Writer
from ccnode_protocol.quota import Quota
from ccnode_protocol.sync_effects import Forked, Restored, Store
from ccnode_protocol.sync_values import Contents, Fork, Listed, Path, Row, SentRun
from ccnode_protocol.tiers import Tier
from ccnode_protocol.unpacking import StaleError, Unpacking
from tests.protocol.carrying import NOW_MS, Opening, core, messages, packed, parcel, planned, read
from tests.protocol.syncing import Party
from tests.protocol.test_sync_orders import order

if TYPE_CHECKING:
    from ccnode_protocol.sync_values import Message


@pytest.fixture
def pair() -> tuple[Party, Party]:
    """Two nodes of one owner."""
    a, b = Party("a"), Party("b")
    core(a, b)
    return a, b


def test_it_carries_all_once_and_then_what_is_new(pair: tuple[Party, Party]) -> None:
    a, b = pair
    chain = a.chain()
    a.write(chain, 3, 5)
    first = Opening(b, a.node).apply(parcel(a, b))
    assert (first.tally.new, first.tally.known) == (8, 0)
    assert b.rows() == a.rows()
    assert first.has == {chain: 8}

    back = Opening(a, b.node).apply(parcel(b, a, first.has))
    assert (back.tally.new, back.has) == (0, {chain: 8})
    a.write(chain, 2)
    second = planned(a, b.node, back.has)
    assert (second.entries, [want.first for want in second.runs]) == (2, [8])
    again = parcel(a, b, back.has)
    for new in (2, 0):
        assert Opening(b, a.node).apply(again).tally.new == new
    assert b.rows() == a.rows()
    whole = Opening(b, a.node).apply(parcel(a, b, {}))
    assert (whole.tally.new, whole.tally.known) == (0, 10)


def test_what_a_peer_wrote_itself_is_not_carried_back_unless_it_lost_it(pair: tuple[Party, Party]) -> None:
    a, b = pair
    chain = b.chain()
    b.write(chain, 4)
    Opening(a, b.node).apply(parcel(b, a))
    assert planned(a, b.node, None).entries == 0
    assert planned(a, b.node, {}).entries == 4
    assert planned(a, b.node, {chain: 1}).entries == 3


def test_a_run_that_reaches_beyond_what_is_here_is_taken_from_there_on(pair: tuple[Party, Party]) -> None:
    a, b = pair
    chain = a.chain()
    a.write(chain, 4)
    Opening(b, a.node).apply(parcel(a, b))
    a.write(chain, 4)
    told = Opening(b, a.node).apply(parcel(a, b, {}))  # one run of eight
    assert (told.tally.new, told.tally.known) == (4, 4)
    assert b.rows() == a.rows()


def test_a_gap_is_told_and_the_rest_is_taken(pair: tuple[Party, Party]) -> None:
    a, b = pair
    one, other = a.chain(0), a.chain(1)
    a.write(one, 3, 3)
    a.write(other, 2)
    told = Opening(b, a.node).apply(parcel(a, b, {one: 3}))
    assert told.tally.gaps == {one: (0, 3)}
    assert b.index.length(other) == 2
    assert b.index.length(one) == 0


def test_orders_come_before_bodies_and_are_not_left_out(pair: tuple[Party, Party]) -> None:
    a, b = pair
    chain, later = a.chain(0), a.chain(1)
    a.write(chain, 3, words=b"")
    a.write(chain, 3, words=b"secret")
    digest = a.shelf.chains[chain].digests[4]
    a.write(later, 1)
    order(a, later, digest)
    said = messages(a, planned(a, b.node, None))
    runs = [message for message in said if isinstance(message, SentRun)]
    assert (runs[0].chain, any(runs[0].sealed)) == (later, False)
    # The sender's shelf heeds its own order; a liar puts the words in all the same, and they are not stored.
    told = Opening(b, a.node).apply(packed(a, b.node, said))
    assert told.tally.new == len(a.shelf.chains[chain].digests) + len(a.shelf.chains[later].digests)
    assert b.shelf.chains[chain].sealed[4] is None

    c = Party("c")
    core(a, b, c)
    with pytest.raises(StaleError):
        Opening(c, a.node).apply(parcel(a, c, {later: a.index.length(later)}))
    assert not c.shelf.chains


def test_contents_that_are_missing_come_with_a_full_one(pair: tuple[Party, Party]) -> None:
    a, b = pair
    chain = a.chain()
    a.write(chain, 1)
    a.write(chain, 4, words=b"words")
    Opening(b, a.node).apply(parcel(a, b))
    b.shelf.chains[chain].sealed[2] = b.shelf.chains[chain].sealed[3] = None
    b.shelf.tell_missing(b.index)
    told = Opening(b, a.node).apply(parcel(a, b, {}))
    assert told.tally.contents == 2
    assert b.shelf.chains[chain].sealed == a.shelf.chains[chain].sealed


def test_an_old_copy_is_noticed_before_anything_is_stored(pair: tuple[Party, Party]) -> None:
    a, b = pair
    live = replace(b.chain(), epoch=b.index.epoch)
    b.write(live, 3)
    backup = b.shelf.copied()
    b.write(live, 2)
    Opening(a, b.node).apply(parcel(b, a))
    a.write(a.chain(), 2)
    b.shelf = backup
    b.index = type(b.index)(b.node, b.index.epoch)
    core(a, b)
    b.shelf.fill(b.index)
    opening = Opening(b, a.node)
    told = opening.apply(parcel(a, b))
    assert isinstance(opening.effects[0], Restored)
    assert told.tally.restored == {live: 5}
    assert b.index.epoch != live.epoch
    lost = Opening(b, a.node).apply(parcel(a, b, {live: 3}))
    assert (lost.tally.new, b.index.length(live)) == (2, 5)


def test_a_head_of_ours_that_cannot_be_shown_is_refused(pair: tuple[Party, Party]) -> None:
    a, b = pair
    live = replace(b.chain(), epoch=b.index.epoch)
    b.write(live, 2)
    claim = Listed(b.node, (Row(live, 9, bytes([7]) * 32),), more=False)
    a.write(a.chain(), 1)
    run = [message for message in messages(a, planned(a, b.node, None)) if isinstance(message, SentRun)]
    b.write(live, 1)
    side = b.shelf.side(live, 2)
    for proof in ([], [Path(live, 8, None)], [Path(live, 8, side)]):
        opening = Opening(b, a.node)
        with pytest.raises(RemoteError, match=r"cannot show|does not show|path\.side"):
            opening.apply(packed(a, b.node, [claim, *proof, *run]))
        assert not any(isinstance(effect, Restored | Store) for effect in opening.effects)


# --- forks ---


def forked(seed: bytes, at: int, *lengths: int) -> tuple[Party, Party, Party]:
    """One author with two disks that part at a position, and a third node that holds the first disk's history."""
    one, other, b = Party("author"), Party("author"), Party("b")
    core(one, b)
    core(other, b)
    chain = one.chain()
    one.write(chain, at)
    other.shelf = one.shelf.copied()
    other.shelf.fill(other.index)
    one.write(chain, 3)
    other.write(chain, *lengths, words=seed)
    Opening(b, one.node).apply(parcel(one, b))
    return one, other, b


def test_a_second_history_is_proven_from_the_file_alone() -> None:
    one, other, b = forked(b"another", 20, 3)
    chain = one.chain()
    opening = Opening(b, other.node)
    told = opening.apply(parcel(other, b, {}))
    assert told.tally.forks == {chain}
    found = next(effect for effect in opening.effects if isinstance(effect, Forked)).found
    assert found.seq == 20
    assert b.index.row(chain) == Row(chain, 20, found.before, 0, frozen=True)
    # The proof goes on by itself, also to who has the prefix alone.
    c = Party("c")
    core(one, b, c)
    passed = Opening(c, b.node)
    passed.apply(parcel(b, c))
    assert c.index.frozen[chain].seq == 20


@pytest.mark.parametrize("known", [20, 21, 22])
def test_what_parts_before_the_parcel_begins_is_told_and_not_proven(known: int) -> None:
    _, other, b = forked(b"another", 19, 5)
    chain = other.chain()
    told = Opening(b, other.node).apply(parcel(other, b, {chain: known}))
    assert (told.tally.parted, told.tally.forks) == ({chain}, set())
    assert not b.index.frozen


# --- tiers ---


def test_a_sandbox_peer_is_taken_from_in_quarantine_up_to_its_quota() -> None:
    a, b = Party("a"), Party("b")
    shared, private = a.chain(0, audience=1), a.chain(1)
    a.write(shared, 2, 2)
    a.write(private, 2)
    data = parcel(a, b, tier=Tier.SANDBOX_OUT)
    assert planned(a, b.node, None, Tier.SANDBOX_OUT).entries == 4
    opening = Opening(b, a.node, Tier.SANDBOX_IN, Quota())
    opening.apply(data)
    assert b.index.length(shared) == 4
    assert all(effect.is_quarantined for effect in opening.effects if isinstance(effect, Store))
    c = Party("c")
    told = Opening(c, a.node, Tier.SANDBOX_IN, Quota(day_max=100)).apply(parcel(a, c, tier=Tier.SANDBOX_OUT))
    assert (told.tally.over, told.tally.new) == (4, 0)


@pytest.mark.parametrize("tier", [Tier.SANDBOX_OUT, Tier.EXTERNAL, Tier.UNKNOWN])
def test_a_demoted_sender_brings_nothing(pair: tuple[Party, Party], tier: Tier) -> None:
    a, b = pair
    a.write(a.chain(), 5)
    a.write(a.chain(1, audience=1), 5)
    opening = Opening(b, a.node, tier, Quota())
    told = opening.apply(parcel(a, b))
    assert told.tally.refused == 10
    assert not opening.effects
    assert not b.shelf.chains


def test_chains_of_who_is_not_certified_are_left_out(pair: tuple[Party, Party]) -> None:
    a, b = pair
    c = Party("c")
    core(a, c)
    c.write(c.chain(), 3)
    Opening(a, c.node).apply(parcel(c, a))
    b.index.certified.discard(c.node)
    assert Opening(b, a.node).apply(parcel(a, b)).tally.strangers == 3
    core(a, b, c)
    assert Opening(b, a.node).apply(parcel(a, b)).tally.new == 3


# --- the format ---


def test_a_parcel_is_read_in_pieces_of_any_size(pair: tuple[Party, Party]) -> None:
    a, b = pair
    a.write(a.chain(), 40, words=b"words " * 100)
    data = parcel(a, b)
    assert read(data, b.node, piece=1) == read(data, b.node, piece=len(data))
    assert [frame.name for frame in read(data, b.node)] == ["manifest", "listed", "run"]


def test_whatever_is_cut_or_altered_is_not_proven(pair: tuple[Party, Party]) -> None:
    a, b = pair
    a.write(a.chain(), 2)
    data = parcel(a, b)
    for at in range(len(data)):
        with pytest.raises(RemoteError):
            read(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :], b.node)
        with pytest.raises(RemoteError):
            read(data[:at], b.node)
    with pytest.raises(RemoteError, match="nothing is expected after"):
        read(data + b"\0", b.node)


def test_it_says_for_whom_it_is_and_of_which_version(pair: tuple[Party, Party]) -> None:
    a, b = pair
    data = parcel(a, b)
    with pytest.raises(AnotherError):
        read(data, Party("c").node)
    with pytest.raises(VersionError):
        read(b"ccnode-parcel/2\n" + data[16:], b.node)
    header = encode({**Header(a.node, b.node, 1, NOW_MS, 0).body(), "version": 2})
    with pytest.raises(VersionError):
        read(parcels.MAGIC + len(header).to_bytes(4, "big") + header, b.node)
    with pytest.raises(RemoteError, match="this node itself"):
        read(packed(a, a.node, []), a.node)


def test_records_are_bounded_before_they_are_held(pair: tuple[Party, Party]) -> None:
    a, b = pair
    begin = Writer().begin(Header(a.node, b.node, 1, NOW_MS, 0))
    for data in (
        parcels.MAGIC + (limits.PARCEL.bytes_max + 1).to_bytes(4, "big"),
        begin + (limits.FRAME_BYTES_MAX + 1).to_bytes(4, "big"),
        begin + b"\xff\xff\xff\xff",
    ):
        with pytest.raises(RemoteError, match="a record of"):
            Reader(b.node).feed(data)


def test_frames_come_in_their_order(pair: tuple[Party, Party]) -> None:
    a, b = pair
    chain = a.chain()
    run = a.write(chain, 2)
    listed, contents = Listed(a.node, (), more=False), Contents(chain, ())
    wrong: list[list[Message]] = [[run, listed], [contents, run], [run, Path(chain, 0, None)]]
    for said in wrong:
        with pytest.raises(LocalError, match="about to write"):
            packed(a, b.node, said)
    writer = Writer()
    writer.begin(Header(a.node, b.node, 1, NOW_MS, 0))
    with pytest.raises(LocalError):
        writer.add(listed.kind, listed.body())
    machine = Unpacking(b.index, a.node, Tier.CORE)
    machine.receive(contents, 0)
    with pytest.raises(RemoteError, match="parcel: rows while taking"):
        machine.receive(listed, 0)
    assert {kind for _, kind in parcels.STATES} >= {MANIFEST, Fork.kind}


@pytest.mark.parametrize("said", [None, 5, "age1", "x" * 62, "age1" + "y" * 200, "age1é", "age1 b"])
def test_a_recipient_is_what_it_can_be(said: object) -> None:
    extra = {} if said is None else {manifests.RECIPIENT: said}
    manifest = Manifest(bytes(32), bytes(32), 1, extra=copy.copy(extra))  # type: ignore[arg-type]  # also what none says
    assert manifests.recipient_of(manifest) == ("age1" if said == "age1" else None)
    assert manifests.recipient_of(None) is None
