"""How do a conversation's branches stand beside each other on its page? Where each ends, and how two of them differ."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ccnode.mind.branches import Character
    from ccnode.store.branching import Compared, Head, Tree
    from ccnode.store.views import Message, Session


@dataclass(frozen=True, slots=True)
class Beside:
    """Another branch of the conversation: how many messages it does not share, or the number at which it ends here."""

    session: Session
    own: int
    ends: int


def way(tree: Tree) -> list[Message]:
    """The branch of the session that is looked at, from the root on."""
    known = {message.digest: message for message in tree.messages}
    at = next((head.leaf for head in tree.heads if head.session.session == tree.session.session), None)
    found: list[Message] = []
    while at is not None and at in known:
        found.append(known[at])
        at = known[at].parent
    return found[::-1]


def beside(tree: Tree, here: frozenset[bytes]) -> list[Beside]:
    """The other branches; `here` has the digests of the own one."""
    known = {message.digest: message for message in tree.messages}
    return [_beside(head, known, here) for head in tree.heads if head.session.session != tree.session.session]


def _beside(head: Head, known: dict[bytes, Message], here: frozenset[bytes]) -> Beside:
    at, own = head.leaf, 0
    while at is not None and at in known and at not in here:
        own += 1
        at = known[at].parent
    return Beside(head.session, own, known[at].seq if at is not None and at in known else 0)


def compared(found: Compared) -> dict[str, Any]:
    """Two branches as the template wants them; figures are numbers from 0 to 1, None where there are none."""
    from ccnode.api.characterpage import radar
    from ccnode.mind.charvec import Vector
    from ccnode.mind.measured import MILLION
    from ccnode.mind.metric_help import METRIC_HELP

    left, right = found.characters.left, found.characters.right
    rows: list[dict[str, Any]] = []
    if isinstance(left, Vector) and isinstance(right, Vector):
        theirs = right.named()
        for name, value in left.named().items():
            here, there = value / MILLION, theirs[name] / MILLION
            rows.append({"title": METRIC_HELP[name].title, "value": here, "there": there, "difference": there - here})
    rms, ccc = found.characters.rms, found.characters.ccc
    return {
        "other": found.right,
        "common": len(found.parted.common),
        "own": (len(found.parted.left), len(found.parted.right)),
        "said": (_told(left), _told(right)),
        "rms": rms / MILLION if rms is not None else None,
        "ccc": ccc / MILLION if ccc is not None else None,
        "rows": rows,
        "radar": radar(rows, "there") if rows else "",
    }


def _told(one: Character) -> str:
    """Over what a character was measured, or why there is none."""
    from ccnode.mind.charvec import TooLittle, Vector

    if isinstance(one, Vector):
        return f"measured over {one.words:,} words"
    if isinstance(one, TooLittle):
        return f"not enough text yet (have {one.have:,}, need {one.need:,} {one.unit})"
    return f"not measured: {one.language}"
