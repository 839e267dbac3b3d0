"""How much do the parts of the character's dynamics depend on one another? Phi_G over its weakest bipartition.

A statistic of text features: small on real dialogue and usually not significant. A diagnostic; nothing is gated by it.

The bipartition with the least Phi_G is found exactly: for every bipartition a lower bound (transfer entropy) comes from
one tree of log-determinants, and Phi_G is solved in ascending order of the bound until the bound passes the best.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

import numpy as np

from ccnode.mind.gaussian import VECTORS_MIN, Degenerate, TooLittle, model, moments
from ccnode.mind.geometric import Bounds, canonical, phi_g

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ccnode.mind.gaussian import Floats, Numbers, Var1

TIE: Final = 1e-9  # nats: bipartitions this near count as equally weak; the smaller part, then the lower mask, is named
SOLVES_MAX: Final = 2_048  # bipartitions solved before the exact search gives way to Queyranne's: about a second
TABLE_DIMENSIONS_MAX: Final = 18  # 2^18 log-determinants are 50 MiB; beyond, only Queyranne's search
DIMENSIONS_MAX: Final = 32
_FIRST: Final = 16  # solved together at first, then twice as many each time


@dataclass(frozen=True, slots=True)
class Cut:
    """The weakest bipartition that a search found.

    `mask`: the smaller part, as bits. `phi`: its Phi_G in nats. `floor`: what no bipartition can be below, in nats.
    `proven`: none is below `phi` (but for TIE). `solved`: for how many Phi_G was solved.
    """

    mask: int
    phi: float
    floor: float
    proven: bool
    solved: int


@dataclass(frozen=True, slots=True)
class Phi:
    """Phi_G of the weakest bipartition, in nats, and how to read it.

    `adjusted`: less what chance alone gives this bipartition on average, degrees / 2N; may be below 0.
    `p_value`: that two parts which do not depend on each other give so much or more, 2 N phi being chi-square with
    `degrees` degrees of freedom (likelihood ratio; Wilks 1938). `information`: I, what the whole past tells of the
    present; `ratio`: phi / I, None where I is 0. `part`, `rest`: the dimensions of the two parts. `left_out`: those
    that do not vary by themselves. `transitions`: N, one less than the vectors. `floor`: no bipartition is below it.
    """

    phi: float
    adjusted: float
    p_value: float
    degrees: int
    information: float
    ratio: float | None
    part: tuple[int, ...]
    rest: tuple[int, ...]
    left_out: tuple[int, ...]
    vectors: int
    transitions: int
    method: Literal["exact", "queyranne"]
    floor: float


def measure(rows: Sequence[Sequence[int]], *, solves_max: int = SOLVES_MAX) -> Phi | TooLittle | Degenerate:
    """Phi of a window of character vectors (integers in millionths), oldest first; at least 256 of them.

    `method` says whether the weakest bipartition is proven; where that took more than `solves_max`, it is not, and
    `floor` tells how low the true one may lie. The p-value errs on the careful side, being that of the least of many
    bipartitions, although with few vectors chance gives a tenth more than N says (16 dimensions, 256 vectors).
    Raises ValueError where the rows are not equally long, not whole numbers, or longer than 32.
    """
    if rows and len(rows[0]) > DIMENSIONS_MAX:
        raise ValueError(f"vectors: at most {DIMENSIONS_MAX} dimensions, here {len(rows[0])}")
    found = moments(rows, VECTORS_MIN)
    if not isinstance(found, TooLittle | Degenerate):
        var = model(found.joint)
        if isinstance(var, Degenerate):
            return var
        cut = search(var, solves_max=solves_max)
        size, count = var.dimensions, found.transitions
        part = tuple(found.kept[at] for at in range(size) if cut.mask >> at & 1)
        degrees = 2 * len(part) * (size - len(part))
        information = var.information
        return Phi(
            phi=cut.phi,
            adjusted=cut.phi - degrees / (2 * count),
            p_value=chi_square_tail(2 * count * cut.phi, degrees),
            degrees=degrees,
            information=information,
            ratio=cut.phi / information if information > 0 else None,
            part=part,
            rest=tuple(at for at in found.kept if at not in part),
            left_out=found.left_out,
            vectors=len(rows),
            transitions=count,
            method="exact" if cut.proven else "queyranne",
            floor=cut.floor,
        )
    return found


def chi_square_tail(value: float, degrees: int) -> float:
    """P(chi-square >= value), for an even number of degrees of freedom: then it is a sum of Poisson terms."""
    if value <= 0:
        return 1.0
    half = value / 2
    terms = (math.exp(at * math.log(half) - half - math.lgamma(at + 1)) for at in range(degrees // 2))
    return min(1.0, math.fsum(terms))


def search(var: Var1, *, solves_max: int = SOLVES_MAX) -> Cut:
    """The bipartition with the least Phi_G: exactly, or by Queyranne's search where that takes too many solutions."""
    size = var.dimensions
    if size > TABLE_DIMENSIONS_MAX:
        return queyranne(var)
    bounds, masks = Bounds(var), _every(size)
    masks = masks[bounds.lower[masks] <= bounds.interaction[masks].min() + TIE]  # the others are not the weakest
    bound = bounds.lower[masks]
    order = np.lexsort((masks, np.bitwise_count(masks), bound))
    masks, bound = masks[order], bound[order]
    best, solved, at_once = math.inf, 0, _FIRST
    values = np.full(len(masks), math.inf)
    while (end := min(solved + at_once, int(np.searchsorted(bound, best + TIE, side="right")), solves_max)) > solved:
        values[solved:end] = phi_g(var, masks[solved:end])
        best = min(best, float(values[solved:end].min()))
        solved, at_once = end, at_once * 2
    floor = min(best, float(bound[solved])) if solved < len(bound) else best
    if best <= floor + TIE:
        return _named(var, masks[:solved], values[:solved], max(0.0, floor), proven=True, solved=solved)
    other = queyranne(var)
    both, found = np.append(masks[:solved], other.mask), np.append(values[:solved], other.phi)
    return _named(var, both, found, max(0.0, floor), proven=False, solved=solved + other.solved)


def exhaustive(var: Var1) -> Cut:
    """The same by solving every bipartition: 2^(n-1) - 1 of them, half a minute for 16 dimensions. For comparison."""
    masks = _every(var.dimensions)
    values = phi_g(var, masks)
    return _named(var, masks, values, float(values.min()), proven=True, solved=len(masks))


def queyranne(var: Var1) -> Cut:
    """The weakest of some n^3 / 6 bipartitions, by pendant pairs (Queyranne 1998, Math. Program. 82:3).

    Exact for submodular functions; Phi_G is not one, yet the search is nearly always right (Kitazono, Kanai & Oizumi
    2018, Entropy 20:173). The floor is 0.
    """
    groups = [1 << at for at in range(var.dimensions)]
    known: dict[int, float] = {}
    tried: list[int] = []
    while len(groups) > 1:
        inside, outside = groups[0], groups[1:]
        before = 0
        while len(outside) > 1:
            joined = _looked_up(var, [inside | group for group in outside], known)
            alone = _looked_up(var, outside, known)
            keys = [together - by_itself for together, by_itself in zip(joined, alone, strict=True)]
            before = outside.pop(keys.index(min(keys)))
            inside |= before
        # The last one against all others is the weakest that parts the last two, which may therefore be joined.
        (last,) = outside
        tried.append(last)
        before = before or groups[0]
        groups = [group for group in groups if group not in {last, before}] + [last | before]
    masks = np.array(tried, dtype=np.int64)
    return _named(var, masks, np.array(_looked_up(var, tried, known)), 0.0, proven=False, solved=len(known))


def _looked_up(var: Var1, masks: list[int], known: dict[int, float]) -> list[float]:
    """Phi_G of each, solving only what is not known yet."""
    own = canonical(np.array(masks, dtype=np.int64), var.dimensions).tolist()
    new = [mask for mask in dict.fromkeys(own) if mask not in known]
    if new:
        known.update(zip(new, phi_g(var, np.array(new, dtype=np.int64)).tolist(), strict=True))
    return [known[mask] for mask in own]


def _every(size: int) -> Numbers:
    """Every bipartition once, by its smaller part."""
    masks: Numbers = np.arange(1, (1 << size) - 1, dtype=np.int64)
    own: Numbers = masks[canonical(masks, size) == masks]
    return own


def _named(var: Var1, masks: Numbers, values: Floats, floor: float, *, proven: bool, solved: int) -> Cut:
    """The weakest, of ties the one with the smaller part, then the lower mask; its Phi_G solved by itself.

    By itself, because the last digits may depend on what was solved beside it: so every search tells the same number.
    """
    tied = canonical(masks[values <= values.min() + TIE], var.dimensions)
    mask = tied[np.lexsort((tied, np.bitwise_count(tied)))[0]]
    phi = float(phi_g(var, np.array([mask]))[0])
    return Cut(int(mask), phi, min(floor, phi), proven, solved)
