"""What do bundles for carrying look like in JSON? As docs/API.md has them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ccnode import clock
from ccnode_crypto.keys import node_id

if TYPE_CHECKING:
    from ccnode.daemon.parcels import Bundle
    from ccnode.store.copies import Carried
    from ccnode_crypto.entry import ChainId
    from ccnode_protocol.unpacking import Tally

AUDIENCES = ("core", "shared", "public")
LISTED_MAX = 100  # chains of each sort


def bundle_form(one: Bundle) -> dict[str, Any]:
    """One that is made or applied."""
    header = one.header
    return {
        "bundle_id": one.id,
        "kind": one.kind,
        "state": one.state,
        "peer": node_id(one.peer) if one.peer is not None else None,
        "number": header.number if header is not None else None,
        "made": clock.iso(header.made_ms) if header is not None else None,
        "entries": one.total,
        "entries_done": one.done,
        "bytes": one.size,
        "dry_run": one.dry_run,
        "older": one.is_older,
        "result": _tally_form(one.tally) if one.tally is not None else None,
        "error": one.error,
    }


def _tally_form(tally: Tally) -> dict[str, Any]:
    return {
        "new": tally.new,
        "known": tally.known,
        "contents": tally.contents,
        "refused": tally.refused,
        "strangers": tally.strangers,
        "over_quota": tally.over,
        "gaps": [
            {**_chain(chain), "here": here, "begins": begins}
            for chain, (here, begins) in list(tally.gaps.items())[:LISTED_MAX]
        ],
        "parted": [_chain(chain) for chain in sorted(tally.parted)[:LISTED_MAX]],
        "forks": [_chain(chain) for chain in sorted(tally.forks)[:LISTED_MAX]],
        "restored": bool(tally.restored),
    }


def _chain(chain: ChainId) -> dict[str, Any]:
    return {"node_id": node_id(chain.node), "epoch": chain.epoch.hex(), "audience": AUDIENCES[chain.audience]}


def carried_form(carried: Carried | None, owed: int | None) -> dict[str, Any] | None:
    """What went to and fro with a peer. `owed`: entries that it may have and, by its last word, has not."""
    if carried is None:
        return None
    return {
        "made": clock.iso(carried.made_ms) if carried.made else None,
        "applied": clock.iso(carried.applied_ms) if carried.applied else None,
        "entries_owed": owed,
    }
