"""What does not work at the moment? Each thing by a name, in words with the remedy; a new one is told to who asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class Problems(dict[str, str]):
    """The problems there are. `on_new`: called with the words of one that was not there, or was another."""

    on_new: Callable[[str], None] | None = None

    def __setitem__(self, name: str, text: str) -> None:
        """Set it, and tell of it where it is new: the same again is told once."""
        fresh = self.get(name) != text
        super().__setitem__(name, text)
        if fresh and self.on_new is not None:
            self.on_new(text)
