"""Does what is said fit a terminal, with words, identifiers and commands whole? And is a pipe given it as it is?"""

from __future__ import annotations

import fcntl
import os
import pty
import re
import struct
import subprocess
import termios
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccnode.cli import characters
from ccnode.cli.folding import Folder, columns, folded
from tests.api import fake_measured
from tests.cli.helpers import DEADLINE_S, PROGRAM, call, environment, running, say

if TYPE_CHECKING:
    from ccnode.store.home import Home

LONG = "The orchard behind the house has forty apple trees and a bench that my grandfather painted green in spring."


def on_terminal(width: int, *arguments: str, code: int = 0) -> list[str]:
    """Run the program on a terminal of so many columns; the lines it shows, without colours."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, width, 0, 0))
    process = subprocess.Popen(
        [*PROGRAM, *arguments], stdin=theirs, stdout=theirs, stderr=theirs, env=environment(TERM="xterm", NO_COLOR="1")
    )
    os.close(theirs)
    shown = b""
    while True:
        try:
            piece = os.read(ours, 65_536)
        except OSError:  # so a terminal ends whose last program has gone
            break
        if not piece:
            break
        shown += piece
    os.close(ours)
    assert process.wait(DEADLINE_S) == code, shown.decode()
    return seen(re.sub(r"\x1b\[[0-9;]*m", "", shown.decode()).replace("\r\n", "\n"), 10_000)


def test_a_line_breaks_between_words_and_goes_on_under_its_margin() -> None:
    assert folded("one two three", None) == "one two three"
    assert folded("  | alpha beta gamma delta epsilon", 24) == "  | alpha beta gamma\n  | delta epsilon"
    assert folded("right  alpha beta gamma delta", 24, 7) == "right  alpha beta gamma\n       delta"
    assert folded("see /a/path/that/is/longer/than/all/of/this", 20) == "see\n/a/path/that/is/longer/than/all/of/this"
    assert folded("short\n\nalso short", 20) == "short\n\nalso short"
    assert columns("日本") == 4


def seen(written: str, width: int) -> list[str]:
    """The lines that a terminal shows of what was written: backspaces go back, a full line goes on in the next."""
    lines, at = [""], 0
    for one in written:
        if one == "\n":
            lines.append("")
            at = 0
        elif one == "\b":
            at = max(0, at - 1)
        else:
            if at == width:
                lines.append("")
                at = 0
            lines[-1] = lines[-1][:at] + one + lines[-1][at + 1 :]
            at += 1
    return [line.rstrip() for line in lines]


@given(st.text(), st.integers(20, 60))
def test_pieces_fold_as_the_whole(text: str, width: int) -> None:
    whole, pieces = Folder(width), Folder(width)
    assert whole.feed(text) == "".join(map(pieces.feed, text))
    assert Folder(None).feed(text) == text


@given(st.lists(st.text("abcdefg", min_size=1, max_size=18), max_size=40), st.integers(20, 60))
def test_no_line_is_wider_than_the_terminal_and_no_word_is_broken(words: list[str], width: int) -> None:
    folder = Folder(width)
    lines = seen("".join(map(folder.feed, " ".join(words))), width)
    assert " ".join(lines).split() == words
    assert all(len(line) < width for line in lines)


def test_a_word_is_shown_before_its_end_is_known_and_a_long_one_is_left_alone() -> None:
    folder = Folder(20)
    assert folder.feed("a begin") == "a begin"
    assert seen(Folder(20).feed(f"see {'x' * 45} on"), 20) == ["see", "x" * 20, "x" * 20, "xxxxx on"]
    assert seen(Folder(20).feed("一" * 12), 40) == ["一" * 9, "一" * 3]


@pytest.mark.parametrize("width", [50, 80, 120])
def test_a_search_shows_whole_identifiers_and_reasons(home: Home, width: int) -> None:
    session, (asked, _) = say(home, [(LONG, "An orchard, noted.")])
    lines = on_terminal(width, "--data-dir", str(home.root), "session", "search", "orchard")
    head = next(line for line in lines if line.startswith(asked.hex()[:12]))
    assert session[:8] in head
    assert "orchard 100%" in head
    text = "\n".join(lines)
    assert LONG[:40] in " ".join(text.split())
    # What is below the row fits, whatever the terminal.
    assert all(len(line) <= width for line in lines if line.startswith("  "))
    piped = call("--data-dir", str(home.root), "session", "search", "orchard").out
    assert len(piped.splitlines()[0].split("\t")) == 6


def test_one_long_text_leaves_room_for_the_others(home: Home) -> None:
    long = " ".join(f"Box {number} in the cellar holds jars." for number in range(300))
    say(home, [(long, "Noted."), ("My orchard has forty trees.", "Noted.")])
    lines = on_terminal(80, "--data-dir", str(home.root), "memory", "list")
    assert len(lines) < 30
    assert any(line.endswith("...") for line in lines)
    assert "forty trees" in " ".join(lines)
    assert "Box 299" in call("--data-dir", str(home.root), "memory", "list").out  # programs get it whole


def test_a_narrow_terminal_cuts_no_identifier(home: Home) -> None:
    session, _ = say(home, [(LONG, "An orchard, noted.")], title="The orchard")
    lines = on_terminal(40, "--data-dir", str(home.root), "session", "list")
    assert any(session in line for line in lines)
    shown = on_terminal(40, "--data-dir", str(home.root), "session", "show", session)
    assert "painted" in " ".join(" ".join(shown).split())
    assert all(len(line) <= 40 for line in shown if line and line[0] not in "#0123456789" and session not in line)


def test_a_reply_is_folded_as_it_comes(home: Home) -> None:
    with running(home):
        call("--data-dir", str(home.root), "chat", "-m", LONG)
        lines = on_terminal(44, "--data-dir", str(home.root), "-q", "chat", "-m", "Who are you?")
        assert sum(1 for line in lines if line.strip()) > 2
        assert all(len(line) <= 44 for line in lines)
        last = on_terminal(60, "--data-dir", str(home.root), "context", "last")
    assert any("Who are you?" in line for line in last)
    assert all(len(line) <= 60 for line in last)


def test_the_line_of_drift_fits(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    form = fake_measured.everything()
    monkeypatch.setattr(characters, "width_of_terminal", lambda: 60)
    drawn = next(line for line in characters.drift(form, fake_measured.measured()) if "by reply" in line[0][0])
    assert sum(columns(text) for text, _ in drawn) == 60
    monkeypatch.setattr(characters, "width_of_terminal", lambda: None)
    drawn = next(line for line in characters.drift(form, fake_measured.measured()) if "by reply" in line[0][0])
    assert len(drawn[1][0]) == 60


def test_what_went_wrong_is_folded_too(home: Home) -> None:
    lines = on_terminal(50, "--data-dir", str(home.root), "session", "search", code=2)
    assert lines[0].startswith("ccnode: ")
    assert all(len(line) <= 50 or str(home.root) in line for line in lines)
    piped = call("--data-dir", str(home.root), "session", "fork", "nothing-like-it-in-this-node").err
    assert len(piped.splitlines()) == 2
