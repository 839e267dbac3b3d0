"""Are API keys read only from private files, and do they stay out of everything that is shown?"""

from __future__ import annotations

import copy
import os
import pickle
import stat
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccnode.models.base import ModelError
from ccnode.models.keys import KEY_FILE_BYTES_MAX, ApiKey, parse_api_key, read_key_file, store_key_file

if TYPE_CHECKING:
    from pathlib import Path

SECRET = "sk-ant-api03-abcDEF_123-456"


def private(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    path.chmod(0o600)
    return path


def refusal(path: Path) -> ModelError:
    with pytest.raises(ModelError) as caught:
        read_key_file(path)
    error = caught.value
    assert error.kind == "not_configured"
    assert error.remedy
    assert str(path) in str(error)
    return error


@pytest.mark.parametrize("content", [b"%s", b"%s\n", b"  %s \r\n\n", b"\xef\xbb\xbf%s\n"])
def test_a_private_file_gives_its_key_trimmed(tmp_path: Path, content: bytes) -> None:
    path = private(tmp_path / "key", content % SECRET.encode())
    assert read_key_file(path).reveal() == SECRET
    assert read_key_file(str(path)) == ApiKey(SECRET)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o660, 0o602, 0o610])
def test_a_file_open_to_others_is_refused_with_the_remedy(tmp_path: Path, mode: int) -> None:
    path = private(tmp_path / "key", SECRET.encode())
    path.chmod(mode)
    error = refusal(path)
    assert error.remedy == f"chmod 600 {path}"
    assert f"{mode:04o}" in str(error)


def test_a_read_only_private_file_is_fine(tmp_path: Path) -> None:
    path = private(tmp_path / "key", SECRET.encode())
    path.chmod(0o400)
    assert read_key_file(path).reveal() == SECRET


def test_a_link_is_judged_by_its_target(tmp_path: Path) -> None:
    target = private(tmp_path / "target", SECRET.encode())
    link = tmp_path / "key"
    link.symlink_to(target)
    assert read_key_file(link).reveal() == SECRET
    target.chmod(0o644)
    refusal(link)


def test_what_is_not_a_regular_file_is_refused_without_hanging(tmp_path: Path) -> None:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo, 0o600)
    assert "regular file" in str(refusal(fifo))
    directory = tmp_path / "directory"
    directory.mkdir(mode=0o700)
    assert "regular file" in str(refusal(directory))


def test_a_missing_file_says_how_to_make_one(tmp_path: Path) -> None:
    path = tmp_path / "key"
    error = refusal(path)
    assert "does not exist" in str(error)
    assert f"chmod 600 {path}" in error.remedy


def test_an_unusable_path_is_refused() -> None:
    with pytest.raises(ModelError, match="not a usable path"):
        read_key_file("a\0b")


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "empty"),
        (b" \n\t ", "empty"),
        (b"short", "fewer than"),
        (b"x" * 513, "too long"),
        (b"x" * (KEY_FILE_BYTES_MAX + 1), "larger than"),
        (SECRET.encode() + b"\n" + SECRET.encode(), "more than one line"),
        (b"ANTHROPIC_API_KEY=" + SECRET.encode(), "NAME=value"),
        (b"export KEY = " + SECRET.encode(), "NAME=value"),
        (b'"' + SECRET.encode() + b'"', "no API key has"),
        (SECRET.encode() + b" " + SECRET.encode(), "no API key has"),
        (SECRET.encode() + b"\x00", "no API key has"),
        (SECRET.encode() + "é".encode(), "not plain text"),
        (SECRET.encode("utf-16"), "not plain text"),
        (b"\xff\xfe\x00\x01", "not plain text"),
    ],
)
def test_what_is_no_key_is_named_without_being_shown(tmp_path: Path, content: bytes, problem: str) -> None:
    error = refusal(private(tmp_path / "key", content))
    assert problem in str(error)
    shown = str(error) + error.remedy + repr(error)
    assert SECRET not in shown
    assert "abcDEF" not in shown
    assert error.__context__ is None
    assert error.__cause__ is None


def test_a_key_ending_in_base64_padding_is_a_key() -> None:
    assert parse_api_key("bG9jYWwta2V5LWZvcg==").reveal() == "bG9jYWwta2V5LWZvcg=="


def test_a_key_is_masked_wherever_it_is_shown() -> None:
    key = parse_api_key(f" {SECRET}\n")
    assert key.reveal() == SECRET
    assert SECRET not in f"{key} {key!r} {key!s} {key:>20} {[key]} {{'k': key}}"
    assert not hasattr(key, "__dict__")
    for serialise in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError, match="not serialised"):
            serialise(key)
    assert key != SECRET
    assert key == ApiKey(SECRET)
    assert hash(key) == hash(ApiKey(SECRET))


@given(st.text(max_size=600))
def test_any_typed_text_is_a_clean_key_or_the_rooms_error(text: str) -> None:
    try:
        key = parse_api_key(text).reveal()
    except ModelError as error:
        shown = str(error)
        key = ""
    else:
        shown = ""
    assert len(text) < 20 or text not in shown
    assert key.isascii()
    assert key.isprintable()
    assert " " not in key
    assert bool(key) is not bool(shown)


def test_a_stored_key_is_private_from_the_start_and_comes_back(tmp_path: Path) -> None:
    path = tmp_path / "key"
    old_mask = os.umask(0)
    try:
        store_key_file(path, ApiKey(SECRET))
    finally:
        os.umask(old_mask)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert read_key_file(path).reveal() == SECRET
    store_key_file(path, ApiKey("another-key-123"))
    assert read_key_file(path).reveal() == "another-key-123"
    assert [entry.name for entry in tmp_path.iterdir()] == ["key"]


def test_a_key_that_cannot_be_stored_is_an_error_without_the_key(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="cannot be written") as caught:
        store_key_file(tmp_path / "missing" / "key", ApiKey(SECRET))
    assert SECRET not in str(caught.value)
    (tmp_path / "taken").mkdir()
    with pytest.raises(ModelError, match="cannot be written"):
        store_key_file(tmp_path / "taken", ApiKey(SECRET))
    assert [entry.name for entry in tmp_path.iterdir()] == ["taken"]
