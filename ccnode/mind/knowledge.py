"""Which packets speak of the same, and which of these say otherwise? By their subjects, in a form of their own.

A subject is named by a person; none is guessed from words. Without one, packets that come from one message speak of the
same: a note that corrects it, and its later versions.

What is compared is the form that people would call the same words: case, accents of typing (NFKC), blanks and
punctuation do not count. Whether two claims agree in what they mean is for a person to judge; they are shown together.
"""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Final

from ccnode.mind import lexicon

if TYPE_CHECKING:
    from collections.abc import Mapping

READ_CHARS_MAX: Final = 20_000  # of one text


def normal(text: str) -> str:
    """Words in lower case with one blank between them; "" where a text has none. Twice is as once."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text[:READ_CHARS_MAX]).casefold())
    return " ".join("".join(each if each.isalnum() else " " for each in folded).split())


def claim(subject: str, text: str) -> str:
    """What a packet says, as one text: its words, after its subject where they do not name that themselves."""
    said, about = normal(text), normal(subject)
    return text if not about or f" {about} " in f" {said} " else f"{subject.strip()}: {text}"


def conflicts(subject: str, text: str, others: Mapping[bytes, tuple[str, str]]) -> list[bytes]:
    """Those of the others, by name each (subject, text), that have the same subject and say something else of it."""
    about, said = normal(subject), normal(text)
    if not about:
        return []
    return [
        name
        for name, (its_subject, its_text) in others.items()
        if normal(its_subject) == about and normal(its_text) != said
    ]


def restated(origin: bytes, text: str, others: Mapping[bytes, tuple[bytes, str]]) -> list[bytes]:
    """Those of the others, by name each (the entry that it comes from, text), that say in other words what one says."""
    said = normal(text)
    return [name for name, (its, its_text) in others.items() if its == origin and normal(its_text) != said]


def speaks_of(subject: str, note: str) -> bool:
    """Whether a note, which has no subject, names all the telling words of one."""
    wanted = {lexicon.lemma(word) for word in normal(subject).split() if word not in lexicon.STOP}
    return bool(wanted) and wanted <= {lexicon.lemma(word) for word in normal(note).split()}
