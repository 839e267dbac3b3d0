"""What does a message say, in terms a question can be compared with? Sentences, their words, and what kinds of fact
they hold (a date, a place, a name, a number)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from ccnode.mind import lexicon
from ccnode.mind.stemming import family, fold

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

READ_CHARS_MAX = 8_000
_WINDOW_CHARS = 400
_NEEDLES_MAX = 24
_HITS_MAX = 6
_SENTENCES_MAX = 120

_END = re.compile("(?<=[.!?;\u3002\uff01\uff1f\u2026])[\"')\\]\u201d]*\\s+|(?<=[\u3002\uff01\uff1f])|[\r\n]+")
_ABBREVIATION = re.compile(r"(?:^|[\s(])(?:dr|mr|mrs|ms|prof|st|no|vs|etc|e\.g|i\.e|a\.m|p\.m|approx|[a-z])\.$", re.I)
_AUXILIARY = (
    "do|does|did|is|are|was|were|am|have|has|had|can|could|will|would|should|shall|may|might|must|don't|doesn't|didn't|"
    "isn't|aren't|wasn't|weren't|haven't|hasn't|won't|wouldn't|can't|couldn't"
)
_ASKS = re.compile(
    r"^(?:(?:and|so|but|ok(?:ay)?|hey|hi|hello|well|please|now|by the way|btw|quick question)[,:!]?\s+)*"
    rf"(?:(?:what|who|whom|whose|which|where|when|why|how)(?:'s|'re|'d)?\b|(?:{_AUXILIARY})\s+"
    r"(?:i|we|you|he|she|it|they|my|our|your|any|there|someone|anyone)\b|"
    r"(?:does|did|is|are|was|were|can|could|will|would|should)\s+(?:his|her|their|the|an?|this|that|these|those)\b|"
    r"(?:on|in|at|for|from|to|with|under|until|since|by|of|about)\s+(?:what|which|whom|whose|how)\b|"
    r"(?:please\s+)?(?:can|could|would|will) you\b|(?:please\s+)?(?:tell me|remind me|recall|look up|find|search|"
    r"list|show me|quote)\b|any (?:idea|chance|clue)\b|i(?:'m| am)? (?:wonder|wondering|forgot|forget|can't remember|"
    r"cannot remember|don't remember|can't recall|don't recall|need to know|want to know)\b|name (?:the|my|one)\b)",
    re.I,
)
# Asked of the assistant, so nothing told: "write a poem about tulips".
_REQUESTS = re.compile(
    r"(?:^|[,;:]\s+|\b(?:please|now|then|and|also|just)\s+)(?:please\s+)?(?:write|translate|summari[sz]e|explain|describe|proofread|correct|"
    r"rewrite|rephrase|paraphrase|shorten|draft|compose|generate|create|compare|calculate|convert|define|outline|brainstorm|"
    r"suggest|recommend|help|give|make|tell|show|teach|list|find|check|improve|edit|review|design|walk|turn|quiz|invent|"
    r"imagine|pretend|analy[sz]e|fix|format|simplify|expand|continue|plan|think of|come up with)\s+(?:me|us|a|an|the|this|"
    r"that|these|those|my|some|one|two|three|four|five|six|ten|in|into|out|of|how|what|why|[\"'\u201c\u2018]|it\b|\w+ (?:for|in|to|about) )",
    re.I,
)
_COMMANDS = re.compile(
    r"^(?:[^.!?]{0,40}[,:]\s+)?(?:please\s+)?(?:write|translate|summari[sz]e|explain|describe|proofread|rewrite|rephrase|paraphrase|draft|"
    r"compose|generate|compare|calculate|convert|define|outline|brainstorm|quiz|list|analy[sz]e|simplify|shorten)(?:\s+\w|:)", re.I)
# Told in the form of a question or a request: "did I tell you that ...", "write down that ...", "..., can you believe it?"
_TELLS = re.compile(
    r"\W*(?:(?:so|and|hey|oh|ok|please|by the way|btw)[, ]+)*(?:(?:did|have|had) i (?:ever |already )?(?:tell|told|mention|mentioned|say|said)(?: to)?(?: you)?(?: that| about)? \w|"
    r"(?:can|could|will|would) you (?:please )?(?:remember|note|keep in mind|write down|save|store)\b|guess what|did you know(?: that)? (?:my|our|i|we)\b|"
    r"(?:please )?(?:write down|note|note down|make a note|take a note|jot down|remember|keep in mind|don't forget|do not forget|remind me)(?: to self)?(?:,|:| that\b| my\b| our\b| i\b)(?! (?:asked|told|said)))"
    r"|.*, ?(?:can you believe (?:it|that)|would you believe it|isn't (?:it|that)[^?]*|you know|right|don't you think|imagine)\?+\W*$",
    re.I,
)
_WONDERS = re.compile(r"\b(?:was|am|been|i'm|just) (?:wondering|curious)\b|\bi (?:want|need|would like|'d like) to (?:know|learn how|understand)\b", re.I)
_MONTHS = "january|february|march|april|june|july|august|september|october|november|december"
_DAYS = "monday|tuesday|wednesday|thursday|friday|saturday|sunday"
_COUNT = (
    "two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|"
    "nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred|thousand|million|dozen|half|couple|pair|"
    "single|twice|thrice|both|twins|triplets|zero"
)
_N = rf"(?:\d[\d.,]*|one|an?|{_COUNT})"
_CAPITAL = r"[A-Z\u00c0-\u00de\u0400-\u042f\u0391-\u03a9][\w'\u2019.-]*"
_FEATURES: dict[str, re.Pattern[str]] = {
    "clock": re.compile(
        r"\b\d{1,2}[:.h]\d\d\b|\b\d{1,2}\s?(?:am|pm|a\.m|p\.m|o'?clock|h\b)|\b(?:noon|midday|midnight|dawn|dusk|sunrise|"
        rf"o'clock|half past|quarter (?:to|past))\b|\b(?:at|by|until|till|around|from|before|after) (?:\d{{1,2}}\b|(?:{_COUNT})\b)",
        re.I,
    ),
    "day": re.compile(rf"\b(?:{_DAYS})s?\b|\b(?:weekend|weekday|tomorrow|today|yesterday|tonight)s?\b|\d(?:st|nd|rd|th)\b", re.I),
    "month": re.compile(rf"\b(?:{_MONTHS})\b|\bMay\b|\b(?:jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)\b", re.I),
    "year": re.compile(r"\b(?:1[6-9]|20)\d\d s?|\b(?:1[6-9]|20)\d\ds?\b|\b\d+ years? (?:ago|old)\b|\b(?:last|this|next) year\b"),
    "date": re.compile(
        rf"\b(?:{_DAYS})s?\b|\b(?:{_MONTHS})\b|\bMay\b|\b(?:jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)\b|\b(?:1[6-9]|20)\d\d\b|"
        r"\b\d{1,2}(?:st|nd|rd|th)\b|\d[/.-]\d{1,2}\b|\b(?:today|tomorrow|yesterday|tonight|morning|afternoon|evening|night|noon|"
        r"midday|midnight|dawn|dusk|spring|summer|autumn|winter|christmas|easter|halloween|weekend|weekday|ago|daily|weekly|monthly|"
        r"yearly|annually|birthday|new year|term|semester|o'clock)s?\b|"
        r"\b(?:last|next|this|every|each|coming) (?:\w+ )?(?:day|week|month|year|night|time|hour|minute|season|term|summer|winter|fortnight|decade|century)s?\b|\b\d{1,2}[:.]\d\d\b|\b\d{1,2}\s?(?:am|pm|a\.m|p\.m|h\b)|"
        rf"\b(?:in|after|for|since|until|before|at|by) {_N}\b|\b(?:when|while) (?:i|we) (?:was|were)\b|\bfirst of\b",
        re.I,
    ),
    "number": re.compile(rf"\d|\b(?:one|{_COUNT}|first|second|third|only|no|none|once|never)\b", re.I),
    "money": re.compile(
        "[\u20ac$\u00a3\u00a5\u20b9]|\\b(?:euros?|dollars?|pounds?|quid|pence|cents?|francs?|kroner|kronor|krone|yen|rupees?|zloty|"
        "eur|usd|gbp|chf|grand|bucks|free|nothing)\\b", re.I),
    "duration": re.compile(
        rf"\b{_N}(?:[\s-](?:and a half|more|full|whole|long))?[\s-](?:second|minute|min|hour|hr|day|night|week|fortnight|month|year|"
        r"decade)s?\b|\bsince\b|\buntil\b|\bhalf an hour\b|\ball (?:day|night|week|summer|winter|year)\b|\bfor (?:ages|years|months|"
        r"weeks|life|ever)\b|\bfrom .{1,40} (?:to|until|till)\b|\bfortnight\b|\bovernight\b", re.I),
    "age": re.compile(
        rf"\b(?:\d+|{_COUNT})[\s-](?:years?|months?|weeks?)[\s-]olds?\b|\bborn (?:in|on) .*\d{{4}}|\b(?:built|made|founded|dates?|bought) (?:in|from|back to) .*\d{{4}}|"
        rf"\b(?:turn(?:s|ed|ing)?|aged?|is|am|i'm|are|was|be|hits?|reach(?:ed|es)?) (?:just |only |now |already )?(?:\d{{1,3}}|{_COUNT})\b(?! (?:o'clock|euros|pounds|"
        r"dollars|times|minutes|hours|days|weeks|km|kilo|met))|\b(?:centenary|newborn|in (?:his|her|their|my) (?:teens|twenties|thirties|forties|fifties|sixties|"
        r"seventies|eighties|nineties))\b", re.I),
    "length": re.compile(
        rf"\b{_N}[\s-]?(?:cm|centimet|mm|m\b|met(?:er|re)|feet|foot|ft|inch|in\b|stor(?:y|ey)|km|kilomet|mile|yard)|\d'\d|\d m\b|\b[12][.,]\d\d\b", re.I),
    "distance": re.compile(rf"\b{_N}[\s-]?(?:km|k\b|kilomet|mile|met(?:er|re)|m\b|minute|hour|block|stop|yard|step)", re.I),
    "mass": re.compile(rf"\b{_N}[\s-]?(?:kg|kilo|g\b|gram|pound|lb|stone|ton|ounce|oz)", re.I),
    "heat": re.compile(rf"\b{_N}[\s-]?(?:degree|\u00b0|celsius|fahrenheit|c\b)", re.I),
    "frequency": re.compile(
        r"\b(?:every|each|daily|weekly|monthly|yearly|annually|fortnightly|nightly|hourly|twice|once|never|always|times? (?:a|per)|\d+ times|(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|hundred) times|"
        rf"an? (?:day|week|month|year)|per (?:day|week|month|year)|(?:{_DAYS})s|weekends|weekdays|mornings|evenings|nights)\b", re.I),
    "place": re.compile(
        r"\b(?:in|at|on|near|under|underneath|behind|inside|beside|above|below|between|outside|from|into|around|by|over|round|past|"
        r"beneath|opposite|across|through|via|along|towards?|within|off|beyond)\s+(?!time\b|case\b|fact\b|order\b|general\b|total\b|"
        rf"(?:the )?(?:morning|evening|afternoon|weekend|night)s?\b|(?:{_MONTHS}|{_DAYS})s?\b|last\b|next\b|every\b|it\b|me\b|you\b|"
        r"\d|foot\b|average\b|holiday\b|sale\b|purpose\b|noon\b|midnight\b|now\b|then\b|one\b|all\b|least\b|most\b|first\b)\w|"
        rf"\bto (?:the|my|our|an?|his|her|their) |\bto {_CAPITAL}|\bnext to\b|\b(?:upstairs|downstairs|abroad|home|based)\b|"
        r"\b(?:visit|reach|see|love|leave|left|want) [A-Z]"),
    "quoted": re.compile("[\"\u201c\u2018\u00ab]|(?<!\\w)'\\w"),
    "predicate": re.compile(r"(?:\b(?:is|was|am|are|as|became|become|be|been)|'s|'m|'re) (?:now |also |still |currently )?an? (?!bit\b|lot\b|few\b)\w", re.I),
    "dose": re.compile(r"\d\s?(?:mg|ml|mcg|g\b|milligram|microgram|drop|tablet|pill|unit|puff|spoon)", re.I),
    "email": re.compile(r"\S@\S+\.\S"),
    "phone": re.compile(r"(?:\d[\s()./-]*){5,}"),
    "code": re.compile(r"\d{3,}|\b(?=\w*\d)(?=\w*[A-Za-z])[\w-]{4,}\b|\b[A-Z]{2,}\d|\d[A-Z]{2,}|\b(?:is|code|password|passphrase)\b.*[\"':]"),
    "address": re.compile(rf"{_CAPITAL},? \d|\d+[a-z]?,? {_CAPITAL}|\b(?:street|road|avenue|lane|square|drive|close)\b"),
    "size": re.compile(r"\b(?:small|medium|large|xs|s|m|l|xl|xxl)\b", re.I),
    "fullname": re.compile(rf"\b{_CAPITAL} (?:(?:van|de|von|der|den|la|da|di) )*{_CAPITAL}"),
    "about": re.compile(r"\b(?:about|on|into)\b", re.I),
    "digits": re.compile(r"\d"),
    "named": re.compile(
        rf"\b(?:called|named|name is|name's|name was|call (?:him|her|it|me|them|us)|goes by|nickname\w*|known as|nicknamed|christened|"
        rf"(?:i'm|i am|this is) (?={_CAPITAL}))\b"),
    "self": re.compile(r"\b(?:i|i'm|i've|i'd|i'll|me|my|mine|we|we're|we've|us|our|ours|im|ive)\b", re.I),
    "actor": re.compile(r"(?:^|[\s,;(])(?:i|i'm|i've|i'd|i'll|we|we're|we've|we'll|im|ive|me)\b(?!\.)", re.I),
    "other": re.compile(r"\b(?:she|he|it|they|her|his|its|their|him|them|there|that|this|one)\b", re.I),
}  # fmt: skip
# Digits of a date are no count, no code and no price.
_CALENDAR = re.compile(
    rf"\b\d{{1,2}}(?:st|nd|rd|th)?(?: of)? (?:{_MONTHS}|May|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)\b(?:,? (?:19|20)\d\d)?|\b(?:{_MONTHS}|May) \d{{1,2}}(?:st|nd|rd|th)?\b|"
    r"\b(?:in|since|until|from|of|,) (?:19|20)\d\d\b|\b(?:19|20)\d\d-\d\d-\d\d\b|\b\d{1,2}:\d\d\b|\b\d{1,2}(?:st|nd|rd|th)\b",
    re.I,
)
_NAME = re.compile(_CAPITAL)
_NOT_NAMES = frozenset(f"i|may|{_MONTHS}|{_DAYS}|{_DAYS.replace('|', 's|')}s|ok|tv|mr|mrs|ms|dr|fyi|btw|note".split("|"))


@lru_cache(maxsize=256)
def _placed(name: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:in|at|near|around|outside|towards|into|on)(?: the)?(?: \w+)? {re.escape(name)}\b")


@dataclass(frozen=True)
class Sentence:
    """One sentence of a message: its text, and on demand its keys (see `lexicon.lemma`) and kinds of fact."""

    text: str

    @cached_property
    def tokens(self) -> tuple[str, ...]:
        return tuple(lexicon.read_as(lexicon.words(self.text)))

    @cached_property
    def keys(self) -> frozenset[str]:
        return frozenset(lexicon.lemma(word) for word in self.tokens if word not in lexicon.STOP)

    @cached_property
    def families(self) -> frozenset[str]:
        return frozenset(family(word) for word in self.tokens if word not in lexicon.STOP)

    @cached_property
    def asks(self) -> bool:
        return is_question(self.text) or is_request(self.text)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Capitalised words that are names as far as can be told, folded."""
        found = []
        for match in _NAME.finditer(self.text):
            word = fold(match.group().strip(".'-\u2019"))
            word = word.removesuffix("'s").removesuffix("\u2019s")
            if word in _NOT_NAMES or len(word) < 2 or word.startswith(("i'", "i\u2019")):
                continue
            opens = not self.text[: match.start()].strip(" \"'(\u201c\u2018-*")
            if lexicon.is_calendar(word):
                continue
            if opens and (word in lexicon.STOP or word in lexicon.LIGHT or lexicon.is_known(word)):
                continue
            found.append(word)
        return tuple(found)

    @cached_property
    def leans(self) -> bool:
        """Whether it is about something named before it ("she moved there", "in May")."""
        opening = re.match(r"\W*(?:and |but |so |yes,? |no,? )*(?:she|he|it|they|that|this|her|his|its|their|there)\b", self.text, re.I)
        return bool(opening) or len(self.keys) <= 2

    @cached_property
    def beings(self) -> tuple[str, ...]:
        """Names that do not stand where a place stands ("in Whitby", "at the Wavepool")."""
        return tuple(name for name in self.names if not _placed(name).search(fold(self.text)))

    def has(self, feature: str) -> bool:
        """Whether the sentence holds a fact of this kind; see `_FEATURES`, and "name"."""
        if feature == "name":
            return bool(self.names) or bool(_FEATURES["named"].search(self.text))
        if feature in ("number", "digits"):
            return bool(_FEATURES[feature].search(_CALENDAR.sub(" ", self.text)))
        return bool(_FEATURES[feature].search(self.text))

    def finds(self, feature: str) -> Iterator[str]:
        """The stretches of text in which a fact of this kind shows."""
        return (found.group() for found in _FEATURES[feature].finditer(self.text))


def is_question(text: str) -> bool:
    """Whether a sentence (or short text) asks for something."""
    if _TELLS.match(text):
        return False
    stripped = text.strip().rstrip("\"')\u201d ")
    return stripped.endswith(("?", "\uff1f", "\u061f")) or bool(_ASKS.match(stripped.replace("\u2019", "'")))


def is_request(text: str) -> bool:
    """Whether a sentence asks for a piece of work ("write a poem about tulips"): it tells nothing about anybody."""
    if _TELLS.match(text):
        return False
    head = text[:300]
    found = _REQUESTS.search(head)
    if _COMMANDS.match(head):
        return True
    return bool(found and (found.start() == 0 or not re.search(r"\b(?:i|we|my|our)\b", head[: found.start()], re.I))) or bool(
        _WONDERS.search(head)
    )


def sentences(content: str, needles: Sequence[str] = ()) -> list[Sentence]:
    """The sentences of a message, at most 120, in order. Of a long one, those around the needles (folded words)."""
    if len(content) > READ_CHARS_MAX:
        content = "\n".join(_excerpts(content, needles))
    result: list[Sentence] = []
    for piece in _split(content):
        result.append(Sentence(piece))
        if len(result) >= _SENTENCES_MAX:
            break
    return result


def _split(content: str) -> Iterator[str]:
    pending = ""
    for piece in _END.split(content):
        if not piece or not piece.strip():
            continue
        joined = f"{pending} {piece.strip()}" if pending else piece.strip()
        if _ABBREVIATION.search(joined) and len(joined) < 400:
            pending = joined
            continue
        yield joined
        pending = ""
    if pending:
        yield pending


def _excerpts(content: str, needles: Sequence[str]) -> Iterator[str]:
    # str.find on the whole message runs at memory speed, so a fact late in a megabyte is still found.
    lowered = content.lower()
    spans = [(0, 2 * _WINDOW_CHARS)]
    for needle in needles[:_NEEDLES_MAX]:
        at = lowered.find(needle)
        for _ in range(_HITS_MAX):
            if at < 0:
                break
            spans.append((max(0, at - _WINDOW_CHARS), at + _WINDOW_CHARS))
            at = lowered.find(needle, at + _WINDOW_CHARS)
    spans.append((max(0, len(content) - 2 * _WINDOW_CHARS), len(content)))
    spent, end_before = 0, 0
    for start, end in sorted(spans):
        begin = max(start, end_before)
        if begin < end and spent < 3 * READ_CHARS_MAX:
            yield content[begin:end]
            spent += end - begin
            end_before = end
