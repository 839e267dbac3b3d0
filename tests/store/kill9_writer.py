"""Appends under load and notes each acknowledged digest, until it is killed.

Started once, it forks a fresh writer for every line "database<tab>notes" on its input, so that no kill waits for an
interpreter to start; it prints the writer's process id, and "gone" when that has ended.
"""

from __future__ import annotations

import os
import secrets
import sys
import threading
import time
from pathlib import Path

from ccnode.store.ledger import Job, Ledger, Ports
from ccnode_crypto.keys import SigningKey
from ccnode_protocol import records
from ccnode_protocol.records import MessageMeta, Role

THREADS = 4


def several(meta: MessageMeta, text: str, count: int) -> Job[list[bytes]]:
    """A job that appends the same message several times and returns the digests."""
    record = records.message(meta, text)
    return lambda tx: [tx.append(record, meta).digest for _ in range(count)]


def write(ledger: Ledger, number: int, notes: int) -> None:
    """Talk for ever in a session of this thread's own, one message a commit, now and then several."""
    session = secrets.token_bytes(16)
    ledger.append_sync(lambda tx: tx.append(records.session_opened(session, "title")))
    parent: bytes | None = None
    for turn in range(1_000_000):
        count = 5 if turn % 7 == number else 1
        meta = MessageMeta(session, Role(turn % 2), parent)
        digests = ledger.append_sync(several(meta, "word " * (1 + turn % 200), count))
        parent = digests[-1]
        os.write(notes, b"".join(digest.hex().encode() + b"\n" for digest in digests))


def run(database: Path, notes: Path) -> None:
    ports = Ports(lambda: time.time_ns() // 1_000_000, secrets.token_bytes)
    descriptor = os.open(notes, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    ledger = Ledger(database, SigningKey(b"\x01" * 32), ports)
    threads = [threading.Thread(target=write, args=(ledger, number, descriptor)) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def main() -> None:
    for line in sys.stdin:
        database, notes = line.rstrip("\n").split("\t")
        child = os.fork()
        if not child:
            run(Path(database), Path(notes))
        sys.stdout.write(f"{child}\n")
        sys.stdout.flush()
        os.waitpid(child, 0)
        sys.stdout.write("gone\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
