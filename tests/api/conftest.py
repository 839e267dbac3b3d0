"""What do the API's tests share? A served API."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.api.rig import Rig, serving

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    async with serving(tmp_path) as rig:
        yield rig
