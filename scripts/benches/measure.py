"""How long does it take to measure one reply, with what was counted before and without?"""

from __future__ import annotations

import gc
import statistics
import time
from functools import partial
from typing import TYPE_CHECKING, Any

from benches.figures import Figure, figure, quantile
from benches.styles import CHATTY, PLAIN, Writer

if TYPE_CHECKING:
    from collections.abc import Callable

REPLY_WORDS = 500
ROUNDS = 200
PAIRS = 200  # of the session before
LIMIT_MS = 10.0


def _cut(text: str, words: int) -> str:
    return " ".join(text.split(" ")[:words])


def _timed(work: Callable[[], Any], times: list[float]) -> Any:
    start = time.thread_time()  # what it takes, not what other programs on the machine take meanwhile
    result = work()
    times.append((time.thread_time() - start) * 1e3)
    return result


def bench_measure() -> list[Figure]:
    """A reply of 500 words: window of 2000, drift, step, CCC, relations; beside it, the same from the texts anew."""
    from ccnode.mind import charvec, drift, relations
    from ccnode.reference import charvec1

    reference = charvec1()
    asked = list(Writer(CHATTY, 1).messages(PAIRS + ROUNDS))
    replies = [" ".join(Writer(PLAIN, 2 + number).words(REPLY_WORDS)) for number in range(8)]
    replies = [_cut(replies[number % 8][number % 50 :], REPLY_WORDS) for number in range(PAIRS + ROUNDS)]
    cache, tally = charvec.CountCache(reference), relations.Tally()
    rows = list(zip(asked, replies, strict=True))

    def counted(number: int) -> relations.Pair:
        user, reply = rows[number]
        return relations.Pair(
            cache.of(b"u%d" % number, user), cache.of(b"r%d" % number, reply), relations.corrects(user)
        )

    for number in range(PAIRS):
        tally.add(counted(number))
    first = charvec.measure(replies[:8], reference)
    if not isinstance(first, charvec.Vector):
        raise TypeError("the baseline was not measured")
    state = drift.Ewma.of(first.values)

    def with_counts(number: int) -> Any:
        nonlocal state
        pair = counted(number)
        tally.add(pair)
        window = [cache.of(b"r%d" % at, replies[at]) for at in range(number - 7, number + 1)]
        vector = charvec.measure_counts(charvec.last_words(window), reference)
        own = charvec.measure_one(pair.reply, reference)
        if not isinstance(vector, charvec.Vector) or not isinstance(own, charvec.Vector):
            raise TypeError("too little text")
        state, _ = state.after(own.values, own.words)
        return vector, drift.rms(vector.values, first.values), drift.ccc(vector.values, first.values), tally.measure()

    def anew(number: int) -> Any:
        counts = [charvec.count(text, reference) for text in replies[number - 7 : number + 1]]
        vector = charvec.measure_counts(charvec.last_words(counts), reference)
        if not isinstance(vector, charvec.Vector):
            raise TypeError("too little text")
        pairs = [
            relations.Pair(charvec.count(user, reference), charvec.count(reply, reference), relations.corrects(user))
            for user, reply in rows[: number + 1]
        ]
        return (
            vector,
            drift.rms(vector.values, first.values),
            drift.ccc(vector.values, first.values),
            relations.relate(pairs),
        )

    ours: list[float] = []
    theirs: list[float] = []
    gc.collect()
    for number in range(PAIRS, PAIRS + ROUNDS):
        found = _timed(partial(with_counts, number), ours)
        if number % 20 == 0 and _timed(partial(anew, number), theirs) != found:
            raise AssertionError("counted once and counted anew give different figures")
    mine, p95, other = statistics.median(ours), quantile(ours, 0.95), statistics.median(theirs)
    notes = {"p95 ms": round(p95, 2), "longest ms": round(max(ours), 2)}
    return [
        figure("measure a 500-word reply, against 10 ms", mine, LIMIT_MS, "ms", 1.0, at_most=True, **notes),
        figure(f"measure a reply after {PAIRS} pairs, against anew", mine, other, "ms", 0.1, at_most=True, pairs=PAIRS),
    ]
