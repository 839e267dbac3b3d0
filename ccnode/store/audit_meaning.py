"""Does what an entry says hold? Missing contents, predecessors and certificates, once its bytes are verified."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccnode.store.findings import UNREADABLE
from ccnode.store.receiving import TIME_STORED_MAX
from ccnode_crypto.certificate import read_certificate
from ccnode_crypto.entry import HEADER_BYTES, ChainId
from ccnode_crypto.errors import CryptoError
from ccnode_protocol import records
from ccnode_protocol.errors import RemoteError
from ccnode_protocol.records import Kind

if TYPE_CHECKING:
    from collections.abc import Callable

    from ccnode.store.audit_chain import Context, Row

    Report = Callable[[int | None, str, str], None]


def check_meaning(context: Context, chain: ChainId, row: Row, problem: Report) -> None:
    """Check an entry whose content is missing, that opens an epoch, or that certifies a node."""
    if row.sealed is None:
        _check_missing(context, chain, row, problem)
    if row.seq == 0:
        _check_predecessor(context, chain, row, problem)
    if row.kind == Kind.NODE_CERTIFIED and chain.node in context.own_keys:
        try:
            read_certificate(*records.read_signed(row.meta, "certificate"))
        except (CryptoError, RemoteError) as error:
            problem(row.seq, "certificate", str(error))


def _check_missing(context: Context, chain: ChainId, row: Row, problem: Report) -> None:
    """A missing content is erased where an order says so, else withheld.

    What another node wrote may be on its way still, or be kept from us by everybody who has it; nothing was altered.
    """
    if len(row.header) == HEADER_BYTES and not any(row.header[194:198]):
        problem(row.seq, "content", "content is marked missing where the header names none")
    elif context.coverage.covers(row.kind, row.time, row.meta, row.digest, chain.node):
        context.findings.erased += 1
    else:
        context.findings.withheld += 1
        if chain.node in context.own_keys:
            problem(row.seq, "withheld", "the content is missing, and no order to forget covers it")


def _check_predecessor(context: Context, chain: ChainId, row: Row, problem: Report) -> None:
    """The head that an epoch of ours names must be here; that of another node's may be still to come."""
    try:
        named = records.read_predecessor(row.meta)
    except RemoteError as error:
        problem(row.seq, "predecessor", str(error))
        return
    if named is None:
        return
    try:
        found = context.connection.execute(
            "SELECT c.length, (SELECT e.digest FROM entries e WHERE e.chain = c.id AND e.seq = ?)"
            " FROM chains c WHERE c.node = ? AND c.epoch = ? AND c.audience = ?",
            (min(named.seq, TIME_STORED_MAX), named.node, named.epoch, min(named.audience, TIME_STORED_MAX)),
        ).fetchone()
    except UNREADABLE:
        return  # named where that chain is read
    name = str(ChainId(named.node, named.epoch, named.audience))
    if found and found[1] is not None and found[1] != named.digest:
        problem(row.seq, "predecessor", f"chain {name} has another entry at position {named.seq}")
    elif (found is None or found[1] is None) and {chain.node, named.node} <= context.own_keys:
        here = found[0] if found else 0
        problem(row.seq, "predecessor", f"chain {name} went up to position {named.seq}; it has {here} entries here")
