"""How does a module name another without loading it before it is used, or hold what is made with its first use?

Loading what a start does not need would take a third of the start, and its memory for good. Write:

    if TYPE_CHECKING:
        from ccnode.store import prompt_shapes
    else:
        prompt_shapes = later("ccnode.store.prompt_shapes")
"""

from __future__ import annotations

import importlib
import threading
from types import ModuleType
from typing import TYPE_CHECKING, Any, TypeVar, cast

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


class _Later(ModuleType):
    """Stands for a module, which is loaded when something of it is asked for; from any thread."""

    _loaded: ModuleType | None = None

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  # whatever a module may hold
        if self._loaded is None:
            self._loaded = importlib.import_module(self.__name__)
        return getattr(self._loaded, name)


def later(name: str) -> Any:  # noqa: ANN401  # it passes for the module itself, whose types are known
    """The module of that full name, loaded on first use. What it lacks raises AttributeError, as for any module."""
    return _Later(name)


class _MadeLater:
    """Stands for an object, which is made when something of it is asked for; from any thread."""

    def __init__(self, make: Callable[[], object]) -> None:
        self.__make = make
        self.__made: object = None
        self.__lock = threading.Lock()

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  # whatever the object may have
        with self.__lock:
            if self.__made is None:
                self.__made = self.__make()
        return getattr(self.__made, name)

    def made(self) -> bool:
        return self.__made is not None


def made_later(make: Callable[[], T]) -> T:
    """What `make` makes, on first use; it passes for the object itself, to be asked and not to be changed."""
    return cast("T", _MadeLater(make))


def is_made(what: object) -> bool:
    """Whether it was used, where it is one that is made later."""
    return not isinstance(what, _MadeLater) or what.made()
