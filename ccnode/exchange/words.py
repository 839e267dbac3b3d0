"""How do the words of other programs become texts, titles and times that can be stored? Nothing they say fails."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import Final

from ccnode_protocol.records import MODEL_CHARS_MAX, SAID_MS_MAX, TEXT_BYTES_MAX, TITLE_CHARS_MAX

NAME_CHARS_MAX: Final = 120
ATTACHMENTS_MAX: Final = 50
ID_CHARS_MAX: Final = 256
CUT_ROOM: Final = 200  # bytes kept free for the remark that something was cut

_FINE: Final = bytes(set(range(256)) - (set(range(0x20)) - {0x09, 0x0A, 0x0D}) - {0x7F})
_LINE_ENDS: Final = {0x0B: "\n", 0x0C: "\n"}
_ODD: Final = re.compile("[\x00-\x08\x0e-\x1f\x7f\ud800-\udfff]")
# What a terminal obeys and nobody sees: colours, cursor movements, window titles.
_ESCAPES: Final = re.compile("\x1b(?:\\[[0-?]*+[ -/]*+[@-~]|\\][^\x07\x1b]*+(?:\x07|\x1b\\\\))")
_TICKS: Final = re.compile("`+")
_LANGUAGE: Final = re.compile(r"[A-Za-z0-9_+#.-]{1,30}")


def storable(text: str) -> str:
    """The text without what cannot be stored or seen: terminal escapes go, other control characters become U+FFFD.

    So do lone surrogates (halves of characters that other programs cut) and bytes that were no UTF-8.
    """
    try:
        if not text.encode().translate(None, _FINE):
            return text
    except UnicodeEncodeError:
        pass
    return _ODD.sub("\ufffd", _ESCAPES.sub("", text).translate(_LINE_ENDS))


def size(text: str) -> int:
    """Bytes of a storable text as UTF-8."""
    return len(text) if text.isascii() else len(text.encode())


def fits(text: str) -> bool:
    """Whether one message may hold this storable text."""
    return len(text) * 4 <= TEXT_BYTES_MAX or size(text) <= TEXT_BYTES_MAX


def cut(text: str) -> str:
    """The text if one message may hold it, else as much of its beginning, with a remark at the end."""
    if fits(text):
        return text
    kept = text.encode()[: TEXT_BYTES_MAX - CUT_ROOM].decode("utf-8", "ignore")
    return f"{kept}\n[cut here: the original goes on]"


def fenced(text: str, language: object = None) -> str:
    """The text as a Markdown code block whose fence is longer than any run of backticks in it."""
    longest = max(map(len, _TICKS.findall(text)), default=0) if "```" in text else 0
    fence = "`" * max(3, longest + 1)
    named = language if isinstance(language, str) and language != "unknown" and _LANGUAGE.fullmatch(language) else ""
    return f"{fence}{named}\n{text}{'' if text.endswith(chr(10)) else chr(10)}{fence}"


def as_json(value: object) -> str:
    """A value of JSON as readable text."""
    try:
        return json.dumps(value, ensure_ascii=False, indent=1)
    except RecursionError:
        return "(nested too deep to be shown)"


def line(value: object, length_max: int = NAME_CHARS_MAX) -> str:
    """A string as one line of at most `length_max` characters; "" for anything else."""
    if not isinstance(value, str):
        return ""
    folded = " ".join(storable(value[: length_max * 4]).split())
    return folded if len(folded) <= length_max else folded[: length_max - 3] + "..."


def title(value: object) -> str | None:
    """A conversation's title, or None where there is none."""
    return line(value, TITLE_CHARS_MAX) or None


def model(value: object) -> str | None:
    """A model's name, or None where there is none."""
    return line(value, MODEL_CHARS_MAX) or None


def identifier(value: object) -> str | None:
    """A source's id as text: a string, or the digits of a whole number; None for anything else, and for "".

    An id too long to be one is cut: equal ids stay equal, and honest ones are a tenth of the limit.
    """
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        return None
    return storable(str(value)[:ID_CHARS_MAX]) or None


def seconds(value: object) -> int | None:
    """Milliseconds since 1970 of a number of seconds; None for anything else, and for a time that cannot be."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value <= SAID_MS_MAX:
        return None
    ms = round(value * 1000)
    return ms if 0 < ms <= SAID_MS_MAX else None


def iso(value: object) -> int | None:
    """Milliseconds since 1970 of an ISO-8601 time (without a zone: UTC); None for anything else."""
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        ms = round(moment.timestamp() * 1000)
    except (ValueError, OverflowError):
        return None
    return ms if 0 < ms <= SAID_MS_MAX else None


def attachments(names: list[str]) -> tuple[str, ...]:
    """What came with a message, each once, and not more than a message can name."""
    each = list(dict.fromkeys(filter(None, names)))
    if len(each) > ATTACHMENTS_MAX:
        each[ATTACHMENTS_MAX - 1 :] = [f"and {len(each) - ATTACHMENTS_MAX + 1} more"]
    return tuple(each)
