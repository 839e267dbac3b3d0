"""Is the password set without being shown, are other devices refused without one, and do commands say what to run?"""

from __future__ import annotations

import os
import stat
import sys
from typing import TYPE_CHECKING

import pexpect
import pytest

from ccnode.store import password
from tests.cli.helpers import call

if TYPE_CHECKING:
    from pathlib import Path

    from ccnode.store.home import Home
    from tests.cli.conftest import Ccnode

GOOD = "ziegel wolke 7 lampe"


def test_from_the_environment_and_from_a_file(
    ccnode: Ccnode, home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert ccnode("password", "status", "--json").data["set"] is False
    refused = ccnode("password", "set", "--yes")
    assert (refused.code, "CCNODE_PASSWORD is not set" in refused.err) == (2, True)
    monkeypatch.setenv("CCNODE_PASSWORD", GOOD)
    done = ccnode("password", "set", "--yes", "--json")
    assert (done.code, done.data["set"], done.data["signed_out"]) == (0, True, False)
    assert GOOD not in done.out + done.err
    assert stat.S_IMODE(home.password.stat().st_mode) == 0o600
    assert password.is_right(home, GOOD)
    assert ccnode("password", "status", "--json").data["set"] is True
    file = tmp_path / "secret"
    file.write_text("another one, and long\r\nsecond line\n")
    assert ccnode("password", "set", "--file", str(file)).code == 0
    assert password.is_right(home, "another one, and long")
    assert ccnode("password", "clear", "--yes", "--json").data["removed"] is True
    assert ccnode("password", "clear", "--yes", "--json").data["removed"] is False


@pytest.mark.parametrize("given", [b"short\n", b"password12345\n", b"\xff\xfe\xff\xfe\xff\xfe\xff\n", b"", b"\n"])
def test_a_bad_one_is_refused_and_the_old_one_stays(ccnode: Ccnode, home: Home, tmp_path: Path, given: bytes) -> None:
    password.keep(home, GOOD)
    file = tmp_path / "secret"
    file.write_bytes(given)
    done = ccnode("password", "set", "--file", str(file))
    assert done.code != 0
    assert "Traceback" not in done.err
    assert password.read(home) is not None
    assert password.is_right(home, GOOD)


def test_it_is_not_taken_from_the_command_line_or_without_a_terminal(ccnode: Ccnode, home: Home) -> None:
    assert ccnode("password", "set", GOOD).code == 2
    done = ccnode("password", "set")
    assert done.code == 2
    assert "--file" in done.err
    assert password.read(home) is None


def test_it_is_asked_for_twice_and_never_shown(home: Home) -> None:
    environment = {**os.environ, "CCNODE_DATA_DIR": str(home.root)}
    child = pexpect.spawn(sys.executable, ["-m", "ccnode.cli", "password", "set"], env=environment, timeout=60)
    answers = [
        ("Password for your other devices", "short"),
        ("12 characters or more", None),
        ("Password for your other devices", GOOD),
        ("The same again", "something else"),
        ("not the same", None),
        ("Password for your other devices", GOOD),
        ("The same again", GOOD),
        ("The password is set", None),
    ]
    shown = b""
    for question, answer in answers:
        child.expect(question)
        shown += child.before + child.after
        if answer is not None:
            child.sendline(answer)
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0
    assert GOOD.encode() not in shown + child.before
    assert password.is_right(home, GOOD)


def doctor(ccnode: Ccnode) -> dict[str, str]:
    found = ccnode("doctor", "--json").data["checks"]
    return next(one for one in found if one["name"] == "other devices")


def test_other_devices_need_a_password_first(ccnode: Ccnode, home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    commands = "run: ccnode password set, then: ccnode config set api.bind 192.0.2.7"
    refused = ccnode("config", "set", "api.bind", "192.0.2.7")
    assert (refused.code, commands in refused.err, home.config.exists()) == (1, True, False)
    monkeypatch.setenv("CCNODE_API__BIND", "192.0.2.7")
    checked = ccnode("config", "check", "--json")
    assert checked.code == 1
    assert "no password is set" in checked.data["problems"][0]["message"]
    started = ccnode("run")
    assert started.code == 1
    assert "run: ccnode password set, then: ccnode run" in started.err
    monkeypatch.delenv("CCNODE_API__BIND")
    password.keep(home, GOOD)
    assert ccnode("config", "set", "api.bind", "192.0.2.7").code == 0
    assert stat.S_IMODE(home.web_key.stat().st_mode) == 0o600
    assert ccnode("config", "check").code == 0
    assert doctor(ccnode)["state"] == "ok"
    cleared = ccnode("password", "clear", "--yes")
    assert doctor(ccnode)["state"] == "fail"
    assert doctor(ccnode)["remedy"] == "run: ccnode password set, then: ccnode run"
    assert "ccnode config unset api.bind" in cleared.err
    assert ccnode("config", "check").code == 1
    assert ccnode("config", "set", "backup.keep", "3").code == 0, "another setting is not held up by it"
    assert ccnode("config", "set", "api.bind", "127.0.0.1").code == 0
    assert ccnode("config", "check").code == 0


def test_other_devices_need_tls(ccnode: Ccnode, home: Home) -> None:
    password.keep(home, GOOD)
    assert ccnode("config", "set", "api.certificate", "/nowhere/own.crt").code == 0
    refused = ccnode("config", "set", "api.bind", "*")
    assert refused.code == 1
    assert "TLS cannot be had: /nowhere/own.crt cannot be read" in refused.err
    assert "ccnode config unset api.certificate" in refused.err
    assert ccnode("config", "unset", "api.certificate").code == 0
    assert ccnode("config", "set", "api.bind", "*").code == 0


def test_set_and_unset_say_what_they_did(ccnode: Ccnode, home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    home.config.write_text("# mine\n[api]\nport = 8123 # here\n")
    done = ccnode("config", "set", "api.port", "8124", "--json").data
    assert (done["before"], done["value"], done["restart"], done["overridden"]) == (8123, 8124, False, False)
    assert home.config.read_text() == "# mine\n[api]\nport = 8124 # here\n"
    monkeypatch.setenv("CCNODE_API__PORT", "1")
    assert "wins over the file" in ccnode("config", "unset", "api.port").err
    assert home.config.read_text() == "# mine\n[api]\n"
    missing = ccnode("config", "unset", "api.port")
    assert (missing.code, "is not set there" in missing.err) == (1, True)


def test_completion_knows_settings_and_their_words(home: Home) -> None:
    def completed(words: str) -> list[str]:
        done = call(_CCNODE_COMPLETE="bash_complete", COMP_WORDS=words, COMP_CWORD=str(words.count(" ")))
        return [line.partition(",")[2] for line in done.out.splitlines()]

    assert completed("ccnode config set api.b") == ["api.bind", "api.bind_port"]
    assert completed("ccnode config unset api.ce") == ["api.certificate"]
    assert completed("ccnode config set federation.discovery t") == ["true"]
    assert completed("ccnode password s") == ["set", "status"]


def test_it_is_in_no_backup(ccnode: Ccnode, home: Home, tmp_path: Path) -> None:
    password.keep(home, GOOD)
    assert ccnode("config", "set", "api.bind", "*").code == 0
    made = ccnode("backup", "create", "--json")
    assert made.code == 0
    restored = tmp_path / "restored"
    done = ccnode("backup", "restore", made.data["path"], "--into", str(restored))
    assert done.code == 0, done.err
    names = {path.name for path in restored.rglob("*")}
    assert "config.toml" in names
    assert not names & {"web.pem", "web.password"}
