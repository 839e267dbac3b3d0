"""Fixtures of the tests with several machines."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.network import lan

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def network() -> Iterator[lan.Lan]:
    """An empty LAN; the test carries the markers `root` and `tool("ip", package="iproute2")`."""
    with lan.lan() as made:
        yield made
