"""Which of the recalled messages does a reply rest on, though it does not cite them? Those whose words it says.

A model is asked to cite, and may not, or be cut off before it does. What it was told is then in its reply all the same,
and would come back with it after its owner had disabled or forgotten it. So a reply rests on a message where it says
what only that message could have told: a name or number of it, or all that a sentence of it adds to what the plate,
the conversation and the question say already; or most of that in other words (echoes.py).

An earlier reply tells something of its own only by a name, a number or a code. All else in it counts where it goes back
to what somebody said: to what was said before that reply, or what it rests on. A model that greets everybody with the
same words has these from itself, and a phrase of courtesy is nobody's. But whoever told that earlier reply something
may have it forgotten, and this one then goes with it.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ccnode.mind import echoes
from ccnode.mind.lexicon import STOP, is_light
from ccnode.mind.memory import COURTESY
from ccnode.mind.stemming import stem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from ccnode.mind.echoes import Heard
    from ccnode.mind.prompt_types import Prompt

CHARS_MAX: Final = 100_000  # of one text, so much is read
KNOWN_CHARS_MAX: Final = 400_000  # of the conversation, the newest of it
AGAIN_MAX: Final = 20  # messages of it, the newest, against which a paraphrase is held
_WORD_MIN: Final = 3
_LIGHT_MIN: Final = 2  # words that say little by themselves, of which one may be anybody's
_COURTESY_MIN: Final = 2  # words of it that make a phrase; one may be a name ("It is Bravo.")
_OFFERS: Final = COURTESY | {"anything", "assist", "assistance", "something", "today", "tonight"}
_LAST_ANSWER: Final = 3  # its place among the sources of an extract
_TOLD_MIN: Final = 2  # words that a sentence adds; one is enough where it is about what was asked
_TOKEN: Final = re.compile(r"\w+")
_SENTENCE: Final = re.compile(r"[.!?;\n]+")
_NO_SPACES: Final = re.compile("[\u2e80-\ud7ff\U00020000-\U0003ffff]{2,}")  # scripts that put none between words


@dataclass(frozen=True, slots=True)
class Found:
    """The ids of what a reply rests on, in order.

    `doubtful`: of those that are earlier replies, and told it no name, number or code, what it says again of them; they
    count where that goes back to what somebody said.
    """

    ids: tuple[str, ...]
    doubtful: Mapping[str, frozenset[str]]

    def used(self, behind: Mapping[str, Sequence[str] | None]) -> tuple[str, ...]:
        """The ids that count. `behind`: for the doubtful, what may have told them; None where that is not known."""
        return tuple(id_ for id_ in self.ids if id_ not in self.doubtful or self._goes_back(id_, behind.get(id_)))

    def _goes_back(self, id_: str, texts: Sequence[str] | None) -> bool:
        if texts is None:
            return True
        words = self.doubtful[id_]
        pairs = words & set[str]().union(*map(_pairs, texts))
        return _tells(pairs | echoes.among(words, echoes.heard(texts)))


@dataclass(frozen=True, slots=True)
class _Told:
    """A text from elsewhere in a prompt. `own`: an earlier reply; `line`: of an extract, so a name may begin it."""

    id: str
    sentences: tuple[str, ...]
    own: bool
    line: bool = False

    def names(self, at: int, *, begins: bool) -> set[str]:
        """What the names and numbers of a sentence are compared by; `begins`: the first word may be one as well."""
        return {
            key
            for place, (word, key) in enumerate(_tokens(self.sentences[at]))
            if _is_name(word, first=not place and not (begins and _may_name(word)))
        }


def look(prompt: Prompt, reply: str) -> Found:
    """Find the recalled messages, and those that extracts are from, whose words the reply says."""
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
    told = list(_told(prompt))
    # A reply may be recalled, and be the last answer of an extract too: that is once.
    own = {(one.id, each.strip().casefold()) for one in told if one.own for each in one.sentences}
    often = Counter(sentence for _, sentence in own)
    certain: set[str] = set()
    doubtful: dict[str, frozenset[str]] = {}
    for one in told:
        new, every = said - known, range(len(one.sentences))
        named = [at for at in every if new & one.names(at, begins=one.line and not one.own and not at)]
        text = "\n".join(one.sentences)
        if any(not one.own or often[one.sentences[at].strip().casefold()] == 1 for at in named):
            certain.add(one.id)
        elif (
            (one.own and any(new & one.names(at, begins=True) for at in every))
            or _is_used(one.sentences, said, known, asked)
            or echoes.says_again(text, heard, told_before)
        ):
            if not one.own:
                certain.add(one.id)
            elif _tells(words := _taken(text, heard, told_before) | (_pairs(text) & said - known)):
                doubtful[one.id] = words
    ids = dict.fromkeys(one.id for one in told if one.id in certain or one.id in doubtful)
    return Found(tuple(ids), {id_: words for id_, words in doubtful.items() if id_ not in certain})


def _taken(text: str, reply: Heard, known: Heard) -> frozenset[str]:
    """What a reply says again of an earlier one, but for what any might say."""
    return frozenset(word for word in echoes.shared(text, reply, known) if word not in _OFFERS)


def _tells(words: frozenset[str]) -> bool:
    return len(words) >= _LIGHT_MIN or any(not is_light(word) for word in words)


def _told(prompt: Prompt) -> Iterator[_Told]:
    for each in prompt.recalled:
        if each.message_id:
            yield _Told(each.message_id, _telling(each.content), own=each.role == "assistant")
    for extract in prompt.summaries:
        lines = iter(extract.content.split("\n"))
        for place, id_ in enumerate(extract.sources):
            text = next(lines, "").partition(": ")[2] if id_ else ""  # without its label
            if text and place:  # a title is no message
                yield _Told(id_, _telling(text), own=place == _LAST_ANSWER, line=True)


def _telling(text: str) -> tuple[str, ...]:
    """The sentences of a text but for phrases of courtesy."""
    return tuple(each for each in _SENTENCE.split(text[:CHARS_MAX]) if each.strip() and not _is_courtesy(each))


def _is_courtesy(sentence: str) -> bool:
    tokens = _TOKEN.findall(sentence)
    folded = [token.casefold() for token in tokens]
    if any(word not in COURTESY and word not in STOP for word in folded):
        return False
    is_phrase = sum(word in COURTESY for word in folded) >= _COURTESY_MIN
    return is_phrase or not any(_is_name(token, first=at == 0) for at, token in enumerate(tokens))


def _is_used(sentences: Iterable[str], said: set[str], known: set[str], asked: set[str]) -> bool:
    for sentence in sentences:
        keys = _keys(sentence)
        told = keys - known
        if told and told <= said and (len(told) >= _TOLD_MIN or keys & asked):
            return True
    return False


def _may_name(word: str) -> bool:
    """Whether a word with which something begins may be a name: its capital tells nothing."""
    return word.casefold() not in _OFFERS and not is_light(word.casefold())


def _pairs(text: str) -> set[str]:
    """What words without spaces between them are compared by."""
    return {key for key in _keys(text) if _NO_SPACES.match(key)}


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
