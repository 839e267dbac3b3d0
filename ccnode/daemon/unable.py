"""What becomes of a link when the disk of this node fails? It ends with the reason, and is made again."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import structlog

from ccnode.net.errors import UnableError
from ccnode.store.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Iterator

log = structlog.get_logger()


@contextlib.contextmanager
def unable() -> Iterator[None]:
    """Tell the link that asked. Raises UnableError where the store fails."""
    try:
        yield
    except StoreError as error:
        log.warning("link_ended_by_store", error=str(error), remedy=error.remedy)
        raise UnableError(str(error), remedy=error.remedy) from error
