"""Which kind of fact must an answer hold? "How old" wants an age, "which airline" a proper name, "where" a place."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

# Which of these is asked for is answered by a proper name.
_NAMEABLE = (
    "airline|bank|hotel|restaurant|cafe|pub|company|firm|city|town|village|street|film|movie|novel|book|band|song|"
    "album|brand|shop|store|gym|hospital|airport|theatre|theater|museum|newspaper|magazine|provider|optician|title|"
    "surname|station|club|university|school|supermarket|neighbourhood|district|phone|laptop|computer|camera|surgeon|"
    "doctor|dentist|teacher|nurse|author|artist|singer|actor|composer|character|show|series|podcast|operator"
)
_TITLED = (
    rf"\b(?:what|which)(?:'s| is| was)?(?: the)? (?:\w+ )?(?:{_NAMEABLE})\b"
    r"(?! of (?!the|my|our))(?! (?:number|book|password|code|bill)\b)"
)
_BIRTHDAY = (
    r"\bwhat(?:'s| is| was)(?: \w+| \w+'s){0,3} (?:birthday|birth date|date of birth)\b"
    r"(?! (?:party|cake|gift|present|card|dinner))"
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """The answer holds a fact of one of the `features` (see `features`); else its score is multiplied by `without`."""

    kind: str
    features: tuple[str, ...]
    without: float


ANYTHING = Wanted("what", (), 1.0)
STATEMENT = Wanted("statement", (), 1.0)

# kind, pattern of the question, features, factor without them; the first pattern that is found decides.
_KINDS = (
    ("result", r"\b(?:finishing|winning|best|race) time\b", "clock duration", 0.5),
    ("clock", r"\b(?:what|which) (?:exact )?time\b|\bat what (?:time|hour)\b", "clock", 0.55),
    ("day", r"\b(?:what|which) (?:day|weekday|days|evening|night)\b", "day date", 0.55),
    ("month", r"\b(?:what|which) month\b", "month", 0.5),
    ("year", r"\b(?:what|which) year\b|\bwhat(?:'s| is| was) (?:\w+ |\w+'s ){1,3}year\b", "year", 0.5),
    ("plate", r"\b(?:licen[cs]e|number|registration) plate\b|\bregistration\b", "code", 0.5),
    (
        "titled",
        _TITLED,
        "name quoted",
        0.62,
    ),
    (
        "birthday",
        _BIRTHDAY,
        "date day clock",
        0.6,
    ),
    ("address", r"\baddress\b", "address email code", 0.6),
    ("code", r"\b(?:number|code|pin|extension|port|postcode)\b", "digits email", 0.55),
    (
        "price",
        r"\bhow expensive\b|\b(?:price|cost|fee|rate|salary|wage|rent|budget|deposit|amount|sum)\b(?! to\b)",
        "money share number",
        0.6,
    ),
    (
        "measure",
        r"\b(?:weight|height|temperature|speed|score|rating|size)\b",
        "length mass heat money dose size number",
        0.55,
    ),
    ("when", r"\bwhen\b|\b(?:what|which) date\b|\bhow (?:long ago|soon)\b|\bsince when\b", "date clock", 0.55),
    ("count", r"\bhow many\b|\bnumber of\b", "number", 0.5),
    ("age", r"\bhow old\b|\bwhat age\b|\bage of\b|\bmy age\b", "age", 0.45),
    ("often", r"\bhow (?:often|frequently|regularly)\b", "frequency", 0.55),
    ("duration", r"\bhow long\b", "duration length month year", 0.55),
    ("height", r"\bhow (?:tall|high|wide|deep)\b", "length", 0.5),
    (
        "size",
        r"\bhow (?:big|large|small|fast|slow|quick|warm|cold|hot|strong|loud)\b|\bwhat size\b",
        "length mass heat money number",
        0.5,
    ),
    ("distance", r"\bhow far\b", "distance", 0.5),
    ("mass", r"\bhow heavy\b|\bhow much do(?:es)? .* weigh\b", "mass number", 0.5),
    ("amount", r"\bhow much\b", "money share mass number", 0.55),
    ("who", r"\bwho(?:'s| is| was| are|'re) (?:my|our|the|his|her|their)\b", "being", 0.58),
    ("who", r"\bwho\b|\bwhom\b|\bwhose\b|\bwho's\b", "being person", 0.58),
    (
        "where",
        r"\bwhere\b|\bwhere's\b|\bwhereabouts\b|\b(?:what|which) (?:place|location|spot)\b",
        "place name",
        0.7,
    ),
    ("named", r"\b(?:called|name|named|names)\b", "name", 0.6),
    ("why", r"\bwhy\b|\bwhat reason\b", "", 1.0),
    ("how", r"\bhow\b", "", 1.0),
)
# What a word asked for looks like when it is told without being named, by the word's key.
_LOOKS_LIKE = {
    "name": "brand mak titl model",
    "code": "model",
    "predicate": "job trad vocation career profession occupation",
    "dose": "dos",
    "about": "subject topic theme",
    "age": "age",
    "named": "name nicknam call",
    "fullname": "surnam",
    "email": "email",
    "phone": "phonenumber",
    "money": "cost price pai pay spend salari rent budget pric wag fee worth charg expensiv",
    "length": "height tall",
    "mass": "weight weigh",
    "heat": "temperatur",
    "distance": "distanc",
}
_QUESTION_WORD = re.compile(r"\b(?:what|which|who|whom|whose|when|where|why|how)(?:'s|'re|'d)?\b", re.IGNORECASE)


@lru_cache(maxsize=1)
def _kinds() -> tuple[tuple[re.Pattern[str], Wanted], ...]:
    return tuple(
        (re.compile(pattern, re.IGNORECASE), Wanted(kind, tuple(features.split()), without))
        for kind, pattern, features, without in _KINDS
    )


def wanted(text: str) -> Wanted:
    """What is asked for, by the first question word ("what do I do when ..." does not ask when)."""
    asked = _QUESTION_WORD.search(text)
    clause = text
    if asked is not None:
        clause = text[asked.start() :]
        later = _QUESTION_WORD.search(clause, asked.end() - asked.start())
        if later is not None and later.start() > len("what about it"):
            clause = clause[: later.start()]
        clause = text[max(0, asked.start() - len("since ")) : asked.start()] + clause
    return next((found for pattern, found in _kinds() if pattern.search(clause)), ANYTHING)


def looks_like(key: str) -> tuple[str, ...]:
    """The features that show what `key` asks for, even where no such word is said ("price": money)."""
    return tuple(feature for feature, keys in _LOOKS_LIKE.items() if key in keys.split())
