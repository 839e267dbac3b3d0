"""Which of the recalled messages does a reply rest on, though it does not cite them? Those whose words it says.

A model is asked to cite, and may not, or be cut off before it does. What it was told is then in its reply all the same,
and would come back with it after its owner had disabled or forgotten it. So a reply rests on a message where it says
what only that message could have told: a name or number of it, or all that a sentence of it adds to what the plate,
the conversation and the question say already; or most of that in other words (echoes.py).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from ccnode.mind import echoes
from ccnode.mind.lexicon import STOP
from ccnode.mind.stemming import stem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ccnode.mind.prompt_types import Prompt

CHARS_MAX: Final = 100_000  # of one text, so much is read
KNOWN_CHARS_MAX: Final = 400_000  # of the conversation, the newest of it
AGAIN_MAX: Final = 20  # messages of it, the newest, against which a paraphrase is held
_WORD_MIN: Final = 3
_TOLD_MIN: Final = 2  # words that a sentence adds; one is enough where it is about what was asked
_TOKEN: Final = re.compile(r"\w+")
_SENTENCE: Final = re.compile(r"[.!?;\n]+")
_NO_SPACES: Final = re.compile("[\u2e80-\ud7ff\U00020000-\U0003ffff]{2,}")  # scripts that put none between words


def used(prompt: Prompt, reply: str) -> tuple[str, ...]:
    """The ids of the recalled messages, and of those that extracts are from, whose words the reply says, in order."""
    said, heard = _keys(reply), echoes.heard([reply])
    asked = _keys(prompt.messages[-1].content) if prompt.messages else set()
    known = set(asked).union(*(_keys(each.text) for each in prompt.system))
    room = KNOWN_CHARS_MAX
    for each in reversed(prompt.messages[:-1]):
        if room <= 0:
            break
        known |= _keys(each.content[:room])
        room -= len(each.content)
    before = [*(each.text for each in prompt.system), *(each.content for each in prompt.messages[-AGAIN_MAX:])]
    told_before = echoes.heard(before) if prompt.recalled or prompt.summaries else echoes.heard([])
    return tuple(
        dict.fromkeys(
            id_
            for id_, text in _told(prompt)
            if id_ and (_is_used(text, said, known, asked) or echoes.says_again(text, heard, told_before))
        )
    )


def _told(prompt: Prompt) -> Iterator[tuple[str, str]]:
    for each in prompt.recalled:
        yield each.message_id, each.content
    for extract in prompt.summaries:
        lines = extract.content.split("\n")
        first = 1 if extract.sources[:1] != ("",) else 0  # a title is no message
        yield from zip([id_ for id_ in extract.sources if id_][first:], lines[first:], strict=False)


def _is_used(text: str, said: set[str], known: set[str], asked: set[str]) -> bool:
    for sentence in _SENTENCE.split(text[:CHARS_MAX]):
        tokens = list(_tokens(sentence))
        names = {key for at, (word, key) in enumerate(tokens) if _is_name(word, first=at == 0)} - known
        if names & said:
            return True
        keys = {key for _, key in tokens}
        told = keys - known
        if told and told <= said and (len(told) >= _TOLD_MIN or keys & asked):
            return True
    return False


def _is_name(word: str, *, first: bool) -> bool:
    return (not first and word[0].isupper()) or (len(word) > 1 and not word.isalpha())


def _keys(text: str) -> set[str]:
    return {key for _, key in _tokens(text[:CHARS_MAX])}


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    """Words that tell something, with what they are compared by."""
    for word in _split(_TOKEN.findall(text)):
        folded = word.casefold()
        told = len(word) >= _WORD_MIN or _NO_SPACES.match(word) or any(map(str.isdecimal, word))
        if told and folded not in STOP:
            yield word, stem(folded)


def _split(words: Iterable[str]) -> Iterator[str]:
    """Words; of a run without spaces its pairs of characters."""
    for word in words:
        if _NO_SPACES.match(word):
            yield from (word[at : at + 2] for at in range(len(word) - 1))
        else:
            yield word
