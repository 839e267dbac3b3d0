"""How does an export of this program come in again? As the chains it holds, if they are ours; else as imported words.

What calls this (the import engine) does, for a file that `exchange.sniff` takes for a bundle, in a thread:

    plan = plan_here(path, home, progress)                # verifies the whole file; progress(bytes) may raise to stop
    if plan.receivable:                                   # complete, and every chain was written by one of our nodes
        for job in receive_jobs(plan, now_ms):            # one batch of one chain each, at most 4,096 entries, 4 MiB
            received = ledger.append_sync(job)            # Received: added, known, problem; all safe to repeat
    else:                                                 # somebody else's, or a part: plan.why says which
        with conversations_here(plan, home, now_ms) as source:
            ...                                           # a model.Source like any other; origin "bundle"

`plan.why`, `plan.left` (with receive_jobs; the source's `left` has it in it) and `received.problem` belong in the
report. After a crash the whole is simply done again: what is known is skipped. Where plan.receivable, nothing else is
to be imported: sessions come with their chains. The eraser should run once afterwards: orders to forget may have come.
`known_here(plan, home)` counts for a dry run.

Transaction.receive asks its caller whether the writer may: the plan answers, by certificates of this node's owner and
by the keys that this directory has written with. A chain that goes another way than the one stored here is a fork: it
is reported, and nothing of it is taken.
"""

from __future__ import annotations

import contextlib
import sqlite3
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ccnode.exchange import bundle
from ccnode.exchange.bundle_conversations import BundleSource
from ccnode.exchange.bundle_runs import batches
from ccnode.store import views
from ccnode.store.bundles import owner_of
from ccnode.store.errors import Conflict, translated
from ccnode.store.ledger import connect
from ccnode_crypto.entry import header_digest, read_header
from ccnode_crypto.errors import ChainError
from ccnode_protocol import records
from ccnode_protocol.records import Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from ccnode.exchange.bundle import BundlePlan
    from ccnode.exchange.bundle_runs import Batch
    from ccnode.store.home import Home
    from ccnode.store.ledger import Job
    from ccnode.store.transaction import Transaction
    from ccnode_crypto.chain import Run
    from ccnode_crypto.entry import ChainId

_CHAIN: Final = "SELECT id, length FROM chains WHERE node = ? AND epoch = ? AND audience = ?"
_DIGEST: Final = "SELECT digest FROM entries WHERE chain = ? AND seq = ?"
_VOUCHED: Final = "SELECT 1 FROM own_keys WHERE node = ? UNION ALL SELECT 1 FROM certified WHERE (node, owner) = (?, ?)"
FORKED: Final = "it goes another way than the chain of that name here, from before position {}: nothing of it was taken"


@dataclass(frozen=True, slots=True)
class Received:
    """What became of one batch. `messages` and `sessions`: how many of the added entries are; `..._known` likewise.

    `problem`: why nothing more of this chain is taken; said once for each. `position`: bytes of the file read so far.
    """

    chain: ChainId | None = None
    added: int = 0
    known: int = 0
    messages: int = 0
    messages_known: int = 0
    sessions: int = 0
    sessions_known: int = 0
    position: int = 0
    problem: str = ""


def plan_here(path: Path, home: Home, progress: Callable[[int], None] | None = None) -> BundlePlan:
    """Verify an export, and say what it is to this node.

    Raises:
        ExchangeError: it does not hold, or cannot be read. StoreError: this node's ledger cannot be.
    """
    own: frozenset[bytes] = frozenset()
    if home.ledger.exists():
        with contextlib.closing(connect(home.ledger, writable=False)) as connection:
            own = views.run(connection, views.own_nodes())
    return bundle.plan_bundle(path, owner_of(home), own, progress)


@contextlib.contextmanager
def conversations_here(plan: BundlePlan, home: Home, now_ms: int) -> Iterator[BundleSource]:
    """The conversations of an export that is not receivable, without those that are here already in their chains.

    Raises:
        StoreError: this node's ledger cannot be read.
    """
    if not home.ledger.exists():
        yield BundleSource(plan, now_ms)
        return
    with contextlib.closing(connect(home.ledger, writable=False)) as connection:

        def known(digest: bytes) -> bool:
            try:
                return connection.execute("SELECT 1 FROM entries WHERE digest = ?", (digest,)).fetchone() is not None
            except sqlite3.Error as error:
                raise translated(error) from error

        yield BundleSource(plan, now_ms, known)


def known_here(plan: BundlePlan, home: Home) -> int:
    """How many entries of a receivable export are here already, if no chain forks. Raises StoreError."""
    if not home.ledger.exists():
        return 0
    with contextlib.closing(connect(home.ledger, writable=False)) as connection:
        here = {one.chain: one.length for one in views.run(connection, views.chains())}
    return sum(min(length, here.get(chain, 0)) for chain, length in plan.chains.items())


def receive_jobs(plan: BundlePlan, now_ms: int) -> Iterator[Job[Received]]:
    """Ledger jobs that take the chains of a receivable export in; each may be run again, and all of them.

    Take the next one only when the one before is done.

    Raises:
        ExchangeError: the file is not the one that was verified; what was taken stays.
    """
    yield lambda tx: _certify(tx, plan)
    stopped: set[ChainId] = set()
    for batch in batches(plan, now_ms):
        if batch.chain not in stopped:
            yield _receiving(batch, stopped)


def _certify(tx: Transaction, plan: BundlePlan) -> Received:
    """Record what our owner says of these nodes, where no chain does: their words count as ours from the first on."""
    for paper in plan.certificates:
        if paper.node not in plan.recorded and not tx.query(_VOUCHED, (paper.node, paper.node, paper.owner)):
            tx.append(records.node_certified(paper.body, paper.signature))
    return Received()


def _receiving(batch: Batch, stopped: set[ChainId]) -> Job[Received]:
    def job(tx: Transaction) -> Received:
        received = _receive(tx, batch)
        if received.problem:
            stopped.add(batch.chain)  # whoever runs this again finds the same
        return received

    return job


def _receive(tx: Transaction, batch: Batch) -> Received:
    chain = batch.chain
    row, length = next(iter(tx.query(_CHAIN, (chain.node, chain.epoch, chain.audience))), (None, 0))
    shared = min(length, batch.end)
    problem = ""
    if shared > batch.first and tx.query(_DIGEST, (row, shared - 1)) != [(header_digest(batch.header(shared - 1)),)]:
        problem = FORKED.format(shared)
    elif length < batch.first:
        problem = f"its entries before position {batch.first} are not here"
    runs = batch.after(length)
    if runs and not problem:
        try:
            tx.receive(chain, runs)
        except (ChainError, Conflict) as error:
            problem = str(error)
    if problem:
        return Received(chain, position=batch.position, problem=f"chain {chain}: {problem}")
    return _counted(batch, runs)


def _counted(batch: Batch, added: list[Run]) -> Received:
    kinds = [read_header(header).kind for run in batch.runs for header in run.headers]
    new = [read_header(header).kind for run in added for header in run.headers]
    messages, sessions = new.count(Kind.MESSAGE), new.count(Kind.SESSION_OPENED)
    return Received(
        batch.chain,
        len(new),
        len(kinds) - len(new),
        messages,
        kinds.count(Kind.MESSAGE) - messages,
        sessions,
        kinds.count(Kind.SESSION_OPENED) - sessions,
        batch.position,
    )
