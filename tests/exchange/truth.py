"""What do made-up exports share? Words to say, ids, and the truth about each conversation."""

from __future__ import annotations

import random
import uuid
from collections import Counter
from dataclasses import dataclass, field

# (what a file says, what is to be stored)
ODD = (
    ("half a character: \ud83d", "half a character: \ufffd"),
    ("the other half: \ude00 and on", "the other half: \ufffd and on"),
    ("a NUL \x00 and a bell \x07", "a NUL \ufffd and a bell \ufffd"),
    ("\x1b[1;31mred\x1b[0m", "red"),
    ("a form feed\x0cdoes", "a form feed\ndoes"),
    ("e\u0301, \u202eback\u202c, \ufeff, \ue000, \U0010ffff", "e\u0301, \u202eback\u202c, \ufeff, \ue000, \U0010ffff"),
    ("日本語 и русский, עברית, 👩‍👩‍👧 and <b>&amp;</b>", "日本語 и русский, עברית, 👩‍👩‍👧 and <b>&amp;</b>"),
    ('back\\slash "quotes" and a\ttab\r\n', 'back\\slash "quotes" and a\ttab\r\n'),
)
WORDS = (
    "the of and a to in is you that it he was for on are as with his they at be this have from or one had by but not"
    " what all were we when your can said there use an each which she do how their if will up other about out many then"
    " them these so some her would make like him into time has look two more write go see number no way could people"
    " my than first water been call who oil its now find long down day did get come made may part garden kettle winter"
).split()
LONG_BYTES = 1_048_513
BEGAN = 1_600_000_000


@dataclass(slots=True)
class Said:
    """A turn as it is to be read."""

    parent: str | None
    role: str
    text: str
    said_ms: int | None
    model: str | None = None
    attachments: tuple[str, ...] = ()


@dataclass(slots=True)
class Truth:
    """A conversation as it is to be read. `left`: (why, unit) -> how many."""

    id: str
    title: str | None
    said_ms: int | None
    turns: dict[str, Said] = field(default_factory=dict)
    current: str | None = None
    left: Counter[tuple[str, str]] = field(default_factory=Counter)


def chance(seed: int, form: str, number: int) -> random.Random:
    """The chance by which one conversation is made."""
    return random.Random(f"{seed}/{form}/{number}")


def uid(by: random.Random) -> str:
    return str(uuid.UUID(int=by.getrandbits(128), version=4))


def sentence(by: random.Random, most: int = 60) -> str:
    return " ".join(by.choices(WORDS, k=by.randint(1, most)))


def words(by: random.Random) -> tuple[str, str]:
    """What somebody says: as the file has it, and as it is stored."""
    plain = sentence(by, 200)
    if by.random() < 0.05:
        odd, stored = by.choice(ODD)
        return f"{plain} {odd}", f"{plain} {stored}"
    if by.random() < 0.1:
        plain = f"{plain}:\n\n```python\nprint('{by.random()}')\n```\n"
    return plain, plain


def too_long(by: random.Random) -> str:
    """A text of just over what one message may hold."""
    return by.choice(("x", "é", "😀")) * LONG_BYTES
