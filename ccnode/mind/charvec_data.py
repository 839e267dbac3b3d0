"""What does charvec/1 count, and what is usual? Its word lists, patterns and frozen reference, read from their file.

The file (charvec1.json) is data: it is used byte for byte as it is, and its SHA-256 says which one was used. Two of its
words carry a hyphen ("of-course", "have-to"); no word as its `token_regex` finds them does, so these two count nothing.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from decimal import Decimal
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

from ccnode.mind import charvec_patterns

if TYPE_CHECKING:
    from collections.abc import Mapping

NAMES: Final = (
    "analytic", "complexity", "diversity", "verbosity", "structure", "precision", "hedging", "assertiveness",
    "candor", "directness", "inquiry", "causality", "valence", "politeness", "self_focus", "user_focus",
)  # fmt: skip
# The lists of function words: what language style matching and coordination look at too.
FUNCTION_LISTS: Final = (
    "articles", "prepositions", "personal_pronouns", "impersonal_pronouns", "auxiliaries", "conjunctions", "adverbs",
    "negations",
)  # fmt: skip
LISTS: Final = (
    *FUNCTION_LISTS,
    "hedges", "boosters", "causal", "directives", "politeness", "positive", "negative", "self", "user",
)  # fmt: skip

# Function words that other languages write alike ("in" is German, "no" Spanish, "to" Polish, "a" Hungarian, ...). They
# say nothing about the language. Found by counting manual pages in 24 languages.
_HOMOGRAPHS: Final = frozenset(
    """
    a also am an are as at be but by can do even for had has he her i in is it may me mine must my no none of on once or
    our ours out over past per so than to too under us via was we who will
    """.split()
)

BYTES_MAX: Final = 1 << 16
PLACES: Final = 10**9  # means and deviations are kept in units of 10^-9


class ReferenceDamaged(ValueError):
    """The file is not the reference that this version measures by; the message names the field."""


@dataclass(frozen=True, slots=True)
class Reference:
    """What charvec/1 measures by.

    `spec`: SHA-256 of the file. `means`, `deviations`: of each dimension, in units of 10^-9 of its raw measure.
    `lists`: for each word the numbers (into `LISTS`) of the lists that have it. `english`: words that only English has.
    """

    spec: bytes
    means: tuple[int, ...]
    deviations: tuple[int, ...]
    lists: Mapping[str, tuple[int, ...]]
    directives: frozenset[str]
    function_words: frozenset[str]
    english: frozenset[str]
    mattr_window: int

    @staticmethod
    def parse(data: bytes) -> Reference:
        """Read the file; ReferenceDamaged where it is not charvec/1 as this version knows how to count it."""
        if len(data) > BYTES_MAX:
            raise ReferenceDamaged(f"the reference has {len(data)} bytes; it has at most {BYTES_MAX}")
        try:
            fields = json.loads(data.decode("utf-8"), parse_float=Decimal)
        except (ValueError, RecursionError) as error:
            raise ReferenceDamaged(f"the reference is no JSON: {error}") from error
        if not isinstance(fields, dict) or fields.get("name") != "charvec/1" or fields.get("language") != "en":
            raise ReferenceDamaged("the reference is not charvec/1 for English; install ccnode again")
        for field, known in charvec_patterns.KNOWN.items():
            if fields.get(field) != known:
                raise ReferenceDamaged(f"{field}: this version does not know that pattern; install ccnode again")
        lists = _lists(fields)
        means, deviations = _statistics(fields)
        function_words = frozenset(word for name in FUNCTION_LISTS for word in lists[name])
        members: dict[str, tuple[int, ...]] = {}
        for number, name in enumerate(LISTS):
            for word in lists[name]:
                members[word] = (*members.get(word, ()), number)
        return Reference(
            spec=sha256(data).digest(),
            means=means,
            deviations=deviations,
            lists=members,
            directives=frozenset(lists["directives"]),
            function_words=function_words,
            english=function_words - _HOMOGRAPHS,
            mattr_window=_whole(fields, "mattr_window"),
        )


def _lists(fields: dict[str, Any]) -> dict[str, list[str]]:
    lists = fields.get("word_lists")
    if not isinstance(lists, dict) or set(lists) != set(LISTS):
        raise ReferenceDamaged(f"word_lists: expected exactly {', '.join(LISTS)}")
    for name, words in lists.items():
        if not isinstance(words, list) or not words or not all(isinstance(word, str) and word for word in words):
            raise ReferenceDamaged(f"word_lists.{name}: expected words")
        if len(set(words)) != len(words):
            raise ReferenceDamaged(f"word_lists.{name}: a word comes twice, and would count twice")
    return lists


def _statistics(fields: dict[str, Any]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    reference = fields.get("reference")
    dimensions = reference.get("dimensions") if isinstance(reference, dict) else None
    if not isinstance(dimensions, dict) or set(dimensions) != set(NAMES):
        raise ReferenceDamaged(f"reference.dimensions: expected exactly {', '.join(NAMES)}")
    means = tuple(_fixed(dimensions, name, "mean") for name in NAMES)
    deviations = tuple(_fixed(dimensions, name, "sd") for name in NAMES)
    if min(deviations) <= 0:
        raise ReferenceDamaged("reference.dimensions: a deviation is above 0")
    return means, deviations


def _fixed(dimensions: dict[str, Any], name: str, part: str) -> int:
    dimension = dimensions[name]
    value: Any = dimension.get(part) if isinstance(dimension, dict) else None
    if type(value) not in {int, Decimal} or not abs(value) <= PLACES:
        raise ReferenceDamaged(f"reference.dimensions.{name}.{part}: expected a number")
    scaled = Decimal(value) * PLACES
    if scaled != int(scaled):
        raise ReferenceDamaged(f"reference.dimensions.{name}.{part}: more than nine places after the point")
    return int(scaled)


def _whole(fields: dict[str, Any], name: str) -> int:
    value = fields.get(name)
    if type(value) is not int or not 1 < value <= 1000:
        raise ReferenceDamaged(f"{name}: expected a whole number from 2 to 1000")
    return value
