"""Which peer is meant by an identifier, a beginning of it, or a name; and what finds several, or none?"""

from __future__ import annotations

import pytest

from ccnode.daemon import peer_names
from ccnode.store.errors import Conflict, NotFound
from ccnode.store.peers import Peer
from ccnode_crypto.keys import SigningKey, grouped, node_id

OWN, ATTIC, OTHER, GONE, LONE = (SigningKey(bytes([number]) * 32).public.raw for number in range(1, 6))
PEERS = {
    ATTIC: Peer(ATTIC, "known", name="Attic"),
    OTHER: Peer(OTHER, "known", name="caf\u00e9 \u00d6st"),
    GONE: Peer(GONE, "removed", name="attic"),
    LONE: Peer(LONE, "removed", name="barn"),
}


def named(wanted: str, peers: dict[bytes, Peer] = PEERS) -> bytes:
    return peer_names.named(peers, OWN, wanted)


def test_by_identifier_by_beginning_and_by_name() -> None:
    for wanted, node in (
        (node_id(ATTIC), ATTIC),
        (f" {grouped(node_id(ATTIC))} ", ATTIC),
        (node_id(ATTIC)[:4].upper(), ATTIC),
        (grouped(node_id(GONE))[:10], GONE),
        ("attic", ATTIC),  # the one that was removed has the same name, and counts only where nobody else has it
        (" ATTIC\t", ATTIC),
        ("barn", LONE),
        ("cafe\u0301 \u00f6st", OTHER),
    ):
        assert named(wanted) == node
    stranger = SigningKey(bytes(32)).public.raw
    assert named(node_id(stranger)) == stranger


def test_who_is_none_or_this_node_itself() -> None:
    for wanted in ("", "   ", "nobody", node_id(ATTIC)[:3], "att", "x" * 200):
        with pytest.raises(NotFound):
            named(wanted)
    with pytest.raises(Conflict, match="itself"):
        named(node_id(OWN))


def test_what_could_mean_several_lists_them_by_their_identifiers() -> None:
    many = {bytes([number]) * 32: Peer(bytes([number]) * 32, "known", name="attic") for number in range(10, 30)}
    with pytest.raises(Conflict, match="20 peers") as raised:
        named("attic", many)
    listed = str(raised.value)
    assert sum(node_id(node) in listed for node in many) == peer_names.LISTED_MAX
    assert "and 12 more" in listed


def test_a_name_that_is_the_beginning_of_another_ones_identifier_is_no_way_to_be_taken_for_it() -> None:
    beginning = node_id(ATTIC)[:8]
    peers = {**PEERS, OTHER: Peer(OTHER, "known", name=beginning)}
    with pytest.raises(Conflict) as raised:
        named(beginning, peers)
    assert node_id(ATTIC) in str(raised.value)
    assert node_id(OTHER) in str(raised.value)
    whole = {**PEERS, OTHER: Peer(OTHER, "known", name=node_id(ATTIC))}
    assert named(node_id(ATTIC), whole) == ATTIC
