"""Can a person see from a terminal what was ordered to be forgotten, and how far it is? Without a daemon."""

from __future__ import annotations

import time
import uuid
from typing import TYPE_CHECKING

import pytest

from ccnode.store import erase, peers, turns
from ccnode.store.forgetting import Word
from ccnode_crypto.certificate import certify
from ccnode_crypto.keys import SigningKey, from_text, node_id
from ccnode_protocol import records
from ccnode_protocol.tiers import Tier
from tests.cli.helpers import key_of, ledger_of, say

if TYPE_CHECKING:
    from ccnode.store.home import Home
    from tests.cli.conftest import Ccnode

SECRET = "zwetschgenkuchen"
LAPTOP = SigningKey(b"laptop" + bytes(26))
HOSTILE = "\x1b[31mattic\u202e"


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def told(home: Home) -> str:
    """A conversation of two exchanges; its id."""
    return say(home, [(f"The {SECRET} is in the oven.", "Noted."), ("And the tea?", "On the table.")])[0]


def ordered(home: Home, session: str, *, at_once: bool = True) -> str:
    """Have it forgotten; the order's digest."""
    with ledger_of(home) as ledger:
        order, _ = ledger.append_sync(turns.forget(uuid.UUID(session).bytes, now_ms(), at_once=at_once))
    return order.hex()


def carry_out(home: Home) -> None:
    with ledger_of(home) as ledger:
        ledger.append_sync(erase.erase_due(now_ms()))


def has_laptop(home: Home, name: str = "laptop") -> None:
    """Another node of this owner is known, and was last there a while ago."""
    owner = SigningKey(from_text("recovery", home.owner_key.read_text()))
    paper = certify(owner, LAPTOP.public.raw, now_ms())
    peer = peers.Peer(LAPTOP.public.raw, "known", Tier.CORE, name, added_ms=1, seen_ms=1_770_000_000_000)
    with ledger_of(home) as ledger:
        ledger.append_sync(lambda tx: tx.append(records.node_certified(paper.body, paper.signature)))
        ledger.append_sync(peers.keep_peer(peer))


def test_nothing_was_ordered(ccnode: Ccnode, home: Home) -> None:
    assert ccnode("erasure", "list", "--json").data == {"erasures": []}
    assert "Nothing was ordered to be forgotten." in ccnode("erasure", "list").err


@pytest.mark.parametrize("name", ["", "abc", "zzzzzz", "0" * 64, "0" * 65, "../../etc", "last"])
def test_an_order_that_is_not_known_is_said_to_be_so(ccnode: Ccnode, home: Home, name: str) -> None:
    ordered(home, told(home))
    done = ccnode("erasure", "show", name, "--json")
    assert (done.code, done.error["code"]) == (5, "not_found")
    assert "ccnode erasure list" in done.error["remedy"]
    done = ccnode("erasure", "show", name)
    assert done.code == 5
    assert done.out == ""


def test_an_order_that_waits_can_be_seen_and_taken_back(ccnode: Ccnode, home: Home) -> None:
    session = told(home)
    order = ordered(home, session, at_once=False)
    (one,) = ccnode("erasure", "list", "--json").data["erasures"]
    assert (one["order"], one["session"], one["state"], one["authority"]) == (
        *(order, uuid.UUID(session).hex, "waiting", "node"),
    )
    assert (one["owing"], one["message"]) == (0, None), "nobody owes anything before it is due"
    assert one["due"] > one["given"]
    assert f"conversation {session[:8]}" in ccnode("erasure", "list").out
    assert "can be taken back until then" in ccnode("erasure", "show", order[:6]).out
    carry_out(home)
    assert ccnode("erasure", "show", order, "--json").data["state"] == "waiting", "it is not due"
    with ledger_of(home) as ledger:
        ledger.append_sync(turns.undo_forget(uuid.UUID(session).bytes, now_ms()))
    found = ccnode("erasure", "show", order.upper()[:12], "--json").data
    assert (found["state"], found["answers"], found["owing"]) == ("taken back", [], 0)
    shown = ccnode("erasure", "show", order).out
    assert "taken back before it was due" in shown
    assert "still in" not in shown


def test_an_order_on_its_way_names_who_has_not_answered(ccnode: Ccnode, home: Home) -> None:
    has_laptop(home)
    order = ordered(home, told(home))
    own = node_id(key_of(home).public.raw)
    found = ccnode("erasure", "show", order, "--json").data
    assert [(one["node_id"], one["standing"], one["answered"], one["owes"]) for one in found["answers"]] == [
        (own, "this node", None, True),
        (node_id(LAPTOP.public.raw), "core", None, True),
    ]
    assert (found["state"], found["owing"]) == ("unanswered", 2)
    carry_out(home)
    found = ccnode("erasure", "show", order, "--json").data
    assert [(one["owes"], one["bodies"]) for one in found["answers"]] == [(False, 4), (True, None)]
    assert "unanswered: 1 node" in " ".join(ccnode("erasure", "list").out.split())
    shown = ccnode("erasure", "show", order).out
    assert "this node: done" in shown
    assert "4 contents" in shown
    (line,) = [line for line in shown.splitlines() if "has not answered" in line]
    assert "laptop" in line
    assert "last seen 2026-02-02" in line


def test_an_order_that_all_have_answered_is_complete(ccnode: Ccnode, home: Home) -> None:
    order = ordered(home, told(home))
    carry_out(home)
    (one,) = ccnode("erasure", "list", "--json").data["erasures"]
    assert (one["state"], one["owing"]) == ("answered", 0)
    found = ccnode("erasure", "show", order, "--json").data
    assert found["copies"] == []
    assert [(one["standing"], one["bodies"]) for one in found["answers"]] == [("this node", 4)]
    shown = ccnode("erasure", "show", order).out
    assert "every node of yours has answered" in shown
    assert "no older copy on this machine" in shown
    assert SECRET not in shown


def test_copies_from_before_are_named_until_they_go(ccnode: Ccnode, home: Home) -> None:
    assert ccnode("backup", "create", "--json").code == 0
    session = told(home)
    kept = ccnode("backup", "create", "--json").data["path"]
    order = ordered(home, session)
    carry_out(home)
    after = home.backups / "ccnode-test-20990101T000000Z.age"
    after.write_bytes(b"made when the words were gone")
    found = ccnode("erasure", "show", order, "--json").data
    assert kept in [one["path"] for one in found["copies"]]
    assert str(after) not in [one["path"] for one in found["copies"]]
    assert f"still in {kept} (manual), until you remove it" in ccnode("erasure", "show", order).out


def test_who_was_removed_owes_nothing_and_may_keep_a_copy(ccnode: Ccnode, home: Home) -> None:
    has_laptop(home, HOSTILE)
    order = ordered(home, told(home))
    with ledger_of(home) as ledger:
        ledger.append_sync(peers.remove_peer(LAPTOP.public.raw, now_ms()))
    carry_out(home)
    found = ccnode("erasure", "show", order, "--json").data
    assert (found["state"], [one["standing"] for one in found["answers"]]) == ("answered", ["this node", "removed"])
    shown = ccnode("erasure", "show", order).out
    assert "removed, has not answered, and may keep a copy" in shown
    assert "\x1b" not in shown
    assert "\u202e" not in shown


def test_who_was_let_down_is_heard_no_more_and_may_keep_a_copy(ccnode: Ccnode, home: Home) -> None:
    has_laptop(home)
    order = ordered(home, told(home))
    with ledger_of(home) as ledger:
        ledger.append_sync(peers.keep_peer(peers.Peer(LAPTOP.public.raw, "known", Tier.SANDBOX_IN, "laptop")))
    carry_out(home)
    found = ccnode("erasure", "show", order, "--json").data
    assert (found["state"], [one["standing"] for one in found["answers"]]) == ("answered", ["this node", "let down"])
    assert "let down, has not answered, and may keep a copy" in ccnode("erasure", "show", order).out


def test_an_order_without_authority_does_nothing_and_says_so(ccnode: Ccnode, home: Home) -> None:
    session = told(home)
    with ledger_of(home) as ledger:
        made = ledger.append_sync(lambda tx: tx.append(records.forget_ordered(uuid.UUID(session).bytes, now_ms())))
    carry_out(home)
    assert ccnode("erasure", "list", "--json").data["erasures"][0]["authority"] == "none"
    shown = ccnode("erasure", "show", made.digest.hex()).out
    assert "the node that ordered it may not, without the owner's word" in shown
    assert ccnode("session", "show", session).code == 0


def test_the_owners_word_is_shown_as_such(ccnode: Ccnode, home: Home) -> None:
    session, _ = say(home, [(f"{SECRET} {number}", "Noted.") for number in range(11)])
    owner = SigningKey(from_text("recovery", home.owner_key.read_text()))
    with ledger_of(home) as ledger:
        job = turns.forget(uuid.UUID(session).bytes, now_ms(), at_once=True, word=Word(owner))
        order = ledger.append_sync(job)[0].hex()
    carry_out(home)
    found = ccnode("erasure", "show", order, "--json").data
    assert (found["authority"], found["state"], found["answers"][0]["bodies"]) == ("owner", "answered", 22)
    assert "by the word of: owner" in ccnode("erasure", "show", order).out
