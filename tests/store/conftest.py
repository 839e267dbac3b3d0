"""What is put away after each of these tests? The connections that it read with."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.store import places, support

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(autouse=True)
def _readers_are_closed() -> Iterator[None]:
    """From Python 3.13 on, a connection that nobody closed is a warning, and so a failure."""
    yield
    support.close_readers()


@pytest.fixture
def place(tmp_path: Path) -> Iterator[places.Place]:
    """A node's directory with a ledger and an index."""
    made = places.make(tmp_path / "one")
    yield made
    made.index.close()
    made.ledger.close()
