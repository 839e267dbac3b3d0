#!/usr/bin/env python3
"""How fast is it, and compared with what? Each figure is a ratio to a yardstick measured beside it in the same run.

    scripts/bench.py NAME [--json]     NAME: append, group, verify, start, memory, help, search, recall10, import,
                                       start-million, phi, measure, drift, first-piece, prompt, spawn, catchup, gossip,
                                       live, attack, event, sigkill, partition (these three
                                       beside serf, as root), or all
    scripts/bench.py import --messages 100000     also search and start-million: with other than a million
    scripts/bench.py import --file-gb 2           instead: the peak of a whole daemon's memory over a file of that size,
                                                  its index included; it takes 5.5 times that size on the disk

Run it on an otherwise quiet machine, with any Python: it goes on with that of .venv. Both sides of a ratio are measured
in turn, again and again, so that a machine that slows down slows both. Exit code 1 where a target is missed, 2 where
ccnode is not set up.
"""

from __future__ import annotations

import argparse
import importlib
import json
import sys
import threading
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from checkout_python import use_checkout_python
from checkout_setup import compile_sources

if TYPE_CHECKING:
    from benches.figures import Figure

# Name -> module in scripts/benches, function in it; those in SIZED take a number of messages.
BENCHES = {
    "append": ("ledger", "bench_append"),
    "group": ("ledger", "bench_group"),
    "verify": ("chain", "bench_verify"),
    "start": ("process", "bench_start"),
    "memory": ("process", "bench_memory"),
    "help": ("process", "bench_help"),
    "search": ("search", "bench_search"),
    "recall10": ("recall10", "bench_recall10"),
    "import": ("imports", "bench_import"),
    "start-million": ("process", "bench_start_million"),
    "phi": ("phi", "bench_phi"),
    "measure": ("measure", "bench_measure"),
    "drift": ("drift", "bench_drift"),
    "first-piece": ("first_piece", "bench_first_piece"),
    "prompt": ("prompting", "bench_prompt"),
    "spawn": ("prompting", "bench_spawn"),
    "catchup": ("catchup", "bench_catchup"),
    "gossip": ("gossip", "bench_gossip"),
    "reconnect": ("reconnect", "bench_reconnect"),
    "live": ("live", "bench_live"),
    "attack": ("attack", "bench_attack"),
    "event": ("event", "bench_event"),
    "sigkill": ("gone", "bench_sigkill"),
    "partition": ("gone", "bench_partition"),
}
SIZED = frozenset({"search", "import", "start-million"})
MESSAGES = 1_000_000


def measure(name: str, messages: int, file_gb: float | None = None) -> list[Figure]:
    """Run one benchmark."""
    if name == "import" and file_gb is not None:
        from benches.import_daemon import bench_import_file

        return bench_import_file(file_gb)
    module, function = BENCHES[name]
    run: Any = getattr(importlib.import_module(f"benches.{module}"), function)
    figures: list[Figure] = run(messages) if name in SIZED else run()
    return figures


def main() -> int:
    """Run the benchmarks that are asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", choices=[*BENCHES, "all"])
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--messages", type=int, default=MESSAGES, help="other than a million")
    parser.add_argument("--file-gb", type=float, help="of import: bring a file of so many GB into a running daemon")
    options = parser.parse_args()
    if missing := use_checkout_python():
        print(f"bench: {missing}", file=sys.stderr)
        return 2
    compile_sources()  # measured is what a set-up leaves, also after an edit
    names = list(BENCHES) if options.name == "all" else [options.name]
    figures = [row for name in names for row in measure(name, options.messages, options.file_gb)]
    if options.json:
        print(json.dumps([{**asdict(row), "holds": row.holds} for row in figures], indent=2))
    else:
        for row in figures:
            sign = "<=" if row.at_most else ">="
            print(
                f"{row.name:48} {row.value:10.2f} {row.yardstick:10.2f} {row.unit:11}"
                f" ratio {row.ratio:7.2f} {sign} {row.target:<5} {'holds' if row.holds else 'MISSED'}"
            )
            for note, value in row.notes.items():
                print(f"    {note}: {value}")
    return 0 if all(row.holds for row in figures) else 1


if __name__ == "__main__":
    threading.current_thread().name = "bench"
    sys.exit(main())
