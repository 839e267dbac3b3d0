"""What do two branches look like in JSON, beside each other? It loads what measures, which shapes.py does not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ccnode.mind.charvec import TooLittle, Vector
from ccnode.store.shapes import session

if TYPE_CHECKING:
    from ccnode.mind.branches import Character
    from ccnode.store.branching import Compared


def comparison(one: Compared) -> dict[str, Any]:
    """Two branches beside each other; figures of characters in millionths, null where there are none."""
    common, own = one.parted.common, (one.parted.left, one.parted.right)
    sides = zip(("left", "right"), (one.left, one.right), own, (one.characters.left, one.characters.right), strict=True)
    return {
        "common": len(common),
        "fork": common[-1].digest.hex() if common else None,
        "rms": one.characters.rms,
        "ccc": one.characters.ccc,
        **{
            side: {
                "session": session(of),
                "own": [message.digest.hex() for message in messages],
                "character": character(measured),
            }
            for side, of, messages, measured in sides
        },
    }


def character(one: Character) -> dict[str, Any]:
    """A character vector by the names of its dimensions, or why there is none."""
    if isinstance(one, Vector):
        return {"values": one.named(), "words": one.words}
    if isinstance(one, TooLittle):
        return {"have": one.have, "need": one.need, "unit": one.unit}
    return {"unsupported": one.language}
