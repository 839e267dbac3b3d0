"""Do backups come back, does doctor see what is wrong, and does the shell complete from the database?"""

from __future__ import annotations

import json
import os
import shlex
import sqlite3
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from ccnode.store.home import DirectoryLock, Home
from tests.cli.helpers import PROGRAM, call, make_node, say

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Ccnode


def checks(ccnode: Ccnode) -> dict[str, dict[str, str]]:
    return {one["name"]: one for one in ccnode("doctor", "--json").data["checks"]}


def test_create_list_verify(ccnode: Ccnode, home: Home, tmp_path: Path) -> None:
    say(home, [("one", "1")])
    made = ccnode("backup", "create", "--json").data
    assert ccnode("backup", "list", "--json").data["backups"][0]["path"] == made["path"]
    checked = ccnode("backup", "verify", made["path"], "--json")
    assert checked.code == 0
    assert checked.data["ok"] is True
    assert checked.data["entries"] == made["entries"]
    other = make_node(tmp_path / "other")
    wrong = ccnode("backup", "verify", made["path"], "--identity", str(other.backup_key), "--json")
    assert wrong.code == 1
    assert "key" in wrong.error["message"]
    assert ccnode("backup", "verify", str(tmp_path / "none")).code == 2


def test_elsewhere_it_is_another_node_of_the_same_owner(ccnode: Ccnode, home: Home, tmp_path: Path) -> None:
    session, _ = say(home, [("one", "1")])
    made = ccnode("backup", "create", "--json").data
    there = tmp_path / "there"
    done = ccnode("backup", "restore", made["path"], "--into", str(there), "--json")
    assert done.code == 0
    assert done.data["certified"] is True
    place = ("--data-dir", str(there))
    assert ccnode("session", "show", session, *place).code == 0
    assert ccnode("audit", "verify", *place).code == 0
    assert ccnode("doctor", *place).code == 0
    profiles = [json.loads(one.profile.read_text()) for one in (home, Home(there))]
    assert profiles[0]["owner_id"] == profiles[1]["owner_id"]
    assert profiles[0]["node_id"] != profiles[1]["node_id"]
    assert profiles[1]["former_node_ids"] == [profiles[0]["node_id"]]
    assert ccnode("backup", "create", *place).code == 0


def test_on_a_machine_with_nothing_but_the_backup_key(ccnode: Ccnode, home: Home, tmp_path: Path) -> None:
    session, _ = say(home, [("one", "1")])
    made = ccnode("backup", "create", "--json").data
    key = home.backup_key.read_text()
    there = str(tmp_path / "there")
    done = call("backup", "restore", made["path"], "--identity", "-", "--json", "--data-dir", there, stdin=key)
    assert done.code == 0
    assert done.data["certified"] is False
    assert "init --certify" in done.err
    assert call("session", "show", session, "--data-dir", there).code == 0
    problems = call("audit", "verify", "--json", "--data-dir", there).data["problems"]
    assert {one["field"] for one in problems} <= {"certificate"}
    Home(tmp_path / "there").owner_key.write_bytes(home.owner_key.read_bytes())
    Home(tmp_path / "there").owner_key.chmod(0o600)
    assert call("init", "--certify", "--data-dir", there).code == 0
    assert call("audit", "verify", "--data-dir", there).code == 0


def test_a_passphrase_that_is_known_certifies(ccnode: Ccnode, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = make_node(tmp_path / "sealed", passphrase="horse")
    monkeypatch.setenv("CCNODE_DATA_DIR", str(home.root))
    monkeypatch.setenv("CCNODE_OWNER_PASSPHRASE", "horse")
    made = ccnode("backup", "create", "--json").data
    done = ccnode("backup", "restore", made["path"], "--into", str(tmp_path / "there"), "--json")
    assert done.data["certified"] is True
    assert Home(tmp_path / "there").owner_key_sealed.exists()
    assert not Home(tmp_path / "there").owner_key.exists()


def test_nothing_is_lost_by_restoring(ccnode: Ccnode, home: Home) -> None:
    first, _ = say(home, [("one", "1")])
    made = ccnode("backup", "create", "--json").data
    second, _ = say(home, [("two", "2")])
    assert ccnode("backup", "restore", made["path"]).code == 2  # nobody to ask
    assert ccnode("session", "show", second).code == 0
    done = ccnode("backup", "restore", made["path"], "--yes", "--json")
    assert done.code == 0
    assert ccnode("session", "show", first).code == 0
    assert ccnode("session", "show", second).code == 5
    assert done.data["replaced"]
    assert ccnode("audit", "verify").code == 0
    assert [one["kind"] for one in ccnode("backup", "list", "--json").data["backups"]].count("replaced") == 1


def test_not_while_the_daemon_runs(ccnode: Ccnode, home: Home) -> None:
    made = ccnode("backup", "create", "--json").data
    lock = DirectoryLock(home)
    try:
        for line in (["backup", "restore", made["path"], "--yes"], ["db", "rebuild"], ["db", "migrate"]):
            done = ccnode(*line, "--json")
            assert done.code == 5
            assert done.error["code"] == "in_use"
    finally:
        lock.write({})
        lock.release()


def test_doctor_on_a_good_node(ccnode: Ccnode, home: Home) -> None:
    assert ccnode("doctor").code == 0
    found = checks(ccnode)
    assert found["owner key"]["state"] == "warn"
    assert "file permissions" in found["owner key"]["message"]
    assert {one["state"] for one in found.values()} <= {"ok", "warn"}
    assert all(one["remedy"] for one in found.values() if one["state"] != "ok")


def test_a_node_without_its_key_is_named_and_comes_back_elsewhere(ccnode: Ccnode, home: Home, tmp_path: Path) -> None:
    say(home, [("one", "1")])
    made = ccnode("backup", "create", "--json").data["path"]
    home.node_key.unlink()
    for command in ("run", "status", "session list"):
        done = ccnode(*command.split())
        assert done.code == 5
        assert "node.key is missing" in done.err
        assert f"--identity {home.backup_key}" in done.err
    assert "node.key" in checks(ccnode)["data directory"]["message"]
    there = str(tmp_path / "there")
    assert ccnode("backup", "restore", made, "--into", there, "--identity", str(home.backup_key), "--yes").code == 0
    assert len(ccnode("session", "list", "--json", "--data-dir", there).data["sessions"]) == 1


def test_doctor_without_a_node(ccnode: Ccnode, tmp_path: Path) -> None:
    done = ccnode("doctor", "--json", "--data-dir", str(tmp_path / "none"))
    assert done.code == 1
    assert done.data["ok"] is False
    assert not (tmp_path / "none").exists()


def test_doctor_sees_what_is_wrong(ccnode: Ccnode, home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    say(home, [("waiting", None)])
    home.node_key.chmod(0o644)
    assert any("chmod 600" in one["remedy"] for one in checks(ccnode).values())
    home.node_key.chmod(0o600)
    home.root.chmod(0o755)
    assert checks(ccnode)["data directory"]["state"] == "fail"
    home.root.chmod(0o700)
    home.config.write_text("nonsense")
    assert checks(ccnode)["settings"]["state"] == "fail"
    home.config.unlink()
    assert checks(ccnode)["conversations"]["state"] == "warn"
    profile = json.loads(home.profile.read_text())
    profile["certificate"]["signature"] = "00" * 64
    home.profile.write_text(json.dumps(profile))
    assert checks(ccnode)["certificate"]["state"] == "fail"
    home.profile.write_text("{")
    assert ccnode("doctor").code == 1
    monkeypatch.setattr("time.time", lambda: 1.0)
    assert checks(ccnode)["clock"]["state"] == "fail"


def test_doctor_says_what_is_read_only_and_what_the_environment_sets(
    ccnode: Ccnode, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CCNODE_LOG__LEVEL", "error")
    assert "from the environment" in checks(ccnode)["settings"]["message"]
    facts = os.statvfs("/")
    read_only = os.statvfs_result((*facts[:8], facts.f_flag | os.ST_RDONLY, facts.f_namemax))
    monkeypatch.setattr(os, "statvfs", lambda _path: read_only)
    found = checks(ccnode)["disk"]
    assert found["state"] == "fail"
    assert "read-only" in found["message"]


def test_doctor_sees_a_database_that_was_cut(ccnode: Ccnode, home: Home) -> None:
    say(home, [("one", "1")])
    connection = sqlite3.connect(home.ledger)
    connection.execute("DELETE FROM entries WHERE id = (SELECT max(id) FROM entries)")
    connection.commit()
    connection.close()
    assert checks(ccnode)["database"]["state"] == "fail"


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_scripts_of_shells(ccnode: Ccnode, shell: str) -> None:
    done = ccnode("completion", shell)
    assert "_CCNODE_COMPLETE" in done.out
    assert done.err == ""  # what a shell evaluates at its start says nothing
    assert "\\b" not in ccnode("completion", "--help").out
    assert ccnode("completion", "tcsh").code == 2


def completed(words: str, **more: str) -> list[str]:
    done = call(_CCNODE_COMPLETE="bash_complete", COMP_WORDS=words, COMP_CWORD=str(words.count(" ")), **more)
    assert done.err == ""
    return [line.partition(",")[2] for line in done.out.splitlines()]


def test_completing(home: Home, tmp_path: Path) -> None:
    session, said = say(home, [("one", "1")], "talk")
    assert completed("ccnode se") == ["session"]
    assert completed("ccnode session sea") == ["search"]
    assert "--limit" in completed("ccnode session list --")
    assert completed(f"ccnode session show {session[:3]}") == [session]
    assert completed("ccnode chat ") == ["last", session]
    assert completed(f"ccnode audit prove {said[0].hex()[:4]}") == [said[0].hex()[:12]]
    assert completed("ccnode config set api.p") == ["api.port"]
    assert completed("ccnode session show l", CCNODE_DATA_DIR=str(tmp_path / "none")) == ["last"]
    assert completed(f"ccnode --data-dir {home.root} session show {session[:4]}", CCNODE_DATA_DIR="/none") == [session]


def test_verify_without_a_file_takes_the_newest(ccnode: Ccnode, home: Home) -> None:
    none = ccnode("backup", "verify", "--json")
    assert none.code == 5
    assert "backup create" in none.error["remedy"]
    say(home, [("one", "1")])
    ccnode("backup", "create")
    say(home, [("two", "2")])
    made = ccnode("backup", "create", "--json").data
    checked = ccnode("backup", "verify", "--json")
    assert (checked.code, checked.data["path"], checked.data["entries"]) == (0, made["path"], made["entries"])
    assert made["path"] in ccnode("backup", "verify").out


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_scripts_ask_the_program_that_was_started_by_its_path(
    ccnode: Ccnode, shell: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "bin" / "ccnode"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec {shlex.join(PROGRAM)} "$@"\n')
    program.chmod(0o755)
    monkeypatch.setattr(sys, "argv", [str(program)])
    script = ccnode("completion", shell).out
    assert "$+commands[" not in script
    if shell != "bash":
        assert f" {program})" in script
        return
    asking = (
        f"{script}\nCOMP_WORDS=({program} se); COMP_CWORD=1; COMPREPLY=()\n"
        f'_ccnode_completion {program} se {program}; echo "${{COMPREPLY[*]}}"'
    )
    done = subprocess.run(["bash", "-c", asking], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.split() == ["session"], done.stderr
