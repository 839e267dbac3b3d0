"""What of memory is put before a model that weighs it for itself?

The model that is built in quotes what comes first, so `recall.rank` keeps what hardly answers from it. Another reads
all that it is given, and a message that it is not given it cannot know: beside what the evidence speaks for, it is
offered what has half of what is asked for. That is told from the words alone (`glance`), which takes a tenth of what
reading a message takes; so only what looks best is read.

Of 3,000 questions of tests/memory, told among 2,000 other messages, the right message is offered to 81 of a hundred,
and first to 68 (decision 0032).
"""

from __future__ import annotations

import operator
import re
from typing import TYPE_CHECKING, Final

from ccnode.mind.asking import with_aliases
from ccnode.mind.matching import role_factor
from ccnode.mind.reading import excerpt
from ccnode.mind.recall import as_recalled, judged_as, rank, same_words, who_is_who
from ccnode.mind.stemming import words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ccnode.mind.asking import Question
    from ccnode.mind.prompt_types import Recalled
    from ccnode.mind.recall import Candidate, RecallPlan

READ: Final = 12  # candidates that look best, whose evidence is weighed,
PINNED_READ: Final = 6  # and so many pinned ones beside them: many pins must not take the place of what answers
HALF: Final = 0.5  # of what is asked for: a message that has so much of it is worth showing
_ASKS: Final = 0.5  # what a message that ends with a question counts for
_RUN: Final = re.compile(r"[a-z0-9]+")


def offered(plan: RecallPlan, candidates: Sequence[Candidate], limit: int = 6) -> list[Recalled]:
    """The candidates to be shown, best first, at most `limit`: what `recall.rank` finds, then what has half of it all.

    The pinned messages that look best are read wherever they stand. The score of what is only likely is 0.
    """
    question = with_aliases(plan.question, who_is_who(plan.question, candidates))
    looks = glance(question, candidates)
    order = sorted(range(len(candidates)), key=lambda at: -looks[at])
    pinned = [at for at in order[READ:] if candidates[at].pinned][:PINNED_READ]
    found = rank(plan, [candidates[at] for at in order[:READ] + pinned], limit, question=question)
    if not question.asks:
        return found
    shown = {same_words(one) for one in found}
    for at in order:
        if len(found) >= limit or looks[at] < HALF:
            break
        one = candidates[at]
        if same_words(one) not in shown:
            shown.add(same_words(one))
            found.append(as_recalled(one, 0.0))
    return found


def glance(question: Question, candidates: Sequence[Candidate]) -> list[float]:
    """For each candidate how much of what a question names its words account for, in [0, 1], by whoever says them."""
    accounts = question.by_word
    weights = [unit.weight for unit in question.units]
    whole = question.weight or 1.0
    looks = []
    for one in candidates:
        text = excerpt(one.content, question.needles)
        best = [0.0] * len(weights)
        for word in set(_RUN.findall(text.lower()) if text.isascii() else words(text)):
            for at, quality in accounts[word]:
                if quality > best[at]:  # noqa: PLR1730 (in half of the time of a call)
                    best[at] = quality
        look = sum(map(operator.mul, weights, best)) / whole
        if look:
            look *= role_factor(question, judged_as(question, one), one.content)
            look *= _ASKS if text.rstrip().endswith("?") else 1.0
        looks.append(look)
    return looks
