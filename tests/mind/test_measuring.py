"""Is what is recorded of a reply complete, in integers, and a reason where there is no number?"""

from __future__ import annotations

import random

import pytest

from ccnode.mind import measuring
from ccnode.mind.charvec import count
from ccnode.mind.measured import TooLittle, Unsupported
from ccnode.mind.measuring import Before, Text, _alarms, dimensions, figure, measure, whole
from ccnode.reference import charvec1
from ccnode_protocol.records import Figure, Lack, Measurement, measured, read_measured

DIGEST, BASELINE = b"d" * 32, b"b" * 32
FLAT = (500_000,) * 16
FAR = (700_000,) * 16
WORDS = (
    "the a of in to that it is was we you could think because however good bad very really please river mountain garden"
    " paper stone window reading plan result answer number time so but and or not never"
).split()
GERMAN = "Das ist ein Satz, der nichts mit der anderen Sprache gemein hat und lang genug ist, damit man das merkt. "


def english(words: int, seed: int = 1) -> str:
    chance, text = random.Random(seed), ""
    for at in range(words):
        text += chance.choice(WORDS) + (". " if at % 11 == 10 else " ")
    return text


def found(text: str, before: Before = Before(), *, closes: bool = False) -> Measurement:  # noqa: B008  # it is frozen
    counts = count(text, charvec1())
    said = Text(counts, [counts], [counts] if closes else None)
    made = measure(DIGEST, said, before, charvec1(), {})
    assert read_measured(measured(made).meta) == made  # it can be recorded
    return made


def test_a_short_reply_says_what_it_lacks() -> None:
    made = found(english(312))
    assert (made.words, made.window, made.vector, made.closes) == (312, 312, None, 0)
    assert made.own is not None
    assert made.figures == {"step": Lack(0, 1000, "words before it"), "character": Lack(312, 1000, "words")}
    assert found("").figures["own"] == Lack(0, 1, "words")


def test_another_language_gets_no_number() -> None:
    made = found(GERMAN * 100, Before(baseline=(BASELINE, FLAT)), closes=True)
    assert made.own is made.vector is made.closed is None
    assert made.closes == made.words > 1000
    named = {"own", "step", "character", "drift", "ccc", "closed"}
    assert made.figures == dict.fromkeys(named, "not English")


def test_what_is_long_enough_is_compared() -> None:
    plain = found(english(2000))
    assert plain.baseline is None
    assert plain.vector == plain.own
    assert plain.vector is not None
    assert set(plain.figures) == {"step"}
    itself = found(english(2000), Before([(plain.vector, 2000)], (BASELINE, plain.vector)))
    assert itself.baseline == BASELINE
    assert itself.figures == {"step": 0, "drift": 0, "ccc": 1_000_000}


def test_the_alarm_rings_at_two_of_three_windows() -> None:
    values = found(english(2000), closes=True).closed
    assert values is not None
    near = Before(baseline=(BASELINE, values), closed=[values] * 3)
    calm = found(english(2000), near, closes=True)
    assert (calm.figures["window_drift"], calm.figures["alarm"], calm.figures["threshold"]) == (0, 0, 100_000)
    assert calm.figures["mewma"] == Lack(3, 40, "windows")
    once = Before(baseline=(BASELINE, FLAT), closed=[FLAT, FLAT])
    assert found(english(2000), once, closes=True).figures["alarm"] == 0
    twice = Before(baseline=(BASELINE, FLAT), closed=[FLAT, FAR])
    assert found(english(2000), twice, closes=True).figures["alarm"] == 1


def test_slow_drift_is_told_from_forty_windows_on() -> None:
    chance = random.Random(3)
    windows = [tuple(500_000 + chance.randrange(-20_000, 20_000) for _ in range(16)) for _ in range(40)]
    made = found(english(2000), Before(baseline=(BASELINE, FLAT), closed=windows), closes=True)
    assert isinstance(made.figures["mewma"], int)
    assert made.figures["mewma_alarm"] == 1  # these words are nowhere near those windows


def test_slow_drift_is_learned_from_windows_without_an_alarm() -> None:
    """Three windows of gross change early on (five belong to that alarm) do not hide a small lasting shift later."""
    chance = random.Random(3)

    def window(shift: int) -> tuple[int, ...]:
        return tuple(500_000 + shift + round(chance.gauss(0, 40_000)) for _ in range(16))

    gross = [tuple(value + (300_000 if at % 2 else -300_000) for at, value in enumerate(window(0))) for _ in range(3)]
    closed = [*(window(0) for _ in range(10)), *gross]
    while len(closed) < 44:
        closed.append(window(0))
    few = _alarms(window(0), Before(baseline=(BASELINE, FLAT), closed=closed))
    assert few["mewma"] == Lack(39, 40, "windows")
    closed.append(window(0))
    rings = 0
    for _ in range(40):
        found = _alarms(window(20_000), Before(baseline=(BASELINE, FLAT), closed=closed))
        rings += bool(found["mewma_alarm"])
        closed.append(window(20_000))
    assert rings > 10


def test_the_step_looks_back_a_bounded_way() -> None:
    many = [(FAR, 10)] * 3000 + [(FLAT, 10)] * measuring.STEP_REPLIES
    text = english(300)
    assert found(text, Before(many)).figures["step"] == found(text, Before(many[3000:])).figures["step"]
    long = [(FAR, 9)] * 5 + [(FLAT, measuring.STEP_WORDS)]
    assert found(text, Before(long)).figures["step"] == found(text, Before(long[5:])).figures["step"]


def test_phi_and_emergence_are_integers_from_256_vectors_on() -> None:
    chance = random.Random(5)
    rows = [tuple(chance.randrange(400_000, 600_000) for _ in range(16)) for _ in range(600)]
    lack: Figure = Lack(255, 256, "vectors")
    assert whole(rows[:255]) == {"phi": lack, "emergence_psi": lack}
    told = whole(rows)
    assert all(type(value) is int for value in told.values())
    assert told == whole(rows[-measuring.PHI_VECTORS_MAX :])
    assert (told["phi_vectors"], told["emergence_vectors"]) == (512, 512)
    part = told["phi_part"]
    assert isinstance(part, int)
    assert 1 <= len(dimensions(part, [str(number) for number in range(16)])) <= 8
    still = whole([FLAT] * 256)
    assert isinstance(still["phi"], str)
    assert isinstance(still["emergence_psi"], str)
    read_measured(measured(Measurement(DIGEST, DIGEST, figures={**told, **still})).meta)


@pytest.mark.parametrize(
    ("value", "recorded"),
    [(5, 5), (TooLittle(3, 5, "turn pairs"), Lack(3, 5, "turn pairs")), (Unsupported(), "not English")],
)
def test_a_figure_is_a_number_or_the_reason_for_none(value: int | TooLittle | Unsupported, recorded: Figure) -> None:
    assert figure(value) == recorded
