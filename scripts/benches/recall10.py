"""Is what was told among the ten best when it is asked for in other words? Beside plain FTS5's ten.

The question sets are those of tests/memory, written by several people and by a generator before anything was tuned on
them; the set that the figure is of was held out to the last.
"""

from __future__ import annotations

import contextlib
import re
import sqlite3
import sys
from typing import Any

from benches.figures import ROOT, Figure, figure, scratch
from benches.messages import PLAIN, SEED, Made, match, open_plain, write_ledger, write_plain

HELD_OUT: Any = "g"  # the set that no table and no weight was made on
HAYSTACK = 20_000  # messages of filler among which the facts are told
PLAIN_WORD = re.compile(r"\w+")


def bench_recall10() -> list[Figure]:
    """Facts told among filler, asked in other words: is the message among the ten best? Against plain FTS5's ten."""
    if str(ROOT) not in sys.path:
        sys.path.insert(0, str(ROOT))
    from tests.memory import facts

    found = {name: _recall_of(name) for name in facts.SETS}
    notes = {
        f"set {name}, ours and plain": [round(ours, 3), round(plain, 3)]
        for name, (ours, plain) in found.items()
        if name != HELD_OUT
    }
    ours, plain = found[HELD_OUT]
    return [figure(f"recall@10, set {HELD_OUT}, held out", ours, plain, "of 1", 1.3, at_most=False, **notes)]


def _recall_of(name: Any) -> tuple[float, float]:
    """The shares of a set's questions whose message is among the ten best: ours, plain FTS5's."""
    from ccnode.store.index import Index
    from ccnode.store.search import Searcher
    from tests.memory import facts

    script = facts.script(name, SEED)
    filler: dict[int, list[str]] = {}
    for message in facts.filler(SEED, HAYSTACK):
        filler.setdefault(message["session"], []).append(message["content"])
    sessions = [[text for _, text in session] for session in script.sessions]
    with scratch() as folder:
        made = Made(folder, 0, {})
        write_ledger(made.ledger, iter([*filler.values(), *sessions]))
        index = Index(made.index, made.ledger, lambda _: None)
        while index.catch_up():
            pass
        index.close()
        write_plain(made)
        with contextlib.closing(sqlite3.connect(made.ledger)) as ledger:
            rows = ledger.execute(
                "SELECT m.id, e.digest FROM messages m JOIN entries e ON e.id = m.id ORDER BY m.id"
            ).fetchall()
        rows = rows[sum(map(len, filler.values())) :]
        places = iter(rows)
        told = [[next(places) for _ in session] for session in sessions]
        known = [question for question in script.questions if question.known]
        searcher, plain = Searcher(made.index, made.ledger), open_plain(made.plain)
        ours = theirs = 0
        for question in known:
            number, digest = told[question.session or 0][question.index or 0]
            ours += digest.hex() in {one.message_id for one in searcher.recall(question.asked, [], limit=10)}
            words = dict.fromkeys(PLAIN_WORD.findall(question.asked.lower()))
            theirs += number in {row[0] for row in plain.execute(PLAIN, (match(list(words), " OR "),))}
        searcher.close()
        plain.close()
    return ours / len(known), theirs / len(known)
