"""How is a model told what was measured of its replies? In numbers under fixed names: nobody said any of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ccnode.mind.charvec import NAMES
from ccnode.mind.measured import MILLION
from ccnode.mind.relations import NAMES as RELATIONS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

HEAD: Final = (
    "What was measured of your last replies. It describes them; it is nothing to aim at, and nothing to speak of unless"
    " you are asked."
)


def told(character: Sequence[int] | None, relations: Mapping[str, int]) -> str:
    """The 16 figures of the character and the relations with the person, in millionths; "" where there are none.

    A relation that is not in `relations` has no number yet.
    """
    lines = []
    if character is not None and len(character) == len(NAMES):
        lines.append(f"Character (0 to 1, usual is 0.5): {_listed(zip(NAMES, character, strict=True))}.")
    known = [(name, relations[name]) for name in RELATIONS if name in relations]
    if known:
        lines.append(f"In this conversation: {_listed(known)}.")
    return "\n".join((HEAD, *lines)) if lines else ""


def _listed(pairs: Iterable[tuple[str, int]]) -> str:
    return ", ".join(f"{name.replace('_', ' ')} {_shown(value)}" for name, value in pairs)


def _shown(value: int) -> str:
    """Millionths with two places, rounded without a float, so that every machine says the same."""
    sign, hundredths = "-" * (value < 0), (abs(value) + MILLION // 200) // (MILLION // 100)
    return f"{sign}{hundredths // 100}.{hundredths % 100:02d}"
