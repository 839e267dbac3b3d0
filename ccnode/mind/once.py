"""How is something computed when first asked for, and then kept? `functools.cached_property`, without its lock.

Up to Python 3.11 that takes a lock for every value, which costs more than most of what is computed of a sentence.
Two threads may both compute a value here; what is computed is the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar, overload

if TYPE_CHECKING:
    from collections.abc import Callable

T_co = TypeVar("T_co", covariant=True)


class once(Generic[T_co]):  # noqa: N801 (it reads as a decorator)
    """A property whose value is computed once for each instance, which must have a `__dict__`."""

    def __init__(self, compute: Callable[[Any], T_co]) -> None:
        self._compute = compute
        self._name = compute.__name__
        self.__doc__ = compute.__doc__

    @overload
    def __get__(self, instance: None, owner: type | None = None) -> Self: ...
    @overload
    def __get__(self, instance: object, owner: type | None = None) -> T_co: ...
    def __get__(self, instance: object | None, owner: type | None = None) -> Self | T_co:
        """Compute it; from then on it is found in the instance itself."""
        if instance is None:
            return self
        value = instance.__dict__[self._name] = self._compute(instance)
        return value


__all__ = ["once"]
