"""How does a module name another without loading it before it is used?

Loading what a start does not need would take a third of the start, and its memory for good. Write:

    if TYPE_CHECKING:
        from ccnode.store import prompt_shapes
    else:
        prompt_shapes = later("ccnode.store.prompt_shapes")
"""

from __future__ import annotations

import importlib
from types import ModuleType
from typing import Any


class _Later(ModuleType):
    """Stands for a module, which is loaded when something of it is asked for; from any thread."""

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  # whatever a module may hold
        return getattr(importlib.import_module(self.__name__), name)


def later(name: str) -> Any:  # noqa: ANN401  # it passes for the module itself, whose types are known
    """The module of that full name, loaded on first use. What it lacks raises AttributeError, as for any module."""
    return _Later(name)
