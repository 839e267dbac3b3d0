"""What goes into a parcel for a peer, as frames in which order? What it may follow and has not, by its last word.

First how far the chains go that flow either way: of its own the receiver learns what is known here (law 5), each with
the proof of it; of the others what the sender has, which answers earlier parcels. Then proofs of forks, then runs,
those that hold orders to forget first and without contents; then the contents that these left out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ccnode_protocol import limits
from ccnode_protocol.sync_effects import Load
from ccnode_protocol.sync_values import Contents, Fork, Listed, Path, SentRun, Want, WantContents, WantPath

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Mapping

    from ccnode_crypto.entry import ChainId
    from ccnode_protocol.sync_index import Flow
    from ccnode_protocol.sync_rows import Row
    from ccnode_protocol.sync_values import Message


class Plan(NamedTuple):
    """What a parcel is made of, before anything of it is read. `entries`: how many the runs of `runs` hold."""

    listed: tuple[Listed, ...]
    paths: tuple[WantPath, ...]
    forks: tuple[Fork, ...]
    orders: tuple[Want, ...]
    runs: tuple[Want, ...]
    contents: tuple[tuple[ChainId, int, int], ...]
    entries: int


def plan(flow: Flow, known: Mapping[ChainId, int] | None) -> Plan:
    """What is to be carried to the peer of this flow.

    `known`: how far its chains go, by its last word; a chain that is not named there it has not. None where it has said
    nothing yet: then it is given everything but what it wrote itself.
    """
    index = flow.index
    rows = index.rows(chain for chain in index.all() if flow.gives(chain) or flow.takes(chain))
    rows = rows[: limits.PARCEL_ROWS_MAX]
    orders, runs, contents, entries = [], [], [], 0
    for row in rows:
        unsaid = row.length if row.chain.node == flow.peer else 0
        base = unsaid if known is None else known.get(row.chain, 0)
        if not flow.gives(row.chain) or base >= row.length:
            continue
        begin = max(base, row.orders)
        entries += row.length - base
        if row.orders > base:
            orders.append(Want(row.chain, base, row.orders, bare=True))
            contents.append((row.chain, base, row.orders))
        if begin < row.length:
            runs.append(Want(row.chain, begin, row.length))
    paths = [WantPath(row.chain, row.length - 1) for row in rows if row.chain.node == flow.peer and row.length]
    forks = [
        Fork(chain, found.proof) for chain, found in sorted(index.frozen.items()) if flow.forks(chain, giving=True)
    ]
    return Plan(_listed(rows), tuple(paths), tuple(forks), tuple(orders), tuple(runs), tuple(contents), entries)


def _listed(rows: Iterable[Row]) -> tuple[Listed, ...]:
    """Rows in the order of their chains, as many to a frame as it holds."""
    by: dict[bytes, list[Row]] = {}
    for row in rows:
        by.setdefault(row.chain.node, []).append(row)
    found = []
    for node, theirs in by.items():
        for at in range(0, len(theirs), limits.ROWS_MAX):
            part = tuple(theirs[at : at + limits.ROWS_MAX])
            found.append(Listed(node, part, more=at + limits.ROWS_MAX < len(theirs)))
    return tuple(found)


def steps(made: Plan) -> Generator[Message | Load, tuple[Message, ...], None]:
    """The frames in their order. For each Load, send what answers it; for a frame, an empty tuple."""
    for listed in made.listed:  # noqa: UP028  # a tuple takes no answers
        yield listed
    for path in made.paths:
        for message in (yield _load(path)):
            if isinstance(message, Path) and message.side is not None:
                yield message
    for fork in made.forks:  # noqa: UP028
        yield fork
    for want in (*made.orders, *made.runs):
        yield from _runs(want)
    for chain, first, upto in made.contents:
        yield from _contents(chain, first, upto)


def _load(question: Message) -> Load:
    return Load(question, is_own=False, bytes_max=limits.RUN_WEIGHT_MAX)


def _runs(want: Want) -> Generator[Message | Load, tuple[Message, ...], None]:
    at = want.first
    while at < want.upto:
        answer = yield _load(Want(want.chain, at, want.upto, want.bare))
        runs = [run for run in answer if isinstance(run, SentRun) and run.first == at]
        if not runs:
            return  # it is not there: what is damaged is not carried
        at = runs[0].end
        yield runs[0]


def _contents(chain: ChainId, first: int, upto: int) -> Generator[Message | Load, tuple[Message, ...], None]:
    at = first
    while at < upto:
        answer = yield _load(WantContents(chain, ((at, min(limits.CONTENTS_MAX, upto - at)),)))
        found = [item for message in answer if isinstance(message, Contents) for item in message.items]
        if not found:
            return
        at = 1 + max(seq for seq, _ in found)
        there = tuple((seq, sealed) for seq, sealed in found if sealed)
        if there:
            yield Contents(chain, there)
