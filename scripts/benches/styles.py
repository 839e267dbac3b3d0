"""Text to measure characters by: English-like prose of a given style, drawn from a seed.

The sentences mean nothing; their function words, marks and lengths are what the measures look at. Rates vary from
session to session, as moods and subjects do: without that, windows of one writer would be far too alike.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

SESSION_MESSAGES = 12
_SYLLABLES = "ba be ri do ka lo mi na po ra se ti va zo lan mer tin sol dar fen gal hur".split()
_VERBS = "moves holds brings keeps makes takes gives turns opens closes joins carries finds leads shows needs".split()
_ADJECTIVES = "small old green quiet open early plain warm deep common recent narrow heavy bright local".split()
_PREPOSITIONS = "in on with from to under between of for about".split()
_HEDGES = "perhaps probably maybe possibly likely".split()
_BOOSTERS = "certainly clearly definitely obviously really".split()
_POSITIVE = "good great happy lovely wonderful useful helpful".split()
_NEGATIVE = "bad sad wrong difficult terrible tired".split()
_ORDERS = "check choose keep start try use note run".split()


@dataclass(frozen=True)
class Style:
    """How often what is said: chances a sentence, except `sentences` (a message) and `phrases` (a sentence)."""

    hedge: float = 0.15
    boost: float = 0.12
    question: float = 0.1
    order: float = 0.1
    listed: float = 0.15
    polite: float = 0.1
    self_: float = 0.25
    user: float = 0.25
    cause: float = 0.12
    positive: float = 0.2
    negative: float = 0.1
    number: float = 0.1
    candid: float = 0.02
    phrases: float = 1.5
    sentences: float = 8.0


CHATTY = Style(
    hedge=0.3, question=0.35, order=0.03, listed=0.01, polite=0.6, self_=0.45, user=0.45, positive=0.4, number=0.02,
    phrases=0.6, sentences=3,
)  # fmt: skip
TERSE = Style(
    hedge=0.03, boost=0.25, question=0.02, order=0.4, listed=0.7, polite=0.0, self_=0.05, user=0.15, cause=0.2,
    positive=0.08, number=0.3, phrases=2.2, sentences=14,
)  # fmt: skip
PLAIN = Style()
NEAR = replace(PLAIN, hedge=0.19, boost=0.15, question=0.13, self_=0.3, sentences=9.5)  # a similar writer


def between(first: Style, second: Style, share: float) -> Style:
    """A style on the way from one to another, so far along it."""
    return Style(
        **{
            field.name: (1 - share) * getattr(first, field.name) + share * getattr(second, field.name)
            for field in fields(Style)
        }
    )


class Writer:
    """Writes messages in one style; the same seed writes the same."""

    def __init__(self, style: Style, seed: int, *, unrest: float = 0.35) -> None:
        """`unrest`: by how much (log-normal deviation) rates differ between sessions."""
        self._style, self._unrest = style, unrest
        self._chance = random.Random(seed)
        self._now = style
        self._nouns = ["stone"]

    def messages(self, count: int) -> Iterator[str]:
        """So many messages; a new session, with its own subject and mood, now and then."""
        for number in range(count):
            if number % SESSION_MESSAGES == 0:
                self._new_session()
            yield self._message()

    def words(self, count: int) -> Iterator[str]:
        """Messages of about so many words in all."""
        done = 0
        while done < count:
            for text in self.messages(SESSION_MESSAGES):
                done += len(text.split())
                yield text

    def _new_session(self) -> None:
        draw = self._chance
        self._nouns = ["".join(draw.choices(_SYLLABLES, k=draw.choice((1, 2, 2, 3)))) for _ in range(80)]
        self._now = replace(
            self._style,
            **{
                field.name: getattr(self._style, field.name) * draw.lognormvariate(0, self._unrest)
                for field in fields(Style)
            },
        )

    def _message(self) -> str:
        draw, now = self._chance, self._now
        sentences = max(1, round(draw.expovariate(1 / now.sentences)))
        parts = [self._sentence() for _ in range(min(sentences, 60))]
        if draw.random() < now.polite:
            parts.insert(0, draw.choice(("Thanks for that!", "Hi, glad you ask.", "Sorry about that.")))
        return "".join(f"\n- {part}" if draw.random() < now.listed else f" {part}" for part in parts).strip()

    def _thing(self) -> str:
        draw, now = self._chance, self._now
        chance = draw.random()
        if chance < now.positive:
            adjective = f"{draw.choice(_POSITIVE)} "
        elif chance < now.positive + now.negative:
            adjective = f"{draw.choice(_NEGATIVE)} "
        else:
            adjective = f"{draw.choice(_ADJECTIVES)} " if draw.random() < 0.4 else ""
        return f"{draw.choice(('the', 'the', 'a', 'this', 'that'))} {adjective}{draw.choice(self._nouns)}"

    def _sentence(self) -> str:
        draw, now = self._chance, self._now
        if draw.random() < now.candid:
            return "I'm not sure, and I can't verify it."
        words = []
        chance = draw.random()
        if chance < now.order:
            words.append(draw.choice(_ORDERS))
        else:
            if draw.random() < now.hedge:
                words.append(draw.choice(_HEDGES))
            who = draw.random()
            self_, user = min(now.self_, 0.5), min(now.user, 0.5)
            subject = "I" if who < self_ else "you" if who < self_ + user else self._thing()
            words.append(subject)
            if draw.random() < now.boost:
                words.append(draw.choice(_BOOSTERS))
            words.append(draw.choice(_VERBS).rstrip("s") if subject in {"I", "you"} else draw.choice(_VERBS))
        words.append(self._thing())
        for _ in range(min(round(draw.expovariate(1 / now.phrases)), 8)):
            words += [draw.choice(_PREPOSITIONS), self._thing()]
        if draw.random() < now.number:
            words += ["by", str(draw.randint(2, 900))]
        if draw.random() < now.cause:
            words += ["because it", draw.choice(_VERBS), self._thing()]
        text = " ".join(words)
        return text[0].upper() + text[1:] + ("?" if draw.random() < now.question else ".")
