"""What does the record consist of? Chains, entries, and how many of everything there are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from ccnode.store.views.asking import hlc_limit
from ccnode_crypto.entry import ChainId
from ccnode_protocol.records import Kind

if TYPE_CHECKING:
    from ccnode.store.views.asking import View

KIND_DIGITS_MAX: Final = 5
_HERE: Final = "id NOT IN (SELECT chain FROM quarantine)"  # what sandbox peers sent is in no count and no list


@dataclass(frozen=True, slots=True)
class Chain:
    """What is stored of one chain."""

    chain: ChainId
    length: int
    head: bytes
    opened: int


@dataclass(frozen=True, slots=True)
class EntryRow:
    """One entry for a log: where it stands, what it is, whether its content is there."""

    id: int
    chain: ChainId
    seq: int
    kind: int
    digest: bytes
    time: int
    content: Literal["none", "present", "missing"]

    @property
    def kind_name(self) -> str:
        """The kind in words, or its number where this program does not know it."""
        return Kind(self.kind).name.lower().replace("_", "-") if self.kind in set(Kind) else f"kind-{self.kind}"


def kind_of(name: str) -> int | None:
    """The number of a kind that is given in words or as a number; None where there is no such kind."""
    names = {kind.name.lower().replace("_", "-"): int(kind) for kind in Kind}
    wanted = name.lower().replace("_", "-")
    is_number = wanted.isascii() and wanted.isdigit() and len(wanted) <= KIND_DIGITS_MAX
    return names.get(wanted, int(wanted) if is_number else None)


@dataclass(frozen=True, slots=True)
class Statistics:
    """Counts over everything stored. `first` and `last`: times of the oldest and newest message, None without any.

    `sessions`: conversations, each counted once, whatever branches it has.
    """

    sessions: int
    messages: int
    user_messages: int
    entries: int
    chains: int
    first: int | None
    last: int | None


def statistics() -> View[Statistics]:
    """Counts over everything stored, but what is in quarantine."""
    rows = yield (
        (
            "SELECT (SELECT count(*) FROM sessions WHERE parent IS NULL),"
            " coalesce(sum(messages), 0), coalesce(sum(users), 0),"
            f" (SELECT coalesce(sum(length), 0) FROM chains WHERE {_HERE}),"
            f" (SELECT count(*) FROM chains WHERE {_HERE}), min(first), max(last) FROM activity"
        ),
        (),
    )
    return Statistics(*rows[0])


def chains() -> View[list[Chain]]:
    """Every chain that is stored and not in quarantine, in the order in which they arrived."""
    rows = yield (
        (
            "SELECT c.node, c.epoch, c.audience, c.length, c.head,"
            " coalesce((SELECT e.time FROM entries e WHERE e.chain = c.id AND e.seq = 0), 0)"
            f" FROM chains c WHERE c.{_HERE} ORDER BY c.id"
        ),
        (),
    )
    return [
        Chain(ChainId(node, epoch, audience), length, head, time) for node, epoch, audience, length, head, time in rows
    ]


def own_nodes() -> View[frozenset[bytes]]:
    """The node keys that this directory ever wrote with."""
    rows = yield "SELECT node FROM own_keys", ()
    return frozenset(node for (node,) in rows)


def entries(
    limit: int = 50, *, before_id: int | None = None, kind: int | None = None, epoch: bytes | None = None
) -> View[list[EntryRow]]:
    """The newest entries, newest first; `before_id` continues after an earlier page."""
    conditions, parameters = ["e.id < ?", f"c.{_HERE}"], [hlc_limit(before_id)]
    if kind is not None:
        conditions.append("e.kind = ?")
        parameters.append(kind)
    extra: list[object] = [*parameters]
    if epoch is not None:
        conditions.append("c.epoch = ?")
        extra.append(epoch)
    rows = yield (
        (
            "SELECT e.id, c.node, c.epoch, c.audience, e.seq, e.kind, e.digest, e.time, e.sealed IS NULL,"
            " length(coalesce(e.sealed, x'')) FROM entries e JOIN chains c ON c.id = e.chain"
            f" WHERE {' AND '.join(conditions)} ORDER BY e.id DESC LIMIT ?"
        ),
        (*extra, limit),
    )
    return [
        EntryRow(
            number,
            ChainId(node, epoch_, audience),
            seq,
            kind_,
            digest,
            time,
            "missing" if missing else ("present" if size else "none"),
        )
        for number, node, epoch_, audience, seq, kind_, digest, time, missing, size in rows
    ]
