"""Which words stand for a person, and how does the speaker know them?"""

from __future__ import annotations

from functools import lru_cache

from ccnode.mind import lexicon
from ccnode.mind.words.names import FIRST_NAMES

_PERSONS = """
mother father brother sister son daughter uncle aunt cousin niece nephew grandmother grandfather grandson granddaughter
wife husband girlfriend boyfriend fiance fiancee spouse partner bestfriend friend flatmate neighbour neighbor boss
manager colleague coworker landlord landlady stepmother stepfather stepson stepdaughter motherinlaw fatherinlaw
sisterinlaw brotherinlaw godmother godfather parent grandparent sibling child kid baby mum mom dad grandma grandpa
granny gran nan nana mummy daddy ex exwife exhusband halfsister halfbrother godson goddaughter inlaws twin roommate
housemate buddy pal mate soninlaw daughterinlaw bestman granddad grandad auntie aunty supervisor workmate classmate
"""
_HELPERS = """
dentist doctor gp therapist teacher hairdresser accountant lawyer plumber mechanic vet nanny babysitter physio cleaner
optician physician barber coach tutor electrician gardener surgeon specialist
"""
_ANYBODY = "lady man woman guy girl boy gentleman colleague caretaker clerk nurse"
_NAMED_TOO = """
dog cat puppy kitten horse pony rabbit hamster parrot tortoise hen goat car boat bike van
tenant agent editor supervisor intern neighbour customer client guest owner host lady
"""


def _keys(words: str) -> frozenset[str]:
    return frozenset(lexicon.lemma(word) for word in words.split())


@lru_cache(maxsize=1)
def persons() -> frozenset[str]:
    """Keys of the words for people by their relation to the speaker: "sister", "boss"."""
    return _keys(_PERSONS)


@lru_cache(maxsize=1)
def helpers() -> frozenset[str]:
    """Keys of the words for people by what they do for the speaker: "dentist", "plumber"."""
    return _keys(_HELPERS)


@lru_cache(maxsize=1)
def people() -> frozenset[str]:
    """Keys of all words that answer "who", as far as no name is given."""
    return persons() | helpers() | _keys(_ANYBODY)


@lru_cache(maxsize=1)
def beings() -> frozenset[str]:
    """Keys of what is commonly called by a name of its own: people, animals, cars, boats."""
    return persons() | helpers() | lexicon.professions() | _keys(_NAMED_TOO)


@lru_cache(maxsize=1)
def first_names() -> frozenset[str]:
    """Common first names, folded."""
    return frozenset(FIRST_NAMES.split())
