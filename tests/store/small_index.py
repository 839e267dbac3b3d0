"""An impact index with small blocks, segments and rows, so that a few messages fill many and are merged."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccnode.store import (
    best_first,
    directory,
    held,
    impact,
    impact_checks,
    impact_form,
    merging,
    scores,
    sealed,
    weights,
)

if TYPE_CHECKING:
    from collections.abc import Callable

SIZES = {"BLOCK_BITS": 3, "BLOCK_SIZE": 8, "SEGMENT_BITS": 5, "SEGMENT_MASK": 31}
MODULES = (best_first, directory, held, impact, impact_checks, impact_form, merging, scores, sealed, weights)


def make_small(set_attribute: Callable[[object, str, int], None]) -> None:
    """Blocks of 8 and segments of 32 entry numbers; few postings in a row, and few rows that are merged at once."""
    for module in MODULES:
        for name, value in SIZES.items():
            if hasattr(module, name):
                set_attribute(module, name, value)
    set_attribute(merging, "INLINE_MAX", 4)
    set_attribute(merging, "ROWS_AT_ONCE", 7)
    set_attribute(sealed, "RARE_MAX", 40)


def make_rules_small(set_attribute: Callable[[object, str, int], None]) -> None:
    """The same, and few postings where other ways of looking up begin."""
    make_small(set_attribute)
    set_attribute(best_first, "EARLY_MAX", 12)
    set_attribute(best_first, "SINGLY_MAX", 4)
    set_attribute(best_first, "MANY", 6)
    set_attribute(sealed, "FEW_MAX", 6)
    set_attribute(sealed, "DENSE_MIN", 6)
    set_attribute(held, "LATE_MIN", 5)
