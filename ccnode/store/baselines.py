"""Which baseline is in force? The owner's statements about the character that drift is measured from.

The rule is that of protocol/README.md, "Baselines and measurements". Like a plate's, a statement is verified again
wherever it is read; the table only tells where it stands.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ccnode.store.errors import Conflict
from ccnode.store.measurements import DIMENSIONS
from ccnode.store.plates import OUR_OWNER, check_date, is_our_owner
from ccnode.store.transaction import view
from ccnode.store.voices import OUR_NODES
from ccnode_crypto.statements import next_issued, state_baseline
from ccnode_protocol import records
from ccnode_protocol.errors import RemoteError

if TYPE_CHECKING:
    from ccnode.store.ledger import Job
    from ccnode.store.transaction import Transaction
    from ccnode.store.views import View
    from ccnode_crypto.keys import SigningKey
    from ccnode_crypto.statements import BaselineStatement

_FROM: Final = (
    " FROM baselines b CROSS JOIN entries e ON e.id = b.id CROSS JOIN chains c ON c.id = e.chain"
    f" WHERE c.node IN ({OUR_NODES}) AND b.owner = ({OUR_OWNER})"
)


@dataclass(frozen=True, slots=True)
class Baseline:
    """A baseline that our owner stated: local number and digest of its entry, when it was recorded, by which node."""

    entry: int
    digest: bytes
    time: int
    node: bytes
    said: BaselineStatement


def in_force(spec: bytes) -> View[Baseline | None]:
    """The baseline of vectors measured by `spec`; None before the owner has set one."""
    columns = "e.id, e.digest, e.time, c.node, e.meta"
    rows = yield f"SELECT {columns} {_FROM} AND b.spec = ? ORDER BY b.issued_ms DESC, e.digest DESC", (spec,)
    for number, digest, time, node, meta in rows:
        try:
            said = records.read_baseline(meta)
        except RemoteError:
            continue  # altered in the table: the audit names it
        if (yield from is_our_owner(said.owner)):
            return Baseline(number, digest, time, node, said)
    return None


def last_issued() -> View[int | None]:
    """When the newest baseline was stated, in milliseconds since 1970 by the owner's clock."""
    rows = yield f"SELECT max(b.issued_ms) {_FROM}", ()
    found: int | None = rows[0][0]
    return found


def stated(
    owner_key: SigningKey, spec: bytes, values: tuple[int, ...], words: int, last_ms: int | None, now_ms: int
) -> BaselineStatement:
    """The owner's statement that this vector is the baseline from now on. `last_ms`: see `last_issued`."""
    return state_baseline(owner_key, spec, values, words, next_issued(now_ms, last_ms))


def keep(said: BaselineStatement) -> Job[Baseline]:
    """A ledger job: record the owner's statement.

    Raises:
        Conflict: it is not our owner's, does not verify, has other dimensions, or was made before the baseline that is
            in force.
    """
    record = records.baseline_set(said)

    def job(tx: Transaction) -> Baseline:
        if not _verifies(record.meta) or not view(tx, is_our_owner(said.owner)):
            remedy = "sign it with the owner key of this node; where it has no certificate: ccnode init --certify"
            raise Conflict("the baseline is not signed by this node's owner", remedy=remedy)
        if len(said.values) != DIMENSIONS:
            message = f"the baseline has {len(said.values)} values; {DIMENSIONS} are expected"
            raise Conflict(message, remedy="measure by charvec/1")
        check_date(said.issued_ms)
        newest = view(tx, last_issued())
        if newest is not None and said.issued_ms <= newest:
            raise Conflict("a later baseline is in force", remedy="state it anew, after that one")
        tx.append(record)
        kept = view(tx, in_force(said.spec))
        if kept is None or kept.said != said:
            raise Conflict("the baseline is not in force", remedy="run: ccnode audit verify")
        return kept

    return job


def _verifies(meta: bytes) -> bool:
    try:
        records.read_baseline(meta)
    except RemoteError:
        return False
    return True
