"""Does the command line start light, take its global options anywhere, and end with the right code and no traceback?"""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click
import pytest

import make_docs
from ccnode.cli import app, main
from ccnode.cli.params import NUMBER_MAX
from tests.cli.helpers import DEADLINE_S, PROGRAM, call, environment, start

if TYPE_CHECKING:
    from ccnode.store.home import Home
    from tests.cli.conftest import Ccnode

HEAVY = {"pydantic", "pydantic_settings", "aiohttp", "cryptography", "rich", "sqlite3", "numpy", "anthropic", "segno",
         "pyrage", "structlog", "asyncio"}  # fmt: skip


def modules_after(code: str, **more: str) -> set[str]:
    """Names of what a Python has imported after running the code."""
    script = f"{code}\nimport sys; sys.stderr.write(chr(10) + chr(32).join(sys.modules))"
    unmeasured = {"COVERAGE_PROCESS_CONFIG": "", "COVERAGE_PROCESS_START": ""}  # coverage imports much of its own
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True,
                          env=environment(**unmeasured, **more))  # fmt: skip
    return set(done.stderr.splitlines()[-1].split())


def test_help_imports_nothing_to_speak_of() -> None:
    loaded = modules_after("from ccnode.cli.main import main; main(['--help'])")
    assert not loaded & {*HEAVY, "click", "pathlib", "re", "json"}


def test_completing_commands_imports_nothing_heavy() -> None:
    code = "from ccnode.cli.main import main\nassert main([]) == 0"
    loaded = modules_after(code, _CCNODE_COMPLETE="bash_complete", COMP_WORDS="ccnode session sh", COMP_CWORD="2")
    assert "click" in loaded
    assert not loaded & HEAVY


def test_kept_help_is_what_click_says() -> None:
    assert Path(main.HELP).read_text() == make_docs.first_page()
    assert call("--help").out == call("--quiet").out == make_docs.first_page()


def test_documents_are_current() -> None:
    assert make_docs.COMMANDS.read_text() == make_docs.reference(), "run python scripts/make_docs.py"


def _line_of(parent: click.Context, group: click.Group, name: str) -> str:
    """What a group's help says of a command, on a terminal of 80 columns."""
    lines = group.get_help(parent).split("Commands:")[-1].splitlines()
    return next(line for line in lines if line.split()[:1] == [name])


@pytest.mark.parametrize("context", make_docs.every_command(), ids=lambda context: context.command_path)
def test_every_command_and_option_is_documented(context: click.Context) -> None:
    command = context.command
    assert command.help
    assert (command.get_short_help_str(200)).endswith((".", ")"))
    if context.parent is not None and isinstance(context.parent.command, click.Group):
        assert "..." not in _line_of(context.parent, context.parent.command, str(context.info_name))
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            assert parameter.help, parameter.opts


@pytest.mark.parametrize("context", make_docs.every_command(), ids=lambda context: context.command_path)
def test_every_number_has_an_end(context: click.Context) -> None:
    """Whatever is looked for in the database: SQLite takes nothing from 2**63 on."""
    for parameter in context.command.params:
        if isinstance(kind := parameter.type, click.types.IntParamType):
            assert isinstance(kind, click.IntRange), parameter.opts
            assert kind.max is not None, parameter.opts
            assert kind.max <= NUMBER_MAX, parameter.opts


def test_first_lines_are_those_of_the_commands() -> None:
    top = make_docs.root()
    for name, (_, _, text) in app.COMMANDS.items():
        command = app.cli.get_command(top, name)
        assert command is not None
        assert command.name == name
        assert command.short_help == text


def test_version(ccnode: Ccnode) -> None:
    assert ccnode("--version").out.startswith("ccnode ")
    assert ccnode("--json", "--version").data["version"]


@pytest.mark.parametrize(
    "line", ["--json status", "status --json", "--json -q status", "status -q --json", "--no-color status --json"]
)
def test_global_options_stand_anywhere(ccnode: Ccnode, home: Home, line: str) -> None:
    done = ccnode(*line.split())
    assert done.code == 3
    assert done.envelope["schema_version"] == 1
    assert done.envelope["command"] == "status"
    assert done.data["state"] == "stopped"


def test_data_dir_stands_anywhere(ccnode: Ccnode, home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CCNODE_DATA_DIR")
    for line in (["--data-dir", str(home.root), "session", "list"], ["session", "--data-dir", str(home.root), "list"],
                 ["session", "list", f"--data-dir={home.root}"]):  # fmt: skip
        assert ccnode(*line).code == 0
    assert ccnode("session", "list").code == 5


@pytest.mark.parametrize(
    ("line", "near"),
    [("statos", "status"), ("session lst", "list"), ("session list --limt 3", "--limit"), ("chat --bogus", ""),
     ("session show", "SESSION"), ("session list --limit 0", "0"), ("config set api.port", "VALUE")],
)  # fmt: skip
def test_mistakes_end_with_2_and_a_hint(ccnode: Ccnode, home: Home, line: str, near: str) -> None:
    done = ccnode(*line.split())
    assert done.code == 2
    assert done.out == ""
    assert near in done.err
    assert "Traceback" not in done.err
    told = ccnode(*line.split(), "--json")
    assert told.code == 2
    assert told.error["code"] == "usage"
    assert told.error["remedy"]
    assert told.data == {}


GROUPS = [each for each in make_docs.every_command() if isinstance(each.command, click.Group)]


@pytest.mark.parametrize("context", GROUPS, ids=lambda context: context.command_path)
def test_a_group_alone_is_told_in_json_too(ccnode: Ccnode, home: Home, context: click.Context) -> None:
    words = context.command_path.split()[1:]
    group = context.command
    assert isinstance(group, click.Group)
    if words and group.invoke_without_command:
        return  # it does something by itself
    for line in (["--json", *words], [*words, "--json"]):
        told = ccnode(*line)
        assert (told.code, told.error["code"], told.data) == (2, "usage", {})
        assert told.envelope["command"] == " ".join(words)
        assert told.error["remedy"] == f"see: {' '.join(['ccnode', *words])} --help"
        assert told.out.count("\n") == 1
    alone = ccnode(*words)
    assert "Commands:" in alone.out + alone.err, "people get the help"


def test_errors_in_json_are_told_on_both_streams(ccnode: Ccnode, tmp_path: Path) -> None:
    done = ccnode("session", "list", "--json", "--data-dir", str(tmp_path / "none"))
    assert done.code == 5
    assert set(done.envelope) == {"schema_version", "command", "data", "error"}
    assert set(done.error) == {"code", "message", "remedy"}
    assert done.envelope["command"] == "session list"
    assert done.error["remedy"].startswith("make one: ccnode init")
    assert f"make one: ccnode --data-dir {tmp_path / 'none'} init" in done.err  # as it can be typed


def test_unexpected_errors_are_one_line(ccnode: Ccnode, home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("the wheels\ncame off")

    monkeypatch.setattr("ccnode.cli.local.ask", broken)
    done = ccnode("session", "list")
    assert done.code == 1
    assert "Traceback" not in done.err
    assert "RuntimeError: the wheels came off" in done.err
    assert "--debug" in done.err
    assert "Traceback" in ccnode("session", "list", "--debug").err
    assert ccnode("session", "list", "--json").error["code"] == "internal"


def test_a_reader_that_leaves_is_no_error(home: Home) -> None:
    script = f"{sys.executable} -m ccnode.cli audit log | true; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=True,
                          env=environment(CCNODE_DATA_DIR=str(home.root)))  # fmt: skip
    assert done.stderr == ""
    assert done.stdout.strip() == "0"


def test_ctrl_c_ends_with_130_and_no_traceback(home: Home) -> None:
    process = start("chat", "-m", "-", CCNODE_DATA_DIR=str(home.root))  # waits for its question
    time.sleep(1.5)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=DEADLINE_S)
    assert process.returncode == 130
    assert "Traceback" not in err


def test_module_and_script_are_the_same_program() -> None:
    script = Path(sys.executable).with_name("ccnode")
    for program in ([str(script)], [*PROGRAM]):
        done = subprocess.run([*program, "--version"], capture_output=True, text=True, check=True)
        assert done.stdout.startswith("ccnode ")
