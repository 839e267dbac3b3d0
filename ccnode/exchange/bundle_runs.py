"""Which runs have the chains of an export that are ours? A few at a time, for who takes them in."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from ccnode.exchange.bundle import pairs
from ccnode_crypto.chain import RUN_ENTRIES_MAX, Run
from ccnode_crypto.erasure import Missing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ccnode.exchange.bundle import BundlePlan
    from ccnode_crypto.bundle import Entry
    from ccnode_crypto.entry import ChainId

BATCH_ENTRIES: Final = 4_096  # a chat waits for as long as a batch takes: some 150 ms
BATCH_BYTES: Final = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Batch:
    """Some runs of one chain that follow each other. `position`: bytes of the file read so far."""

    chain: ChainId
    runs: list[Run]
    position: int

    @property
    def first(self) -> int:
        """The position of its first entry."""
        return self.runs[0].first_seq

    @property
    def end(self) -> int:
        """The position after its last entry."""
        return self.runs[-1].first_seq + len(self.runs[-1].headers)

    def header(self, seq: int) -> bytes:
        """The header at a position from `first` to before `end`."""
        run = next(run for run in self.runs if run.first_seq <= seq < run.first_seq + len(run.headers))
        return run.headers[seq - run.first_seq]

    def after(self, length: int) -> list[Run]:
        """What of the runs lies from the position `length` on."""
        kept = []
        for run in self.runs:
            skip = max(0, length - run.first_seq)
            if skip < len(run.headers):
                columns = (run.headers[skip:], run.metas[skip:], run.sealed[skip:])
                kept.append(Run(run.first_seq + skip, *columns, run.signature))
        return kept


@dataclass(slots=True)
class _Gathered:
    """What of a chain has been read and not been handed on."""

    runs: list[Run] = field(default_factory=list)
    open: list[Entry] = field(default_factory=list)
    entries: int = 0
    size: int = 0


def batches(plan: BundlePlan, now_ms: int) -> Iterator[Batch]:
    """The runs of a receivable export, at most 4,096 entries or 4 MiB at a time (or one run that is larger).

    Contents that an order in the file covers by `now_ms` are left out: they come in as erased.

    Raises:
        ExchangeError: the file is not the one that was verified.
    """
    if not plan.receivable:
        raise AssertionError("only our own chains are taken in as they are")
    coverage = plan.coverage(now_ms)
    gathered: dict[ChainId, _Gathered] = {}
    for _, position, entry in pairs(plan):
        header = entry.header
        chain = header.chain
        signature = plan.heads.get(chain, {}).get(header.seq)
        part = gathered.setdefault(chain, _Gathered())
        if entry.sealed and coverage.covers(Missing(entry.digest, header, entry.meta)):
            entry = entry._replace(sealed=None)  # noqa: PLW2901  # it is not to be stored, not even for a while
        part.open.append(entry)
        part.size += len(entry.meta) + len(entry.sealed or b"")
        if signature is None:
            continue
        _, headers, metas, sealed = zip(*part.open, strict=True)
        first = header.seq + 1 - len(headers)
        part.runs.append(Run(first, headers, metas, sealed, signature))
        part.entries += len(headers)
        part.open.clear()
        is_last = header.seq + 1 == plan.chains.get(chain)
        if is_last or part.entries > BATCH_ENTRIES - RUN_ENTRIES_MAX or part.size > BATCH_BYTES:
            yield Batch(chain, part.runs, position)
            del gathered[chain]
