"""Is a setting changed or taken out, and everything else in the file left as it was?"""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccnode import config
from ccnode.config import ConfigError

FILE = """# My node
[api]   # where it is reached
port = 8100   # not 8000: "#1" uses that
host = "127.0.0.1"

[backup]
keep = 3
"""


def test_a_comment_behind_the_value_stays() -> None:
    after = config.changed(FILE, "api.port", "8200")
    assert after == FILE.replace("port = 8100 ", "port = 8200 ")
    assert config.changed('[api]\nnames = "a#b" # two\n', "api.names", "me.example") == (
        '[api]\nnames = "me.example" # two\n'
    )


def test_a_value_of_several_lines_is_replaced_whole() -> None:
    text = '[api]\nnames = """\na.example,\nb.example"""\nport = 1\n'
    assert config.changed(text, "api.names", "c.example") == '[api]\nnames = "c.example"\nport = 1\n'
    assert config.removed(text, "api.names") == "[api]\nport = 1\n"


def test_lines_end_as_they_did() -> None:
    text = FILE.replace("\n", "\r\n")
    after = config.changed(text, "backup.keep", "4")
    assert after == text.replace("keep = 3", "keep = 4")


def test_a_setting_is_taken_out() -> None:
    assert config.removed(FILE, "api.host") == FILE.replace('host = "127.0.0.1"\n', "")
    assert config.removed("api.port = 1\n", "api.port") == ""
    assert config.evaluate(config.removed(FILE, "api.port")).settings.api.port == 8000


@pytest.mark.parametrize(
    ("text", "key", "part"),
    [
        (FILE, "log.level", "is not set there"),
        (FILE, "api.prt", "did you mean api.port"),
        ("api = {port = 1, host = '::1'}\n", "api.port", "cannot be changed from here"),
        ("[api]\nport = = 1\n", "api.port", "line 2"),
        ("api = 3\n", "api.port", "a section is expected"),
    ],
)
def test_what_cannot_be_taken_out_is_said(text: str, key: str, part: str) -> None:
    with pytest.raises(ConfigError, match=part):
        config.removed(text, key)


def test_a_broken_file_is_not_written_to() -> None:
    with pytest.raises(ConfigError, match="line 2"):
        config.changed("[api]\nport = = 1\n", "api.host", "::1")


@given(key=st.sampled_from([one.key for one in config.described()]), text=st.text(max_size=60))
def test_whatever_is_taken_out_is_all_that_goes(key: str, text: str) -> None:
    before = f"# {text.splitlines()[0] if text.splitlines() else ''}\n{FILE}"
    try:
        now = tomllib.loads(config.removed(before, key))
    except ConfigError:
        return
    section, _, name = key.partition(".")
    was = tomllib.loads(before)
    assert was[section].pop(name) is not None
    assert now == was
