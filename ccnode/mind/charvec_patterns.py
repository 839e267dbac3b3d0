"""How are the patterns of charvec/1 matched, so that no text can hold the matcher up?

`KNOWN` has the patterns as charvec1.json writes them; a file with others is refused. Beside each stands the form used
here: in ASCII text it matches exactly the same (a property test compares them), in time linear in the text, and alike
in every version of Python. So: no pattern backs up over a run (a megabyte of "." before a letter makes the written
sentence pattern try every end from every start), and letters, digits and white space are ASCII's, since what else is
one changes with each edition of Unicode. Other white space and apostrophes are made ASCII's first (`plain`).
"""

from __future__ import annotations

import re
from typing import Final

_WRITTEN_WORD: Final = r"[a-z]+(?:'[a-z]+)*"
_WRITTEN_SENTENCE: Final = r"[.!?]+(?=\s|$)|\n+"
_WRITTEN_CANDOR: Final = (
    r"\b(i (do not|don't|did not|didn't) (know|remember|have access|recall)|i'?m not (sure|certain)"
    r"|i am not (sure|certain)|not sure|i (can't|cannot|could not|couldn't) (verify|confirm|be sure|access)"
    r"|i (was|am|may be|might be|could be) (wrong|mistaken)|my mistake|i apologi[sz]e|as an ai|to be honest|honestly"
    r"|i don't have)\b"
)
_WRITTEN_STRUCTURE: Final = r"\s*([-*\u2022]|\d+[.)]|#+|\||```|>)\s?"
_WRITTEN_NUMBER: Final = r"\b\d[\d.,:%/-]*"
_WRITTEN_CAPITAL: Final = r"(?<![.!?\n]\s)(?<!^)\b[A-Z][a-z]+"
_WRITTEN_CODE: Final = r"`[^`]+`"

# Field of charvec1.json -> what this version knows how to count.
KNOWN: Final = {
    "token_regex": _WRITTEN_WORD,
    "sentence_split_regex": _WRITTEN_SENTENCE,
    "candor_regex": _WRITTEN_CANDOR,
    "structure_line_regex": _WRITTEN_STRUCTURE,
    "precision_regexes": [_WRITTEN_NUMBER, _WRITTEN_CAPITAL, _WRITTEN_CODE],
    "directness_rule": "sentence starts with a directive word or contains you (should|must|need to|can|could)",
    "scale": "score = clip(0.5 + z/8, 0, 1), z = (raw - mean) / sd",
}

TOKEN: Final = re.compile(r"[a-z]++(?:'[a-z]++)*+")
# Only a whole run of marks can end at white space, so a start inside the run and an end inside it need no trying.
SENTENCE: Final = re.compile(r"(?<![.!?])[.!?]++(?=\s|$)|\n++", re.ASCII)
CANDOR: Final = re.compile(_WRITTEN_CANDOR, re.ASCII)
# "can't" is another word than "can".
DIRECT: Final = re.compile(r"\byou (?:should|must|need to|can|could)\b(?!')", re.ASCII)
# Matched at the start of a line; whatever can follow white space or digits is none of them, so neither is given back.
STRUCTURE: Final = re.compile(r"\s*+(?:[-*\u2022]|\d++[.)]|#|\||```|>)", re.ASCII)
NUMBER: Final = re.compile(r"\b\d[\d.,:%/-]*+", re.ASCII)
CAPITAL: Final = re.compile(r"(?<![.!?\n]\s)(?<!^)\b[A-Z][a-z]++", re.ASCII)
CODE: Final = re.compile(r"`[^`]++`")

FENCES: Final = ("```", "~~~")
_SPACE: Final = dict.fromkeys(
    [*range(9), 0x0B, 0x0C, *range(0x0E, 0x20), 0x7F, *range(0x80, 0x85), *range(0x86, 0xA1), 0x1680,
     *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000], " "
)  # fmt: skip
_LINE: Final = dict.fromkeys([0x85, 0x2028, 0x2029], "\n")
_QUOTE: Final = dict.fromkeys([0x2018, 0x2019, 0x02BC, 0xFF07], "'")
# Soft hyphens, joiners and marks of direction stand inside words and are not seen.
_UNSEEN: Final = dict.fromkeys([0xAD, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x206A), 0xFEFF])
_PLAIN: Final = _SPACE | _LINE | _QUOTE | _UNSEEN
_ODD: Final = re.compile("[" + "".join(re.escape(chr(code)) for code in sorted(_PLAIN)) + "]")
# Letters outside ASCII, in fixed blocks, whatever edition of Unicode the interpreter carries.
FOREIGN: Final = re.compile(
    "[\u00aa\u00b5\u00ba\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02af\u0370-\u1fff\u2c00-\u2dff\u3040-\u31ff\u3400-\u4dbf"
    "\u4e00-\ud7ff\uf900-\ufaff\ufb00-\ufdff\ufe70-\ufefe\uff21-\uff3a\uff41-\uff5a\uff66-\uffdc"
    "\U00010000-\U0001bfff\U0001e000-\U0001efff\U00020000-\U0003ffff]+"
)


def plain(text: str) -> str:
    """The text with one kind of line end, space and apostrophe, without control characters and what is not seen."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text.translate(_PLAIN) if _ODD.search(text) else text


def fenced(lines: list[str]) -> list[bool]:
    """For each line, whether it belongs to a code fence, its first and last line included.

    As in CommonMark: a fence is closed by as many of its marks or more on a line of their own, or by the end of the
    text; the line that opens a fence of backticks has none later on. Deeper indentation, as in lists, is let pass.
    """
    inside, marks = False, ""
    found = []
    for line in lines:
        stripped = line.strip()
        if inside:
            found.append(True)
            inside = not (stripped.startswith(marks) and not stripped.strip(marks[0]))
            continue
        if stripped.startswith(FENCES):
            mark = stripped[0]
            rest = stripped.lstrip(mark)
            inside = mark == "~" or "`" not in rest
            marks = mark * (len(stripped) - len(rest))
        found.append(inside)
    return found
