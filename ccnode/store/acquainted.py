"""Does this node know any other? Before all is loaded that meets them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from ccnode.store.views import View

_OURS: Final = "(SELECT node FROM own_keys)"
_ANY: Final = (
    "SELECT 1 FROM peers UNION ALL SELECT 1 FROM invitations UNION ALL SELECT 1 FROM fork_proofs"
    " UNION ALL SELECT 1 FROM parcels UNION ALL SELECT 1 FROM quarantine"
    f" UNION ALL SELECT 1 FROM chains WHERE node NOT IN {_OURS}"
    f" UNION ALL SELECT 1 FROM certified WHERE node NOT IN {_OURS}"
    f" UNION ALL SELECT 1 FROM reports WHERE node NOT IN {_OURS} LIMIT 1"
)


def knows_others() -> View[bool]:
    """Whether another node was ever added, met, invited, certified or accused here, or anything of one is kept."""
    return bool((yield _ANY, ()))
