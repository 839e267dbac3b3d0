"""How fast is a history brought in, and in how much memory? A made ChatGPT export, from its bytes to the ledger.

The yardstick puts the very same rows into the same tables with nothing but sqlite3, a thousand messages a transaction.
Both run in processes of their own; what is compared is CPU time, so that a slow disk hides nothing.
"""

from __future__ import annotations

import json
import random
import resource
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from benches.figures import ROOT, Figure, figure, scratch
from benches.ledger import open_ledger

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator

EACH: Final = 50  # messages of a conversation
SEED: Final = 11
WORDS: Final = 5_000
BATCH: Final = 1_000
MEMORY_MIB: Final = 300
COPIED: Final = ("entries", "messages", "session_events", "sessions", "activity", "runs", "chains", "own_keys")


def write_export(path: Path, messages: int) -> None:
    """Write conversations of 50 messages, as ChatGPT exports them; now and then one was asked anew."""
    chance = random.Random(SEED)
    letters = "abcdefghijklmnopqrstuvwxyz"
    words = ["".join(chance.choices(letters, k=chance.randrange(2, 10))) for _ in range(WORDS)]
    with path.open("w", encoding="utf-8") as file:
        for number in range(0, messages, EACH):
            conversation = _conversation(number, min(EACH, messages - number), words, chance)
            file.write(("[" if not number else ",\n") + json.dumps(conversation))
        file.write("]\n")


def _conversation(number: int, count: int, words: list[str], chance: random.Random) -> dict[str, Any]:
    began = 1_500_000_000 + number
    mapping: dict[str, Any] = {"root": {"id": "root", "message": None, "parent": None, "children": []}}
    before, parent = "root", "root"
    for turn in range(count):
        name = f"{number:08x}-{turn:04x}-4000-8000-{chance.getrandbits(48):012x}"
        if turn % EACH != EACH // 2:  # there, the one before is answered once more: a branch
            parent = before
        mapping[parent]["children"].append(name)
        mapping[name] = {"id": name, "message": _message(name, turn, began, words, chance), "parent": parent,
                         "children": []}  # fmt: skip
        before = name
    identifier = f"{number:08x}-0000-4000-8000-000000000000"
    return {
        "title": f"About {chance.choice(words)}",
        "create_time": began,
        "update_time": began + 8 * count,
        "mapping": mapping,
        "moderation_results": [],
        "current_node": before,
        "conversation_id": identifier,
        "id": identifier,
    }


def _message(name: str, turn: int, began: int, words: list[str], chance: random.Random) -> dict[str, Any]:
    return {
        "id": name,
        "author": {"role": "assistant" if turn % 2 else "user", "name": None, "metadata": {}},
        "create_time": began + turn * 7.25,
        "update_time": None,
        "content": {"content_type": "text", "parts": [" ".join(chance.choices(words, k=chance.randrange(5, 60)))]},
        "status": "finished_successfully",
        "end_turn": True,
        "weight": 1.0,
        "metadata": {"model_slug": "gpt-4", "timestamp_": "absolute"} if turn % 2 else {"timestamp_": "absolute"},
        "recipient": "all",
        "channel": None,
    }


def bench_import(messages: int) -> list[Figure]:
    """Messages a CPU-second through parser, engine and ledger, against bare inserts; and the peak of memory."""
    with scratch() as folder:
        write_export(folder / "export.json", messages)
        ours = _apart("ours", folder)
        bare = _apart("bare", folder)
        again = _apart("ours", folder)
    if ours["messages"] != messages or again["messages"] != messages or bare["messages"] != messages:
        raise AssertionError("not every message arrived")
    rate, bare_rate = messages / ours["cpu_s"], messages / bare["cpu_s"]
    notes = {
        "CPU us a message": round(ours["cpu_s"] / messages * 1e6, 1),
        "bare": round(bare["cpu_s"] / messages * 1e6, 1),
        "the same file again, all of it known": round(again["cpu_s"] / messages * 1e6, 1),
    }
    return [
        figure(f"import of {messages:,} messages", rate, bare_rate, "per CPU-s", 0.1, at_most=False, **notes),
        figure("import, peak memory", ours["peak_mib"], MEMORY_MIB, "MiB", 1.0, at_most=True),
    ]


def _apart(what: str, folder: Path) -> dict[str, float]:
    """Run one side in a process of its own."""
    paths = [str(ROOT / "scripts"), str(ROOT), str(ROOT / "crypto"), str(ROOT / "protocol")]
    code = f"import sys; sys.path[:0] = {paths!r}; from benches import imports; imports.side({what!r}, {str(folder)!r})"
    done = subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.PIPE, text=True)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def side(what: str, folder: str) -> None:
    """One side of the comparison; prints what it took."""
    count, cpu_s = (_ours if what == "ours" else _bare)(Path(folder))
    peak = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM:"))
    print(json.dumps({"messages": count, "cpu_s": cpu_s, "peak_mib": int(peak.split()[1]) / 1024}))


def _cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _ours(folder: Path) -> tuple[int, float]:
    from ccnode import clock
    from ccnode.store.home import Home
    from ccnode.store.import_source import Bringing, Target

    home = Home(folder / "home")
    home.make()
    began = _cpu_s()
    ledger = open_ledger(home.root, home.ledger.name)
    bringing = Bringing(folder / "export.json", "auto", Target(home, ledger.append_sync, clock.now_ms()))
    bringing.run(lambda: None)
    ledger.close()
    counts = bringing.tally.messages
    return counts.added + counts.known, _cpu_s() - began


def _bare(folder: Path) -> tuple[int, float]:
    """The same rows; what it takes only to read them is measured apart, and taken off."""
    from ccnode.store.ledger import connect

    with closing(connect(folder / "home" / "ledger.sqlite", writable=False)) as source:
        began = _cpu_s()
        for rows in _batches(source):
            len(rows[0])
        reading = _cpu_s() - began
        with closing(connect(folder / "bare.sqlite", writable=True)) as target:
            schema = (
                "SELECT sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' AND sql IS NOT NULL AND type != 'view'"
            )
            for (statement,) in source.execute(schema).fetchall():
                target.execute(statement)
            marks = {
                table: ",".join("?" * len(source.execute(f"PRAGMA table_info({table})").fetchall())) for table in COPIED
            }
            began = _cpu_s()
            for rows in _batches(source):
                target.execute("BEGIN IMMEDIATE")
                for table, some in zip(COPIED, rows, strict=True):
                    if some:
                        target.executemany(f"INSERT INTO {table} VALUES ({marks[table]})", some)  # noqa: S608
                target.execute("COMMIT")
            taken = _cpu_s() - began - reading
            count = target.execute("SELECT count(*) FROM messages").fetchone()[0]
    return count, taken


def _batches(source: sqlite3.Connection) -> Iterator[list[list[Any]]]:
    """All rows of the tables that an import writes: a thousand messages with what belongs to them at a time."""
    total = source.execute("SELECT count(*) FROM messages").fetchone()[0]
    cursors = []
    for table in COPIED:
        rows = source.execute(f"SELECT count(*) FROM {table}").fetchone()[0]  # noqa: S608
        # By the number of the row, so that they come in the order in which they were written.
        order = "session" if table in {"sessions", "activity"} else "rowid"
        order = "node" if table == "own_keys" else order
        share = max(1, -(-rows * BATCH // total))
        cursors.append((source.execute(f"SELECT * FROM {table} ORDER BY {order}"), share))  # noqa: S608
    while any(batch := [cursor.fetchmany(share) for cursor, share in cursors]):
        yield batch
