"""Are the cards that are kept listed, and given as files under a harmless name?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccnode.store.cards import KeptCard
from ccnode_protocol import hlc
from tests.api.fake_node import START_MS
from tests.api.rig import BEARER

if TYPE_CHECKING:
    from tests.api.rig import Rig

CARD = KeptCard(bytes(range(16)), 7, hlc.from_ms(START_MS), "v3", 'A"/../\r\nda', 99)


async def test_the_cards_are_listed(rig: Rig) -> None:
    assert (await rig.ask("GET", "/api/v1/cards")).value == {"cards": []}
    rig.node.cards_kept = [CARD]
    (only,) = (await rig.ask("GET", "/api/v1/cards")).value["cards"]
    assert only == {
        "card_id": "000102030405060708090a0b0c0d0e0f",
        "name": CARD.name,
        "form": "v3",
        "bytes": 99,
        "kept": "2026-03-02T10:11:12.345Z",
    }
    assert (await rig.ask("GET", "/api/v1/cards", headers={})).status == 401


async def test_a_card_is_given_as_a_file(rig: Rig) -> None:
    rig.node.cards_kept = [CARD]
    wanted = [
        ("", "json None", "application/json", "json"),
        ("?format=png", "png None", "image/png", "png"),
        ("?format=png&form=v2", "png v2", "image/png", "png"),
        ("?form=v3", "json v3", "application/json", "json"),
    ]
    for query, content, kind, ending in wanted:
        url = f"{rig.url}/api/v1/export/card/A%20b%2Fc{query}"
        async with rig.client.get(url, headers=BEARER) as response:
            assert (response.status, response.content_type) == (200, kind)
            name = f'attachment; filename="card-0001020304050607.{ending}"'
            assert response.headers["Content-Disposition"] == name
            assert (await response.read()).decode() == content
    assert rig.node.calls[-1] == ("card_file", "A b/c", "json", "v3")


async def test_wrong_questions_are_refused(rig: Rig) -> None:
    assert (await rig.ask("GET", "/api/v1/export/card/Ada")).status == 404
    for query in ("format=gif", "form=v1", "other=1"):
        answer = await rig.ask("GET", f"/api/v1/export/card/Ada?{query}")
        assert answer.status == 400
        assert query.split("=")[0] in answer.error["message"]
    before = len(rig.node.calls)
    assert (await rig.ask("GET", f"/api/v1/export/card/{'n' * 401}")).status == 404
    assert len(rig.node.calls) == before
