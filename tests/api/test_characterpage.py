"""Does the character page show every figure, why there is none, what happened, and all of it as text?"""

from __future__ import annotations

import re
from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from ccnode.api import characterpage
from ccnode.clock import iso
from ccnode.mind.metric_help import METRIC_HELP
from ccnode_protocol.records import Lack
from tests.api import fake_measured
from tests.api.fake_character import held
from tests.api.fake_measured import reply
from tests.api.fake_plates import ISSUED
from tests.api.rig import BEARER

if TYPE_CHECKING:
    from tests.api.rig import Rig

EVIL = '"><img src=x onerror="alert(1)"><script>alert(2)</script>&lt;b&gt; {{7*7}} javascript:alert(3)'


async def page(rig: Rig, query: str = "") -> tuple[int, str]:
    async with rig.client.get(f"{rig.url}/character{query}", headers=BEARER) as response:
        return response.status, await response.text()


async def test_before_anything_was_measured(rig: Rig) -> None:
    status, text = await page(rig)
    assert status == 200
    assert "0 replies were measured" in text
    assert 'class="radar"' not in text
    assert 'class="chart"' not in text
    assert "There is none yet: you sign one" in text


async def test_too_little_text_says_how_much_there_is(rig: Rig) -> None:
    rig.node.character.form = fake_measured.little()
    _, text = await page(rig)
    assert "Not enough text yet (have 312, need 1,000 words)." in text
    assert '<progress max="1000" value="312" aria-label="Words: have 312, need 1000 words">' in text
    assert "Not enough yet (have 9, need 256 vectors)." in text


async def test_every_figure_has_its_help(rig: Rig) -> None:
    rig.node.character.form, rig.node.character.measurements = fake_measured.everything(), fake_measured.measured()
    _, text = await page(rig)
    for name, one in METRIC_HELP.items():
        if name != "drift_alarm":
            assert one.title in text, name
            assert one.source.split(",")[0].split("&")[0] in text, name
    assert text.count('class="radar"') == 1
    assert text.count('class="chart"') == 2
    assert text.count('class="gauge"') == 11
    assert "<title>Analytic: 0.291, baseline 0.400</title>" in text
    assert "The character has moved." in text
    assert "Phi &gt; 0.80: not met" in text
    assert "Sign what is measured now" in text


async def test_models_and_peers_are_told_by_name_or_key(rig: Rig) -> None:
    _, text = await page(rig)
    assert "Models and peers" not in text
    rig.node.character.form = fake_measured.everything()
    _, text = await page(rig)
    for name in ("embedded/1", "attic", "k" * 12):
        assert f'<span class="name grow">{name}</span><span class="value">0.970</span>' in text
    assert text.count("Gated: 0.930, by what is left of its outcomes: 41.5") == 3


async def test_the_difference_is_that_from_the_column_beside_it(rig: Rig) -> None:
    form = rig.node.character.form = fake_measured.everything()
    for one in form["character"]["dimensions"]:
        one |= {"value": 0.625, "baseline": 0.7, "proposed": 0.63, "difference": -0.075}
    row = "<td>0.625</td><td>{}</td><td>{}</td>"
    assert (await page(rig))[1].count(row.format("0.700", "\u22120.075")) == 16
    form["baseline"] = None
    for one in form["character"]["dimensions"]:
        one |= {"baseline": None, "difference": None}
    assert (await page(rig))[1].count(row.format("0.630", "\u22120.005")) == 16
    form["character"]["dimensions"][0]["proposed"] = form["character"]["dimensions"][1]["value"] = None
    text = (await page(rig))[1]
    assert text.count(row.format("\u2013", "\u2013")) == 1
    assert text.count("<td>\u2013</td><td>0.630</td><td>\u2013</td>") == 1


async def test_the_history_has_pages(rig: Rig) -> None:
    rig.node.character.measurements = fake_measured.measured(200)
    _, text = await page(rig)
    assert "/character?before=51" in text
    _, text = await page(rig, "?before=51")
    assert text.count('<th scope="row"><a href="/chat/') == 2 * 50
    assert (await page(rig, "?before=x"))[0] == 400


async def test_without_the_owner_key_nothing_can_be_signed(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    async def absent() -> dict[str, Any]:
        return {"owner_key": "absent"}

    monkeypatch.setattr(rig.node.character, "baseline", absent)
    rig.node.character.form = fake_measured.everything()
    _, text = await page(rig)
    assert 'id="sign"' not in text
    assert "Your owner key is not on this machine." in text


async def test_nothing_measured_becomes_markup(rig: Rig) -> None:
    form = rig.node.character.form = fake_measured.everything()
    form["relations"]["title"] = form["relations"]["session_id"] = form["emergence"]["text"] = EVIL
    form["character"]["dimensions"][0]["title"] = form["phi"]["goal"]["text"] = form["relied_on"][0]["name"] = EVIL
    form["drift"]["drift"] = {**form["drift"]["drift"], "value": None, "status": "undefined", "text": EVIL}
    bad = reply(1, EVIL, message_id=EVIL, session_id=EVIL)
    rig.node.character.measurements = [bad, reply(0, 50_000)]
    _, text = await page(rig)
    assert "<img src=x" not in text
    assert "<script>" not in text
    assert 'href="javascript' not in text


# --- what happened ---


def test_alarms_baselines_and_plates_are_what_happened() -> None:
    measured = [reply(0, 50_000, baseline=None), reply(1, 50_000), reply(2, 150_000, alarm=1),
                reply(3, 150_000, alarm=1), reply(4, 50_000, alarm=0)]  # fmt: skip
    plates = [{"version": 2, "issued": measured[3]["time"]}, {"version": 1, "issued": "2020-01-01T00:00:00.000Z"},
              {"version": 3, "issued": "2099-01-01T00:00:00.000Z"}]  # fmt: skip
    found = [(one["kind"], one["reply"]) for one in characterpage.events(measured, plates)]
    assert found == [("baseline", 1), ("alarm", 2), ("plate", 3), ("over", 4)]
    assert list(characterpage.events([], plates)) == []


def a_life(replies: int, seed: int) -> list[dict[str, Any]]:
    """A history, oldest first, in which alarms ring and end, and baselines change, at any reply."""
    chance, baseline = Random(seed), None
    found: list[dict[str, Any]] = []
    for at in range(replies):
        baseline = chance.choice([baseline] * 9 + ["aa" * 32, "bb" * 32])
        one = reply(at, 50_000, alarm=chance.choice([None, None, 0, 1]) if baseline else None, baseline=baseline)
        if "alarm" in one["figures"] and at > replies // 3:
            one["figures"]["mewma_alarm"] = {"value": chance.choice([0, 1])}
        if chance.random() < 0.2:  # another node's, which came late
            one["time"] = iso(fake_measured.START_MS + (at - 3) * fake_measured.HOUR_MS)
        found.append(one)
    return found


@pytest.mark.parametrize("size", [1, 2, 3, 7, 59, 60])
@pytest.mark.parametrize("seed", range(5))
def test_what_happens_is_on_one_page_wherever_pages_meet(size: int, seed: int) -> None:
    measured = a_life(60, seed)
    hours = [*range(60), 7.5, 29.5]
    plates = [{"version": at, "issued": iso(fake_measured.START_MS + round(hour * fake_measured.HOUR_MS))}
              for at, hour in enumerate(hours)]  # fmt: skip
    walked = []
    for first in range(0, len(measured), size):
        part, earlier = measured[first : first + size], held(measured[:first][::-1])
        happened = characterpage.events(part, plates, earlier)
        walked += [(one["text"], one["time"], first + one["reply"]) for one in happened]
    whole = [(one["text"], one["time"], one["reply"]) for one in characterpage.events(measured, plates)]
    assert sorted(walked) == sorted(whole)
    assert len({text for text, _, _ in whole if text.startswith("Plate")}) > 50


async def test_pages_tell_each_thing_once(rig: Rig) -> None:
    """Where three pages meet, at replies 98 and 248, an alarm ends, a plate was issued, a baseline was set."""
    rings = {90: 1, 98: 0, 200: 1, 260: 1}
    measured = [reply(at, 50_000, alarm=rings.get(at), baseline="aa" * 32 if at < 248 else "bb" * 32)
                for at in range(398)]  # fmt: skip
    assert measured[97]["time"] < ISSUED < measured[98]["time"]
    rig.node.character.measurements = measured[::-1]
    rig.node.plates.kept = ["# Ada\n\nYou are Ada."]
    found, query = [], ""
    for _ in range(3):
        _, text = await page(rig, query)
        found += re.findall(r'<span class="grow">(.*?)</span><span class="quiet"><time datetime="(.*?)"', text)
        query = "".join(re.findall(r'"/character(\?before=\d+)"', text))
    assert query == ""
    assert found == [
        ("Measured against a new baseline from here on", measured[248]["time"]),
        (characterpage.ALARMS["alarm", True], measured[200]["time"]),
        (characterpage.ALARMS["alarm", False], measured[98]["time"]),
        ("Plate: version 1", ISSUED),
        (characterpage.ALARMS["alarm", True], measured[90]["time"]),
    ]


async def test_more_than_a_page_shows_is_said(rig: Rig) -> None:
    measured = [reply(at, 50_000, alarm=at % 2) for at in range(50)]
    rig.node.character.measurements = measured[::-1]
    _, text = await page(rig)
    assert text.count('<span class="tag bad">alarm</span>') == 20
    assert "9 earlier ones are not shown." in text


def test_a_series_says_what_is_usual_and_breaks_where_there_is_no_number() -> None:
    measured = [reply(0, Lack(300, 1000, "words")), reply(1, 105_000), reply(2, 105_000, alarm=0), reply(3, 105_000)]
    found = characterpage.series(measured, list(characterpage.events(measured, [])), 0.05)
    drawn = str(found["drift"])
    assert "drift not enough text yet (have 300, need 1,000 words), usual up to 0.100" in drawn
    assert drawn.count('class="dot over"') == 1  # from the third on more is usual
    assert drawn.count('class="dot"') == 2
    assert (found["drift_top"], found["drifted"]) == ("0.2", True)


def test_a_page_begins_with_what_was_usual_before_it() -> None:
    measured = [reply(10, 130_000), reply(11, 130_000, alarm=0)]  # from here on 0.11 is
    earlier = held([reply(9, 130_000, alarm=0)])
    assert earlier is not None
    drawn = str(characterpage.series(measured, [], 0.05, {**earlier, "threshold": 0.15})["drift"])
    assert "drift 0.130, usual up to 0.150" in drawn
    assert drawn.count('class="dot over"') == 1
    fresh = str(characterpage.series(measured, [], 0.05, {**earlier, "threshold": None})["drift"])
    assert "drift 0.130, usual up to 0.100" in fresh


@pytest.mark.parametrize(
    ("value", "told"),
    [(0.0, "0.000"), (-0.5, "\u22120.500"), (-0.0001, "0.000"), (33.12, "33.1"), (1.0, "1.000")],
)
def test_numbers(value: float, told: str) -> None:
    assert characterpage.number(value) == told
