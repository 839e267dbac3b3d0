"""Which kinds of fact show in a stretch of text: a date, a place, a price, a name? Patterns, compiled on first use."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

MONTHS = "january|february|march|april|june|july|august|september|october|november|december"
DAYS = "monday|tuesday|wednesday|thursday|friday|saturday|sunday"
CAPITAL = r"[A-Z\u00c0-\u00de\u0400-\u042f\u0391-\u03a9][\w'\u2019.-]*"
_SHORT_MONTHS = "jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec"
# "May" only with its capital: the verb is everywhere.
_MONTH = rf"(?:{MONTHS}|{_SHORT_MONTHS}|(?-i:May))"
_COUNT = (
    "two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|"
    "nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred|thousand|million|dozen|half|couple|pair|"
    "single|twice|thrice|both|twins|triplets|zero"
)
_SMALL = "two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|hundred"
_N = rf"(?:\d[\d.,]*|one|an?|{_COUNT})"
_CLOCK_WORDS = r"noon|midday|midnight|dawn|dusk|sunrise|o'clock|half past|quarter (?:to|past)"
_SPANS = "day|week|month|year|night|time|hour|minute|season|term|summer|winter|fortnight|decade|century"

_FEATURES: dict[str, str] = {
    "clock": (
        rf"(?i)\b\d{{1,2}}[:.h]\d\d\b|\b\d{{1,2}}\s?(?:am|pm|a\.m|p\.m|o'?clock|h\b)|\b(?:{_CLOCK_WORDS})\b|"
        rf"\b(?:at|by|until|till|around|from|before|after) (?:\d{{1,2}}\b|(?:{_COUNT})\b)"
    ),
    "day": (rf"(?i)\b(?:{DAYS})s?\b|\b(?:weekend|weekday|tomorrow|today|yesterday|tonight)s?\b|\d(?:st|nd|rd|th)\b"),
    "month": rf"(?i)\b{_MONTH}\b",
    "year": (r"(?i)\b(?:1[6-9]|20)\d\ds?\b|\b\d+ years? (?:ago|old)\b|\b(?:last|this|next) year\b"),
    "date": (
        rf"(?i)\b(?:{DAYS})s?\b|\b{_MONTH}\b|\b(?:1[6-9]|20)\d\d\b|\b\d{{1,2}}(?:st|nd|rd|th)\b|\d[/.-]\d{{1,2}}\b|"
        r"\b(?:today|tomorrow|yesterday|tonight|morning|afternoon|evening|night|noon|midday|midnight|dawn|dusk|spring|"
        r"summer|autumn|winter|christmas|easter|halloween|weekend|weekday|ago|daily|weekly|monthly|yearly|annually|"
        r"birthday|new year|term|semester|o'clock)s?\b|"
        rf"\b(?:last|next|this|every|each|coming) (?:\w+ )?(?:{_SPANS})s?\b|"
        r"\b\d{1,2}[:.]\d\d\b|\b\d{1,2}\s?(?:am|pm|a\.m|p\.m|h\b)|"
        rf"\b(?:in|after|for|since|until|before|at|by) {_N}\b|\b(?:when|while) (?:i|we) (?:was|were)\b|\bfirst of\b"
    ),
    "number": rf"(?i)\d|\b(?:one|{_COUNT}|first|second|third|only|no|none|once|never)\b",
    "digits": r"\d",
    "money": (
        r"(?i)[\u20ac$\u00a3\u00a5\u20b9]|\b(?:euros?|dollars?|pounds?|quid|pence|cents?|francs?|kroner|kronor|krone|"
        r"yen|rupees?|zloty|eur|usd|gbp|chf|grand|bucks|free|nothing)\b"
    ),
    "share": r"(?i)\d\s?%|\bpercent\b|\bper cent\b",
    "duration": (
        rf"(?i)\b{_N}(?:[\s-](?:and a half|more|full|whole|long))?[\s-](?:second|minute|min|hour|hr|day|night|week|"
        r"fortnight|month|year|decade)s?\b|\bsince\b|\buntil\b|\bhalf an hour\b|\ball (?:day|night|week|summer|winter|"
        r"year)\b|\bfor (?:ages|years|months|weeks|life|ever)\b|\bfrom .{1,40} (?:to|until|till)\b|\bfortnight\b|"
        r"\bovernight\b"
    ),
    "age": (
        rf"(?i)\b(?:\d+|{_COUNT})[\s-](?:years?|months?|weeks?)[\s-]olds?\b|\bborn (?:in|on) .*\d{{4}}|"
        r"\b(?:built|made|founded|dates?|bought) (?:in|from|back to) .*\d{4}|"
        rf"\b(?:turn(?:s|ed|ing)?|aged?|is|am|i'm|are|was|be|hits?|reach(?:ed|es)?) (?:just |only |now |already )?"
        rf"(?:\d{{1,3}}|{_COUNT})\b(?! (?:o'clock|euros|pounds|dollars|times|minutes|hours|days|weeks|km|kilo|met))|"
        r"\b(?:centenary|newborn|in (?:his|her|their|my) (?:teens|twenties|thirties|forties|fifties|sixties|seventies|"
        r"eighties|nineties))\b"
    ),
    "length": (
        rf"(?i)\b{_N}[\s-]?(?:cm|centimet|mm|m\b|met(?:er|re)|feet|foot|ft|inch|in\b|stor(?:y|ey)|km|kilomet|mile|"
        r"yard)|\d'\d|\d m\b|\b[12][.,]\d\d\b"
    ),
    "distance": rf"(?i)\b{_N}[\s-]?(?:km|k\b|kilomet|mile|met(?:er|re)|m\b|minute|hour|block|stop|yard|step)",
    "mass": rf"(?i)\b{_N}[\s-]?(?:kg|kilo|g\b|gram|pound|lb|stone|ton|ounce|oz)",
    "heat": rf"(?i)\b{_N}[\s-]?(?:degree|\u00b0|celsius|fahrenheit|c\b)",
    "dose": r"(?i)\d\s?(?:mg|ml|mcg|g\b|milligram|microgram|drop|tablet|pill|unit|puff|spoon)",
    "size": r"(?i)\b(?:small|medium|large|xs|s|m|l|xl|xxl)\b",
    "frequency": (
        r"(?i)\b(?:every|each|daily|weekly|monthly|yearly|annually|fortnightly|nightly|hourly|twice|once|never|always|"
        rf"times? (?:a|per)|\d+ times|(?:{_SMALL}) times|an? (?:day|week|month|year)|per (?:day|week|month|year)|"
        rf"(?:{DAYS})s|weekends|weekdays|mornings|evenings|nights)\b"
    ),
    "place": (
        r"(?i)\b(?:in|at|on|near|under|underneath|behind|inside|beside|above|below|between|outside|from|into|around|by|"
        r"over|round|past|beneath|opposite|across|through|via|along|towards?|within|off|beyond)\s+(?!time\b|case\b|"
        r"fact\b|order\b|general\b|total\b|(?:the )?(?:morning|evening|afternoon|weekend|night)s?\b|"
        rf"(?:{MONTHS}|{DAYS})s?\b|last\b|next\b|every\b|it\b|me\b|you\b|\d|foot\b|average\b|holiday\b|sale\b|"
        r"purpose\b|noon\b|midnight\b|now\b|then\b|one\b|all\b|least\b|most\b|first\b)\w|"
        rf"\bto (?:the|my|our|an?|his|her|their) |\bto (?-i:{CAPITAL})|\bnext to\b|"
        r"\b(?:upstairs|downstairs|abroad|home|based)\b|\b(?:visit|reach|see|love|leave|left|want) (?-i:[A-Z])"
    ),
    "address": rf"{CAPITAL},? \d|\d+[a-z]?,? {CAPITAL}|\b(?:street|road|avenue|lane|square|drive|close)\b",
    "email": r"\S@\S+\.\S",
    "phone": r"(?:\d[\s()./-]*){5,}",
    "code": (
        r"\d{3,}|\b(?=\w*\d)(?=\w*[A-Za-z])[\w-]{4,}\b|\b[A-Z]{2,}\d|\d[A-Z]{2,}|"
        r"\b(?:is|code|password|passphrase)\b.*[\"':]"
    ),
    "quoted": "[\"\u201c\u2018\u00ab]|(?<!\\w)'\\w",
    "fullname": rf"\b{CAPITAL} (?:(?:van|de|von|der|den|la|da|di) )*{CAPITAL}",
    "named": (
        r"\b(?:called|named|name is|name's|name was|call (?:him|her|it|me|them|us)|goes by|nickname\w*|known as|"
        rf"nicknamed|christened|(?:i'm|i am|this is) (?={CAPITAL}))\b"
    ),
    "predicate": (
        r"(?i)(?:\b(?:is|was|am|are|as|became|become|be|been)|'s|'m|'re) (?:now |also |still |currently )?an? "
        r"(?!bit\b|lot\b|few\b)\w|\b(?:runs?|owns?|manages?|works?|worked|teach(?:es)?|drives?|drove|sells?|sold|makes?|"
        r"made|builds?|built|repairs?|trains?|designs?|programs?|ran) (?:an?|the|at|as|in|for|with|\w+s)\b"
    ),
    "about": r"(?i)\b(?:about|on|into)\b",
    "self": r"(?i)\b(?:i|i'm|i've|i'd|i'll|me|my|mine|we|we're|we've|us|our|ours|im|ive)\b",
    "actor": r"(?i)(?:^|[\s,;(])(?:i|i'm|i've|i'd|i'll|we|we're|we've|we'll|im|ive|me)\b(?!\.)",
    "other": r"(?i)\b(?:she|he|it|they|her|his|its|their|him|them|there|that|this|one)\b",
}
# Digits of a date are no count, no code and no price.
_CALENDAR = re.compile(
    rf"\b\d{{1,2}}(?:st|nd|rd|th)?(?: of)? {_MONTH}\b(?:,? (?:19|20)\d\d)?|"
    rf"\b(?:{MONTHS}|(?-i:May)) \d{{1,2}}(?:st|nd|rd|th)?\b|\b(?:in|since|until|from|of|,) (?:19|20)\d\d\b|"
    r"\b(?:19|20)\d\d-\d\d-\d\d\b|\b\d{1,2}:\d\d\b|\b\d{1,2}(?:st|nd|rd|th)\b",
    re.IGNORECASE,
)

_DIGIT = re.compile(r"\d")  # without one there is nothing of a date to be left out
_RUN = re.compile(r"\w+")
_PASS_FOR_ASCII = re.compile("[\u0130\u0131\u017f\u212a]")  # letters that patterns take for i, s and k
# Patterns that are but words, as these; of "number" where there is no digit.
_WORDS: dict[str, frozenset[str]] = {
    "self": frozenset("i me my mine we us our ours im ive".split()),
    "number": frozenset(f"one|{_COUNT}|first|second|third|only|no|none|once|never".split("|")),
}
_ACTORS = frozenset("i me we im ive".split())  # one of them stands wherever an actor shows


@lru_cache(maxsize=len(_FEATURES))
def _pattern(feature: str) -> re.Pattern[str]:
    return re.compile(_FEATURES[feature])


def shows(text: str, feature: str) -> bool:
    """Whether the text holds a fact of this kind; KeyError for a kind there is no pattern for."""
    if feature in {"number", "digits"} and _DIGIT.search(text):
        text = _CALENDAR.sub(" ", text)
    return bool(_pattern(feature).search(text))


def runs(text: str) -> frozenset[str] | None:
    """The runs of letters, digits and underscores, in small letters; None where that would not tell what patterns find.

    Looking these up takes a tenth of the time that a pattern of many words takes.
    """
    if not text.isascii() and _PASS_FOR_ASCII.search(text):
        return None
    return frozenset(_RUN.findall(text.lower()))


def shows_among(text: str, feature: str, said: frozenset[str] | None) -> bool:
    """The same as `shows`; `said` are the text's `runs`."""
    if said is not None and (feature != "number" or not _DIGIT.search(text)):
        if feature in _WORDS:
            return not said.isdisjoint(_WORDS[feature])
        if feature == "actor" and said.isdisjoint(_ACTORS):
            return False
    return shows(text, feature)


def stretches(text: str, feature: str) -> Iterator[str]:
    """The parts of the text in which a fact of this kind shows."""
    return (found.group() for found in _pattern(feature).finditer(text))
