"""Is a sentence told, asked, or a request for a piece of work? By its form alone."""

from __future__ import annotations

import re

_HEAD_CHARS = 300
_FIRST_PERSON = re.compile(r"\b(?:i|we|my|our)\b", re.IGNORECASE)
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
    re.IGNORECASE,
)
# Asked of the assistant, so nothing told: "write a poem about tulips".
_WORKS = (
    "write|translate|summari[sz]e|explain|describe|proofread|rewrite|rephrase|paraphrase|draft|compose|generate|compare|"
    "calculate|convert|define|outline|brainstorm|quiz|list|analy[sz]e|simplify|shorten"
)
_OTHER_WORKS = (
    "correct|create|suggest|recommend|help|give|make|tell|show|teach|find|check|improve|edit|review|design|walk|turn|"
    "invent|imagine|pretend|fix|format|expand|continue|plan|think of|come up with"
)
_REQUESTS = re.compile(
    rf"(?:^|[,;:]\s+|\b(?:please|now|then|and|also|just)\s+)(?:please\s+)?(?:{_WORKS}|{_OTHER_WORKS})\s+"
    r"(?:me|us|a|an|the|this|that|these|those|my|some|one|two|three|four|five|six|ten|in|into|out|of|how|what|why|"
    r"[\"'\u201c\u2018]|it\b|\w+ (?:for|in|to|about) )",
    re.IGNORECASE,
)
_COMMANDS = re.compile(rf"^(?:[^.!?]{{0,40}}[,:]\s+)?(?:please\s+)?(?:{_WORKS})(?:\s+\w|:)", re.IGNORECASE)
# One of these stands in whatever `_COMMANDS`, `_REQUESTS` or `_WONDERS` finds.
_REQUESTING = frozenset(
    re.sub(r"(\w+)\[sz\]e", r"\1se|\1ze", f"{_WORKS}|{_OTHER_WORKS}").replace(" ", "|").split("|")
) | frozenset("wondering curious know learn understand".split())
_WONDERS = re.compile(
    r"\b(?:was|am|been|i'm|just) (?:wondering|curious)\b|"
    r"\bi (?:want|need|would like|'d like) to (?:know|learn how|understand)\b",
    re.IGNORECASE,
)
# Told in the form of a question or a request.
_SAYING = "tell|told|mention|mentioned|say|said"
_NOTING = (
    "write down|note|note down|make a note|take a note|jot down|remember|keep in mind|don't forget|do not forget|"
    "remind me"
)
_TELLS = re.compile(
    r"\W*(?:(?:so|and|hey|oh|ok|please|by the way|btw)[, ]+)*(?:"
    # asking whether it was told already, or is known
    rf"(?:did|have|had) i (?:ever |already )?(?:{_SAYING})(?: to)?(?: you)?(?: that| about)? \w|"
    r"did you know(?: that)? (?:my|our|i|we)\b|guess what|"
    # asking to remember, to write down, "note to self"
    r"(?:can|could|will|would) you (?:please )?(?:remember|note|keep in mind|write down|save|store)\b|"
    rf"(?:please )?(?:{_NOTING})(?: to self)?(?:,|:| that\b| my\b| our\b| i\b)(?! (?:asked|told|said)))|"
    # a remark that ends in "..., can you believe it?"
    r".*, ?(?:can you believe (?:it|that)|would you believe it|isn't (?:it|that)[^?]*|you know|right|don't you think|"
    r"imagine)\?+\W*$",
    re.IGNORECASE,
)


def asks(text: str, said: frozenset[str] | None = None) -> bool:
    """Whether a sentence is a question or a request: then it tells nothing. `said`: see `features.runs`."""
    if _TELLS.match(text):
        return False
    return _is_question(text) or ((said is None or not said.isdisjoint(_REQUESTING)) and _is_request(text))


def is_question(text: str) -> bool:
    """Whether a sentence (or short text) asks for something."""
    return not _TELLS.match(text) and _is_question(text)


def _is_question(text: str) -> bool:
    stripped = text.strip().rstrip("\"')\u201d ")
    return stripped.endswith(("?", "\uff1f", "\u061f")) or bool(_ASKS.match(stripped.replace("\u2019", "'")))


def is_request(text: str) -> bool:
    """Whether a sentence asks for a piece of work ("write a poem about tulips"): it tells nothing about anybody."""
    return not _TELLS.match(text) and _is_request(text)


def _is_request(text: str) -> bool:
    head = text[:_HEAD_CHARS]
    if _COMMANDS.match(head) or _WONDERS.search(head):
        return True
    found = _REQUESTS.search(head)
    # "I told them to give me the key" is no request, "Thanks! Now give me the key" is.
    return found is not None and not _FIRST_PERSON.search(head[: found.start()])
