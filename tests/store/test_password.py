"""Is the password kept as a hash that only the owner can read, and are the plainly weak ones refused?"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from ccnode.store import password
from ccnode.store.errors import StoreError
from ccnode.store.home import Home

if TYPE_CHECKING:
    from pathlib import Path

GOOD = "ziegel wolke 7 lampe"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


def test_set_tried_and_cleared(home: Home) -> None:
    assert password.read(home) is None
    assert password.stamp(home) is None
    assert not password.is_right(home, GOOD)
    password.keep(home, GOOD)
    assert home.password.stat().st_mode & 0o777 == 0o600
    kept = password.read(home)
    assert kept is not None
    assert kept.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert GOOD not in home.password.read_text()
    assert password.is_right(home, GOOD)
    for wrong in (GOOD.upper(), GOOD + " ", GOOD[:-1], "", "x" * 100_000, "\ud800"):
        assert not password.is_right(home, wrong)
    first = password.stamp(home)
    password.keep(home, GOOD)
    assert password.stamp(home) != first
    assert password.clear(home)
    assert not password.clear(home)
    assert not password.is_right(home, GOOD)


def test_two_keyboards_write_the_same_letter(home: Home) -> None:
    password.keep(home, "Bl\u00fcte am langen Zaun")
    assert password.is_right(home, "Blu\u0308te am langen Zaun")


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("kurz und so", "12 characters or more"),
        ("password1234", "tried first"),
        ("PassWord-Password", "again and again"),
        ("123456789012", "tried first"),
        ("qwertyuiop12", "tried first"),
        ("poiuytrewq09", "tried first"),
        ("aaaaaaaaaaaa", "different characters"),
        ("hunter2hunter2", "again and again"),
        ("ccnode admin 2024", "tried first"),
        ("x" * 300, "256 characters or fewer"),
        ("abc\x00defghijkl", "no keyboard"),
    ],
)
def test_what_is_tried_first_is_refused(home: Home, text: str, part: str) -> None:
    assert part in str(password.weakness(text))
    with pytest.raises(ValueError, match=part):
        password.keep(home, text)
    assert not home.password.exists()


@pytest.mark.parametrize(
    "text", [GOOD, "Tr0ub4dor&3xyz", "correct horse battery", "k9#mQ2!vR7pz", "日本語のとても長い合言葉です"]
)
def test_others_are_taken(text: str) -> None:
    assert password.weakness(text) is None


def test_a_file_that_others_read_or_that_holds_no_hash(home: Home) -> None:
    password.keep(home, GOOD)
    home.password.chmod(0o644)
    with pytest.raises(StoreError, match="others"):
        password.read(home)
    assert not password.is_right(home, GOOD)
    home.password.chmod(0o600)
    home.password.write_text("plain text\n")
    with pytest.raises(StoreError, match="holds no password"):
        password.read(home)
    home.password.write_text("$argon2id$broken\n")
    assert not password.is_right(home, GOOD)


def test_what_hashes_is_loaded_only_on_use() -> None:
    import subprocess

    code = (
        "import sys, ccnode.store.password, ccnode.daemon.main, ccnode.api.app; print('argon2' in sys.modules,"
        " 'ccnode.api.outward' in sys.modules, 'ccnode.net.webcert' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False"] * 3
