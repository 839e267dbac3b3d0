"""What should the reader look at? Learns `ccnode/models/answers.npz`, and the weights for words and meaning beside it.

    python -m tests.memory.learn_reader a b       leave these sets out, and print what they reach
    python -m tests.memory.learn_reader --write   learn from all of SETS_READ and write

Needs JAX and optax, which the project does not: an environment of its own with both and the project in it. On one core
an hour or so. `Reader.answers` in ccnode/models/answers.py computes the same in NumPy.

Learned together: the logistic weights (begun where regression alone leaves them, and moved slowly), and the reader,
whose one number is added to them. Each candidate is asked whether it answers, and all of a question's together whether
any does; where one does, also whether any *other* does, so that less is learned of which questions are asked of what
was told: known and unknown questions can be told apart by their wording alone better than one would like. The reader
is also to mark the tokens of the answer.
"""

from __future__ import annotations

import argparse
import importlib
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from ccnode.mind.words import weights as known
from ccnode.models.answers import FILE, QUESTION_TOKENS_MAX, TEXT_TOKENS_MAX
from ccnode.models.meaning import Meaning
from tests.memory import facts, learn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    Values = dict[str, Any]

SETS_READ: Final = (*learn.SETS_LEARNED, *(name for name in facts.SETS_MORE if name not in ("vk", "vl")))
SIZE, HIDDEN = 64, 64
SMALLER: Final = 128  # the states' principal components, which are learned from
CANDIDATES: Final = 10  # the most likely ones of a question
BATCH, EPOCHS, RATE, DECAY, DROPPED = 24, 3, 1.5e-3, 0.1, 0.3
UNKNOWN, TOGETHER, OTHERS, MARKED = 4.0, 0.5, 1.0, 1.0  # what each part of the loss counts for
SLOW: Final = 0.05  # of the rate, for the logistic weights
NAMES: Final = {
    "attend": "A",
    "same": "ab",
    "understand": "F1",
    "understand bias": "f1",
    "understood": "F2",
    "understood bias": "f2",
    "attend back": "C",
    "compare": "G1",
    "compare bias": "g1",
    "compared": "G2",
    "mark": "S",
    "weigh": "U",
    "decide": "O1",
    "decide bias": "o1",
    "decided": "O2",
    "asked": "tq",
    "told": "tm",
}
jax: Any = importlib.import_module("jax")
jnp: Any = importlib.import_module("jax.numpy")
optax: Any = importlib.import_module("optax")


class Table:
    """The tokens of all texts, one below the other, made smaller; row 0 is no token."""

    def __init__(self, texts: Sequence[str], encoder: Any, mean: Any = None, axes: Any = None) -> None:
        """`encoder`: that of meaning.py. `mean` and `axes` of the principal components: from these texts if None."""
        self._pieces = encoder._pieces
        self.at: dict[str, tuple[int, int]] = {}
        states, ids, rows = [], [np.zeros(1, np.int32)], 1
        for text in dict.fromkeys(texts):
            row = self.ids(text)
            states.append(encoder.states([row])[0][:TEXT_TOKENS_MAX].astype(np.float16))
            ids.append(np.asarray(row[:TEXT_TOKENS_MAX], np.int32))
            self.at[text] = (rows, len(ids[-1]))
            rows += len(ids[-1])
        every = np.concatenate(states)
        if axes is None:
            some = every[:: max(1, len(every) // 200_000)].astype(np.float32)
            mean = some.mean(0)
            sizes, axes = np.linalg.eigh(np.cov((some - mean).T))
            axes = (axes[:, -SMALLER:] / np.sqrt(sizes[-SMALLER:].mean())).astype(np.float32)
        self.mean, self.axes = mean, axes
        small = [((one.astype(np.float32) - mean) @ axes).astype(np.float16) for one in np.array_split(every, 64)]
        self.states = np.concatenate([np.zeros((1, SMALLER), np.float16), *small])
        self.token = np.concatenate(ids)

    def ids(self, text: str) -> list[int]:
        """The encoder's tokens."""
        found: list[int] = self._pieces.ids(text)
        return found

    def rows(self, text: str, most: int) -> Any:
        """Where the tokens of a text are, then zeros."""
        first, count = self.at[text]
        found = np.zeros(most, np.int32)
        found[: min(count, most)] = np.arange(first, first + min(count, most))
        return found


@dataclass(frozen=True)
class Item:
    """One question with some of its candidates, as the reader sees them."""

    asked: Any  # rows of Table
    told: Any  # [candidates, tokens]
    values: Any  # [candidates, names], in units of their deviations
    right: Any
    known: bool
    marks: Any  # [candidates, tokens]: 1 where the answer is


def item(one: learn.Asked, table: Table, base: learn.Weights, spread: tuple[Any, Any], most: int) -> Item | None:
    """The question with its `most` likeliest candidates, the right one among them."""
    if not len(one.values):
        return None
    order = np.argsort(-(one.values @ base.each))[:most]
    right = np.flatnonzero(one.right)
    if len(right) and right[0] not in order:
        order[-1] = right[0]
    told = np.stack([table.rows(one.texts[at], TEXT_TOKENS_MAX) for at in order])
    marks = np.zeros(told.shape, np.float32)
    if len(right):
        row = int(np.flatnonzero(order == right[0])[0])
        tokens = list(table.token[told[row]])
        for answer in one.answer:
            wanted = table.ids(answer)[1:-1]
            for at in range(len(tokens) - len(wanted) + 1):
                if wanted and tokens[at : at + len(wanted)] == wanted:
                    marks[row, at : at + len(wanted)] = 1
    values = ((one.values[order] - spread[0]) / spread[1]).astype(np.float32)
    return Item(table.rows(one.question, QUESTION_TOKENS_MAX), told, values, one.right[order], one.known, marks)


def batch(items: Sequence[Item], most: int) -> Values:
    """The arrays of some questions, one length for all."""
    longest = max(int((one.told > 0).sum(1).max()) for one in items)
    length = next(size for size in (48, 72, TEXT_TOKENS_MAX) if longest <= size)
    shape = (len(items), most)
    found: Values = {
        "asked": np.stack([one.asked for one in items]),
        "told": np.zeros((*shape, length), np.int32),
        "values": np.zeros((*shape, items[0].values.shape[1]), np.float32),
        "right": np.zeros(shape, np.float32),
        "there": np.zeros(shape, np.float32),
        "known": np.array([one.known for one in items], np.float32),
        "marks": np.zeros((*shape, length), np.float32),
    }
    for at, one in enumerate(items):
        count = len(one.told)
        found["told"][at, :count] = one.told[:, :length]
        found["values"][at, :count] = one.values
        found["right"][at, :count] = one.right
        found["there"][at, :count] = 1
        found["marks"][at, :count] = one.marks[:, :length]
    return found


def begin(seed: int, base: learn.Weights, spread: tuple[Any, Any]) -> Values:
    """The weights to start from."""
    keys = iter(jax.random.split(jax.random.key(seed), 20))

    def chance(rows: int, columns: int, size: float = 1.0) -> Any:
        return jax.random.normal(next(keys), (rows, columns)) * size / np.sqrt(rows)

    one = SIZE
    return {
        "P": chance(SMALLER, one),
        "pb": jnp.zeros(one),
        "tq": chance(1, one)[0],
        "tm": chance(1, one)[0],
        "A": chance(one, one),
        "ab": jnp.array([2.0, 0.0]),
        "F1": chance(4 * one + 1, HIDDEN),
        "f1": jnp.zeros(HIDDEN),
        "F2": chance(HIDDEN, one),
        "f2": jnp.zeros(one),
        "C": chance(one, one),
        "G1": chance(4 * one + 1, HIDDEN),
        "g1": jnp.zeros(HIDDEN),
        "G2": chance(HIDDEN, one),
        "S": chance(one, 1, 0.5)[:, 0],
        "U": chance(one, 1, 0.5)[:, 0],
        "O1": chance(3 * one + 2, HIDDEN),
        "o1": jnp.zeros(HIDDEN),
        "O2": chance(HIDDEN, 1, 0.1)[:, 0],
        "ob": jnp.zeros(()),
        "values": jnp.asarray(base.each * spread[1], jnp.float32),
        "bias": jnp.asarray(base.bias + base.each @ spread[0], jnp.float32),
    }


def normed(rows: Any) -> Any:
    """Mean 0, deviation 1."""
    rows = rows - rows.mean(-1, keepdims=True)
    return rows / jnp.sqrt((rows * rows).mean(-1, keepdims=True) + 1e-5)


def read(p: Values, given: Values, states: Any, token: Any, key: Any = None) -> tuple[Any, Any]:
    """Log odds [questions, candidates] and marks [questions, candidates, tokens]; see `Reader.answers`."""
    keys = iter(jax.random.split(key, 8)) if key is not None else None

    def drop(values: Any) -> Any:
        if keys is None:
            return values
        return values * jax.random.bernoulli(next(keys), 1 - DROPPED, values.shape) / (1 - DROPPED)

    def together(one: Any, other: Any, same: Any) -> Any:
        return jnp.concatenate([one, other, one * other, jnp.abs(one - other), same[..., None]], -1)

    is_asked, is_told = given["asked"] > 0, given["told"] > 0
    asked = drop(normed(states[given["asked"]].astype(jnp.float32) @ p["P"] + p["pb"] + p["tq"]))
    told = drop(normed(states[given["told"]].astype(jnp.float32) @ p["P"] + p["pb"] + p["tm"]))
    same = token[given["asked"]][:, None, None, :] == token[given["told"]][:, :, :, None]
    same = (same & is_asked[:, None, None, :] & is_told[:, :, :, None]).astype(jnp.float32)
    near = jnp.einsum("bkmd,bqd->bkmq", told @ p["A"], asked) / np.sqrt(SIZE) + p["ab"][0] * same
    near = jax.nn.softmax(jnp.where(is_asked[:, None, None, :], near, -1e9), -1)
    seen = together(told, jnp.einsum("bkmq,bqd->bkmd", near, asked), same.max(-1))
    told = normed(told + drop(jax.nn.gelu(seen @ p["F1"] + p["f1"])) @ p["F2"] + p["f2"])
    back = jnp.einsum("bqd,bkmd->bkqm", asked @ p["C"], told) / np.sqrt(SIZE) + p["ab"][1] * jnp.swapaxes(same, 2, 3)
    back = jax.nn.softmax(jnp.where(is_told[:, :, None, :], back, -1e9), -1)
    found = jnp.einsum("bkqm,bkmd->bkqd", back, told)
    whole = jnp.broadcast_to(asked[:, None], found.shape)
    matched = jax.nn.gelu(together(whole, found, same.max(2)) @ p["G1"] + p["g1"]) @ p["G2"]
    marks = jnp.where(is_told, told @ p["S"], -1e9)
    marked = jnp.einsum("bkm,bkmd->bkd", jax.nn.softmax(marks, -1), told)
    weighs = jax.nn.softmax(jnp.where(is_asked, asked @ p["U"], -1e9), -1)
    matched = jnp.einsum("bq,bkqd->bkd", weighs, matched)
    most, total = marks.max(-1)[..., None], jax.scipy.special.logsumexp(marks, -1)[..., None]
    whole = drop(jnp.concatenate([marked, matched, marked * matched, most, total], -1))
    answers = jax.nn.gelu(whole @ p["O1"] + p["o1"]) @ p["O2"]
    return given["values"] @ p["values"] + p["bias"] + answers + p["ob"], marks


def loss(p: Values, given: Values, states: Any, token: Any, key: Any) -> Any:
    """What is to be made small; see the module."""
    odds, marks = read(p, given, states, token, key)
    right, known_, total = given["right"], given["known"], jax.scipy.special.logsumexp
    each = ((jnp.logaddexp(0, odds) - right * odds) * given["there"]).sum(1)
    odds = jnp.where(given["there"] > 0, odds, -1e9)
    none = jnp.zeros((len(odds), 1))
    any_ = total(jnp.concatenate([odds, none], 1), axis=1) - (right * jnp.where(right > 0, odds, 0)).sum(1)
    other = total(jnp.concatenate([jnp.where(right > 0, -1e9, odds), none], 1), axis=1)
    here = (given["marks"].sum((1, 2)) > 0).astype(jnp.float32)
    on_it = total(jnp.where(given["marks"] > 0, marks, -1e9), axis=(1, 2))
    mark = here * (total(jnp.where(right[:, :, None] > 0, marks, -1e9), axis=(1, 2)) - on_it)
    unknown = 1 - known_
    return (
        ((1 + (UNKNOWN - 1) * unknown) * each).mean()
        + TOGETHER * ((1 + 0.5 * (UNKNOWN - 1) * unknown) * any_).mean()
        + OTHERS * (known_ * other).mean()
        + MARKED * mark.sum() / jnp.maximum(here.sum(), 1)
    )


def trained(asked: Sequence[learn.Asked], table: Table, base: learn.Weights, seed: int = 0) -> tuple[Values, Any]:
    """The weights, and the mean and deviation of each piece of evidence."""
    values = np.vstack([one.values for one in asked if len(one.values)])
    spread = (values.mean(0), np.where(values.std(0) > 0, values.std(0), 1.0))
    items = [one for one in (item(each, table, base, spread, CANDIDATES) for each in asked) if one is not None]
    weights = begin(seed, base, spread)
    steps = EPOCHS * (len(items) // BATCH)
    rate = optax.warmup_cosine_decay_schedule(0, RATE, 60, steps, 1e-5)
    matrices = {name: value.ndim == 2 for name, value in weights.items()}
    optimizer = optax.chain(optax.clip_by_global_norm(2.0), optax.adamw(rate, weight_decay=DECAY, mask=matrices))
    states, token = jnp.asarray(table.states), jnp.asarray(table.token)

    @jax.jit
    def step(weights: Values, state: Any, given: Values, key: Any) -> tuple[Values, Any]:
        change, state = optimizer.update(jax.grad(loss)(weights, given, states, token, key), state, weights)
        change = {name: value * (SLOW if name in ("values", "bias") else 1.0) for name, value in change.items()}
        return optax.apply_updates(weights, change), state

    state, key = optimizer.init(weights), jax.random.key(seed + 1)
    for given in _shuffled(items, seed):
        key, now = jax.random.split(key)
        weights, state = step(weights, state, given, now)
    return {name: np.asarray(value) for name, value in weights.items()}, spread


def _shuffled(items: Sequence[Item], seed: int) -> Iterator[Values]:
    """All batches of all epochs, each of questions with candidates about as long."""
    chance = np.random.default_rng(seed)
    longest = np.array([(one.told > 0).sum(1).max() for one in items])
    for _ in range(EPOCHS):
        order = np.argsort(np.digitize(longest, [49, 73]) + 0.99 * chance.random(len(items)))
        groups = [order[at : at + BATCH] for at in range(0, len(order) - BATCH + 1, BATCH)]
        chance.shuffle(groups)
        yield from (batch([items[at] for at in group], CANDIDATES) for group in groups)


def reached(weights: Values, spread: Any, asked: Sequence[learn.Asked], table: Table) -> list[tuple[float, bool, bool]]:
    """For each question: the best candidate's likelihood, whether it is the right one, whether there is one."""
    run: Callable[..., Any] = jax.jit(lambda *given: read(*given)[0])
    states, token = jnp.asarray(table.states), jnp.asarray(table.token)
    flat = learn.Weights((), np.zeros(len(spread[0])), 0.0)
    found = []
    for one in asked:
        each = item(one, table, flat, spread, len(one.texts))
        if each is None:
            found.append((0.0, False, one.known))
            continue
        odds = np.exp(np.asarray(run(weights, batch([each], 48), states, token))[0, : len(one.texts)])
        likely = odds / (1 + odds.sum())
        best = int(likely.argmax())
        found.append((float(likely[best]), bool(each.right[best]), one.known))
    return found


def write(weights: Values, spread: Any, names: Sequence[str], table: Table) -> None:
    """Both files."""
    project = table.axes @ weights["P"]
    kept = {name: weights[letter] for name, letter in NAMES.items()}
    kept |= {"project": project, "project bias": weights["pb"] - table.mean @ project}
    np.savez_compressed(FILE, **{name: value.astype(np.float16) for name, value in kept.items()})
    each = weights["values"] / spread[1]
    bias = float(weights["bias"] + weights["ob"] - each @ spread[0])
    learned = learn.table(learn.Weights(tuple(names), each, bias)) | {"answers": 1.0}
    learn.write(known.WORDS, learned)


def main() -> None:
    """Learn, and show or write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "left_out", nargs="*", choices=[*facts.SETS, *facts.SETS_MORE, []], help="sets to leave out, and to show"
    )
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    meaning = Meaning()
    names: tuple[str, ...] = ()
    sets: dict[str, list[learn.Asked]] = {}
    with tempfile.TemporaryDirectory() as folder:
        for name in dict.fromkeys((*SETS_READ, *options.left_out)):
            found = learn.examples(name, Path(folder), meaning)
            names = found.meaning_names[:-1]  # the last is what the reader said before
            sets[name] = [learn.without_last(one) for one in found.meaning]
    used = [one for name in SETS_READ if name not in options.left_out for one in sets[name]]
    texts = [text for each in sets.values() for one in each for text in (one.question, *one.texts)]
    table = Table(texts, meaning._run)
    weights, spread = trained(used, table, learn.learn(names, used))
    for name in options.left_out:
        shown = reached(weights, spread, sets[name], table)
        marks = " ".join("{:.2f}/{:.2f}".format(*learn.shares(shown, least)) for least in learn.LIKELIHOODS_SHOWN)
        print(f"{name} left out: {marks}", flush=True)  # noqa: T201 (what it is run for)
    if options.write:
        write(weights, spread, names, table)


if __name__ == "__main__":
    main()
