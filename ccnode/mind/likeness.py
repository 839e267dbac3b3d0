"""How is what a model says of a question and a text handed to those who judge by it?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Self


class Alike(float):
    """How alike in meaning two texts are (the cosine of their vectors, in [-1, 1]).

    `answers`: the log odds that one answers the other, beside all else that is known of them; 0 where nobody read them.
    """

    __slots__ = ("answers",)
    answers: float

    def __new__(cls, cosine: float, answers: float = 0.0) -> Self:
        """Both numbers."""
        made = super().__new__(cls, cosine)
        made.answers = answers
        return made


# For each text compared with a question: an Alike, or the bare cosine.
Likeness = Mapping[str, float]


def answers(found: float) -> float:
    """The log odds that a text answers; 0 where only the cosine is known."""
    return found.answers if isinstance(found, Alike) else 0.0


__all__ = ["Alike", "Likeness", "answers"]
