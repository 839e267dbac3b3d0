"""Do the patterns match what charvec1.json's patterns match, in linear time, and are texts made plain first?"""

from __future__ import annotations

import json
import re
from importlib.resources import files

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ccnode.mind import charvec, charvec_patterns
from ccnode.reference import charvec1

UNTIMED = settings(deadline=None)  # a busy machine is no failure

FIELDS = json.loads((files("ccnode") / "data" / "charvec1.json").read_text("utf-8"))
REFERENCE = charvec1()
MIB = 1 << 20

# Few characters, so that runs, borders and near misses come often.
MARKS = st.text(alphabet=" .!?\nab'", max_size=60)
LINES = st.text(alphabet=" -*#1.)|`>a\u2022\n", max_size=60)
PIECES = st.text(alphabet=" .!?\n`Aa1,:%/-", max_size=60)
SPEECH = st.lists(
    st.sampled_from(
        "i you don't do not know sure can't cannot verify was wrong am i'm im mistaken should must need to can could"
        " honestly , an ai as be may to apologise i-don't-have not-sure".replace("-", " ").split(" ")
    ),
    max_size=30,
).map(" ".join)


def _spans(pattern: str | re.Pattern[str], text: str) -> list[tuple[int, int]]:
    return [found.span() for found in re.finditer(pattern, text)]


@UNTIMED
@given(MARKS)
@example("...... a")
@example("?!.")
def test_sentences_are_split_where_the_file_says(text: str) -> None:
    assert _spans(charvec_patterns.SENTENCE, text) == _spans(FIELDS["sentence_split_regex"], text)


@UNTIMED
@given(MARKS)
@example("don't'a ''a'b'")
def test_words_are_those_of_the_file(text: str) -> None:
    assert charvec_patterns.TOKEN.findall(text) == re.findall(FIELDS["token_regex"], text)


@UNTIMED
@given(LINES)
def test_structure_is_that_of_the_file(text: str) -> None:
    for line in text.split("\n"):
        ours = charvec_patterns.STRUCTURE.match(line)
        assert (ours is None) == (re.match(FIELDS["structure_line_regex"], line) is None)


@UNTIMED
@given(PIECES)
@example("`" * 7 + "a`b")
@example("Aa A. Bb Cc\nDd")
def test_precision_is_that_of_the_file(text: str) -> None:
    ours = (charvec_patterns.NUMBER, charvec_patterns.CAPITAL, charvec_patterns.CODE)
    for mine, theirs in zip(ours, FIELDS["precision_regexes"], strict=True):
        assert _spans(mine, text) == _spans(theirs, text)


@UNTIMED
@given(SPEECH)
def test_candor_is_that_of_the_file(text: str) -> None:
    assert _spans(charvec_patterns.CANDOR, text) == _spans(FIELDS["candor_regex"], text)


@pytest.mark.parametrize(
    ("text", "direct"),
    [
        ("you should go", True),
        ("then you need to rest", True),
        ("you could", True),
        ("you can't go", False),
        ("you cannot go", False),
        ("thank you canada", False),
        ("you need a rest", False),
        ("bayou must flood", False),
    ],
)
def test_advice_is_told_by_whole_words(text: str, direct: bool) -> None:
    assert (charvec_patterns.DIRECT.search(text) is not None) == direct


# Each would hold a pattern that backs up for hours: the test ends at all only if the time is linear.
ADVERSE = {
    "marks, then a letter": "." * MIB + "x",
    "marks of three kinds": ".!?" * (MIB // 3) + "x",
    "one word": "a" * MIB,
    "apostrophes": "a'" * (MIB // 2),
    "apostrophes alone": "'" * MIB,
    "blanks": " " * MIB,
    "blanks, then a letter": " " * MIB + "a",
    "line ends": "\n" * MIB,
    "carriage returns": "\r" * MIB,
    "digits": "1" * MIB,
    "digits, then a letter": "1" * MIB + "x",
    "digits and points": "1." * (MIB // 2),
    "dashes in a number": "1" + "-" * MIB,
    "one capital": "A" + "a" * MIB,
    "capitals": "A" * MIB,
    "names": "Aa" * (MIB // 2),
    "backticks": "`" * MIB,
    "one backtick": "`" + "a" * MIB,
    "backticks unpaired": "`a" * (MIB // 2) + "`",
    "fences": "```\n" * (MIB // 4),
    "a fence never closed": "```\n" + "a b. " * (MIB // 5),
    "a fence of a million marks": "`" * MIB + "\n" + "a\n" * 1000,
    "fences of growing size": "\n".join("`" * size for size in range(3, 1400)),
    "tildes": "~" * MIB,
    "list marks": "-" * MIB,
    "list lines": "-\n" * (MIB // 2),
    "hashes": "#" * MIB,
    "bars": "|" * MIB,
    "beginnings of candor": "i " * (MIB // 2),
    "nearly candor": "i don't " * (MIB // 8),
    "nearly advice": "you need " * (MIB // 9),
    "control characters": "\x00\x1b\x7f" * (MIB // 3),
    "lone surrogates": "\ud800\udfff" * (MIB // 2),
    "unseen characters": "\u200b\u202e" * (MIB // 2),
    "letters of another script": "\u5b57" * MIB,
    "marks over letters": "a" + "\u0301" * MIB,
    "separators of lines": "\u2028\u0085" * (MIB // 2),
}


@pytest.mark.parametrize("text", ADVERSE.values(), ids=ADVERSE.keys())
def test_a_mebibyte_of_anything_is_counted(text: str) -> None:
    counts = charvec.count(text, REFERENCE)
    assert 0 <= counts.words <= MIB
    assert min(counts.sums) >= 0
    assert len(counts.head) <= 49
    assert len(counts.tail) <= 49
    assert len(counts.vocabulary) <= 2000
    charvec.measure_one(counts, REFERENCE)


def test_what_cannot_be_seen_changes_nothing() -> None:
    seen = "I don't know. Don't ask, it's late."
    hidden = "I don\u2019t\u00a0kn\u00adow.\u2003Don\u02bct a\u200bsk, it\u2018s\x00late."
    assert charvec.count(hidden, REFERENCE) == charvec.count(seen, REFERENCE)


def test_line_ends_of_all_systems_are_one() -> None:
    counts = [charvec.count(f"- one{end}- two{end}three", REFERENCE) for end in ("\n", "\r\n", "\r", "\u2028", "\x85")]
    assert all(each == counts[0] for each in counts)
    assert (counts[0]["lines"], counts[0]["structured"]) == (3, 2)


@pytest.mark.parametrize(
    ("text", "inside"),
    [
        ("a\n```\nb\n```\nc", "-+++-"),
        ("```python\nb\n```", "+++"),
        ("```\nb\n~~~\n````\nc", "++++-"),  # closed by as many marks or more, of its own kind
        ("````\n```\nb\n````\nc", "++++-"),
        ("~~~ `x`\nb\n~~~", "+++"),
        ("```x``` y\nb", "--"),  # code within a line opens no fence
        ("  ```\n  b\n  ```  \nc", "+++-"),
        ("a\n```\nb\nc", "-+++"),  # never closed: to the end
        ("```\n``` b\nc", "+++"),  # what closes a fence stands alone
        ("``\nb", "--"),
        ("", "-"),
    ],
)
def test_fences_are_those_of_commonmark(text: str, inside: str) -> None:
    assert "".join("-+"[each] for each in charvec_patterns.fenced(text.split("\n"))) == inside
