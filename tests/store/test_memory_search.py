"""Does a search of memory go on page after page, with every memory once, whatever is forgotten meanwhile?"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import pytest

from ccnode.store import memory, memory_search, search
from ccnode.store.errors import NotFound
from ccnode_protocol.records import Mark
from tests.store.support import reader
from tests.store.test_search import Place

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ccnode.store.memory import Page, Wanted

COUNT = 45


@pytest.fixture(params=["indexed", "not indexed"])
def told(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Place, list[bytes]]]:
    """Forty-five memories of a boat, each with a reply, some with the same words."""
    place = Place(tmp_path / "home")
    texts = [
        text for at in range(COUNT) for text in (f"My boat number {at % 7} is {'red ' * (at % 4)}", "Noted, a boat.")
    ]
    made = place.tell(*texts)
    if request.param == "indexed":
        place.catch_up()
    yield place, made[::2]
    place.close()


def page(place: Place, text: str, limit: int, after: bytes | None = None, wanted: Wanted | None = None) -> Page:
    with contextlib.closing(reader(place.home.ledger)) as connection:
        return memory_search.search(place.searcher, connection, text, limit, wanted=wanted, after=after)


def pages(place: Place, text: str, limit: int, wanted: Wanted | None = None) -> list[list[bytes]]:
    """Every page, one after the other."""
    found: list[list[bytes]] = []
    after: bytes | None = None
    while True:
        one = page(place, text, limit, after, wanted)
        found.append([each.message.digest for each in one.memories])
        after = one.next
        if after is None:
            return found
        assert len(found) < COUNT * 4


@pytest.mark.parametrize("limit", [1, 4, 20, 200])
@pytest.mark.parametrize("text", ["boat red", '"my boat"', "boat AND number"])
def test_pages_hold_every_memory_once_in_the_order_of_one(
    told: tuple[Place, list[bytes]], monkeypatch: pytest.MonkeyPatch, text: str, limit: int
) -> None:
    place, memories = told
    whole = [one.message.digest for one in page(place, text, 200).memories]
    assert set(whole) == set(memories)
    for hits_max in (200, 10, 3):  # a page that asks several times for hits
        for module in (search, memory_search):
            monkeypatch.setattr(module, "LIMIT_MAX", hits_max)
        found = pages(place, text, limit)
        assert [digest for one in found for digest in one] == whole
        assert all(len(one) <= limit for one in found)


def test_a_page_goes_on_after_what_was_forgotten_meanwhile(told: tuple[Place, list[bytes]]) -> None:
    place, _ = told
    whole = [one.message.digest for one in page(place, "boat red", 200).memories]
    first = page(place, "boat red", 5)
    assert first.next == whole[4]
    place.ledger.append_sync(memory.forget(whole[4], place.node.clock.ms))
    assert [one.message.digest for one in page(place, "boat red", 5, first.next).memories] == whole[5:10]


def test_what_cannot_be_gone_on_from(told: tuple[Place, list[bytes]]) -> None:
    place, memories = told
    with pytest.raises(NotFound):
        page(place, "boat", 5, b"x" * 32)
    assert page(place, "zanzibar", 5, memories[0]).memories == []
    place.tell("My car is blue", "Noted.")
    assert [one.message.text for one in page(place, "blue", 5).memories] == ["My car is blue"]
    assert page(place, "blue", 5, memories[0]).memories == []  # it says nothing of the kind: all others rank before it


def test_stop_words_are_paged_too(told: tuple[Place, list[bytes]]) -> None:
    place, memories = told
    found = pages(place, "my is", 7)
    assert [digest for one in found for digest in one] == memories[::-1]


def test_marked_and_forgotten_ones_are_paged(told: tuple[Place, list[bytes]], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory_search, "FORGETTING_READ", 3)
    place, memories = told
    for digest in memories[:10]:
        place.ledger.append_sync(memory.mark(digest, Mark.PINNED))
    for digest in memories[10:20]:
        place.ledger.append_sync(memory.forget(digest, place.node.clock.ms))
    assert {digest for one in pages(place, "boat", 3, "pinned") for digest in one} == set(memories[:10])
    assert [digest for one in pages(place, "boat", 2, "forgetting") for digest in one] == memories[10:20][::-1]
    assert [digest for one in pages(place, "car", 2, "forgetting") for digest in one] == []
