"""Does `ccnode init` make a whole node or none, guard its secrets, and never touch one that is there?"""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pexpect
import pytest

from ccnode.cli import identity, kit
from ccnode.cli import local as database
from ccnode.cli.errors import CliError
from ccnode.cli.identity import MADE, PLATE, STAGE, Wishes, make_identity
from ccnode.cli.owner_key import read_code
from ccnode.mind.plate import starting
from ccnode.store import platefile, views
from ccnode.store.home import Home
from ccnode.store.ledger import connect
from ccnode.store.owner import guard
from ccnode.store.plates import plate_in_force
from ccnode_crypto import keys
from ccnode_crypto.certificate import read_certificate
from tests.cli.helpers import PROGRAM, environment, key_of, make_node

if TYPE_CHECKING:
    from tests.cli.conftest import Ccnode


def kinds(home: Home) -> list[str]:
    connection = connect(home.ledger, writable=False)
    try:
        return [row.kind_name for row in reversed(views.run(connection, views.entries()))]
    finally:
        connection.close()


def snapshot(root: Path) -> dict[str, bytes]:
    return {str(path.relative_to(root)): path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()}


def test_yes_asks_nothing(ccnode: Ccnode, tmp_path: Path) -> None:
    done = ccnode("init", "--yes", "--name", "desk", "--data-dir", str(tmp_path / "a" / "b"), "--json")
    assert done.code == 0
    home = Home(tmp_path / "a" / "b")
    profile = json.loads(home.profile.read_text())
    assert profile["name"] == done.data["name"] == "desk"
    assert profile["retention_days"] is None
    assert done.data["owner_key"] == "file permissions"
    assert done.data["kit"] is None
    key = key_of(home)
    assert profile["node_id"] == done.data["node_id"] == keys.node_id(key.public.raw)
    signed = profile["certificate"]
    certificate = read_certificate(bytes.fromhex(signed["body"]), bytes.fromhex(signed["signature"]))
    assert certificate.node == key.public.raw
    assert keys.owner_id(certificate.owner) == profile["owner_id"]
    assert len(home.token.read_text().strip()) == 43
    assert home.backup_key.read_text().startswith("AGE-SECRET-KEY-1")
    assert kinds(home) == ["epoch-opened", "node-certified", "node-named", "plate-kept"]


def test_only_this_user_can_read_it(ccnode: Ccnode, tmp_path: Path) -> None:
    former = os.umask(0)
    try:
        assert ccnode("init", "--yes", "--data-dir", str(tmp_path / "n")).code == 0
    finally:
        os.umask(former)
    assert (tmp_path / "n").stat().st_mode & 0o777 == 0o700
    for path in (tmp_path / "n").iterdir():
        assert path.stat().st_mode & 0o077 == 0, path


def test_an_assistant_is_not_called_like_the_machine(
    ccnode: Ccnode, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("socket.gethostname", lambda: "Build-Box.example")
    for folder, given, node, assistant in (
        ("a", (), "build-box", "Ada"),
        ("b", ("--name", "Mira"), "Mira", "Mira"),
        ("c", ("--name", "build-box"), "build-box", "build-box"),
    ):
        done = ccnode("init", "--yes", *given, "--data-dir", str(tmp_path / folder), "--json")
        assert done.data["name"] == node
        assert f"Name: {assistant}\n" in Home(tmp_path / folder).plate.read_text()


def test_no_secret_is_in_a_repr() -> None:
    shown = repr(Wishes("desk", "correct horse", owner_seed=b"seed"))
    assert shown == "Wishes(name='desk', retention_days=None, kit=False)"


def test_the_passphrase_comes_from_the_environment(
    ccnode: Ccnode, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CCNODE_OWNER_PASSPHRASE", "correct horse")
    assert ccnode("init", "--yes", "--data-dir", str(tmp_path / "n"), "--json").data["owner_key"] == "passphrase"
    home = Home(tmp_path / "n")
    assert guard(home) == "passphrase"
    assert not home.owner_key.exists()
    code = read_code(home, "correct horse")
    owner = keys.SigningKey(keys.from_text("recovery", code))
    assert json.loads(home.profile.read_text())["owner_id"] == keys.owner_id(owner.public.raw)
    with pytest.raises(CliError, match="passphrase is wrong"):
        read_code(home, "wrong")


def test_a_second_init_touches_nothing(ccnode: Ccnode, home: Home) -> None:
    before = snapshot(home.root)
    done = ccnode("init", "--yes", "--json")
    assert done.code == 5
    assert done.error["code"] == "exists"
    assert snapshot(home.root) == before


@pytest.mark.parametrize("name", ["", " ", "x" * 65, "a\nb", "a\x1b[2Jb"])
def test_names_that_cannot_be(ccnode: Ccnode, tmp_path: Path, name: str) -> None:
    assert ccnode("init", "--yes", "--name", name, "--data-dir", str(tmp_path / "n")).code == 2
    assert not (tmp_path / "n").exists()


def test_settings_may_be_there_before(ccnode: Ccnode, tmp_path: Path) -> None:
    place = ("--data-dir", str(tmp_path / "n"))
    assert ccnode("config", "set", "api.port", "0", *place).code == 0
    assert ccnode("init", "--yes", *place).code == 0
    assert "port = 0" in (tmp_path / "n" / "config.toml").read_text()


def test_a_folder_with_other_files_is_refused(ccnode: Ccnode, tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("x")
    done = ccnode("init", "--yes", "--data-dir", str(tmp_path))
    assert done.code == 5
    assert "thesis.tex" in done.err
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.tex"]


def test_a_plate_that_is_there_before_is_the_first_version(ccnode: Ccnode, tmp_path: Path) -> None:
    home = Home(tmp_path / "n")
    home.make()
    home.plate.write_bytes(b"\xef\xbb\xbf# Ada\r\n")
    assert ccnode("init", "--yes", "--data-dir", str(home.root)).code == 0
    assert home.plate.read_bytes() == b"\xef\xbb\xbf# Ada\r\n"
    kept = database.ask(home, plate_in_force())
    assert kept is not None
    assert (kept.text, kept.version) == ("# Ada\n", 1)


def test_a_plate_that_cannot_be_kept_stops_it_before_anything_is_made(ccnode: Ccnode, tmp_path: Path) -> None:
    home = Home(tmp_path / "n")
    home.make()
    home.plate.write_bytes(b"# Ada\n\x00\n")
    done = ccnode("init", "--yes", "--data-dir", str(home.root), "--json")
    assert (done.code, done.error["code"]) == (1, "bad_plate")
    assert "line 2" in done.error["message"]
    assert not home.exists()
    home.plate.unlink()
    assert ccnode("init", "--yes", "--data-dir", str(home.root)).code == 0
    assert home.plate.exists()


def test_pieces_of_a_node_are_not_cleared(ccnode: Ccnode, home: Home) -> None:
    home.profile.unlink()
    before = snapshot(home.root)
    done = ccnode("init", "--yes")
    assert done.code == 5
    assert "ledger.sqlite" in done.err
    assert snapshot(home.root) == before


class _Killed(BaseException):
    """Stands for the end of the process at that step."""


@pytest.mark.parametrize("step", range(26))
def test_a_kill_at_any_step_leaves_nothing_that_is_in_the_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    """Every file written or moved counts as a step; after the last one, the node is whole."""
    home = Home(tmp_path / "n")
    left = step

    def counting(real: Any) -> Any:
        def wrapped(*arguments: Any, **named: Any) -> Any:
            nonlocal left
            if left == 0:
                raise _Killed
            left -= 1
            return real(*arguments, **named)

        return wrapped

    with monkeypatch.context() as patch:
        for name in ("write_private", "Ledger"):
            patch.setattr(identity, name, counting(vars(identity)[name]))
        patch.setattr(platefile, "write_private", counting(vars(platefile)["write_private"]))
        patch.setattr(shutil, "rmtree", counting(shutil.rmtree))
        patch.setattr(Path, "replace", counting(Path.replace))
        patch.setattr(Path, "mkdir", counting(Path.mkdir))
        try:
            make_identity(home, Wishes("first"))
        except _Killed:
            finished = False
        else:
            finished = True
    if finished or home.profile.exists():
        assert home.exists()
        with pytest.raises(CliError, match="already"):
            make_identity(home, Wishes("second"))
        assert json.loads(home.profile.read_text())["name"] == "first"
    else:
        assert not home.exists()
        make_identity(home, Wishes("second"))
        assert json.loads(home.profile.read_text())["name"] == "second"
        assert home.plate.read_text() == starting("second")
        assert not (home.root / STAGE).exists()
    key_of(home)
    assert {path.name for path in home.root.iterdir()} <= {*MADE, PLATE, "daemon.lock", STAGE}


def test_the_steps_above_reach_the_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    count = 0
    for owner, name in ((identity, "write_private"), (Path, "replace"), (Path, "mkdir")):
        real = getattr(owner, name)

        def wrapped(*arguments: Any, real: Any = real, **named: Any) -> Any:
            nonlocal count
            count += 1
            return real(*arguments, **named)

        monkeypatch.setattr(owner, name, wrapped)
    make_identity(Home(tmp_path / "n"), Wishes("x"))
    assert count + 2 <= 24  # with the ledger and the clearing


def test_the_kit_has_what_it_takes(ccnode: Ccnode, tmp_path: Path) -> None:
    target = tmp_path / "kit.html"
    done = ccnode("init", "--yes", "--data-dir", str(tmp_path / "n"), "--kit", str(target), "--json")
    assert done.data["kit"] == str(target)
    home = Home(tmp_path / "n")
    page = target.read_text()
    assert target.stat().st_mode & 0o777 == 0o600
    assert keys.grouped(home.owner_key.read_text().strip()) in page
    assert home.backup_key.read_text().strip() in page
    assert page.count("<svg") == 2
    assert "http" not in page.replace("http-equiv", "").replace("http://www.w3.org/2000/svg", "")
    assert home.owner_key.read_text().strip() not in done.out + done.err


@pytest.mark.parametrize(
    ("where", "code"), [("n/kit.html", 1), ("kit.pdf", 1), ("there.html", 5), ("no/folder/kit.html", 5)]
)
def test_a_kit_that_cannot_be_written_stops_before_anything_is_made(
    ccnode: Ccnode, tmp_path: Path, where: str, code: int
) -> None:
    (tmp_path / "there.html").write_text("mine")
    done = ccnode("init", "--yes", "--data-dir", str(tmp_path / "n"), "--kit", str(tmp_path / where))
    assert done.code == code
    assert not (tmp_path / "n").exists()
    assert (tmp_path / "there.html").read_text() == "mine"


def test_the_kit_can_be_written_later(ccnode: Ccnode, home: Home, tmp_path: Path) -> None:
    assert ccnode("backup", "kit", "-o", str(tmp_path / "kit.txt")).code == 0
    assert keys.grouped(home.owner_key.read_text().strip()) in (tmp_path / "kit.txt").read_text()
    assert (home.root / kit.MADE).exists()


def test_names_are_escaped_in_the_kit() -> None:
    made = identity.Identity("<script>", "n", "o", "now", "passphrase", "CODE", "KEY")
    assert "<script>" not in kit.as_html(made)
    assert "CODE" not in repr(made)


def spawn(*arguments: str, **more: str) -> pexpect.spawn:
    child = pexpect.spawn(
        PROGRAM[0], [*PROGRAM[1:], *arguments], env=environment(TERM="dumb", **more), encoding="utf-8", timeout=60
    )
    child.delaybeforesend = 0.1  # the terminal's echo must be off before a secret is typed
    return child


def test_the_questions(tmp_path: Path) -> None:
    child = spawn("init", "--data-dir", str(tmp_path / "n"))
    child.expect("be called")
    child.sendline("desk")
    child.expect("passphrase")
    child.sendline("hunter22")
    child.expect("same again")
    child.sendline("hunter23")
    child.expect("not the same")
    child.expect("passphrase")
    child.sendline("hunter22")
    child.expect("same again")
    child.sendline("hunter22")
    child.expect("Keep conversations")
    child.sendline("sometimes")
    child.expect("Keep conversations")
    child.sendline("90")
    child.expect("recovery kit")
    child.sendline(str(tmp_path / "n" / "kit.html"))
    child.expect("must not lie")
    child.expect("recovery kit")
    child.sendline(str(tmp_path / "kit.html"))
    child.expect("Owner recovery code")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0
    home = Home(tmp_path / "n")
    assert json.loads(home.profile.read_text())["retention_days"] == 90
    assert keys.grouped(read_code(home, "hunter22")) in (tmp_path / "kit.html").read_text()


def test_no_passphrase_only_after_a_warning_and_ctrl_c_leaves_nothing(tmp_path: Path) -> None:
    child = spawn("init", "--data-dir", str(tmp_path / "n"), "--name", "desk")
    child.expect("passphrase")
    child.sendline("")
    child.expect("whoever can read your files")
    child.expect("without one")
    child.sendline("y")
    child.expect("Keep conversations")
    child.sendintr()
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 130
    assert not (tmp_path / "n").exists()


def test_recovering_an_owner(home: Home, tmp_path: Path) -> None:
    code = keys.grouped(home.owner_key.read_text().strip())
    child = spawn("init", "--yes", "--recover", "--data-dir", str(tmp_path / "second"))
    child.expect("Recovery code")
    child.sendline(code.replace("A", "B", 1).replace("C", "D", 1).replace("E", "F", 1)[:-1] + "2")
    child.expect("Recovery code")
    child.sendline(code.lower())
    child.expect("is made")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0
    second = Home(tmp_path / "second")
    owners = [json.loads(one.profile.read_text())["owner_id"] for one in (home, second)]
    assert owners[0] == owners[1]
    assert second.node_key.read_text() != home.node_key.read_text()
    first, other = (database.ask(one, plate_in_force()) for one in (home, second))
    assert first is not None
    assert other is not None
    assert (other.issued_ms, other.version) == (0, 1)  # so that it gives way to the plate that the owner has elsewhere
    assert first.issued_ms > 0


def test_questions_need_a_terminal(ccnode: Ccnode, tmp_path: Path) -> None:
    done = ccnode("init", "--data-dir", str(tmp_path / "n"))
    assert done.code == 2
    assert "--yes" in done.err
    assert not (tmp_path / "n").exists()


def test_certifying_again(ccnode: Ccnode, home: Home) -> None:
    profile = json.loads(home.profile.read_text())
    home.profile.write_text(json.dumps({**profile, "certificate": None}))
    assert "warn  certificate" in ccnode("doctor").out
    assert ccnode("init", "--certify").code == 0
    assert "ok    certificate" in ccnode("doctor").out
    assert kinds(home)[-1] == "node-certified"


def test_another_owners_code_certifies_nothing(ccnode: Ccnode, home: Home, tmp_path: Path) -> None:
    other = make_node(tmp_path / "other")
    home.owner_key.write_bytes(other.owner_key.read_bytes())
    before = home.profile.read_bytes()
    assert ccnode("init", "--certify").code == 1
    assert home.profile.read_bytes() == before
