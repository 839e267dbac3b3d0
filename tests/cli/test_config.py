"""Are settings strict, documented, traced to where they are from, and changed without harm?"""

from __future__ import annotations

import os
import tomllib
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccnode import config
from ccnode.config import ConfigError

if TYPE_CHECKING:
    from ccnode.store.home import Home
    from tests.cli.conftest import Ccnode


@pytest.fixture(autouse=True)
def _no_settings_around(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith("CCNODE_") and "__" in name:
            monkeypatch.delenv(name)


@pytest.mark.parametrize("setting", config.described(), ids=lambda one: one.key)
def test_every_setting_is_documented(setting: config.Described) -> None:
    assert setting.description.endswith(".")
    assert setting.variable.startswith("CCNODE_")


def test_defaults() -> None:
    loaded = config.evaluate("")
    assert loaded.settings.api.port == 8000
    assert loaded.settings.federation.port == 8101
    assert loaded.settings.backup.every_hours == 6
    assert loaded.settings.backup.keep == 28
    assert loaded.settings.retention.raw_days == 90
    assert set(loaded.origins.values()) == {"default"}


def test_the_environment_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CCNODE_API__PORT", "0")
    loaded = config.evaluate('[api]\nport = 8100\nhost = "::1"\n')
    assert (loaded.settings.api.port, loaded.settings.api.host) == (0, "::1")
    assert (loaded.origins["api.port"], loaded.origins["api.host"]) == ("environment", "file")
    assert loaded.origins["log.level"] == "default"


@pytest.mark.parametrize(
    ("text", "where", "part"),
    [
        ("[api]\nprot = 1\n", "config.toml:2", "did you mean api.port"),
        ("\n[backups]\nkeep = 1\n", "config.toml:2", "no such setting"),
        ("[api]\n\nport = '8000'\n", "config.toml:3", "integer"),
        ("[api]\nport = 70000", "config.toml:2", "65535"),
        ("[api]\nport = true", "config.toml:2", "integer"),
        ("api = 3", "config.toml:1", "a section is expected"),
        ("api.port = 'x'", "config.toml:1", "integer"),
        ("[api]\nhost = '0.0.0.0'", "config.toml:2", "loopback"),
        ("[api]\nhost = 'example.org'", "config.toml:2", "loopback"),
        ("[federation]\nport = 65536", "config.toml:2", "65535"),
        ("[federation]\nhost = 'example.org'", "config.toml:2", "an IP address"),
        ("[log]\nlevel = 'loud'", "config.toml:2", "debug"),
        ("[models]\nbase_url = 'http://me:secret@host/'", "config.toml:2", "without user"),
        ("[api]\nport = = 1", "config.toml", "line 2"),
        ("x = 1", "config.toml:1", "no such setting"),
        ("[api]\nport = 1\nport = 2", "config.toml", "overwrite"),
    ],
)
def test_mistakes_are_named_with_their_place(text: str, where: str, part: str) -> None:
    with pytest.raises(ConfigError) as caught:
        config.evaluate(text)
    assert [problem for problem in caught.value.problems if problem.where == where and part in problem.message]
    assert "secret" not in str(caught.value)


def test_all_mistakes_are_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CCNODE_BACKUP__KEEP", "none")
    monkeypatch.setenv("CCNODE_APIS__PORT", "1")
    with pytest.raises(ConfigError) as caught:
        config.evaluate("[api]\nport = -1\nprot = 2\n")
    assert {problem.where for problem in caught.value.problems} == {
        "CCNODE_BACKUP__KEEP", "CCNODE_APIS__PORT", "config.toml:2", "config.toml:3",
    }  # fmt: skip


def test_a_variable_for_a_whole_section_is_a_mistake(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CCNODE_API", "{")
    with pytest.raises(ConfigError, match="CCNODE_API"):
        config.evaluate("")


@given(st.text(max_size=200))
def test_any_text_gives_settings_or_the_rooms_error(text: str) -> None:
    try:
        config.evaluate(text)
    except ConfigError:
        return  # whatever else is raised fails the test


@given(key=st.sampled_from([one.key for one in config.described()]), value=st.text(max_size=40))
def test_a_change_holds_or_is_refused(key: str, value: str) -> None:
    text = "# mine\n[api]\nhost = '::1' # v6\n\n[backup]\nkeep = 3\n"
    try:
        after = config.changed(text, key, value)
    except ConfigError:
        return
    section, _, name = key.partition(".")
    before, now = tomllib.loads(text), tomllib.loads(after)
    assert str(now[section][name]) in {value, value.lower(), str(now[section][name])}
    now[section].pop(name)
    before.get(section, {}).pop(name, None)
    assert {part: rest for part, rest in now.items() if rest} == {part: rest for part, rest in before.items() if rest}
    config.evaluate(after)


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [("api.port", "8001", 8001), ("models.model", "123", "123"), ("models.adapter", "anthropic", "anthropic"),
     ("models.key_file", '/a b/"c"', '/a b/"c"'), ("log.level", '"debug"', "debug")],
)  # fmt: skip
def test_values_are_written_as_their_setting_takes_them(key: str, value: str, expected: object) -> None:
    loaded = config.evaluate(config.changed("", key, value))
    found = loaded.value(key)
    assert found == expected or str(found) == expected


def test_show_check_set(ccnode: Ccnode, home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    assert ccnode("config", "set", "api.port", "8123").code == 0
    assert home.config.stat().st_mode & 0o777 == 0o600
    monkeypatch.setenv("CCNODE_LOG__LEVEL", "debug")
    shown = {one["key"]: one for one in ccnode("config", "show", "--json").data["settings"]}
    assert (shown["api.port"]["value"], shown["api.port"]["origin"]) == (8123, "file")
    assert (shown["log.level"]["value"], shown["log.level"]["origin"]) == ("debug", "environment")
    assert ccnode("config", "check").code == 0
    assert ccnode("config", "path").out.strip() == str(home.config)
    home.config.write_text("[api]\nport = 'x'\n")
    done = ccnode("config", "check", "--json")
    assert done.code == 1
    assert done.data["problems"][0]["where"] == "config.toml:2"
    assert ccnode("config", "show").code == 1
    assert "config.toml:2" in ccnode("run").err


def test_a_file_that_is_no_text(ccnode: Ccnode, home: Home) -> None:
    home.config.write_bytes(b"\xff\xfe")
    assert "not UTF-8" in ccnode("config", "check").out
    home.config.write_bytes(b"#" * (config.FILE_BYTES_MAX + 1))
    assert "larger" in ccnode("config", "check").out


def test_a_bad_value_changes_nothing(ccnode: Ccnode, home: Home) -> None:
    home.config.write_text("[api]\nport = 1 # mine\n")
    assert ccnode("config", "set", "api.port", "many").code == 1
    assert ccnode("config", "set", "api.prt", "1").code == 1
    assert home.config.read_text() == "[api]\nport = 1 # mine\n"


def test_a_service_that_could_never_be_asked_is_a_mistake(ccnode: Ccnode, home: Home) -> None:
    home.config.write_text('[models]\nmodel = "has space"\nbase_url = "http://example.com"\n')
    done = ccnode("config", "check", "--json")
    assert done.code == 1
    assert [one["key"] for one in done.data["problems"]] == ["models.model", "models.base_url"]
    assert "unencrypted" in done.data["problems"][1]["message"]
    written = home.config.read_text()
    for url in ("http://example.com", "https://me:secret@example.com", "ftp://example.com"):
        done = ccnode("config", "set", "models.base_url", url)
        assert done.code == 1
        assert "secret" not in done.err
    assert home.config.read_text() == written
    assert ccnode("config", "set", "models.model", "claude-sonnet-5-5").code == 0, "one is mended at a time"
    assert ccnode("config", "set", "models.base_url", "http://127.0.0.1:11434").code == 0
    assert ccnode("config", "check").code == 0
