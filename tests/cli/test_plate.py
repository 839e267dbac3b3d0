"""Can the plate be seen, changed, taken in and out from a terminal, with and without a daemon, and nothing be lost?"""

from __future__ import annotations

import io
import json
import os
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pexpect
import pytest

from ccnode.cli import local as database
from ccnode.cli.commands import plate_validate
from ccnode.cli.identity import open_ledger
from ccnode.mind.plate import BYTES_MAX, starting
from ccnode.store import owner, plates
from ccnode_protocol.records import plate_digest
from tests.cli.helpers import PROGRAM, call, environment, make_node, running

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ccnode.store.home import Home
    from tests.cli.conftest import Ccnode

FIRST = starting("test")
SECOND = FIRST.replace("curious", "patient")
CARD = {
    "spec": "chara_card_v2",
    "spec_version": "2.0",
    "data": {
        "name": "Bob",
        "description": "{{char}} mends clocks.",
        "personality": "slow, exact, dry",
        "first_mes": "Hi",
    },
}


def in_force(home: Home) -> str | None:
    found = database.ask(home, plates.plate_in_force())
    return found.text if found else None


def versions(ccnode: Ccnode) -> list[tuple[int, bool]]:
    return [(one["version"], one["in_force"]) for one in ccnode("plate", "history", "--json").data["versions"]]


def test_the_first_version_is_shown(ccnode: Ccnode, home: Home) -> None:
    shown = ccnode("plate", "show", "--json").data
    assert shown["plate"]["text"] == FIRST == home.plate.read_text()
    assert (shown["plate"]["version"], shown["plate"]["in_force"], shown["plate"]["name"]) == (1, True, "test")
    assert shown["plate"]["digest"] == plate_digest(FIRST).hex()
    assert shown["plate"]["findings"] == []
    assert shown["file"] == {
        "path": str(home.plate),
        "state": "same",
        "digest": shown["plate"]["digest"],
        "problem": "",
    }
    done = ccnode("plate", "show")
    assert done.out == FIRST
    assert "version 1" in done.err
    assert home.plate.stat().st_mode & 0o777 == 0o600


def test_the_file_is_edited_and_kept(ccnode: Ccnode, home: Home) -> None:
    home.plate.write_text(SECOND)
    assert "says something else" in ccnode("plate", "show").err
    assert ccnode("plate", "show", "--json").data["file"]["state"] == "differs"
    doctor = ccnode("doctor", "--json").data["checks"]
    assert next(one for one in doctor if one["name"] == "plate")["state"] == "warn"
    kept = ccnode("plate", "keep", "--json").data
    assert (kept["fresh"], kept["plate"]["version"], kept["file"]["state"]) == (True, 2, "same")
    assert in_force(home) == SECOND == home.plate.read_text()
    again = ccnode("plate", "keep", "--json").data
    assert (again["fresh"], again["plate"]["version"]) == (False, 2)
    assert versions(ccnode) == [(2, True), (1, False)]
    assert ccnode("audit", "verify").code == 0


def test_windows_line_ends_are_the_same_text(ccnode: Ccnode, home: Home) -> None:
    home.plate.write_bytes(b"\xef\xbb\xbf" + FIRST.replace("\n", "\r\n").encode())
    assert ccnode("plate", "show", "--json").data["file"]["state"] == "same"
    assert ccnode("plate", "keep", "--json").data["fresh"] is False
    home.plate.write_bytes(b"\xef\xbb\xbf" * 2 + FIRST.encode())
    assert ccnode("plate", "show", "--json").data["file"]["state"] == "same"
    assert ccnode("plate", "discard", "--yes", "--json").data["discarded"] is False
    assert ccnode("plate", "keep", "--json").data["fresh"] is False


def test_a_version_that_was_kept_with_the_mark_of_a_file_comes_back_without(ccnode: Ccnode, home: Home) -> None:
    """As versions before this one kept it: such a plate could never be its own file."""
    ledger = open_ledger(home)
    current, last = database.facts(home, plates.plate_in_force(), plates.last_issued())
    said = plates.stated(owner.key(home, None), "\ufeff" + SECOND, current, last, 5)
    ledger.append_sync(plates.keep(said, "\ufeff" + SECOND))
    ledger.close()
    assert ccnode("plate", "discard", "--yes").code == 0
    assert ccnode("plate", "show", "--json").data["file"]["state"] == "differs"
    ccnode("plate", "keep")
    assert in_force(home) == SECOND
    home.plate.write_text(FIRST)
    ccnode("plate", "keep")
    assert ccnode("plate", "revert", "2", "--json").data["file"]["state"] == "same"
    assert in_force(home) == SECOND == home.plate.read_text()


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "is empty"),
        (b"\x89PNG\r\n\x1a\n\x00", "is binary"),
        (b"na\xefve", "not text in UTF-8"),
        (b"# Ada\n" * 20_000, "has 120000 bytes; a plate has at most 65536"),
        (b"\n" * 10**6, "has 1000000 bytes; a plate has at most 65536"),
        (b"x" * 10**7, "has 10000000 bytes; a plate has at most 65536"),
        (b"\xef\xbb\xbf", "is empty"),
        (b"# Ada\r## Identity\r", "control character"),
        ("# Ada\n\U000e0041".encode(), "nobody sees"),
        (b"# Ada\n\x1b[2J", "control character"),
        ("# Ada\n\n\u202etxet".encode(), "RIGHT-TO-LEFT OVERRIDE"),
        (b"## Identity\nName: A\n## Identity\nName: B\n", "stands more than once"),
    ],
)
def test_a_hostile_file_is_refused_and_explained(ccnode: Ccnode, home: Home, data: bytes, said: str) -> None:
    home.plate.write_bytes(data)
    done = ccnode("plate", "keep", "--json")
    assert (done.code, done.error["code"]) == (1, "bad_plate")
    assert said in done.error["message"]
    assert done.error["remedy"]
    assert "\x1b" not in done.err
    assert home.plate.read_bytes() == data
    assert in_force(home) == FIRST
    lint = ccnode("plate", "lint", "--json")
    assert (lint.code, lint.data["ok"]) == (1, False)
    assert said in " ".join(one["message"] for one in lint.data["findings"])
    assert said in ccnode("plate", "lint", str(home.plate)).out
    assert ccnode("doctor", "--json").data["checks"]
    assert ccnode("plate", "show").out == FIRST


def test_all_that_is_wrong_with_an_imported_file_is_named(ccnode: Ccnode, home: Home, tmp_path: Path) -> None:
    """`ccnode plate lint`, which was named for the rest, looks at the plate that is kept."""
    file = tmp_path / "new.md"
    file.write_text("# Ada\n\n\u202etxet\n\n\u202emore\n")
    done = ccnode("plate", "import", str(file))
    assert done.code == 1
    assert "new.md:3: error" in done.err
    assert "new.md:5: error" in done.err


def test_what_is_no_file_is_refused(ccnode: Ccnode, home: Home, tmp_path: Path) -> None:
    home.plate.unlink()
    assert ccnode("plate", "keep", "--json").error["code"] == "not_found"
    assert ccnode("plate", "show", "--json").data["file"]["state"] == "missing"
    os.mkfifo(home.plate)
    assert ccnode("plate", "show", "--json").data["file"]["state"] == "unreadable"
    assert ccnode("plate", "keep", "--json").code == 1
    home.plate.unlink()
    os.mkfifo(tmp_path / "pipe")
    done = ccnode("plate", "import", str(tmp_path / "pipe"), "--yes", "--json")
    assert (done.code, done.error["remedy"]) == (5, "save it as a file, then name that")
    assert ccnode("plate", "discard", "--yes").code == 0
    assert home.plate.read_text() == FIRST


def test_half_a_file_is_not_kept(ccnode: Ccnode, home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """An editor that writes while the file is read: what was read may be half of it, and would be signed."""
    home.plate.write_text(SECOND)

    class Opened(io.BufferedReader):
        def read(self, size: int | None = -1, /) -> bytes:
            data = super().read(size)
            home.plate.write_text(SECOND + "more\n")
            return data

    monkeypatch.setattr(os, "fdopen", lambda descriptor, *_, **__: Opened(io.FileIO(descriptor, closefd=False)))
    done = ccnode("plate", "keep", "--json")
    assert (done.code, done.error["code"]) == (5, "conflict")
    assert "while it was read" in done.error["message"]
    monkeypatch.undo()
    monkeypatch.setenv("CCNODE_DATA_DIR", str(home.root))
    assert in_force(home) == FIRST
    assert ccnode("plate", "keep").code == 0
    assert in_force(home) == SECOND + "more\n"


def identity(path: Path) -> tuple[object, ...]:
    """What a file is, and when it was written; that it was looked at is told by its atime alone."""
    stat = path.lstat()
    return stat.st_dev, stat.st_ino, stat.st_mode, stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns


@pytest.mark.parametrize("kind", ["folder", "pipe", "device", "link to a device", "link to nothing", "link to itself"])
def test_what_lies_in_place_of_the_file_is_named_and_never_waited_for(ccnode: Ccnode, home: Home, kind: str) -> None:
    """Each of these was put where consciousnessPlate.md belongs; whatever it is, it stays as it is."""
    home.plate.unlink()
    if kind == "folder":
        home.plate.mkdir()
    elif kind == "pipe":
        os.mkfifo(home.plate)
    else:
        target = {"link to nothing": home.root / "none", "link to itself": home.plate}.get(kind, Path("/dev/zero"))
        home.plate.symlink_to(target)
    before = identity(home.plate)
    opened = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(3):
        shown = ccnode("plate", "show", "--json")
        assert shown.code == 0
        assert shown.data["file"]["state"] == ("missing" if kind == "link to nothing" else "unreadable")
    for command in (("keep",), ("lint",), ("lint", str(home.plate)), ("edit", "--yes")):
        done = ccnode("plate", *command, "--json")
        assert done.code in (1, 2, 5)
        assert "Traceback" not in done.err
    assert ccnode("doctor", "--json").data["checks"]
    assert len(list(Path("/proc/self/fd").iterdir())) == opened
    assert identity(home.plate) == before
    assert in_force(home) == FIRST


def test_history_and_diff(ccnode: Ccnode, home: Home) -> None:
    home.plate.write_text(SECOND)
    ccnode("plate", "keep")
    listed = ccnode("plate", "history", "--diff", "--json").data["versions"]
    assert "\n-- curious: you ask" in listed[0]["diff"]
    assert "\n+- patient: you ask" in listed[0]["diff"]
    assert listed[1]["diff"].startswith("--- before\n+++ version 1\n@@ -0,0")
    assert listed[0]["previous"] == listed[1]["digest"] == plate_digest(FIRST).hex()
    profile = json.loads(home.profile.read_text())
    assert (listed[0]["owner_id"], listed[0]["node_id"]) == (profile["owner_id"], profile["node_id"])
    assert "text" not in listed[0]
    assert "+- patient" in ccnode("plate", "history", "--diff").out
    assert ccnode("plate", "show", "--version", "1").out == FIRST
    assert ccnode("plate", "show", "--version", listed[0]["digest"][:8]).out == SECOND
    assert ccnode("plate", "show", "--version", "7", "--json").error["code"] == "not_found"


def test_what_is_signed_is_shown_as_it_stands(ccnode: Ccnode, home: Home, tmp_path: Path) -> None:
    """Commands in messages of ours are shown as they can be typed here; in a plate they are the plate's own words."""
    said = "- careful: you tell to run: ccnode run, and ccnode chat"
    text = FIRST.replace("- careful: you check before you claim", said)
    (tmp_path / "plate.md").write_text(text)
    elsewhere = ("--data-dir", str(home.root))
    done = ccnode(*elsewhere, "plate", "import", str(tmp_path / "plate.md"), "--yes")
    assert done.code == 0
    assert f"+{said}\n" in done.err
    home.plate.write_text(FIRST.replace("curious", "merry"))
    assert f"+{said}\n" in ccnode(*elsewhere, "plate", "discard", "--yes").err


def test_revert_makes_a_new_version_and_drops_nothing(ccnode: Ccnode, home: Home) -> None:
    home.plate.write_text(SECOND)
    ccnode("plate", "keep")
    home.plate.write_text(SECOND + "\nmore\n")
    refused = ccnode("plate", "revert", "1", "--json")
    assert (refused.code, refused.error["code"]) == (5, "unkept")
    assert home.plate.read_text().endswith("more\n")
    assert ccnode("plate", "discard", "--yes", "--json").data["discarded"] is True
    assert ccnode("plate", "discard", "--yes", "--json").data["discarded"] is False
    assert ccnode("plate", "revert", "1", "--json").data["plate"]["version"] == 3
    assert in_force(home) == FIRST == home.plate.read_text()


def test_a_node_from_before_begins_with_the_editor(ccnode: Ccnode, home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stands for a node whose ledger has no plate: there the first one is as init would have written it."""
    for name in ("_COUNT", "_LISTED", "_ONE"):
        sql: str = getattr(plates, name)
        monkeypatch.setattr(plates, name, sql.replace("WHERE c.node", "WHERE 0 AND c.node", 1))
    home.plate.unlink()
    assert ccnode("plate", "show", "--json").error["code"] == "no_plate"
    assert "There is no plate yet" in ccnode("plate", "history").err
    doctor = ccnode("doctor", "--json").data["checks"]
    assert "there is none" in next(one for one in doctor if one["name"] == "plate")["message"]


# --- the editor ---


@pytest.fixture(autouse=True)
def copies(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where copies lie while they are edited: what cannot be kept stays there."""
    with tempfile.TemporaryDirectory() as folder:
        monkeypatch.setenv("TMPDIR", folder)
        monkeypatch.setattr(tempfile, "tempdir", folder)
        yield Path(folder)


def editing(monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    monkeypatch.setenv("EDITOR", f"sh -c '{script}' sh")
    monkeypatch.delenv("VISUAL", raising=False)


def test_edit_keeps_what_the_editor_wrote(ccnode: Ccnode, home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    editing(monkeypatch, 'sed -i s/curious/patient/ "$1"')
    done = ccnode("plate", "edit", "--yes", "--json")
    assert done.data["plate"]["version"] == 2
    assert "+- patient" in done.err
    assert in_force(home) == SECOND == home.plate.read_text()


def test_edit_asks(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    editing(monkeypatch, 'sed -i s/curious/patient/ "$1"')
    for answer, expected in (("n", FIRST), ("y", SECOND)):
        child = pexpect.spawn(
            PROGRAM[0],
            [*PROGRAM[1:], "plate", "edit"],
            env=environment(),
            timeout=60,
            encoding="utf-8",
            dimensions=(24, 200),  # a path is in one line
        )
        child.expect("patient: you ask")
        child.expect("Keep this")
        child.sendline(answer)
        child.expect(pexpect.EOF)
        child.close()
        assert (child.exitstatus == 0) == (answer == "y")
        assert in_force(home) == expected == home.plate.read_text()
        if answer == "n":
            assert "what you wrote is in" in child.before
            path = Path(child.before.split("what you wrote is in ")[1].split()[0])
            assert path.read_text() == SECOND


def test_edit_loses_nothing_that_cannot_be_kept(ccnode: Ccnode, home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    for script, code in (('printf "a\\000b" > "$1"', "bad_plate"), ('echo more >> "$1"; exit 3', "declined")):
        editing(monkeypatch, script)
        done = ccnode("plate", "edit", "--yes", "--json")
        assert (done.code, done.error["code"]) == (1, code)
        assert "what you wrote is in" in done.err
        assert in_force(home) == FIRST == home.plate.read_text()
    monkeypatch.setenv("EDITOR", "/nowhere/ed")
    assert ccnode("plate", "edit", "--yes", "--json").error["code"] == "no_editor"
    editing(monkeypatch, f'echo more >> "$1"; echo other >> {home.plate}')
    assert "changed meanwhile" in ccnode("plate", "edit", "--yes", "--json").error["message"]
    assert home.plate.read_text() == FIRST + "other\n"


@pytest.mark.parametrize("script", ["exit 3", 'rm "$1"; exit 3'])
def test_edit_leaves_nothing_behind_where_nothing_was_written(
    ccnode: Ccnode, home: Home, copies: Path, monkeypatch: pytest.MonkeyPatch, script: str
) -> None:
    editing(monkeypatch, script)
    done = ccnode("plate", "edit", "--yes", "--json")
    assert done.error["code"] == "declined"
    assert "what you wrote" not in done.err
    monkeypatch.setenv("EDITOR", "/nowhere/ed")
    assert ccnode("plate", "edit", "--yes", "--json").error["code"] == "no_editor"
    assert list(copies.iterdir()) == []
    assert in_force(home) == FIRST


def test_without_a_terminal_edit_does_not_begin(ccnode: Ccnode, home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    editing(monkeypatch, 'rm "$1"')
    assert ccnode("plate", "edit", "--json").error["code"] == "usage"
    assert in_force(home) == FIRST


# --- in and out ---


@pytest.mark.parametrize(("kind", "form"), [("md", None), ("json", "v2"), ("json", "v3"), ("png", None), ("png", "v2")])
def test_what_goes_out_comes_in_as_the_same(
    ccnode: Ccnode, home: Home, tmp_path: Path, kind: str, form: str | None
) -> None:
    target = tmp_path / f"out.{kind}"
    chosen = ("--form", form) if form else ()
    assert ccnode("plate", "export", "--format", kind, *chosen, "-o", str(target)).code == 0
    home.plate.write_text(SECOND)
    ccnode("plate", "keep")
    done = ccnode("plate", "import", str(target), "--yes", "--json")
    assert done.data["from"] == ("markdown" if kind == "md" else "plate")
    assert in_force(home) == FIRST == home.plate.read_text()
    assert [one["unit"] for one in done.data["left"]] == (["file"] if kind == "png" else [])
    assert ccnode("plate", "export", "--version", "2").out == SECOND


def test_a_strangers_card_is_asked_about(ccnode: Ccnode, home: Home, tmp_path: Path) -> None:
    card = tmp_path / "bob.json"
    card.write_text(json.dumps(CARD))
    refused = ccnode("plate", "import", str(card), "--json")
    assert (refused.code, refused.error["code"]) == (2, "usage")
    assert in_force(home) == FIRST
    done = ccnode("plate", "import", str(card), "--yes", "--json")
    assert "left out: data.first_mes" in done.err
    assert done.data["left"] == [
        {"where": "data.first_mes", "why": "a plate has no greeting", "count": 1, "unit": "part"}
    ]
    assert "Core goal" in " ".join(one["message"] for one in done.data["findings"])
    text = in_force(home)
    assert text is not None
    assert "Bob mends clocks." in text
    assert "- slow\n- exact\n- dry" in text


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"[1, 2]",
        b"PK\x03\x04zip",
        b"\x89PNG\r\n\x1a\nno",
        b"x" * (BYTES_MAX + 1),
        b'{"spec": "chara_card_v2"}',
    ],
)
def test_what_is_no_plate_is_refused(ccnode: Ccnode, home: Home, tmp_path: Path, data: bytes) -> None:
    (tmp_path / "file").write_bytes(data)
    done = ccnode("plate", "import", str(tmp_path / "file"), "--yes", "--json")
    assert done.code == 1
    assert done.error["message"]
    assert in_force(home) == FIRST


def test_markdown_that_begins_with_a_brace_comes_in_again(ccnode: Ccnode, home: Home, tmp_path: Path) -> None:
    text = "{note}\n## Identity\nName: Ada\n"
    (tmp_path / "plate.md").write_text(text)
    assert ccnode("plate", "import", str(tmp_path / "plate.md"), "--yes", "--json").data["from"] == "markdown"
    assert in_force(home) == text
    assert ccnode("plate", "export").out == text


def test_what_is_wrong_with_a_card_is_named_by_its_field(ccnode: Ccnode, home: Home, tmp_path: Path) -> None:
    card = tmp_path / "mira.json"
    fields: dict[str, Any] = {"name": "Mira", "description": "Name: Mira Stone\nAge: 27"}
    card.write_text(json.dumps({"spec": "chara_card_v2", "data": {**fields, "scenario": "x\x07"}}))
    done = ccnode("plate", "import", str(card), "--yes", "--json")
    assert done.error["message"] == "mira.json: error: data.scenario: the control character U+0007"
    card.write_text(json.dumps({"spec": "chara_card_v2", "data": fields}))
    assert ccnode("plate", "import", str(card), "--yes", "--json").data["plate"]["name"] == "Mira"


def test_a_picture_is_not_written_to_a_terminal(ccnode: Ccnode, home: Home) -> None:
    assert ccnode("plate", "export", "--format", "png", "--json").error["code"] == "no_output"
    assert (
        json.loads(ccnode("plate", "export", "--format", "json", "--json").data["content"])["spec"] == "chara_card_v3"
    )
    assert call("plate", "export", "--format", "json").out.startswith("{")


# --- the owner's key ---


def test_a_passphrase_is_asked_for(tmp_path: Path, ccnode: Ccnode, monkeypatch: pytest.MonkeyPatch) -> None:
    home = make_node(tmp_path / "n", passphrase="correct horse")
    monkeypatch.setenv("CCNODE_DATA_DIR", str(home.root))
    home.plate.write_text(SECOND)
    assert ccnode("plate", "keep", "--json").error["code"] == "usage"  # no terminal, and nobody to ask
    monkeypatch.setenv("CCNODE_OWNER_PASSPHRASE", "wrong")
    wrong = ccnode("plate", "keep", "--json")
    assert (wrong.code, wrong.error["code"], wrong.error["remedy"]) == (1, "wrong_passphrase", "try again")
    assert in_force(home) == starting("test")
    monkeypatch.setenv("CCNODE_OWNER_PASSPHRASE", "correct horse")
    assert ccnode("plate", "keep", "--json").data["fresh"] is True
    assert in_force(home) == SECOND


def test_a_plate_by_another_owner_is_not_in_force(tmp_path: Path, ccnode: Ccnode, home: Home) -> None:
    other = make_node(tmp_path / "other")
    home.owner_key.write_bytes(other.owner_key.read_bytes())
    home.plate.write_text(SECOND)
    done = ccnode("plate", "keep", "--json")
    assert (done.code, done.error["code"]) == (5, "conflict")
    assert "not signed by this node's owner" in done.error["message"]
    assert in_force(home) == FIRST


# --- with a daemon ---


def until(what: Any) -> None:
    deadline = time.monotonic() + 30
    while not what():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_with_a_daemon(ccnode: Ccnode, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = make_node(tmp_path / "n", passphrase="correct horse")
    monkeypatch.setenv("CCNODE_DATA_DIR", str(home.root))
    monkeypatch.setenv("CCNODE_OWNER_PASSPHRASE", "correct horse")
    home.plate.unlink()
    with running(home):
        until(home.plate.exists)  # the daemon writes it where it is missing
        assert home.plate.read_text() == FIRST
        said = ccnode("chat", "-m", "Hello", "--json").data
        home.plate.write_text(SECOND)
        problems = ccnode("status", "--json").data["problems"]
        assert [one["code"] for one in problems] == ["plate"]
        assert ccnode("plate", "keep", "--json").data["plate"]["version"] == 2
        assert ccnode("status", "--json").data["problems"] == []
        ccnode("chat", said["session_id"], "-m", "Who are you?")
        shown = ccnode("session", "show", said["session_id"], "--json").data
        replies = [one["plate"] for one in shown["messages"] if one["role"] == "assistant"]
        assert [shown["plates"][plate] for plate in replies] == [1, 2]
        assert "plate 2" in ccnode("session", "show", said["session_id"]).out
        found = ccnode("plate", "validate", "--json")
        assert (found.code, found.data["passed"], found.data["plate"]["version"]) == (0, True, 2)
        assert "embedded/1 passes for version 2: 6 of 6" in ccnode("plate", "validate").out
        before = ccnode("session", "list", "--json").data["sessions"]
        assert len(before) == 1  # what was asked is in no conversation
        assert ccnode("session", "search", "traits", "--json").data["results"] == []
        ccnode("plate", "revert", "1")
        assert home.plate.read_text() == FIRST
        home.plate.write_text(FIRST.replace("Name: test", "Name: somebody else").replace("curious", "vague"))
        ccnode("plate", "keep")
        assert ccnode("plate", "validate", "--json").data["passed"] is True
    last = ccnode("plate", "validate", "--last")  # without a daemon
    assert last.code == 0
    assert "6 of 6 answers are right" in last.out
    assert "right  breakthrough: (not kept)" in last.out
    assert last.out.splitlines()[-1].startswith("asked ")
    assert "just now" in last.out or "minute" in last.out
    assert "embedded/1 passed, 6 of 6 right" in ccnode("plate", "show").err
    assert ccnode("plate", "show", "--json").data["validation"]["plate"]["version"] == 4
    ccnode("plate", "revert", "1")
    assert "not validated yet (version 4 was" in ccnode("plate", "show").err
    ccnode("plate", "revert", "4")
    assert versions(ccnode) == [(6, True), (5, False), (4, False), (3, False), (2, False), (1, False)]
    before_rebuild = versions(ccnode)
    assert ccnode("db", "rebuild").code == 0
    assert versions(ccnode) == before_rebuild
    assert ccnode("audit", "verify").code == 0


def test_validating_needs_a_daemon_and_fails_with_the_reason(ccnode: Ccnode, home: Home) -> None:
    assert ccnode("plate", "validate", "--json").error["code"] == "unreachable"
    assert ccnode("plate", "validate", "--last").code == 5
    assert "not validated yet" in ccnode("plate", "show").err
    home.plate.write_text("# Ada\n\n## Identity\n\nName: Ada\n")
    ccnode("plate", "keep")
    with running(home):
        done = ccnode("plate", "validate", "--json")
    assert (done.code, done.data["passed"], len(done.data["attempts"])) == (1, False, 4)
    assert "fill its section '## Core goal'" in done.err
    last = ccnode("plate", "validate", "--last", "--json")
    assert (last.code, last.data["error"]["code"]) == (1, "not_validated")
    assert "goal: " in last.data["error"]["message"]
    assert "DID NOT PASS" in ccnode("plate", "show").err
    assert "core goal" in done.data["error"]["message"]


def test_an_answer_of_nothing_is_shown_as_that() -> None:
    one = {"question": "goal", "passed": False, "reason": "it answered nothing"}
    assert plate_validate._answered({**one, "answer": " \n"}).startswith("WRONG  goal: (no answer)\n")
    assert plate_validate._answered({**one, "answer": ""}).startswith("WRONG  goal: (no answer)\n")
    assert plate_validate._answered({**one, "answer": None}).startswith("WRONG  goal: (not kept)\n")


def test_a_conversation_names_the_version_that_it_ran_under(
    ccnode: Ccnode, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A text that is kept again is another version, under which nothing ran that was said before."""
    home = make_node(tmp_path / "n", passphrase="correct horse")
    monkeypatch.setenv("CCNODE_DATA_DIR", str(home.root))
    monkeypatch.setenv("CCNODE_OWNER_PASSPHRASE", "correct horse")
    with running(home):
        until(home.plate.exists)
        session = ccnode("chat", "-m", "Hello", "--json").data["session_id"]
        home.plate.write_text(SECOND)
        ccnode("plate", "keep")
        ccnode("chat", session, "-m", "Who are you?")
        assert ccnode("plate", "revert", "1", "--json").data["plate"]["version"] == 3
        ccnode("chat", session, "-m", "And now?")
        said = ccnode("session", "show", session, "--json").data["messages"]
        replies = [one for one in said if one["role"] == "assistant"]
        assert replies[0]["plate"] == replies[2]["plate"]
        assert [one["plate_version"] for one in replies] == [1, 2, 3]
        shown = ccnode("session", "show", session).out
        assert [line[-7:] for line in shown.splitlines() if "plate" in line and line.startswith("#")] == [
            "plate 1",
            "plate 2",
            "plate 3",
        ]
        assert [one["plate"]["version"] for one in ccnode("instances", "--json").data["instances"]] == [3, 2, 1]
