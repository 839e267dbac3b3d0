"""What does the embedded model reply? It finds, quotes and cites what was told; it makes nothing up.

Everything quoted is only quoted: no instruction inside a message changes what is done here.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ccnode.mind import phrases, recall, selfhood
from ccnode.mind.branches import consolidated
from ccnode.mind.evidence import judged
from ccnode.mind.speech import is_request

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ccnode.mind.asking import Question
    from ccnode.mind.likeness import Likeness
    from ccnode.mind.matching import Match
    from ccnode.mind.prompt_types import Prompt, PromptMessage, Recalled

ANSWER_MIN = 0.28  # likelihood: where nine of ten questions about what was never told are admitted
_RELATED_MIN = 0.6  # by the rules of `matching`, for a text that asks nothing
_SAME = 0.03  # two messages whose scores differ less may be two answers to one question
_QUOTE_CHARS_MAX = 300
_CONVERSATION_MESSAGES_MAX = 200
_CONVERSATION_CHARS_MAX = 200_000
_SMALL_TALK_CHARS_MAX = 120
_SELF_CHARS_MAX = 300
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]+")
_GREETING = re.compile(
    r"(?:hi|hello|hey|hiya|howdy|greetings|good (?:morning|afternoon|evening|day)|hallo|bonjour|hola|ciao|salut|moin)"
    r"(?:[ ,]+\w+)?[ .,!?]*",
    re.IGNORECASE,
)
_THANKS = re.compile(
    r"(?:ok(?:ay)?[,. ]+)?(?:thanks?(?: you)?|thank you|thx|cheers|merci|danke|gracias)\b.{0,40}", re.IGNORECASE
)
_SORTS = "ai|robot|bot|human|real|alive|intelligent|conscious|machine|model|person|program|chatgpt|claude|gpt|sentient"
_WHO_ARE_YOU = re.compile(
    r"\b(?:who|what)(?:'s| is| are|'re)? (?:exactly )?(?:are )?you\b(?! (?:doing|saying|telling|talking|going|up))|"
    rf"\bwhat(?:'s| is) your name\b|\bare you (?:an? )?(?:{_SORTS})\b|\bintroduce yourself\b|"
    r"\bwhich model (?:are|is|am)\b|\btell me (?:about|who) you(?:rself| are)\b|\bhow do you work\b",
    re.IGNORECASE,
)
_WHAT_CAN_YOU = re.compile(
    r"\bwhat (?:can|could|do) you do\b|\bwhat are you (?:able|capable|good)\b|\bhow can you help\b|\bhelp\W*$|"
    r"\bwhat are your (?:skills|abilities|features)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Reply:
    """The text, and the ids of the messages it rests on, the most important first."""

    text: str
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Told:
    """A message that answers: where it was said (`message_id` is "" for this conversation), when, and how well."""

    message_id: str
    role: str
    content: str
    said_at_ms: int | None
    score: float
    found: Match
    order: tuple[int, int]
    pinned: bool = False
    told_by: str = ""


def to_compare(prompt: Prompt) -> recall.Comparison:
    """What of the conversation is worth comparing in meaning with the prompt's last message, before `reply_to`."""
    asked = prompt.messages[-1].content if prompt.messages else ""
    before = prompt.messages[:-1]
    question = recall.plan(asked, before).question
    same_text = _plain(asked)
    said = _said_before(before, same_text)
    told = (recall.Candidate(one.message_id, "", one.role, one.content, 0, context) for _, one, context in said)
    return recall.compare_best(question, told)


def reply_to(prompt: Prompt, likeness: Likeness | None = None) -> Reply:
    """Decide the reply to the last message of the prompt. Cost is bounded whatever the sizes.

    `likeness` is what comparing the texts of `to_compare` gave, where something could compare them.
    """
    if prompt.branches:
        return Reply(*consolidated(prompt.branches))
    asked = prompt.messages[-1].content if prompt.messages else ""
    shown = _CONTROL.sub(" ", asked[:2_000]).strip()
    if not shown and not _CONTROL.sub(" ", asked).strip():
        return Reply(f"{phrases.NOTHING_THERE}. {phrases.WHAT_I_CAN_DO}")
    told = selfhood.about_self(prompt.system, prompt.recalled, shown) if len(asked) <= _SELF_CHARS_MAX else None
    if told is not None:
        return Reply(told.text, told.sources)
    small = _small_talk(shown) if len(asked) <= _SMALL_TALK_CHARS_MAX else None
    if small is not None:
        return Reply(small)
    before = prompt.messages[:-1]
    plan = recall.plan(asked, before)
    if plan.question.asks:
        return _answer(_told(plan.question, before, prompt.recalled, asked, likeness))
    if is_request(shown):
        return Reply(f"{phrases.UNKNOWN} how to do that. {phrases.WHAT_I_AM} {phrases.WHAT_I_CAN_DO}")
    return _acknowledge(prompt.recalled, asked)


def pieces(text: str) -> Iterator[str]:
    """The text in word-sized pieces; joined they give it back unchanged."""
    return (found.group() for found in re.finditer(r"\s*\S+\s*?(?=\s|$)|\s+", text))


def _small_talk(shown: str) -> str | None:
    if _WHO_ARE_YOU.search(shown):
        return f"{phrases.WHAT_I_AM} {phrases.WHAT_I_CAN_DO}"
    if _WHAT_CAN_YOU.search(shown):
        return f"{phrases.WHAT_I_CAN_DO} {phrases.WHAT_I_AM}"
    if _GREETING.fullmatch(shown):
        return f"Hello. {phrases.WHAT_I_AM} Tell me something to remember, or ask me about what you told me."
    if _THANKS.fullmatch(shown) and "?" not in shown:
        return f"{phrases.WELCOME}."
    return None


def _answer(found: Sequence[_Told]) -> Reply:
    told = [item for item in found if item.score >= ANSWER_MIN]
    if not told:
        return Reply(
            f"{phrases.UNKNOWN}: nothing I found in what you told me answers that. {phrases.WHAT_I_CAN_DO} "
            "If you tell me the answer, I can quote it to you later."
        )
    told.sort(key=lambda item: (-item.score - recall.PINNED_BONUS * item.pinned, (-item.order[0], -item.order[1])))
    best = told[0]
    rivals = [item for item in told[1:] if _same_matter(best, item)]
    taken = max([best, *rivals], key=lambda item: (item.pinned, item.order))
    text = f"{_when(taken)}: {_quoted(taken)}"
    sources = [taken.message_id]
    other = max((item for item in [best, *rivals] if item is not taken), key=lambda item: item.order, default=None)
    if other is not None and (other.told_by or taken.told_by):  # several voices: none is taken for the others
        text += f" Beside that, {_lowered(_when(other))}: {_quoted(other)} I take neither's side."
        sources.append(other.message_id)
    elif other is not None:
        when = f" on {date}" if (date := _date(other.said_at_ms)) else ""
        is_newest = taken.order > other.order
        why = "the more recent one" if is_newest else "the one that you pinned"
        text += f" {'Earlier' if is_newest else 'Later'} you said{when}: {_quoted(other)} I take {why}."
        sources.append(other.message_id)
    return Reply(text, tuple(dict.fromkeys(source for source in sources if source)))


def _told(
    question: Question,
    before: Sequence[PromptMessage],
    recalled: Sequence[Recalled],
    asked: str,
    likeness: Likeness | None,
) -> list[_Told]:
    same_text = _plain(asked)
    result: list[_Told] = []
    seen: dict[str, int] = {}
    for item in recalled:
        text = _plain(item.content)
        if text == same_text or text in seen:
            continue
        seen[text] = len(result)
        score = item.score if 0.0 <= item.score <= 1.0 else 0.0
        found = judged(question, recall.judged_as(question, item), item.content)
        result.append(
            _Told(
                item.message_id,
                item.role,
                item.content,
                item.said_at_ms,
                score,
                found,
                (0, item.said_at_ms),
                item.pinned,
                item.told_by,
            )
        )
    for at, message, context in _said_before(before, same_text):
        text = _plain(message.content)
        found = judged(question, message.role, message.content, context, likeness)
        known = seen.get(text)
        if known is not None:
            other = result[known]
            result[known] = _Told(
                other.message_id,
                other.role,
                other.content,
                other.said_at_ms,
                max(other.score, found.score),
                found,
                (1, at),
                other.pinned or message.pinned,
            )
        else:
            seen[text] = len(result)
            said = (message.message_id, message.role, message.content)
            result.append(_Told(*said, None, found.score, found, (1, at), message.pinned))
    return result


def _said_before(before: Sequence[PromptMessage], same_text: str) -> Iterator[tuple[int, PromptMessage, str]]:
    """What was said in this conversation, the newest first, as far as the limits go: place, message, its context."""
    spent = 0
    first = max(0, len(before) - _CONVERSATION_MESSAGES_MAX)
    for at in range(len(before) - 1, first - 1, -1):
        message = before[at]
        spent += min(len(message.content), _CONVERSATION_CHARS_MAX // 4)
        if spent > _CONVERSATION_CHARS_MAX:
            break
        if message.role in ("system", "tool") or _plain(message.content) == same_text:
            continue
        yield at, message, " ".join(other.content[-500:] for other in before[max(0, at - 2) : at])


def _same_matter(best: _Told, other: _Told) -> bool:
    if best.found.covered != other.found.covered or best.found.kind_found != other.found.kind_found:
        return False
    if best.told_by or other.told_by:  # several voices: the less likely one is to be heard as well
        return all(item.role == "user" or item.told_by for item in (best, other))
    return best.role == other.role == "user" and best.score - other.score <= _SAME


def _acknowledge(recalled: Sequence[Recalled], told: str) -> Reply:
    text = f"{phrases.NOTED}: this is kept in your memory, and I can quote it to you later."
    same_text = _plain(told)
    for item in recalled:
        if item.role == "user" and _RELATED_MIN <= item.score <= 1.0 and _plain(item.content) != same_text:
            when = _date(item.said_at_ms)
            quote = _clipped(item.content)
            return Reply(f"{text} Related, {f'from {when}' if when else 'from before'}: {quote}", (item.message_id,))
    return Reply(text)


def _lowered(text: str) -> str:
    return text[:1].lower() + text[1:]


def _when(item: _Told) -> str:
    if item.told_by:
        on = f" on {date}" if (date := _date(item.said_at_ms)) else ""
        return f"{phrases.KNOWLEDGE} ({item.told_by}{on})"
    if item.said_at_ms is None or item.order[0] == 1:
        return f"{phrases.EARLIER_HERE} {'you' if item.role == 'user' else 'I'} said"
    opening = phrases.YOU_TOLD if item.role == "user" else phrases.I_SAID
    date = _date(item.said_at_ms)
    return f"{opening} on {date}" if date else opening


def _date(said_at_ms: int | None) -> str:
    if said_at_ms is None:
        return ""
    try:
        day = dt.datetime(1970, 1, 1, tzinfo=dt.UTC) + dt.timedelta(milliseconds=said_at_ms)
    except OverflowError:  # a wrong clock far outside the calendar: quote without a date
        return ""
    return day.date().isoformat()


def _quoted(item: _Told) -> str:
    whole = item.content if len(item.content) <= _QUOTE_CHARS_MAX else item.found.quote or item.content
    return _clipped(whole)


def _clipped(text: str) -> str:
    line = " ".join(_CONTROL.sub(" ", text[: 4 * _QUOTE_CHARS_MAX]).split()).replace('"', "'")
    if len(line) > _QUOTE_CHARS_MAX:
        line = line[: _QUOTE_CHARS_MAX - 3].rstrip() + "..."
    return f'"{line}"'


def _plain(text: str) -> str:
    return " ".join(text[:20_000].split()).casefold()
