"""Who is who? "My son Jonas ..." told once lets a later message about Jonas answer a question about the son."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ccnode.mind import lexicon
from ccnode.mind.people import beings
from ccnode.mind.stemming import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_TEXT_CHARS_MAX = 4_000
_PER_KEY_MAX = 6
_NAME = r"([A-Z\u00c0-\u00de][\w\u2019'-]*[\w])"
_RELATION = r"([a-z]+(?:[ -]in[ -]law)?)"
_OWN = (
    r"\b(?:[Mm]y|[Oo]ur|a|the)\s+"
    r"(?:(?:little|big|older|younger|elder|eldest|youngest|oldest|new|old|late|dear|best|own|grown|favourite)\s+)*"
)
_IS = r"(?:'s name)?(?: at \w+| at the \w+)?(?: is|'s|\u2019s| was)(?: now)?(?: called| named)?"
_PATTERNS = (
    re.compile(rf"{_OWN}{_RELATION}\s*,?\s+{_NAME}"),  # my son Jonas; my son, Jonas
    re.compile(rf"{_OWN}{_RELATION}{_IS} {_NAME}"),  # my boss is Anna; our dog's name is Rex
)
_REVERSED = (
    re.compile(  # Jonas is my son
        rf"{_NAME}\s*(?:,|is|was|'s|\u2019s)\s+(?:also\s+)?(?:my|our)\s+"
        rf"(?:\w+er\s+|best\s+|new\s+|old\s+)?{_RELATION}"
    ),
)


def aliases(texts: Iterable[str]) -> Mapping[str, frozenset[str]]:
    """From statements, a map from key to the words naming the same person or animal, both ways ("son" <-> "jonas")."""
    known = beings()
    found: dict[str, set[str]] = {}

    def note(relation: str, name: str) -> None:
        (said,) = lexicon.read_as(lexicon.words(relation), keep=False)[-1:] or ("",)
        key = lexicon.lemma(said)
        folded = fold(name).removesuffix("'s").removesuffix("\u2019s")
        if key not in known or folded in lexicon.STOP or lexicon.is_known(folded):
            return
        for one, other in ((key, folded), (lexicon.lemma(folded), said)):
            others = found.setdefault(one, set())
            if len(others) < _PER_KEY_MAX:
                others.add(other)

    for text in texts:
        head = text[:_TEXT_CHARS_MAX]
        for pattern in _PATTERNS:
            for match in pattern.finditer(head):
                note(match.group(1), match.group(2))
        for pattern in _REVERSED:
            for match in pattern.finditer(head):
                note(match.group(2), match.group(1))
    return {key: frozenset(others) for key, others in found.items()}
