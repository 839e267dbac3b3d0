"""Is the plate shown, kept, judged and validated as docs/API.md says, and is what is wrong refused by its name?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from ccnode.api.models import TOO_LARGE
from ccnode.mind.plate import starting
from ccnode.store.owner import NoOwnerKey, WrongPassphrase

if TYPE_CHECKING:
    from ccnode_crypto.statements import PlateStatement
    from tests.api.rig import Rig

PLATE = "/api/v1/plate"
STATEMENT = {"owner": "ab" * 32, "previous": None, "issued_ms": 5, "signature": "cd" * 64}


async def test_there_may_be_none(rig: Rig) -> None:
    answer = await rig.ask("GET", PLATE)
    assert (answer.status, answer.value["plate"]) == (200, None)
    assert (await rig.ask("GET", f"{PLATE}/history")).value == {"versions": []}
    assert (await rig.ask("GET", f"{PLATE}/validate")).value == {"validation": None}


async def test_it_is_kept_and_shown(rig: Rig) -> None:
    text = starting("Ada")
    kept = await rig.ask("PUT", PLATE, {"text": text})
    assert (kept.status, kept.value["fresh"]) == (200, True)
    shown = (await rig.ask("GET", PLATE)).value["plate"]
    assert (shown["text"], shown["name"], shown["version"], shown["in_force"]) == (text, "Ada", 1, True)
    assert [one["kind"] for one in shown["sections"]][:2] == ["title", "identity"]
    assert shown["traits"] == ["curious", "candid", "careful"]
    await rig.ask("PUT", PLATE, {"text": "# Bob\n"})
    assert (await rig.ask("GET", f"{PLATE}?version=1")).value["plate"]["text"] == text
    history = (await rig.ask("GET", f"{PLATE}/history?diff=true")).value["versions"]
    assert [(one["version"], one["diff"]) for one in history] == [(2, "+x\n"), (1, "+x\n")]
    assert (await rig.ask("GET", f"{PLATE}?version=9")).status == 404


async def test_what_the_owner_signed_elsewhere_is_handed_on(rig: Rig) -> None:
    await rig.ask("PUT", PLATE, {"text": "# Ada\r\n", "statement": STATEMENT})
    _, text, said, passphrase = rig.node.calls[-1]
    statement: PlateStatement = said
    assert (text, passphrase) == ("# Ada\n", None)
    assert (statement.owner, statement.previous, statement.issued_ms) == (b"\xab" * 32, None, 5)
    assert statement.signature == b"\xcd" * 64
    await rig.ask("PUT", PLATE, {"text": "# Ada\n", "passphrase": "correct horse"})
    assert rig.node.calls[-1][2:] == (None, "correct horse")


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({}, 400, "text"),
        ({"text": 5}, 400, "text"),
        ({"text": "a\0b"}, 400, "text"),
        ({"text": "x" * 65_537}, 413, "text"),
        ({"text": "\u00fc" * 32_769}, 413, "text"),
        ({"text": "x", "statement": {}}, 400, "statement"),
        ({"text": "x", "statement": {**STATEMENT, "owner": "ab"}}, 400, "statement.owner"),
        ({"text": "x", "statement": {**STATEMENT, "issued_ms": -1}}, 400, "statement.issued_ms"),
        ({"text": "x", "statement": {**STATEMENT, "signature": "g" * 128}}, 400, "statement.signature"),
        ({"text": "x", "passphrase": "p" * 1001}, 400, "passphrase"),
        ({"text": "x", "force": True}, 400, "force"),
    ],
)
async def test_what_is_wrong_is_named(rig: Rig, body: dict[str, Any], status: int, field: str) -> None:
    answer = await rig.ask("PUT", PLATE, body)
    assert answer.status == status
    assert answer.value["error"]["message"].startswith(field)
    assert (answer.value["error"]["code"] == TOO_LARGE) == (status == 413)
    assert (answer.value["error"]["remedy"] == "shorten it") == (status == 413)  # it cannot be sent in parts
    assert rig.node.plates.kept == []


async def test_the_mark_of_a_file_is_no_part_of_a_text(rig: Rig) -> None:
    """It was kept with the text; the file, which is read without it, then differed for ever."""
    for text in ("\ufeff# Ada\r\n", "\ufeff\ufeff# Ada\n"):
        await rig.ask("PUT", PLATE, {"text": text})
        assert rig.node.calls[-1][1] == "# Ada\n"
        assert (await rig.ask("POST", f"{PLATE}/lint", {"text": text})).status == 200


@pytest.mark.parametrize("query", ["version=x", "version=", f"version={'1' * 65}", "version=1%00", "v=1"])
async def test_a_version_is_a_number_or_digest(rig: Rig, query: str) -> None:
    assert (await rig.ask("GET", f"{PLATE}?{query}")).status == 400


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [(WrongPassphrase("the passphrase is wrong"), 409, "wrong_passphrase"), (NoOwnerKey("gone"), 404, "no_owner_key")],
)
async def test_the_owner_keys_errors_have_their_codes(rig: Rig, error: Exception, status: int, code: str) -> None:
    rig.node.refuse["plates.keep"] = error
    answer = await rig.ask("PUT", PLATE, {"text": "x", "passphrase": "hunter2"})
    assert (answer.status, answer.value["error"]["code"]) == (status, code)
    assert "hunter2" not in str(answer.value)


async def test_a_text_is_judged_without_being_kept(rig: Rig) -> None:
    answer = await rig.ask("POST", f"{PLATE}/lint", {"text": "# Ada\n\u202e"})
    assert answer.status == 200
    assert answer.value["findings"][0]["severity"] == "error"
    assert rig.node.plates.kept == []


async def test_the_model_is_validated(rig: Rig) -> None:
    answer = await rig.ask("POST", f"{PLATE}/validate", {})
    assert (answer.status, answer.value["passed"]) == (200, True)
    assert (await rig.ask("GET", f"{PLATE}/validate")).value["validation"] == answer.value
