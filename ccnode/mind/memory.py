"""Is this message a memory? Where it states something; what only asks, orders a piece of work or greets is none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ccnode.mind import lexicon
from ccnode.mind.reading import sentences

if TYPE_CHECKING:
    from ccnode.mind.reading import Sentence

# Words of a sentence that is said out of courtesy, or to go on: "good morning", "ok, sounds great", "go on".
COURTESY: Final = frozenset(
    "absolutely afternoon again agreed alright amazing awesome bitte bonjour bravo brilliant bye cheers ciao clear"
    " continue cool correct danke dank day done evening exactly excellent fantastic fine gracias glad go good goodbye"
    " goodnight got great hallo haha hahaha hello help helped helpful helps hey hi hm hmm hola indeed interesting keep"
    " later lol lot lots lovely merci moin morning much nice night ok okay perfect please proceed really right salut"
    " schon schone see soon sorry sound sounds stop super sure test testing thank thanks thx tomorrow tschuss"
    " understood very way welcome well wonderful wow wrong yeah yep yes".split()
)


def states(text: str) -> bool:
    """Whether a message tells something that can be remembered. Reads a bounded part of a long one."""
    return any(not sentence.asks and _says_something(sentence) for sentence in sentences(text))


def _says_something(sentence: Sentence) -> bool:
    told = (word for word in sentence.tokens if not _is_a_letter(word))
    return any(word not in lexicon.STOP and word not in COURTESY for word in told)


def _is_a_letter(word: str) -> bool:
    """A letter alone is a slip or a choice ("x", "b"), and tells nothing later; in other scripts it may be a word."""
    return len(word) == 1 and word.isascii() and word.isalpha()
