"""Is the table of tiers what was decided, cell by cell, and does every frame answer to it?"""

from __future__ import annotations

import pytest

from ccnode_protocol import frames, tiers
from ccnode_protocol.tiers import CARRIED, COLUMNS, TABLE, Kind, Rule, Tier

# What a peer of the tier is given / what is taken from it, once more and by hand.
DECIDED = """
                                    core     sandbox-in        sandbox-out  external     unknown
handshake, heartbeats, goodbye      yes/yes  yes/yes           yes/yes      yes/yes      yes/yes
manifest                            yes/yes  yes/yes           yes/yes      yes/yes      -/-
certificates for the other          yes/asked yes/asked        yes/asked    yes/asked    -/-
what is known of the other's chains yes/yes  yes/yes           yes/yes      -/-          -/-
chains for core                     yes/yes  -/-               -/-          -/-          -/-
shared chains                       yes/yes  -/quarantine      yes/-        -/-          -/-
public chains                       yes/yes  -/quarantine      yes/-        -/-          -/-
heads of public chains              yes/yes  asked/quarantine  yes/-        asked/asked  -/-
orders to forget                    yes/yes  -/yes             yes/-        -/-          -/-
receipts of erasure                 yes/yes  -/-               -/-          -/-          -/-
fork proofs                         yes/yes  -/yes             yes/-        -/-          -/-
character reports                   yes/yes  -/quarantine      yes/-        -/-          -/-
published consensus                 yes/yes  asked/quarantine  asked/-      asked/asked  -/-
decisions of the group              yes/yes  -/-               -/-          -/-          -/-
"""
ROWS = [(line[:36].strip(), line[36:].split()) for line in DECIDED.strip("\n").splitlines()]
NAMES = {"core": Tier.CORE, "sandbox-in": Tier.SANDBOX_IN, "sandbox-out": Tier.SANDBOX_OUT}
NAMES |= {"external": Tier.EXTERNAL, "unknown": Tier.UNKNOWN}
CELLS = [
    (Kind(kind), NAMES[tier], cell) for kind, cells in ROWS[1:] for tier, cell in zip(ROWS[0][1], cells, strict=True)
]


@pytest.mark.parametrize(("kind", "tier", "cell"), CELLS, ids=lambda value: getattr(value, "name", value))
def test_cell(kind: Kind, tier: Tier, cell: str) -> None:
    give, take = map(Rule, cell.split("/"))
    assert tiers.given(tier, kind) is give
    assert tiers.taken(tier, kind) is take


def test_every_cell_was_looked_at() -> None:
    assert {(kind, tier) for kind, tier, _ in CELLS} == {(kind, tier) for kind in Kind for tier in Tier}
    assert set(TABLE) == set(Kind)
    assert set(COLUMNS) == set(Tier)


@pytest.mark.parametrize("tier", Tier, ids=lambda tier: tier.name)
@pytest.mark.parametrize("frame_type", sorted(frames.FORMS), ids=frames.name_of)
def test_a_frame_passes_where_one_of_its_kinds_does(frame_type: int, tier: Tier) -> None:
    kinds, asks = CARRIED[frame_type]
    gives = any(TABLE[kind][tier].give is not Rule.NO for kind in kinds)
    takes = any(TABLE[kind][tier].take is not Rule.NO for kind in kinds)
    assert tiers.may_send(tier, frame_type) == (takes if asks else gives)
    assert tiers.may_receive(tier, frame_type) == (gives if asks else takes)


def test_every_frame_is_about_something() -> None:
    assert set(CARRIED) == set(frames.FORMS)
    assert all(kinds for kinds, _ in CARRIED.values())


def test_a_stranger_gets_nothing_and_gives_nothing_but_the_link() -> None:
    passing = [kind for kind, cells in TABLE.items() if cells[Tier.UNKNOWN] != (Rule.NO, Rule.NO)]
    assert passing == [Kind.LINK]


def test_sandboxes_are_one_way() -> None:
    assert tiers.audiences_given(Tier.SANDBOX_IN) == frozenset()
    assert tiers.audiences_taken(Tier.SANDBOX_IN) == {1: Rule.QUARANTINE, 2: Rule.QUARANTINE}
    assert tiers.audiences_given(Tier.SANDBOX_OUT) == {1, 2}
    assert tiers.audiences_taken(Tier.SANDBOX_OUT) == {}


def test_only_core_reads_and_writes_everything() -> None:
    assert tiers.audiences_given(Tier.CORE) == {0, 1, 2}
    assert tiers.audiences_taken(Tier.CORE) == dict.fromkeys(range(3), Rule.YES)
    for tier in (Tier.EXTERNAL, Tier.UNKNOWN):
        assert not tiers.audiences_given(tier)
        assert not tiers.audiences_taken(tier)
