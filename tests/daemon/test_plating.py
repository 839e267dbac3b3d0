"""Does a running node keep plates by the owner's word only, and does the file follow without losing what is in it?"""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pytest

from ccnode.cli.identity import Wishes, make_identity, open_ledger
from ccnode.daemon.plating import BadPlate, Plating
from ccnode.daemon.validating import Validating
from ccnode.mind.plate import BYTES_MAX, starting
from ccnode.models.embedded import EmbeddedModel
from ccnode.store import owner, plates
from ccnode.store.errors import Conflict, NotFound
from ccnode.store.home import Home
from ccnode.store.readers import Readers
from ccnode_crypto.keys import SigningKey

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from ccnode.store.ledger import Ledger
    from ccnode_crypto.statements import PlateStatement

FIRST = starting("test")
SECOND = FIRST.replace("curious", "patient")
THIRD = FIRST.replace("curious", "merry")
PASSPHRASE = "correct horse"


@dataclass
class Node:
    """A node's plate, with what it is made of."""

    home: Home
    ledger: Ledger
    readers: Readers
    plates: Plating

    async def text(self) -> str | None:
        found = await self.readers.run(plates.plate_in_force())
        return found.text if found else None

    async def sign(self, text: str, key: SigningKey | None = None) -> PlateStatement:
        current = await self.readers.run(plates.plate_in_force())
        last = await self.readers.run(plates.last_issued())
        key = key or owner.key(self.home, PASSPHRASE)
        return plates.stated(key, text, current, last, 5)


@contextlib.asynccontextmanager
async def opened(root: Path, passphrase: str = "") -> AsyncIterator[Node]:
    home = Home(root)
    make_identity(home, Wishes("test", passphrase))
    ledger, readers = open_ledger(home), Readers(home.ledger)
    made = Plating(home, ledger.append, Validating(readers, EmbeddedModel))
    await made.open()
    try:
        yield Node(home, ledger, readers, made)
    finally:
        await readers.close()
        ledger.close()


@pytest.fixture
async def node(tmp_path: Path) -> AsyncIterator[Node]:
    async with opened(tmp_path / "n") as made:
        yield made


async def test_a_text_is_kept_and_the_file_follows(node: Node) -> None:
    kept = await node.plates.keep(SECOND, None, None)
    assert (kept["fresh"], kept["plate"]["version"], kept["file"]["state"]) == (True, 2, "same")
    assert await node.text() == SECOND == node.home.plate.read_text()
    again = await node.plates.keep(SECOND, None, None)
    assert (again["fresh"], again["plate"]["version"]) == (False, 2)
    assert node.plates.problem == ""
    shown = await node.plates.describe(None)
    assert (shown["plate"]["text"], shown["owner_key"]) == (SECOND, "file permissions")
    assert (await node.plates.describe("1"))["plate"]["text"] == FIRST
    with pytest.raises(NotFound):
        await node.plates.describe("9")
    history = await node.plates.history(with_diff=True)
    assert [one["version"] for one in history] == [2, 1]
    assert "+- patient" in history[0]["diff"]


async def test_changes_of_the_file_that_no_version_holds_stay(node: Node) -> None:
    node.home.plate.write_text(THIRD)
    kept = await node.plates.keep(SECOND, None, None)
    assert kept["file"]["state"] == "differs"
    assert node.home.plate.read_text() == THIRD
    assert "is not the plate in force" in node.plates.problem
    await node.plates.keep(THIRD, None, None)
    assert node.plates.problem == ""
    node.home.plate.unlink()
    assert node.plates.problem == ""
    node.home.plate.write_bytes(b"x" * (3 * BYTES_MAX))  # it is not read to its end, so how large it is is not said
    assert node.plates.problem.endswith(f"cannot be taken: has more than {BYTES_MAX} bytes")
    node.home.plate.write_bytes(b"\0\xff")
    assert "is binary" in node.plates.problem
    node.home.plate.unlink()
    await node.plates.open()
    assert node.home.plate.read_text() == THIRD


async def test_a_plate_that_nobody_wrote_gives_way(node: Node) -> None:
    await node.plates.keep(SECOND, None, None)
    node.home.plate.write_text(starting("attic"))  # as a node has it that was made alone and then joined this one
    await node.plates.open()
    assert node.home.plate.read_text() == SECOND
    assert node.plates.problem == ""
    node.home.plate.write_text(starting("attic").replace("curious", "shy"))
    await node.plates.open()
    assert "shy" in node.home.plate.read_text()
    assert "is not the plate in force" in node.plates.problem


async def test_a_file_that_a_crash_left_behind_follows_again(node: Node) -> None:
    """Killed between keeping and writing the file, that stayed behind for ever, with the advice to keep it anew."""
    await node.plates.keep(SECOND, None, None)
    await node.plates.keep(THIRD, None, None)
    for behind in (SECOND, FIRST):
        node.home.plate.write_text(behind)
        await node.plates.open()
        assert node.home.plate.read_text() == THIRD
        assert node.plates.problem == ""
    node.home.plate.write_text(FIRST)
    await node.plates.keep(SECOND, None, None)
    assert node.home.plate.read_text() == SECOND


@pytest.mark.parametrize("text", ["", "x" * (BYTES_MAX + 1), "a\x1bb", "## Identity\na\n## Identity\nb\n"])
async def test_what_has_an_error_is_not_kept(node: Node, text: str) -> None:
    with pytest.raises(BadPlate, match="cannot be kept"):
        await node.plates.keep(text, None, None)
    assert await node.text() == FIRST


async def test_the_owners_word_is_needed(node: Node) -> None:
    stranger = SigningKey(bytes(32))
    with pytest.raises(Conflict, match="not signed by this node's owner"):
        await node.plates.keep(SECOND, await node.sign(SECOND, stranger), None)
    good = await node.sign(SECOND)
    wrong: list[Any] = [
        replace(good, signature=bytes(64)),
        replace(good, signature=b""),
        replace(good, owner=b"x"),
        replace(good, owner=stranger.public.raw),
        replace(good, issued_ms=2**60),
    ]
    for statement in wrong:
        with pytest.raises(Conflict):
            await node.plates.keep(SECOND, statement, None)
    assert await node.text() == FIRST
    await node.plates.keep(SECOND, good, None)
    late = await node.sign(THIRD)
    await node.plates.keep(FIRST, None, None)
    with pytest.raises(Conflict, match="meanwhile"):
        await node.plates.keep(THIRD, late, None)
    assert await node.text() == FIRST


async def test_a_passphrase_opens_the_owner_key(tmp_path: Path) -> None:
    async with opened(tmp_path / "n", PASSPHRASE) as node:
        assert (await node.plates.describe(None))["owner_key"] == "passphrase"
        for wrong in (None, "", "wrong"):
            with pytest.raises(owner.WrongPassphrase):
                await node.plates.keep(SECOND, None, wrong)
        assert (await node.plates.keep(FIRST, None, None))["fresh"] is False  # nothing has to be signed
        assert (await node.plates.keep(SECOND, None, PASSPHRASE))["fresh"] is True
        await node.plates.keep(THIRD, await node.sign(THIRD), None)  # signed elsewhere
        node.home.owner_key_sealed.unlink()
        with pytest.raises(owner.NoOwnerKey):
            await node.plates.keep(FIRST, None, PASSPHRASE)


async def test_two_at_once_become_two_versions(node: Node) -> None:
    both = await asyncio.gather(*(node.plates.keep(text, None, None) for text in (SECOND, THIRD)))
    assert [one["plate"]["version"] for one in both] == [2, 3]
    assert node.home.plate.read_text() == THIRD


async def test_what_comes_from_another_node_reaches_the_file(node: Node) -> None:
    await node.ledger.append(plates.keep(await node.sign(SECOND), SECOND))  # not by way of `keep`
    node.plates.changed("messages")
    node.plates.changed("plate", "chains")
    for _ in range(2_000):
        if node.home.plate.read_text() == SECOND:
            break
        await asyncio.sleep(0.005)
    assert node.home.plate.read_text() == SECOND
    assert node.plates.problem == ""


async def test_the_model_is_validated_and_the_result_stays_until_the_next(node: Node) -> None:
    assert await node.plates.last_validation() is None
    found = await node.plates.validate()
    assert found["passed"]
    assert await node.plates.last_validation() == found
    facts = await node.plates.lint("# Ada\n")
    assert facts["findings"]
