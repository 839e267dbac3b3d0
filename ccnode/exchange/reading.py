"""What is common to reading all these formats? Part after part, in bounded memory, going on behind a damaged one."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from ccnode.exchange import cutting
from ccnode.exchange.cutting import Big, Cutter, Doubled
from ccnode.exchange.files import Text
from ccnode.exchange.model import ExchangeError, Left
from ccnode.exchange.tree import TWICE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ccnode.exchange.files import Part, Parts
    from ccnode.exchange.model import Conversation, Format
    from ccnode.exchange.tree import Tree

    # Name or number, value, and whether the value was too large and lost something.
    Take = Callable[[str, object, bool], object]

LINE_CHARS_MAX: Final = 1024 * 1024  # longer lines are read piece by piece
NO_CONVERSATION: Final = "is no conversation"
REST_MAX: Final = 100  # members of a large conversation beside its messages: numbers and short strings
REST_CHARS_MAX: Final = 4096
WRAPPER: Final = "conversations"  # some programs put the list into an object, under this name


class PartsSource:
    """A Source that reads parts one after another; see model.Source.

    A damaged part ends where the damage is. The parts after it are still read; then its error is raised.
    """

    format: Format

    def __init__(self, found: Parts, parts: list[Part], others: list[Left]) -> None:
        self._found = found
        self._parts = parts
        self._others = others
        self._read = 0
        self.size = sum(part.size for part in parts)
        self.left: list[Left] = list(others)

    def conversations(self) -> Iterator[Conversation]:
        """The conversations, one by one; each time from the beginning. Raises ExchangeError at the end, if at all."""
        self._read = 0
        self.left = list(self._others)
        damage: list[ExchangeError] = []
        for part in self._parts:
            try:
                text = Text(part, self._count)
            except ExchangeError as error:
                damage.append(error)
                continue
            try:
                yield from self._conversations(text)
            except ExchangeError as error:
                damage.append(error)
            finally:
                text.close()
        if damage:
            more = f" (and {len(damage) - 1} more files are damaged)" if len(damage) > 1 else ""
            raise ExchangeError(f"{damage[0]}{more}", damage[0].remedy)

    def _conversations(self, text: Text) -> Iterator[Conversation]:
        raise NotImplementedError

    def _count(self, amount: int) -> None:
        self._read += amount

    def position(self) -> int:
        """How many of `size` bytes have been read."""
        return min(self._read, self.size)

    def close(self) -> None:
        """Close the archive. Idempotent."""
        self._found.close()


# --- lists of conversations ---


def cutter_of(text: Text) -> Cutter:
    """A cutter at the beginning of a text."""
    return Cutter(text.read, text.name, text.measure, text.start)


def elements(cutter: Cutter) -> Iterator[None]:
    """Let the cutter stand before each conversation of a file, which the caller must take.

    A file is a list of conversations, or an object that holds the list, or one conversation. Raises ExchangeError.
    """
    first = cutter.peek()
    if first == "[":
        for _ in cutter.items():
            yield
    elif first == "{" and cutter.holds(WRAPPER):
        for name in cutter.members():
            if name == WRAPPER and cutter.peek() == "[":
                for _ in cutter.items():
                    yield
            else:
                cutter.skip()
    elif first == "{":
        yield
    elif first:
        raise cutter.damage("a list of conversations is expected")
    else:
        raise ExchangeError(f"{cutter.name}: the file is empty", "fetch it once more")
    if cutter.peek():
        raise cutter.damage("something follows the end of the list")


def walk(cutter: Cutter, inner: str, take: Take) -> tuple[dict[str, object], int] | None:
    """Take one conversation: its messages, under the name `inner`, are handed to `take`, the rest is returned.

    Returns None where there is no conversation; else the other members, and how many messages were lost because their
    names stand twice.
    """
    value = cutter.value()
    if isinstance(value, Big):
        return _walk_large(cutter, inner, take)
    messages = value.pop(inner, None) if isinstance(value, dict) else None
    lost = 0
    if isinstance(messages, dict):
        for name, message in messages.items():
            take(name, message, False)  # noqa: FBT003
        lost = messages.lost if isinstance(messages, Doubled) else 0
    elif isinstance(messages, list):
        for number, message in enumerate(messages):
            take(str(number), message, False)  # noqa: FBT003
    else:
        return None
    return (value, lost) if isinstance(value, dict) else None


def _walk_large(cutter: Cutter, inner: str, take: Take) -> tuple[dict[str, object], int] | None:
    """The same for a conversation that does not fit into the window: one message at a time."""
    if cutter.peek() != "{":
        cutter.skip()
        return None
    rest: dict[str, object] = {}
    met = False
    for name in cutter.members():
        kind = cutter.peek()
        if kind not in ("{", "["):
            value = cutter.pruned()[0]
            if len(rest) < REST_MAX:
                rest[name] = value[:REST_CHARS_MAX] if isinstance(value, str) else value
        elif name != inner:
            cutter.skip()
        else:
            met = True
            for inside in cutter.members() if kind == "{" else map(str, cutter.items()):
                take(inside, *cutter.pruned())
    return (rest, 0) if met else None


def leave_twice(tree: Tree, lost: int) -> None:
    """Count the messages that cannot be seen because another one stands under the same name."""
    if lost:
        tree.leave("?", TWICE, lost)


# --- lines ---


class Lines:
    """A text of JSON lines.

    Iterating gives (byte offset of the line, value, problem): one of the two last is None. Empty lines are passed over.
    """

    def __init__(self, text: Text) -> None:
        self._text = text
        self._held = ""  # read, and not given yet
        self._offset = text.start

    def __iter__(self) -> Iterator[tuple[int, object, str | None]]:
        """Walk through the lines. Raises ExchangeError where the file cannot be read on."""
        while True:
            *whole, self._held = self._held.split("\n")
            for written in whole:
                yield from self._line(written)
                self._offset += self._text.measure(written) + self._text.measure("\n")
            if len(self._held) > LINE_CHARS_MAX:
                yield from self._long_line()
            elif piece := self._text.read():
                self._held += piece
            else:
                break
        if self._held:
            yield from self._line(self._held, last=True)

    def _line(self, written: str, *, last: bool = False) -> Iterator[tuple[int, object, str | None]]:
        written = written.strip(" \t\r\ufeff")
        if not written:
            return
        try:
            value, end = cutting.DECODER.raw_decode(written)
            if end < len(written):
                raise json.JSONDecodeError("more than one value", written, end)
        except json.JSONDecodeError as error:
            yield self._offset, None, f"{'the file ends within it' if last else f'it is no JSON: {error.msg}'}"
        except RecursionError:
            yield from self._pruned(iter([written]))
        else:
            yield self._offset, value, None

    def _long_line(self) -> Iterator[tuple[int, object, str | None]]:
        """Read a line piece by piece: the held text, and on until its end."""
        after: list[str] = []
        passed = 0

        def pieces() -> Iterator[str]:
            nonlocal passed
            piece = self._held
            while piece:
                inside, end, rest = piece.partition("\n")
                passed += self._text.measure(inside) + self._text.measure(end)
                yield inside
                if end:
                    after.append(rest)
                    return
                piece = self._text.read()

        rest_of_line = pieces()
        yield from self._pruned(rest_of_line)
        for _ in rest_of_line:
            pass
        self._offset += passed
        self._held = after[0] if after else ""

    def _pruned(self, pieces: Iterator[str]) -> Iterator[tuple[int, object, str | None]]:
        cutter = Cutter(lambda: next(pieces, ""), self._text.name, self._text.measure, self._offset)
        try:
            value, _ = cutter.pruned()
        except ExchangeError as error:
            yield self._offset, None, str(error)
        else:
            yield self._offset, value, None
