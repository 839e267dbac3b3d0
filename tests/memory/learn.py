"""What is each piece of evidence worth? Learns `ccnode/mind/words/weights.py` from the question sets.

    python -m tests.memory.learn            leave one set out in turn, and print what that one reaches
    python -m tests.memory.learn --held-out the same for the sets that are never learned from
    python -m tests.memory.learn --write    learn from all of SETS_LEARNED and write the weights

Logistic regression (Newton's method, ridge) on "this candidate answers this question" by words alone, over all
candidates that the search brings up. A question that nothing answers weighs more than one that something does: there
is a lie to lose. The weights for words and meaning are learned together with the reader, in `learn_reader.py`, which
takes its examples from here.
"""

from __future__ import annotations

import argparse
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from ccnode.mind import recall
from ccnode.mind.asking import with_aliases
from ccnode.mind.evidence import compared, evidence, meaning
from ccnode.mind.matching import match
from ccnode.mind.words import weights as known
from ccnode.models.meaning import Meaning
from tests.memory import facts
from tests.memory.test_recall_figures import SEED, fetch, index

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tests.memory.facts import SetName

SETS_LEARNED: Final[tuple[SetName, ...]] = ("a", "b", "c", "d", "e", "f")
RIDGE: Final = 50.0
UNKNOWN_WEIGHT: Final = 4.0
SCORE_MIN: Final = 0.05
LIKELIHOODS_SHOWN: Final = (0.0, 0.2, 0.23, 0.26, 0.3, 0.4)
TABLE: Final = Path(__file__).resolve().parent.parent.parent / "ccnode" / "mind" / "words" / "weights.py"


@dataclass(frozen=True)
class Asked:
    """One question: the evidence of its candidates (rows: candidates, columns: NAMES), and which one answers.

    `texts`: the beginnings of the candidates; `answer`: substrings of the right one.
    """

    known: bool
    values: Any  # float array [candidates, names]
    right: Any  # bool array [candidates]
    question: str = ""
    texts: tuple[str, ...] = ()
    answer: tuple[str, ...] = ()


@dataclass(frozen=True)
class Weights:
    """Weights per unit of each piece of evidence, and the bias."""

    names: tuple[str, ...]
    each: Any
    bias: float


@dataclass(frozen=True)
class Examples:
    """Every question of a set with the evidence of its candidates, by words alone and with meaning."""

    words_names: tuple[str, ...]
    words: list[Asked]
    meaning_names: tuple[str, ...]
    meaning: list[Asked]


def examples(name: SetName, folder: Path, encoder: Meaning) -> Examples:
    """All that is learned from a set, or tried on it."""
    script = facts.script(name, SEED)
    database, stored, ids = index(script, folder / f"{name}.db")
    names: tuple[str, ...] = ()
    more_names: tuple[str, ...] = ()
    by_words, by_meaning = [], []
    for question in (*script.questions, *script.also):
        plan = recall.plan(question.asked)
        rows = fetch(database, plan)
        wider = recall.refine(plan, [stored[row - 1] for row in rows])
        if wider is not plan:
            rows += fetch(database, wider)
        candidates = [stored[row - 1] for row in dict.fromkeys(rows)]
        read = with_aliases(wider.question, recall.who_is_who(wider.question, candidates))
        comparison = recall.to_compare(wider, candidates)
        likeness = encoder.likeness(comparison.question, comparison.texts)
        if likeness is None:
            raise SystemExit(f"meaning cannot be compared: {encoder.problem}")
        goal = (
            ids[question.session, question.index] if question.session is not None and question.index is not None else ""
        )
        values, right, more, more_right, texts = [], [], [], [], []
        for candidate in candidates:
            rules = match(read, candidate.role, candidate.content, candidate.context)
            if rules.score < SCORE_MIN:
                continue
            pieces = evidence(read, candidate.role, candidate.content, rules)
            names = names or tuple(pieces)
            values.append([pieces[each] for each in names])
            right.append(candidate.message_id == goal)
            near = [likeness.get(text) for text in compared(read, candidate.content)]
            if None not in near:
                pieces |= meaning(pieces, [each for each in near if each is not None])
                more_names = more_names or tuple(pieces)
                more.append([pieces[each] for each in more_names])
                more_right.append(right[-1])
                texts.append(compared(read, candidate.content)[0])
        by_words.append(Asked(bool(goal), np.array(values, float), np.array(right, bool)))
        asked = (comparison.question, tuple(texts), question.answer)
        by_meaning.append(Asked(bool(goal), np.array(more, float), np.array(more_right, bool), *asked))
    database.close()
    return Examples(names, by_words, more_names, by_meaning)


def learn(names: tuple[str, ...], asked: Sequence[Asked]) -> Weights:
    """The weights that maximise the penalised likelihood."""
    rows = [each for each in asked if len(each.values)]
    values = np.vstack([each.values for each in rows])
    right = np.concatenate([each.right for each in rows]).astype(float)
    importance = np.concatenate([np.full(len(each.right), 1.0 if each.known else UNKNOWN_WEIGHT) for each in rows])
    mean, scale = values.mean(0), values.std(0)
    scale[scale == 0] = 1.0
    columns = np.hstack([(values - mean) / scale, np.ones((len(values), 1))])
    penalty = np.diag([RIDGE] * len(names) + [0.0])
    weights = np.zeros(columns.shape[1])
    for _ in range(30):
        chance = 1 / (1 + np.exp(-columns @ weights))
        gradient = columns.T @ (importance * (right - chance)) - penalty @ weights
        curve = (columns * (importance * chance * (1 - chance))[:, None]).T @ columns + penalty
        step = np.linalg.solve(curve, gradient)
        weights += step
        if np.abs(step).max() < 1e-6:
            break
    each = weights[:-1] / scale
    return Weights(names, each, float(weights[-1] - each @ mean))


def outcomes(weights: Weights, asked: Sequence[Asked]) -> list[tuple[float, bool, bool]]:
    """For each question: the best candidate's likelihood, whether it is the right one, whether there is one."""
    result = []
    for one in asked:
        if not len(one.values):
            result.append((0.0, False, one.known))
            continue
        odds = np.exp(one.values @ weights.each + weights.bias)
        likely = odds / (1 + odds.sum())  # as `recall.rank` compares them
        best = int(likely.argmax())
        result.append((float(likely[best]), bool(one.right[best]), one.known))
    return result


def shares(found: Sequence[tuple[float, bool, bool]], least: float) -> tuple[float, float]:
    """Share of facts answered rightly and of unknowns admitted when an answer needs the likelihood `least`."""
    known = [(likely, right) for likely, right, has in found if has]
    unknown = [likely for likely, _, has in found if not has]
    answered = sum(right and likely >= least for likely, right in known)
    return answered / max(1, len(known)), sum(likely < least for likely in unknown) / max(1, len(unknown))


def write(words: Mapping[str, float], meaning: Mapping[str, float]) -> None:
    """Write both tables."""
    question = "What is each piece of evidence worth, in log odds?"
    text = f'"""{question} Written by tests/memory/learn.py (WORDS) and learn_reader.py (MEANING)."""\n\n'
    text += "from __future__ import annotations\n\nfrom typing import Final\n"
    for name, table in (("WORDS", words), ("MEANING", meaning)):
        rows = [f'    "{each}": {value:.4f},' for each, value in table.items()]
        text += f"\n{name}: Final = {{\n" + "\n".join(rows) + "\n}\n"
    TABLE.write_text(text)


def without_last(one: Asked) -> Asked:
    """The question without the last piece of evidence."""
    return replace(one, values=one.values[:, :-1] if len(one.values) else one.values)


def table(weights: Weights) -> dict[str, float]:
    """As it is written."""
    return {"bias": weights.bias, **dict(zip(weights.names, map(float, weights.each), strict=True))}


def main() -> None:
    """Learn, and show or write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--held-out", action="store_true", help="show what the held-out sets reach, too")
    options = parser.parse_args()
    shown = (*SETS_LEARNED, "g", "h") if options.held_out else SETS_LEARNED
    encoder = Meaning()
    with tempfile.TemporaryDirectory() as folder:
        sets = {name: examples(name, Path(folder), encoder) for name in shown}
    names = sets["a"].words_names
    for name in shown:
        rest = [one for other in SETS_LEARNED if other != name for one in sets[other].words]
        reached = outcomes(learn(names, rest), sets[name].words)
        marks = " ".join("{:.2f}/{:.2f}".format(*shares(reached, least)) for least in LIKELIHOODS_SHOWN)
        print(f"words, {name} left out: {marks}", flush=True)  # noqa: T201 (what it is run for)
    if options.write:
        learned = learn(names, [one for name in SETS_LEARNED for one in sets[name].words])
        write(table(learned), known.MEANING)


if __name__ == "__main__":
    main()
