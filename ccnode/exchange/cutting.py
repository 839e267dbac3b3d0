"""How is JSON read that is larger than memory? Small values whole, by the json module; larger ones member by member.

The cutter stands at a place in the text and holds a window of it. It cuts; what a value says is left to the standard
library. What is too large or too deep even so is passed over in constant memory, and the place after it is found.
(docs/decisions/0009-cutting-json.md: why not a streaming parser.)
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from ccnode.exchange.model import ExchangeError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

WINDOW_CHARS: Final = 4 * 1024 * 1024  # values up to this are decoded whole
VALUES_MAX: Final = 400_000  # in one window, so that "[],[],..." does not become thirty times its size
STRING_CHARS_MAX: Final = 13 * 512 * 1024  # of a larger string; written as \u0041... it is still over 1 MiB of text
PIECE_CHARS_MAX: Final = 8 * 1024 * 1024  # of one message, as JSON
VALUE_CHARS: Final = 24  # what each value counts beside its characters: in memory it takes more than these
PRUNE_DEPTH_MAX: Final = 64
DEEP_DEPTH_MAX: Final = 8  # what is DEEP so far down is not looked into any more: each look costs a thousand levels
INTEGER_CHARS_MAX: Final = 20
ERROR_MARGIN: Final = 16  # an error this near to the window's end may be the end's: \ud83d\ude00 is 12 characters

_NUMBER: Final = ("", *"0123456789+-.eE")
_SPACE: Final = re.compile(r"[ \t\n\r]*+")
_STRING_OR_END: Final = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)', re.S)
_STRING_REST: Final = re.compile(r"[^\"\\]*+(?:\\.[^\"\\]*+)*+", re.S)
_WHOLE_ESCAPES: Final = re.compile(r"(?:[^\\]|\\(?:u[0-9A-Fa-f]{4}|[^u]))*+", re.S)
# What needs no counting: all but brackets, and containers with no other container in them.
_FLAT: Final = re.compile(
    r"""(?:[^"\[\]{}]++|"[^"\\]*+(?:\\.[^"\\]*+)*+"|[\[{](?:[^"\[\]{}]++|"[^"\\]*+(?:\\.[^"\\]*+)*+")*+[\]}])*+""", re.S
)
_SCALAR_REST: Final = re.compile(r"[^\s,\]}]*+")
_OPENED: Final = re.compile(r"[\[{]++")  # many at once: 20 MB of "[" are no more work than other text
_CLOSED: Final = re.compile(r"[\]}]++")


class Big:
    """Stands for a value that is not decoded whole; the cutter still stands before it."""


BIG: Final = Big()  # larger than the window
DEEP: Final = Big()  # nested deeper than the json module goes


class Doubled(dict[str, Any]):
    """An object in which some names stand twice; the last one counts. `lost`: how many members are so hidden."""

    lost: int = 0


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        doubled = Doubled(value)
        doubled.lost = len(pairs) - len(value)
        return doubled
    return value


def _integer(digits: str) -> int | float:
    return int(digits) if len(digits) <= INTEGER_CHARS_MAX else float(digits)


# Line ends within strings are let through: other programs write them, and they harm nobody.
DECODER: Final = json.JSONDecoder(strict=False, parse_int=_integer, object_pairs_hook=_object)


@dataclass(slots=True)
class _Room:
    """What a pruned value may still take. `short`: something did not fit."""

    chars: int
    short: bool = False


class Cutter:
    """Walks through one text of JSON.

    `read`: the next piece of the text, "" at its end. `name`: what errors call the file. `measure`: bytes of a piece of
    text in the file's encoding; `start`: bytes before the text (a byte order mark). `steps_max`: for a mere look, how
    many members, items and brackets may be met. Every method raises ExchangeError, naming the byte offset, where the
    text is no JSON, ends too early, or that many were met.
    """

    def __init__(
        self,
        read: Callable[[], str],
        name: str,
        measure: Callable[[str], int],
        start: int = 0,
        window: int = WINDOW_CHARS,
        steps_max: int | None = None,
    ) -> None:
        self._read = read
        self.name = name
        self._measure = measure
        self._window = window
        self._buffer = ""
        self._at = 0
        self._before = start  # bytes of the file before the buffer
        self._passed = 0  # characters of the text before the buffer
        self._ended = False
        self.steps = 0
        self._steps_max = steps_max

    # --- where it stands ---

    def offset(self, at: int | None = None) -> int:
        """The byte of the file at which the cutter stands."""
        return self._before + self._measure(self._buffer[: self._at if at is None else at])

    def _more(self, least: int = 1) -> bool:
        """Read on, `least` characters if there are as many. What lies before the cutter is let go."""
        pieces = [self._buffer[self._at :]]
        wanted = least
        while wanted > 0 and not self._ended:
            pieces.append(self._read())
            wanted -= len(pieces[-1])
            self._ended = not pieces[-1]
        if wanted == least:
            return False
        self._before += self._measure(self._buffer[: self._at])
        self._passed += self._at
        self._buffer = "".join(pieces)
        self._at = 0
        return True

    def peek(self) -> str:
        """The next character that is no white space, "" at the end."""
        while True:
            found = _SPACE.match(self._buffer, self._at)
            self._at = found.end() if found else self._at
            if self._at < len(self._buffer):
                return self._buffer[self._at]
            if not self._more():
                return ""

    def damage(self, what: str, at: int | None = None) -> ExchangeError:
        """The error for text that is no JSON, or not any more, at the cutter's place (or `at` in the buffer)."""
        if self._ended and (self._at if at is None else at) >= len(self._buffer):
            what = "the file ends in the middle, it was cut off"
        return ExchangeError(
            f"{self.name}: damaged at byte {self.offset(at)}: {what}",
            "fetch the file once more; what stands before that place can be brought in as it is",
        )

    def _step(self) -> None:
        self.steps += 1
        if self._steps_max is not None and self.steps > self._steps_max:
            raise self.damage("it is too much for a look")

    def _expect(self, character: str) -> None:
        if self.peek() != character:
            raise self.damage(f"{character!r} is expected")
        self._at += 1

    # --- containers ---

    def items(self) -> Iterator[int]:
        """Walk through an array: at each number the cutter stands before that item, and the caller must take it."""
        self._expect("[")
        if self.peek() == "]":
            self._at += 1
            return
        number = 0
        while True:
            self._step()
            yield number
            number += 1
            following = self.peek()
            if following not in (",", "]"):
                raise self.damage("',' or ']' is expected")
            self._at += 1
            if following == "]":
                return

    def members(self) -> Iterator[str]:
        """Walk through an object: at each name the cutter stands before its value, and the caller must take it."""
        self._expect("{")
        if self.peek() == "}":
            self._at += 1
            return
        while True:
            if self.peek() != '"':
                raise self.damage("a name in quotes is expected")
            whole = self.value()
            name = whole if isinstance(whole, str) else self._string()
            self._expect(":")
            self._step()
            yield name
            following = self.peek()
            if following not in (",", "}"):
                raise self.damage("',' or '}' is expected")
            self._at += 1
            if following == "}":
                return

    def holds(self, name: str) -> bool:
        """Whether the object here has a member of that name with a list in it, within the window. Stays before it."""
        pieces = iter([self._buffer[self._at :]])
        steps = None if self._steps_max is None else self._steps_max - self.steps
        ahead = Cutter(lambda: next(pieces, ""), self.name, len, window=self._window, steps_max=steps)
        try:
            for found in ahead.members():
                if found == name:
                    return ahead.peek() == "["
                ahead.skip()
        except ExchangeError:
            pass  # the window ends before that name, or the text is damaged: whoever reads on will say so
        finally:
            self.steps += ahead.steps
        return False

    # --- values ---

    def value(self) -> object:
        """Take the value here; or BIG or DEEP, and then the cutter stays before it."""
        if not self.peek():
            raise self.damage("a value is expected")
        while True:
            try:
                value, end = DECODER.raw_decode(self._buffer, self._at)
            except RecursionError:
                return DEEP
            except json.JSONDecodeError as error:
                if error.pos < len(self._buffer) - ERROR_MARGIN and not error.msg.startswith("Unterminated"):
                    raise self.damage(error.msg, error.pos) from None
                if self._ended:
                    raise self.damage(error.msg, len(self._buffer)) from None
            else:
                # A number at the end may go on in the next piece: of "0.5" there is perhaps "0.", which is read as 0.
                near = len(self._buffer) - ERROR_MARGIN <= end and not isinstance(value, (str, dict, list))
                if not near or self._buffer[end : end + 1] not in _NUMBER or not self._more():
                    self._at = end
                    return value
                continue
            held = len(self._buffer) - self._at
            if held >= self._window or self._dense():
                return BIG
            self._more(min(held, self._window - held))  # twice as much, so that trying costs twice the whole at most

    def _dense(self) -> bool:
        """Whether the window holds so many values that decoded they would take far more room than here."""
        window = self._buffer
        if window.count(",") + window.count("[") + window.count("{") <= VALUES_MAX:
            return False
        bare = _STRING_OR_END.sub("", window[self._at :])
        return bare.count(",") + bare.count("[") + bare.count("{") > VALUES_MAX

    def pruned(self) -> tuple[Any, bool]:
        """Take the value here without what is too large in it; and say whether anything was.

        Long strings are cut, containers that are too large or too deep lose members. Never BIG, never DEEP.
        """
        room = _Room(PIECE_CHARS_MAX)
        return self._pruned(room, 0), room.short

    def _pruned(self, room: _Room, depth: int) -> Any:  # noqa: ANN401 - it is whatever JSON says
        first = self.peek()
        before = self._passed + self._at
        value = self.value()
        if not isinstance(value, Big):
            room.chars -= self._passed + self._at - before
            return value
        if first == '"':
            text = self._string()
            room.chars -= len(text)
            room.short = True
            return text
        if first not in ("[", "{") or depth >= (DEEP_DEPTH_MAX if value is DEEP else PRUNE_DEPTH_MAX):
            room.short = True
            self.skip()
            return None
        return self._pruned_items(room, depth + 1) if first == "[" else self._pruned_members(room, depth + 1)

    def _pruned_items(self, room: _Room, depth: int) -> list[Any]:
        kept = []
        for _ in self.items():
            room.chars -= VALUE_CHARS
            if room.chars <= 0:
                room.short = True
                self._skip_container(1)
                break
            kept.append(self._pruned(room, depth))
        return kept

    def _pruned_members(self, room: _Room, depth: int) -> dict[str, Any]:
        kept = {}
        for name in self.members():
            room.chars -= len(name) + 2 * VALUE_CHARS
            if room.chars <= 0:
                room.short = True
                self._skip_container(1)
                break
            kept[name] = self._pruned(room, depth)
        return kept

    # --- passing over ---

    def skip(self) -> None:
        """Pass over the value here, in constant memory, however large or deep it is."""
        first = self.peek()
        if first == '"':
            self._string(keep=0)
        elif first in ("[", "{"):
            self._skip_container()
        elif first in ("", ",", ":", "]", "}"):
            raise self.damage("a value is expected")
        else:
            self._skip_scalar()

    def _skip_scalar(self) -> None:
        while True:
            found = _SCALAR_REST.match(self._buffer, self._at)
            self._at = found.end() if found else self._at
            if self._at < len(self._buffer) or not self._more():
                return

    def _skip_container(self, depth: int = 0) -> None:
        """Pass over the container here; or over the rest of the one around, if `depth` is 1."""
        while True:
            self._step()
            found = _FLAT.match(self._buffer, self._at) if depth else None
            self._at = found.end() if found else self._at
            if self._at == len(self._buffer):
                if not self._more():
                    raise self.damage("a bracket is not closed")
                continue
            if self._buffer[self._at] == '"':
                self._string(keep=0)
            elif opened := _OPENED.match(self._buffer, self._at):
                self._at = opened.end()
                depth += len(opened[0])
            elif closed := _CLOSED.match(self._buffer, self._at):
                count = min(depth, len(closed[0]))
                self._at += count
                depth -= count
                if depth == 0:
                    return

    def _string(self, keep: int = STRING_CHARS_MAX) -> str:
        """Take a string of any length; its first `keep` characters (as written) are decoded and returned."""
        self._at += 1
        kept: list[str] = []
        room = keep
        while True:
            found = _STRING_REST.match(self._buffer, self._at)
            end = found.end() if found else self._at
            if room > 0:
                kept.append(self._buffer[self._at : min(end, self._at + room)])
                room -= len(kept[-1])
            self._at = end
            if end < len(self._buffer) and self._buffer[end] == '"':
                self._at += 1
                break
            if not self._more():
                raise self.damage("a string is not closed", len(self._buffer))
        written = _WHOLE_ESCAPES.match("".join(kept))
        try:
            return str(DECODER.decode(f'"{written[0] if written else ""}"'))
        except json.JSONDecodeError as error:
            raise self.damage(error.msg) from None
