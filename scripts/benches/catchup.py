"""What does it cost a node to catch up on 100,000 entries, compared with rows that are copied unverified?"""

from __future__ import annotations

import asyncio
import os
import random
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benches import hypercore
from benches.figures import Figure, figure, scratch

if TYPE_CHECKING:
    from collections.abc import Iterator

ENTRIES = 100_000
A_RUN = 1_000
ROUNDS = 3
# What an entry becomes: in the table of entries, and in those that are made of it.
TABLES = ("entries", "messages", "session_events", "sessions")
WORDS = "she says that her sister moved to Lisbon and loves it there near the river with the old trams".split()


def _fill(ledger: Any) -> None:
    """Conversations of forty messages, in runs as an import writes them."""
    from ccnode_protocol import records
    from ccnode_protocol.records import MessageMeta, Role

    chance, parent, session = random.Random(1), None, b""
    for first in range(0, ENTRIES, A_RUN):

        def job(tx: Any, first: int = first) -> None:
            nonlocal parent, session
            for number in range(first, first + A_RUN):
                if number % 40 == 0:
                    session, parent = os.urandom(16), None
                    tx.append(records.session_opened(session, f"about {number}"))
                    continue
                text = " ".join(chance.choices(WORDS, k=chance.randint(5, 40)))
                meta = MessageMeta(session, Role(number % 2), parent, os.urandom(16) if number % 2 == 0 else None)
                parent = tx.append(records.message(meta, text), meta).digest

        ledger.append_sync(job)


def _frames(path: Path, chain: int) -> Iterator[bytes]:
    """The rows of each run with all that is made of them, packed."""
    import msgpack

    with closing(sqlite3.connect(path)) as connection:
        for run in connection.execute("SELECT * FROM runs WHERE chain = ? ORDER BY last_seq", (chain,)).fetchall():
            sql = "SELECT * FROM entries WHERE chain = ? AND seq BETWEEN ? AND ? ORDER BY seq"
            entries = connection.execute(sql, (chain, run[2], run[3])).fetchall()
            between = (entries[0][0], entries[-1][0])
            rows = {"entries": entries, "runs": [run]}
            for table, number in (("messages", "id"), ("session_events", "id"), ("sessions", "opened")):
                sql = f"SELECT * FROM {table} WHERE {number} BETWEEN ? AND ? ORDER BY {number}"  # noqa: S608  # ours
                rows[table] = connection.execute(sql, between).fetchall()
            yield msgpack.packb(rows)


async def _child(how: str, folder: Path, address: str, sender: bytes, length: int) -> tuple[float, int]:
    await asyncio.to_thread(folder.mkdir)
    script = Path(__file__).with_name("catchup_node.py")
    arguments = (how, str(folder), address, sender.hex(), str(length))
    child = await asyncio.create_subprocess_exec(
        sys.executable, str(script), *arguments, stdout=asyncio.subprocess.PIPE
    )
    out, _ = await child.communicate()
    took, held = out.split()
    return float(took), int(held)


async def _measure(folder: Path) -> tuple[list[float], list[float], int, int]:
    from benches.catchup_node import Node
    from ccnode.net import certificate as tls_file
    from ccnode.net.listening import Listener
    from ccnode.net.strangers import Strangers
    from ccnode_crypto.keys import SigningKey

    key = SigningKey(os.urandom(32))
    node = Node(folder / "sender.sqlite", key, None)
    await asyncio.to_thread(_fill, node.ledger)
    await node.open()
    chain = node.ledger.chains.of(0)
    frames = list(_frames(folder / "sender.sqlite", chain.row or 0))

    async def give(wire: Any, slot: Any) -> None:
        slot.free()
        await wire.receive()
        for frame in frames:
            await wire.send(frame)
        await asyncio.sleep(5)

    listener = Listener(tls_file.prepare(folder / tls_file.FILE), Strangers(node.federation._now_ms), give)
    copy_port = await listener.start("127.0.0.1", 0)
    length = chain.state.length
    ours: list[float] = []
    copied: list[float] = []
    refused = await asyncio.to_thread(_refused, folder, node)
    for number in range(ROUNDS):
        for how, port, times in (("sync", node.federation.port, ours), ("copy", copy_port, copied)):
            place = folder / f"{how}{number}"
            took, held = await _child(how, place, f"127.0.0.1:{port}", key.public.raw, length)
            if held != length:
                raise AssertionError(f"{held} entries arrived of {length}")
            times.append(took)
    await listener.stop()
    await node.close()
    return ours, copied, length, refused


def _refused(folder: Path, node: Any) -> int:
    """Try altered, truncated and forked runs of the same chain; return how many, or raise where one is taken."""
    from ccnode import clock
    from ccnode.store import chains
    from ccnode.store.ledger import Ledger, Ports, connect
    from ccnode_crypto.errors import CryptoError
    from ccnode_crypto.keys import SigningKey
    from ccnode_protocol import limits
    from ccnode_protocol.sync_effects import Load
    from ccnode_protocol.sync_values import Want

    chain = node.ledger.chains.of(0).state.chain
    ledger = Ledger(folder / "refusing.sqlite", SigningKey(os.urandom(32)), Ports(clock.now_ms, os.urandom))
    with closing(connect(folder / "sender.sqlite", writable=False)) as connection:
        sent: list[Any] = []
        for _ in range(2):
            at = sent[-1].end if sent else 0
            sent += chains.load(
                connection, Load(Want(chain, at, at + 1), is_own=False, bytes_max=limits.RUN_WEIGHT_MAX)
            )
    first, second = sent[:2]
    ledger.append_sync(chains.receive(first, clock.now_ms()))
    header = second.headers[5]
    altered = [
        replace(second, headers=(*second.headers[:5], header[:at] + bytes([header[at] ^ 1]) + header[at + 1 :],
                                 *second.headers[6:]))
        for at in range(200)
    ]  # fmt: skip
    altered += [replace(second, metas=(*second.metas[:9], b"\x80", *second.metas[10:]))]
    altered += [replace(second, sealed=(*second.sealed[:9], bytes(40), *second.sealed[10:]))]
    truncated = [
        replace(second, **{name: getattr(second, name)[:-5] for name in ("headers", "metas", "sealed")}),
        replace(second, headers=second.headers[5:], metas=second.metas[5:], sealed=second.sealed[5:]),
    ]
    forked = [replace(second, first=first.first), replace(first, first=first.end)]
    for each in altered + truncated + forked:
        try:
            received = ledger.append_sync(chains.receive(each, clock.now_ms()))
        except CryptoError:
            continue
        if received.new:
            raise AssertionError("a feed that is not what was written is taken")
    ledger.close()
    return len(altered + truncated + forked)


def _to_hypercore(ours: float, length: int) -> list[Figure]:
    """Entries a CPU-second, to blocks that hypercore takes in a CPU-second; none where it is not to be had."""
    name = "catch-up, verified, to hypercore's blocks"
    why = hypercore.missing()
    if not why:
        try:
            with scratch() as folder:
                took, version = hypercore.take(folder, ENTRIES)
        except (OSError, subprocess.SubprocessError, ValueError) as error:
            why = f"hypercore did not run: {error}"
    if why:
        return [Figure(f"left out: {name}", 0, 0, "-", 0, 0, at_most=True, notes={"why": why})]
    mine, theirs = length / ours / 1000, ENTRIES / took / 1000
    what = f"{ENTRIES:,} blocks of {hypercore.BLOCK_BYTES} bytes, hypercore {version}, over a socket, storage on disk"
    return [figure(name, mine, theirs, "k/CPU-s", 8.0, at_most=False, beside=what)]


def bench_catchup() -> list[Figure]:
    """Catch up on 100,000 entries over TLS, against the same rows through the same WebSocket into the same tables."""
    with scratch() as folder:
        ours, copied, length, refused = asyncio.run(_measure(folder))
    mine, theirs = length / min(ours), length / min(copied)
    return [
        figure(
            "catch-up, verified, to rows that are copied",
            mine / 1000,
            theirs / 1000,
            "k/CPU-s",
            0.75,
            at_most=False,
            entries=length,
            rounds=[
                f"{length / one / 1000:.1f} to {length / other / 1000:.1f}"
                for one, other in zip(ours, copied, strict=True)
            ],
            refused=f"{refused} altered, truncated and forked runs, all of them",
        ),
        *_to_hypercore(min(ours), length),
    ]
