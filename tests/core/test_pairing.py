"""What becomes of a peer's row: who may be given what, by whom, and what no stranger can bring about."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import TYPE_CHECKING, get_args

import pytest

from ccnode.core import pairing
from ccnode.core.pairing import PENDING_MAX, How, Proof, Refused, Row, Standing
from ccnode_protocol.tiers import Tier

if TYPE_CHECKING:
    from collections.abc import Iterator

GIVEN = [tier for tier in Tier if tier is not Tier.UNKNOWN]
BY_OWNER: list[Proof] = ["words", "identifier"]


def every_row() -> Iterator[Row | None]:
    yield None
    standings: tuple[Standing, ...] = get_args(Standing)
    ways: tuple[How, ...] = get_args(How)
    for standing, tier, how in itertools.product(standings, Tier, ways):
        yield Row(standing, tier, how=how)


def test_a_stranger_who_calls_is_pending_and_has_no_tier() -> None:
    row = pairing.met(None, 0)
    assert row == Row("pending")
    assert pairing.in_force(row, certified=True) is Tier.UNKNOWN
    assert pairing.is_welcome(row)


def test_strangers_beyond_the_bound_are_not_kept_and_nobody_gives_way() -> None:
    assert pairing.met(None, PENDING_MAX - 1) is not None
    assert pairing.met(None, PENDING_MAX) is None
    known = Row("known", Tier.SANDBOX_IN, how="added")
    assert pairing.met(known, PENDING_MAX) == known


@pytest.mark.parametrize("row", list(every_row()))
def test_to_be_met_again_changes_nothing(row: Row | None) -> None:
    if row is not None:
        assert pairing.met(row, 0) == row


@pytest.mark.parametrize("tier", GIVEN)
def test_an_address_makes_a_peer_pending_whatever_was_wished(tier: Tier) -> None:
    row = pairing.add(None, tier, "address", 0, certified=True)
    assert row == Row("pending", wished=tier)
    assert pairing.in_force(row, certified=True) is Tier.UNKNOWN


def test_an_address_changes_nothing_about_a_known_peer_and_brings_none_back() -> None:
    known = Row("known", Tier.SANDBOX_OUT, how="added")
    assert pairing.add(known, Tier.CORE, "address", 0, certified=True) == known
    refused = pairing.add(pairing.remove(known), Tier.EXTERNAL, "address", 0, certified=True)
    assert isinstance(refused, Refused)
    assert refused.code == "removed"
    full = pairing.add(None, Tier.EXTERNAL, "address", PENDING_MAX, certified=False)
    assert isinstance(full, Refused)
    assert full.code == "pending_full"


@pytest.mark.parametrize("proof", BY_OWNER)
@pytest.mark.parametrize("tier", [tier for tier in GIVEN if tier is not Tier.CORE])
def test_who_is_named_or_whose_words_were_compared_is_known(tier: Tier, proof: Proof) -> None:
    for row in every_row():
        made = pairing.accept(row, tier, proof, certified=False)
        assert isinstance(made, Row)
        assert pairing.in_force(made, certified=False) is tier


def test_accepting_takes_a_proof_and_a_tier() -> None:
    pending = Row("pending", wished=Tier.SANDBOX_IN)
    for made, code in (
        (pairing.accept(pending, Tier.SANDBOX_IN, "address", certified=True), "unproven"),
        (pairing.accept(pending, Tier.UNKNOWN, "words", certified=True), "no_tier"),
        (pairing.accept(pending, Tier.CORE, "words", certified=False), "needs_owner"),
        (pairing.trust(pending, Tier.SANDBOX_IN, certified=True), "not_pending"),
        (pairing.trust(None, Tier.SANDBOX_IN, certified=True), "not_pending"),
        (pairing.trust(Row("known", Tier.EXTERNAL), Tier.CORE, certified=False), "needs_owner"),
    ):
        assert isinstance(made, Refused)
        assert made.code == code
        assert made.message
        assert made.remedy


@pytest.mark.parametrize("row", list(every_row()))
def test_nobody_is_core_without_our_owners_certificate(row: Row | None) -> None:
    assert pairing.in_force(row, certified=False) is not Tier.CORE
    for tier in Tier:
        changed = [
            pairing.met(row, 0),
            pairing.redeemed(row, tier),
            pairing.join(row, tier),
            pairing.offered(row, tier) if row else None,
            pairing.accept(row, tier, "words", certified=False),
            pairing.accept(row, tier, "words", certified=False, adopting=True),
            pairing.trust(row, tier, certified=False),
        ]
        for one in changed:
            if not isinstance(one, Refused):
                assert pairing.in_force(one, certified=False) is not Tier.CORE


@pytest.mark.parametrize("row", list(every_row()))
def test_a_removed_peer_comes_back_by_its_owner_alone(row: Row | None) -> None:
    removed = pairing.remove(row)
    assert removed.standing == "removed"
    assert not pairing.is_welcome(removed)
    assert pairing.met(removed, 0) == removed
    for tier in Tier:
        assert pairing.offered(removed, tier) == removed
        assert isinstance(pairing.redeemed(removed, tier), Refused)
    assert not pairing.enrols(removed, certified=False)
    back = pairing.accept(removed, Tier.EXTERNAL, "identifier", certified=False)
    assert isinstance(back, Row)
    assert back.standing == "known"


def test_a_joiner_takes_what_the_inviter_offers_and_once() -> None:
    for offered, ours in (
        (Tier.SANDBOX_IN, Tier.SANDBOX_OUT),
        (Tier.SANDBOX_OUT, Tier.SANDBOX_IN),
        (Tier.EXTERNAL, Tier.EXTERNAL),
        (Tier.CORE, Tier.CORE),
    ):
        row = pairing.join(None, offered)
        assert pairing.in_force(row, certified=False) is Tier.EXTERNAL
        assert pairing.offered(row, Tier.UNKNOWN) == row  # it has not said yet
        row = pairing.offered(row, offered)
        assert row == Row("known", ours, how="joined")
        for later in Tier:
            assert pairing.offered(row, later) == row


ALLOWED = {  # what the inviter is to the joiner: by what the code says (unknown: nothing), and by what the link offers
    (Tier.UNKNOWN, Tier.CORE): Tier.SANDBOX_OUT,
    (Tier.SANDBOX_IN, Tier.CORE): Tier.SANDBOX_OUT,
    (Tier.SANDBOX_OUT, Tier.CORE): Tier.SANDBOX_IN,
    (Tier.EXTERNAL, Tier.CORE): Tier.EXTERNAL,
    (Tier.SANDBOX_IN, Tier.SANDBOX_OUT): Tier.EXTERNAL,
    (Tier.SANDBOX_OUT, Tier.SANDBOX_IN): Tier.EXTERNAL,
    (Tier.EXTERNAL, Tier.SANDBOX_IN): Tier.EXTERNAL,
    (Tier.EXTERNAL, Tier.SANDBOX_OUT): Tier.EXTERNAL,
}


@pytest.mark.parametrize("said", list(Tier))
@pytest.mark.parametrize("given", GIVEN)
def test_a_joiner_consents_to_what_the_code_says_and_to_no_more(said: Tier, given: Tier) -> None:
    for before in every_row():
        row = pairing.join(before, said)
        had_core = before is not None and before.standing == "known" and before.tier is Tier.CORE
        made = pairing.offered(row, given)
        if had_core:
            assert made == (replace(before, how="joined") if said is Tier.CORE and before else before)
            continue
        assert made.tier is ALLOWED.get((said, given), pairing.MIRRORED[given])
        assert pairing.enrols(made, certified=False) is (said is given is Tier.CORE)


@pytest.mark.parametrize("said", Tier)
def test_until_a_code_was_answered_only_one_for_core_is_a_reason_to_hear_the_peer(said: Tier) -> None:
    assert pairing.is_heard(pairing.join(None, said)) is (said is Tier.CORE)


def test_who_was_let_down_is_not_heard_and_a_stranger_that_is_certified_is() -> None:
    assert pairing.is_heard(None)
    assert pairing.is_heard(Row("pending"))
    assert not pairing.is_heard(Row("pending", wished=Tier.EXTERNAL))
    assert [tier for tier in Tier if pairing.is_heard(Row("known", tier, how="added"))] == [Tier.CORE]
    assert not any(pairing.is_heard(Row("removed", tier)) for tier in Tier)


@pytest.mark.parametrize("now", GIVEN)
@pytest.mark.parametrize("wanted", GIVEN)
def test_a_name_lets_nobody_do_more_than_before(now: Tier, wanted: Tier) -> None:
    row = Row("known", now, how="added")
    is_less = wanted is now or wanted is Tier.EXTERNAL or (now is Tier.CORE and wanted is not Tier.CORE)
    assert pairing.raises(now, wanted) is not is_less
    made = pairing.trust(row, wanted, "address", certified=True)
    assert isinstance(made, Row) is is_less
    assert isinstance(made, Row) or made.code == "unproven"
    assert isinstance(pairing.trust(row, wanted, "identifier", certified=True), Row)


@pytest.mark.parametrize("row", list(every_row()))
def test_what_a_peer_offers_moves_nobody_who_did_not_join_by_its_code(row: Row | None) -> None:
    if row is not None and not (row.standing == "known" and row.how == "joined" and row.tier is Tier.UNKNOWN):
        for tier in Tier:
            assert pairing.offered(row, tier) == row


def test_a_certificate_is_taken_by_consent_and_once() -> None:
    joined = pairing.offered(pairing.join(None, Tier.CORE), Tier.CORE)
    adopting = pairing.accept(Row(), Tier.CORE, "words", certified=False, adopting=True)
    assert isinstance(adopting, Row)
    for row in (joined, adopting):
        assert pairing.enrols(row, certified=False)
        assert not pairing.enrols(row, certified=True)
        assert pairing.in_force(row, certified=True) is Tier.CORE
    for other in (
        None,
        Row(),
        pairing.join(None, Tier.CORE),  # it has not offered core
        pairing.offered(pairing.join(None, Tier.CORE), Tier.SANDBOX_IN),
        pairing.offered(pairing.join(None, Tier.SANDBOX_IN), Tier.CORE),
        Row("known", Tier.CORE, how="added"),
        Row("known", Tier.CORE, how="invited"),
        pairing.trust(joined, Tier.SANDBOX_IN, certified=True),
    ):
        assert isinstance(other, Row | None)
        assert not pairing.enrols(other, certified=False)


def test_an_invitation_gives_its_tier_and_takes_nothing_away() -> None:
    assert pairing.redeemed(None, Tier.SANDBOX_IN) == Row("known", Tier.SANDBOX_IN, how="invited")
    core = Row("known", Tier.CORE, how="added")
    assert pairing.redeemed(core, Tier.EXTERNAL) == core
    assert pairing.redeemed(core, Tier.SANDBOX_IN) == core
    assert pairing.redeemed(Row("known", Tier.EXTERNAL), Tier.CORE) == Row("known", Tier.CORE, how="invited")
    assert pairing.join(core, Tier.CORE) == Row("known", Tier.CORE, how="joined")
    assert pairing.join(core, Tier.SANDBOX_IN) == core


def test_who_is_introduced_is_core_where_the_owner_certified_it_and_nobody_decided_otherwise() -> None:
    for row in every_row():
        assert pairing.introduced(row, certified=False) is None
        made = pairing.introduced(row, certified=True)
        if row is None or row.standing == "pending":
            assert made == Row("known", Tier.CORE, how="introduced")
            assert pairing.in_force(made, certified=False) is Tier.EXTERNAL
        else:
            assert made is None  # what the owner decided stays, above all that it was removed
    for wished in GIVEN:
        made = pairing.introduced(Row("pending", wished=wished), certified=True)
        assert (made is not None) == (wished is Tier.CORE)


def test_a_decision_about_who_was_introduced_is_the_owners() -> None:
    introduced = Row("known", Tier.CORE, how="introduced")
    made = pairing.trust(introduced, Tier.EXTERNAL, certified=True)
    assert made == Row("known", Tier.EXTERNAL, how="added")
    assert pairing.introduced(pairing.remove(introduced), certified=True) is None
