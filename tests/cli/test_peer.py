"""What do the commands about other nodes send, and how do they show the answers? The daemon here only pretends."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest

import make_invitation
from ccnode.cli import ask
from ccnode.store.peers import Peer, keep_peer
from ccnode_crypto.certificate import read_certificate, read_revocation
from ccnode_crypto.keys import PublicKey, SigningKey, grouped, node_id, to_text
from ccnode_protocol.invitation import Code, write_code
from ccnode_protocol.tiers import Tier
from tests.api.fake_peers import CODE, WORDS, identifier, link, peer
from tests.cli.helpers import call, ledger_of, pretending

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ccnode.store.home import Home
    from tests.cli.conftest import Ccnode

Form = dict[str, Any]
HIM = identifier(2)


class Daemon:
    """Answers as the API does, from one peer."""

    def __init__(self, one: Form) -> None:
        self.one = one
        self.reports: list[Form] = []

    def __call__(self, method: str, path: str, _: Mapping[str, str], body: Any) -> tuple[int, Form]:
        what = path.split("/")[3:]
        return self._of_peers(method, what, body) if what[0] == "peers" else self._of_others(method, what, body)

    def _of_peers(self, method: str, what: list[str], body: Any) -> tuple[int, Form]:
        match method, what:
            case "GET", ["peers"]:
                found: Form = {"peers": [], "pending": [], "removed": []}
                found["peers" if self.one["standing"] == "known" else self.one["standing"]].append(self.one)
                return 200, found
            case "POST", ["peers"]:
                if body.get("confirmed"):
                    self.one |= {"standing": "known", "tier": body["tier"], "in_force": body["tier"]}
                return 201, {"peer": self.one}
            case "GET", ["peers", _]:
                return 200, {"peer": self.one}
            case "DELETE", ["peers", _]:
                return 200, {"peer": {**self.one, "standing": "removed"}}
            case "POST" | "PUT", ["peers", _, act]:
                more: Form = {"link": link()} if act == "ping" else {"tier": body["tier"], "in_force": body["tier"]}
                self.one |= more if act == "ping" else {**more, "standing": "known"}
                return 200, {"peer": self.one}
        raise AssertionError(what)

    def _of_others(self, method: str, what: list[str], body: Any) -> tuple[int, Form]:
        match method, what:
            case "POST", ["invitations"]:
                made = {"id": "0" * 32, "tier": body["tier"], "expires": "2026-03-02T10:11:12.345Z", "code": CODE}
                return 201, {"invitation": {**made, "address": "192.0.2.1:8101"}}
            case _, ["invitations", *_]:
                return 200, {"invitations": [{"id": "0" * 32, "tier": "core", "expires": "2026-03-02T10:11:12.345Z"}]}
            case "POST", ["join"]:
                return 200, {"peer": self.one}
            case "GET", ["federation", "discovered"]:
                return 200, {"discovered": [{"node_id": HIM, "addresses": ["192.0.2.7:8101"], "standing": None}]}
            case _, ["federation", *_]:
                sweep = {"subnet": "192.0.2.0/24", "state": "done", "done": 254, "total": 254,
                         "found": [{"node_id": HIM, "address": "192.0.2.7:8101"}]}  # fmt: skip
                return 200, {"state": "on", "addresses": ["192.0.2.1:8101"], "known": 1, "pending": 0, "links": [],
                             "discovered": [], "sweep": sweep, "problems": [], "reports": self.reports}  # fmt: skip
        raise AssertionError(what)


def waiting(**more: Any) -> Form:
    return peer(
        2, **{"standing": "pending", "tier": None, "in_force": None, "certified": False, "link": link(), **more}
    )


def test_lists_show_tier_and_link(ccnode: Ccnode, home: Home) -> None:
    with pretending(home, Daemon(peer(2, link=link(entries_left=3)))):
        for words in (("peer", "list"), ("peers", "list")):
            shown = ccnode(*words)
            assert shown.code == 0
            assert f"{HIM[:12]}\tnode 2\tcore\topen\t3 entries\t2.0 KiB in, 1.0 KiB out" in shown.out
        assert ccnode("peer", "list", "--json").data["peers"][0]["node_id"] == HIM
        assert ccnode("peer", "list", "--all", "--json").data["removed"] == []


def test_who_waits_is_shown_with_the_words(ccnode: Ccnode, home: Home) -> None:
    with pretending(home, Daemon(waiting(wished="sandbox-in"))):
        shown = ccnode("peer", "pending")
        assert " ".join(WORDS) in shown.out
        assert "1 more wait" in ccnode("peer", "list").err


def test_a_whole_identifier_and_yes_stand_for_comparing(ccnode: Ccnode, home: Home) -> None:
    with pretending(home, Daemon(waiting())) as calls:
        assert ccnode("peer", "accept", HIM[:8], "--yes").code == 2
        assert [method for method, _, _ in calls] == ["GET"]
        done = ccnode("peer", "accept", grouped(HIM), "--tier", "sandbox-out", "--yes")
        assert done.code == 0, done.err
        body = {"tier": "sandbox-out", "adopt": False, "confirmed": True}
        assert calls[-1] == ("POST", f"/api/v1/peers/{HIM}/accept", body)
        assert "accepted as sandbox-out" in done.out


def test_without_a_terminal_nobody_compares(ccnode: Ccnode, home: Home) -> None:
    with pretending(home, Daemon(waiting())) as calls:
        refused = ccnode("peer", "accept", HIM)
        assert refused.code == 2
        assert "--yes" in refused.err
        assert [method for method, _, _ in calls] == ["GET"]


@pytest.mark.parametrize("same", [True, False])
def test_words_are_compared_by_a_person(
    ccnode: Ccnode, home: Home, monkeypatch: pytest.MonkeyPatch, *, same: bool
) -> None:
    monkeypatch.setattr(ask, "need_terminal", lambda _remedy: None)
    monkeypatch.setattr(ask, "yes", lambda _question: same)
    with pretending(home, Daemon(waiting(link=None))) as calls:  # there is no link at first: it is called
        done = ccnode("peer", "accept", HIM[:8])
        assert "  ".join(WORDS) in done.err
        assert (done.code == 0) is same
        assert (calls[-1] == ("POST", f"/api/v1/peers/{HIM}/accept", {
            "tier": "sandbox", "adopt": False, "words": " ".join(WORDS)})) is same  # fmt: skip


def test_a_node_that_is_only_discovered_is_called_and_paired(ccnode: Ccnode, home: Home) -> None:
    daemon, asked = Daemon(waiting()), list[str]()

    def answer(method: str, path: str, headers: Mapping[str, str], body: Any) -> tuple[int, Form]:
        asked.append(method)
        if "POST" not in asked:
            return 404, {"error": {"code": "not_found", "message": "there is no such peer", "remedy": "add it"}}
        return daemon(method, path, headers, body)

    with pretending(home, answer) as calls:
        assert ccnode("peer", "pair", grouped(HIM), "--adopt", "--yes").code == 0
        assert calls[1] == ("POST", "/api/v1/peers", {"peer": HIM, "tier": "core"})
        assert calls[-1][2] == {"tier": "core", "adopt": True, "confirmed": True}
        asked.clear()
        assert ccnode("peer", "pair", HIM[:8], "--adopt", "--yes").code == 5


def test_core_takes_a_certificate_of_the_owner(ccnode: Ccnode, home: Home) -> None:
    with pretending(home, Daemon(waiting())) as calls:
        for words in (
            ("peer", "trust", HIM, "core"),
            ("peers", "trust-tier", HIM, "core"),
            ("peer", "pair", HIM, "--yes"),
        ):
            assert ccnode(*words).code == 0
            given = calls[-1][2]["certificate"]
            paper = read_certificate(bytes.fromhex(given["body"]), bytes.fromhex(given["signature"]))
            assert to_text("node", paper.node) == HIM
            assert paper.issued_ms <= time.time_ns() // 1_000_000
            PublicKey(paper.owner)
        assert ccnode("peer", "pair", HIM, "--adopt", "--yes").code == 0
        assert calls[-1][2] == {"tier": "core", "adopt": True, "confirmed": True}
        assert ccnode("peer", "trust", HIM, "external").code == 0
        assert calls[-1] == ("PUT", f"/api/v1/peers/{HIM}/tier", {"tier": "external"})


def test_identifiers_and_names_are_completed_but_none_that_a_shell_makes_more_of(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name is of its bearer's choice: what is completed is typed, and run by whoever presses Enter."""
    names = {10: "attic", 11: "Attic", 12: "barn-2", 13: "$(reboot)", 14: "cellar;x", 15: "-h", 16: "dr\u00f6m", 17: ""}
    with ledger_of(home) as ledger:
        for number, name in names.items():
            node = SigningKey(bytes([number]) * 32).public.raw
            ledger.append_sync(keep_peer(Peer(node, "known", Tier.EXTERNAL, name)))
    monkeypatch.setenv("_CCNODE_COMPLETE", "bash_complete")
    monkeypatch.setenv("COMP_CWORD", "3")

    def completed(begun: str) -> list[str]:
        monkeypatch.setenv("COMP_WORDS", f"ccnode peer ping {begun}")
        done = call()
        assert done.err == ""
        return sorted(line.partition(",")[2] for line in done.out.splitlines() if line)

    identifiers = sorted(identifier(number) for number in names)
    assert completed("") == sorted([*identifiers, "barn-2"])
    assert completed(identifiers[0][:6]) == [identifiers[0]]
    assert completed("BARN") == ["barn-2"]
    assert completed("att") == completed("$") == completed("cell") == []


def test_adding_by_address_leaves_it_pending(ccnode: Ccnode, home: Home) -> None:
    with pretending(home, Daemon(waiting())) as calls:
        for words in (("peer", "add"), ("federation", "add-peer")):
            done = ccnode(*words, "192.0.2.7", "--tier", "core")
            assert done.code == 0
            assert calls[-1][2] == {"peer": "192.0.2.7", "tier": "core", "addresses": []}
            assert "pending" in done.out
            assert " ".join(WORDS) in done.out
            assert f"ccnode peer accept {HIM} --tier core" in done.err


def test_adding_by_identifier_names_where_it_is(ccnode: Ccnode, home: Home) -> None:
    with pretending(home, Daemon(waiting())) as calls:
        done = ccnode("peer", "add", HIM, "--address", "192.0.2.7:8101", "--yes")
        assert "added as sandbox" in done.out
        assert calls[-1][2] == {"peer": HIM, "tier": "sandbox", "addresses": ["192.0.2.7:8101"], "confirmed": True}


def test_removing_asks_first(ccnode: Ccnode, home: Home) -> None:
    with pretending(home, Daemon(peer(2))) as calls:
        assert ccnode("peer", "remove", HIM).code == 2
        assert ccnode("peer", "remove", HIM, "--yes").code == 0
        assert calls[-1][:2] == ("DELETE", f"/api/v1/peers/{HIM}")
        assert ccnode("peer", "reject", HIM).code == 0


def code_for(tier: Tier) -> str:
    return write_code(Code(SigningKey(bytes([2]) * 32).public.raw, bytes(16), 2**47, "192.0.2.7:8101", tier))


@pytest.mark.parametrize("tier", [Tier.SANDBOX_IN, Tier.SANDBOX_OUT, Tier.EXTERNAL])
def test_a_code_for_less_than_core_is_used_as_it_says(ccnode: Ccnode, home: Home, tier: Tier) -> None:
    code, name = code_for(tier), tier.name.lower().replace("_", "-")
    with pretending(home, Daemon(peer(2, tier="external", in_force="external"))) as calls:
        assert ccnode("peer", "join", code).code == 0
        assert calls[-1][2] == {"code": code, "tier": name}


@pytest.mark.parametrize("says_yes", [True, False])
def test_a_person_is_asked_before_a_code_for_core_is_used(
    ccnode: Ccnode, home: Home, monkeypatch: pytest.MonkeyPatch, *, says_yes: bool
) -> None:
    """One from a stranger would give him all that is here."""
    asked: list[str] = []
    monkeypatch.setattr(ask, "is_terminal", lambda: True)

    def answer(question: str) -> bool:
        asked.append(question)
        return says_yes

    monkeypatch.setattr(ask, "yes", answer)
    code = code_for(Tier.CORE)
    with pretending(home, Daemon(peer(2))) as calls:
        done = ccnode("peer", "join", code)
        assert grouped(HIM) in done.err
        assert "reads and writes everything" in asked[0]
        assert done.code == (0 if says_yes else 1)
        assert [call[2] for call in calls] == ([{"code": code, "tier": "core"}] if says_yes else [])
        assert ccnode("peer", "join", code, "--yes").code == 0
        assert calls[-1][2] == {"code": code, "tier": "core"}
        assert ccnode("peer", "join", code, "--json").code == 2  # a program is not asked, also in a terminal
    assert len(asked) == 1


def test_programs_say_that_they_want_core(ccnode: Ccnode, home: Home) -> None:
    code = code_for(Tier.CORE)
    with pretending(home, Daemon(peer(2))) as calls:
        for words in ([], ["--json"]):
            refused = ccnode("peer", "join", code, *words)
            assert refused.code == 2
            assert calls == []
        assert "--tier core or --yes" in ccnode("peer", "join", code).err
        for words in (["--yes"], ["--tier", "core"], ["--yes", "--json"]):
            assert ccnode("peer", "join", code, *words).code == 0
            assert calls[-1][2] == {"code": code, "tier": "core"}
    with pretending(home, Daemon(peer(2, tier="external", in_force="external"))):
        assert "gives less" in ccnode("peer", "join", code, "--yes").err


def test_a_code_of_before_is_used_for_less_unless_somebody_says_core(
    ccnode: Ccnode, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = make_invitation.unsaid(
        Code(SigningKey(bytes([2]) * 32).public.raw, bytes(16), 2**47, "192.0.2.7:8101", None)
    )
    with pretending(home, Daemon(peer(2, tier="sandbox-out", in_force="sandbox-out"))) as calls:
        for words in ((), ("--yes",), ("--json",)):
            assert ccnode("peer", "join", code, *words).code == 0
            assert calls[-1][2] == {"code": code, "tier": None}
        ccnode("peer", "join", code, "--tier", "core")
        assert calls[-1][2] == {"code": code, "tier": "core"}
        monkeypatch.setattr(ask, "is_terminal", lambda: True)
        for answer, tier in ((True, "core"), (False, None)):
            monkeypatch.setattr(ask, "yes", lambda _question, answer=answer: answer)
            ccnode("peer", "join", code)
            assert calls[-1][2] == {"code": code, "tier": tier}


def test_a_name_alone_lets_nobody_do_more(ccnode: Ccnode, home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    one = peer(2, name="the \x1b[31mattic", tier="external", in_force="external", link=link())
    with pretending(home, Daemon(one)) as calls:
        for tier in ("core", "sandbox", "sandbox-out"):
            for named in ("the attic", HIM[:10]):
                for words in ((), ("--yes",)):
                    refused = ccnode("peer", "trust", named, tier, *words)
                    assert refused.code == 2
                    assert "whole identifier" in refused.err
        assert ccnode("peers", "trust-tier", "the attic", "core", "--yes").code == 2
        assert ccnode("peer", "accept", "the attic", "--yes").code == 2
        assert {(method, path) for method, path, _ in calls} == {
            ("GET", "/api/v1/peers/the%20attic"),
            ("GET", f"/api/v1/peers/{HIM[:10]}"),
        }
        monkeypatch.setattr(ask, "need_terminal", lambda _remedy: None)
        monkeypatch.setattr(ask, "yes", lambda _question: False)
        assert ccnode("peer", "trust", "the attic", "core").code == 1
        monkeypatch.setattr(ask, "yes", lambda _question: True)
        done = ccnode("peer", "trust", "the attic", "core")
        assert grouped(HIM) in done.err
        assert "  ".join(WORDS) in done.err
        assert "\x1b" not in done.err
        assert calls[-1][:2] == ("PUT", f"/api/v1/peers/{HIM}/tier")
        assert ccnode("peer", "accept", "the attic").code == 0
        assert calls[-1][:2] == ("POST", f"/api/v1/peers/{HIM}/accept")
    with pretending(home, Daemon(peer(2, name="attic"))) as calls:
        assert ccnode("peer", "trust", "attic", "external").code == 0  # less takes no question
        assert ccnode("peer", "pair", "the-attic", "--adopt", "--yes").code == 2


def test_invitations_and_joining(ccnode: Ccnode, home: Home) -> None:
    with pretending(home, Daemon(peer(2))) as calls:
        made = ccnode("peer", "invite", "--tier", "core", "--hours", "2")
        assert made.out == f"{CODE}\n"
        assert calls[-1][2] == {"tier": "core", "lasts_s": 7200, "address": None}
        assert ccnode("peer", "invite", "--json").data["code"] == CODE
        assert "core" in ccnode("peer", "invite", "--list").out
        assert ccnode("peer", "invite", "--withdraw", "00").code == 0
        assert calls[-1][:2] == ("DELETE", "/api/v1/invitations/00")
        joined = ccnode("peer", "join", CODE[:8], CODE[8:])
        assert "joined as core" in joined.out
        assert calls[-1][2] == {"code": CODE, "tier": None}  # what is wrong with it, the daemon says


def test_ping_discover_and_the_federation(ccnode: Ccnode, home: Home) -> None:
    with pretending(home, Daemon(peer(2))) as calls:
        assert "answers in 4 ms" in ccnode("peer", "ping", HIM[:6]).out
        for words in (("peer", "discover"), ("federation", "discover")):
            assert "192.0.2.7:8101" in ccnode(*words).out
        assert f"192.0.2.7:8101\t{HIM[:12]}" in ccnode("federation", "discover", "--subnet", "192.0.2.0/24").out
        for word in ("status", "start", "stop"):
            assert "federation is on; reached at 192.0.2.1:8101" in ccnode("federation", word).out
        assert "character" not in ccnode("federation", "status").out
        assert "off" in ccnode("federation", "auto-sync", "off").out
        assert calls[-1][:2] == ("POST", "/api/v1/federation/stop")
        assert ccnode("federation", "auto-sync", "--json").data == {"auto_sync": False}
        assert ccnode("federation", "auto-sync", "on", "--json").data == {"auto_sync": True}


def test_the_federation_tells_of_characters(ccnode: Ccnode, home: Home) -> None:
    daemon = Daemon(peer(2))
    said = {"is_own": False, "apart": False, "drift": 0.02}
    with pretending(home, daemon):
        for reports, words in (
            ([said], "1 other node told its character: ccnode character nodes (drift from ours at most 0.020)"),
            ([said, {**said, "drift": None}], "2 other nodes told their characters: ccnode character nodes (drift"),
            ([{**said, "apart": True}], "0 other nodes told their characters: ccnode character nodes; 1 kept apart"),
        ):
            daemon.reports = [{**said, "is_own": True, "drift": 0.0}, *reports]
            assert words in ccnode("federation", "status").out


def test_without_a_daemon_it_is_said(ccnode: Ccnode, home: Home) -> None:
    assert home.exists()
    for words in (("peer", "list"), ("peer", "join", CODE), ("federation", "status"), ("peers", "list")):
        assert ccnode(*words).code == 3


def test_the_key_of_a_node_of_ours_is_taken_back_where_the_owner_key_is_at_hand(ccnode: Ccnode, home: Home) -> None:
    with pretending(home, Daemon(peer(2))) as calls:
        done = ccnode("peer", "remove", HIM, "--yes")
        assert "its key revoked" in done.out
        said = calls[-1][2]["revocation"]
        paper = read_revocation(bytes.fromhex(said["body"]), bytes.fromhex(said["signature"]))
        assert (node_id(paper.node), paper.last_good) == (HIM, ())
        assert ccnode("peer", "remove", HIM, "--yes", "--keep-key").code == 0
        assert not calls[-1][2]
    with pretending(home, Daemon(peer(2, tier="external"))) as calls:
        assert ccnode("peer", "remove", HIM, "--yes").code == 0
        assert not calls[-1][2]
    home.owner_key.unlink()
    with pretending(home, Daemon(peer(2))) as calls:
        done = ccnode("peer", "remove", HIM, "--yes")
        assert "stays certified" in done.err
        assert not calls[-1][2]
