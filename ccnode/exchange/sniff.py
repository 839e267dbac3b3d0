"""What is this file? Told by what stands in it, never by its name alone; where that is not clear, it is not guessed.

ChatGPT      a conversation has `mapping`            Claude   a conversation has `chat_messages`
Claude Code  lines with `type` and `sessionId`       bundle   a first line of the type `ccnode-export`
card         see cards.py
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ccnode.exchange import cards, reading, words
from ccnode.exchange.chatgpt import ChatGPTSource
from ccnode.exchange.claude import ClaudeSource
from ccnode.exchange.claude_code import KNOWN_TYPES, ClaudeCodeSource
from ccnode.exchange.cutting import Cutter
from ccnode.exchange.files import Text, find
from ccnode.exchange.model import FORMATS, ExchangeError, Left

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ccnode.exchange.files import Part, Parts
    from ccnode.exchange.model import Format, Source

LOOK_ELEMENTS: Final = 20  # conversations, or lines, that are looked at
BEGINS_CHARS: Final = 18
BEGINS_SEEN_CHARS: Final = 4096
LOOK_CHARS: Final = 4 * 1024 * 1024  # and how far
LOOK_ALL_CHARS: Final = 64 * 1024 * 1024  # in all files of a folder or an archive together
LOOK_STEPS: Final = 100_000  # members, items and brackets that are met on the way; an export's first words need few
BUNDLE: Final = "ccnode-export"
NAMES: Final[dict[Format, str]] = {
    "chatgpt": "a ChatGPT data export",
    "claude": "a Claude data export",
    "claude-code": "session logs of Claude Code",
    "card": "a character card",
    "bundle": "an export of this program",
}
OTHER_FILES: Final = "holds no conversations (pictures, profiles, projects and so on)"
LINK: Final = "is a link, or no file: it is not followed"
NAMED_MAX: Final = 20  # other files that are named each

_CONVERSATIONS: Final = re.compile(r"(?:.*/)?conversations(?:[-_ ]\d+)?\.json", re.I)
_LOG: Final = re.compile(r".*\.jsonl", re.I)
_UNSEEN: Final = re.compile(r"(?:.*/)?(?:__MACOSX/.*|\.[^/]*)")
_TELLING: Final = frozenset({"type", "sessionId", "leafUuid", "uuid", "messageId"})
_KEYS: Final[dict[str, Format]] = {"mapping": "chatgpt", "chat_messages": "claude"}
_SOURCES: Final = {"chatgpt": ChatGPTSource, "claude": ClaudeSource, "claude-code": ClaudeCodeSource}


@dataclass(frozen=True, slots=True)
class Guess:
    """What a file is, and by what that can be seen."""

    format: Format
    why: str


def identify(path: Path) -> Guess:
    """Say what lies at `path`: a file, a folder or a zip archive.

    Raises:
        ExchangeError: it cannot be read, or is nothing that can be brought in, or more than one thing.
    """
    found = find(path)
    try:
        return _identify(path, found)[0]
    finally:
        found.close()


def open_source(path: Path, format: str = "auto") -> Source:  # noqa: A002 - it is the field's word, in the model too
    """Open what lies at `path` as a source of conversations. Reading starts with its `conversations()`.

    `format`: one of FORMATS, or "auto" to find out. A card has no conversations, see cards.CardSource.

    Raises:
        ExchangeError: as `identify`; or it is not what `format` says; or it is a bundle, whose chains must be verified
            by who keeps them (store).
    """
    if format != "auto" and format not in FORMATS:
        raise ExchangeError(f"{format}: is no format", f"say one of: auto, {', '.join(FORMATS)}")
    if format == "card":
        return cards.CardSource(path)
    found = find(path)
    try:
        guess, parts = _identify(path, found) if format == "auto" else _told(format, found)
        if guess.format == "card":
            found.close()
            return cards.CardSource(path)
        if guess.format == "bundle":
            raise ExchangeError(f"{found.name}: is {NAMES['bundle']}", "say: ccnode import bundle PATH")
        return _SOURCES[guess.format](found, parts, _others(found, parts))
    except BaseException:
        found.close()
        raise


# --- finding out ---


def _identify(path: Path, found: Parts) -> tuple[Guess, list[Part]]:
    """What it is, and which of its parts are to be read."""
    if found.kind == "file":
        with found.parts[0].open() as opened:
            why = cards.looks_like_card(opened.read(64), path)
        if why is not None:
            return Guess("card", why), found.parts
        return _of_file(found.parts[0], _Look()), found.parts
    if found.kind == "zip" and (why := cards.looks_like_card(b"PK\x03\x04", path)) is not None:
        return Guess("card", why), found.parts
    return _of_parts(found)


def _of_parts(found: Parts) -> tuple[Guess, list[Part]]:
    """What a folder or an archive is, and which of its files are to be read. Raises ExchangeError."""
    parts, kind = _candidates(found)
    seen: dict[Format, list[Part]] = {}
    known: set[str] = set()  # folders
    problem: ExchangeError | None = None
    why = ""
    look = _Look()
    for number, part in enumerate(parts):
        if look.spent:
            for alike in seen.values():
                alike.extend(parts[number:])
            break
        folder = part.name.rpartition("/")[0]
        if not part.size or (kind == "conversations" and folder in known):
            continue  # shards beside each other are alike, or are found out to be different when they are read
        try:
            guess = _of_file(part, look)
        except ExchangeError as error:
            problem = error
            continue
        why = why or f"{part.name} in it: {guess.why}"
        seen.setdefault(guess.format, []).append(part)
        known.add(folder)
    if len(seen) > 1:
        both = " and ".join(f"{NAMES[one]} ({parts[0].name})" for one, parts in seen.items())
        raise ExchangeError(f"{found.name}: holds {both}", "import them one after the other, each by its own path")
    if not seen:
        raise problem if problem is not None and len(parts) == 1 else _nothing(found)
    (only,) = seen
    return Guess(only, why), parts if kind == "conversations" else seen[only]


def _candidates(found: Parts) -> tuple[list[Part], str]:
    """The files of a folder or an archive that may hold conversations, and of which kind they are."""
    shown = [part for part in found.parts if not _UNSEEN.fullmatch(part.name)]
    listed = [part for part in shown if _CONVERSATIONS.fullmatch(part.name)]
    if listed:
        return sorted(listed, key=lambda part: part.name), "conversations"
    return [part for part in shown if _LOG.fullmatch(part.name)], "logs"


def _told(format: str, found: Parts) -> tuple[Guess, list[Part]]:  # noqa: A002
    """Take a path for what its owner says it is, unless it is plainly something else."""
    told: Format = next(one for one in FORMATS if one == format)
    parts = found.parts if found.kind == "file" else _candidates(found)[0]
    if not parts:
        raise _nothing(found)
    look = _Look()
    for part in parts[:LOOK_ELEMENTS]:
        try:
            seen = _of_file(part, look)
        except ExchangeError:
            continue  # its owner knows better; reading it will say what is wrong
        if seen.format != told:
            raise ExchangeError(
                f"{part.name}: is not {NAMES[told]} but {NAMES[seen.format]} ({seen.why})",
                f"say: ccnode import {seen.format} PATH",
            )
        break
    return Guess(told, "its owner says so"), parts


class _Look:
    """How much may still be looked at, of all files together; the others are taken for what the first ones are."""

    def __init__(self) -> None:
        self.chars = LOOK_ALL_CHARS
        self.steps = 0  # what the look cost beside reading

    @property
    def spent(self) -> bool:
        return self.chars <= 0


class _Beginning:
    """The beginning of a text, read once and only as far as it is needed, and looked at as often as that takes."""

    def __init__(self, text: Text, look: _Look) -> None:
        self.name = text.name
        self._text = text
        self._look = look
        self._pieces: list[str] = []
        self._room = LOOK_CHARS

    def _piece(self, number: int) -> str:
        if number == len(self._pieces) and self._room > 0:
            piece = self._text.read()[: self._room]
            self._room -= len(piece) or self._room
            self._look.chars -= len(piece)
            self._pieces.append(piece)
        return self._pieces[number] if number < len(self._pieces) else ""

    def pieces(self) -> Iterator[str]:
        number = 0
        while piece := self._piece(number):
            yield piece
            number += 1

    def cutter(self) -> Cutter:
        """A cutter at the beginning."""
        pieces = self.pieces()
        return Cutter(lambda: next(pieces, ""), self.name, len, steps_max=LOOK_STEPS)

    def lines(self) -> Iterator[tuple[str, bool]]:
        """The first lines, and whether each is whole."""
        held: list[str] = []
        count = 0
        for piece in self.pieces():
            *ends, rest = piece.split("\n", LOOK_ELEMENTS)
            for end in ends:
                yield "".join([*held, end]), True
                held.clear()
                count += 1
                if count == LOOK_ELEMENTS:
                    return
            held.append(rest)
        yield "".join(held), self._room > 0 or not self._text.read()

    @property
    def seen(self) -> str:
        """What was looked at."""
        return "".join(self._pieces)


def _of_file(part: Part, look: _Look) -> Guess:
    """What one file of text is. Raises ExchangeError."""
    if not part.size:
        raise ExchangeError(f"{part.name}: is empty", "fetch it once more")
    text = Text(part)
    try:
        beginning = _Beginning(text, look)
        guess = _guessed(beginning, look)
    finally:
        text.close()
    if guess is not None:
        return guess
    # Enough to see what it is, and too little to give away the key or password that somebody names by mistake.
    head = beginning.seen
    begins = words.line(head[:BEGINS_SEEN_CHARS].replace("\ufffd", "?"), BEGINS_CHARS)
    if head.strip() in ("[]", "{}"):
        raise ExchangeError(f"{part.name}: is an empty list: nothing is there to bring in", "fetch it once more")
    raise ExchangeError(
        f"{part.name}: is neither {', '.join([*NAMES.values()][:-1])} nor {NAMES['bundle']}; it begins with {begins!r}",
        "name the file, folder or zip archive of an export; if it is one, say which: ccnode import chatgpt PATH",
    )


def _guessed(beginning: _Beginning, look: _Look) -> Guess | None:
    """What a text that begins so is; None where it does not say."""
    first = next(beginning.pieces(), "")[:BEGINS_SEEN_CHARS].lstrip(" \t\r\n\ufeff")[:1]
    if first == "{" and (guess := _of_lines(beginning, look)) is not None:
        return guess
    return _of_conversations(beginning, look) if first in ("{", "[") else None


def _of_lines(beginning: _Beginning, look: _Look) -> Guess | None:
    steps = LOOK_STEPS
    for line, whole in beginning.lines():
        pieces = iter([line.lstrip(" \t\r\ufeff")])
        cutter = Cutter(lambda pieces=pieces: next(pieces, ""), beginning.name, len, steps_max=steps)  # type: ignore[misc]
        fields = _named(cutter, whole=whole)
        steps -= cutter.steps
        look.steps += cutter.steps
        kind = fields.get("type")
        if kind == BUNDLE:
            return Guess("bundle", f"its first line is of the type {BUNDLE}")
        if kind is not None and any(fields.get(key) is not None for key in ("sessionId", "leafUuid")):
            return Guess("claude-code", "its lines have a type and a sessionId")
        if kind in KNOWN_TYPES and ("uuid" in fields or "messageId" in fields):
            return Guess("claude-code", f"its lines are of types such as {kind}")
        if steps <= 0:
            break
    return None


def _named(cutter: Cutter, *, whole: bool) -> dict[str, str | None]:
    """The members of a line that tell what it is, None for those that are no text; the others are passed over."""
    fields: dict[str, str | None] = {}
    try:
        if cutter.peek() != "{":
            return {}
        for name in cutter.members():
            if name in _TELLING and cutter.peek() == '"' and isinstance(value := cutter.value(), str):
                fields[name] = value
                continue
            if name in _TELLING:
                fields[name] = None
            cutter.skip()
    except ExchangeError:
        return {} if whole else fields  # a line that goes on beyond what is looked at
    return fields


def _of_conversations(beginning: _Beginning, look: _Look) -> Guess | None:
    """Which names the first conversations have."""
    cutter = beginning.cutter()
    try:
        for number, _ in enumerate(reading.elements(cutter)):
            if number == LOOK_ELEMENTS:
                return None
            if cutter.peek() != "{":
                cutter.skip()
                continue
            for key in cutter.members():
                if key in _KEYS and cutter.peek() in ("{", "["):
                    return Guess(_KEYS[key], f"its conversations have {key!r}")
                cutter.skip()
    except ExchangeError:
        return None  # what is looked at ends here, or it is no JSON
    finally:
        look.steps += cutter.steps
    return None


# --- what is not read ---


def _others(found: Parts, parts: list[Part]) -> list[Left]:
    """The files beside those that are read: the first ones by name, the rest as a number."""
    read = {id(part) for part in parts}
    others = [part for part in found.parts if id(part) not in read]
    left = [Left(part.name, OTHER_FILES, unit="file") for part in others[:NAMED_MAX]]
    if len(others) > NAMED_MAX:
        left.append(Left(found.name, OTHER_FILES, len(others) - NAMED_MAX, unit="file"))
    left += [Left(name, LINK, unit="file") for name in found.links[:NAMED_MAX]]
    if len(found.links) > NAMED_MAX:
        left.append(Left(found.name, LINK, len(found.links) - NAMED_MAX, unit="file"))
    return left


def _nothing(found: Parts) -> ExchangeError:
    held = ", ".join(part.name for part in found.parts[:5]) or "nothing at all"
    return ExchangeError(
        f"{found.name}: in this {found.kind} is no conversations.json and no session log; it holds {held}",
        "name the folder or the zip archive as it was downloaded, or the file with the conversations",
    )
