"""How often is a change of character found, and how often is one seen where there is none, by the size of windows?

The text is generated (see `styles`), so the figures compare sizes and changes with one another; how restless real
writers are, they do not tell.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from benches.figures import Figure, figure
from benches.styles import CHATTY, NEAR, PLAIN, TERSE, Style, Writer, between

if TYPE_CHECKING:
    from collections.abc import Iterator

SIZES = (500, 1000, 2000)
SEEDS = 6
SAME_WINDOWS = 24  # of each seed, after the baseline
CHANGED_WINDOWS = 6
SLOW_WINDOWS = 20
SLOW_SEEDS = 4


@dataclass
class Rates:
    """Of windows in which nothing changed, and of windows after a change: how many drift, and how many alarms."""

    same: int = 0
    same_above: int = 0
    same_rang: int = 0
    runs: int = 0
    found: int = 0
    changed: int = 0
    changed_above: int = 0

    @property
    def false_above(self) -> float:
        """Share in % of unchanged windows that drift by more than 0.10."""
        return 100 * self.same_above / self.same

    @property
    def false_rang(self) -> float:
        """Share in % of unchanged windows at which the alarm rang."""
        return 100 * self.same_rang / self.same

    @property
    def detected(self) -> float:
        """Share in % of changes at which the alarm rang within three windows."""
        return 100 * self.found / self.runs


def _vectors(style: Style, seed: int, size: int, windows: int) -> Iterator[tuple[int, ...]]:
    from ccnode.mind import charvec
    from ccnode.reference import charvec1

    reference = charvec1()
    counts = []
    have = 0
    for text in Writer(style, seed).words(windows * (size + 400) + 4000):
        counts.append(charvec.count(text, reference))
        have += counts[-1].words
    found = charvec.windows(counts, size)
    if len(found) < windows:
        raise AssertionError("the writer wrote too little")
    for window in found[:windows]:
        vector = charvec.measure_counts(window, reference, words_min=size)
        if not isinstance(vector, charvec.Vector):
            raise TypeError(f"not measured: {vector}")
        yield vector.values


def rates(before: Style, after: Style, size: int, seeds: int = SEEDS) -> Rates:
    """A writer in one style, and then in another, over windows of that size."""
    from ccnode.mind import drift

    result = Rates()
    for seed in range(seeds):
        own = list(_vectors(before, 1000 * seed + size, size, drift.BASELINE_WINDOWS + SAME_WINDOWS))
        other = list(_vectors(after, 1000 * seed + size + 1, size, CHANGED_WINDOWS))
        base = drift.baseline(own)
        if not isinstance(base, tuple):
            raise TypeError("no baseline")
        alarm = drift.Alarm()
        for vector in own[drift.BASELINE_WINDOWS :]:
            distance = drift.rms(vector, base)
            alarm = alarm.after(distance)
            result.same += 1
            result.same_above += distance > drift.ALARM_FLOOR
            result.same_rang += alarm.ringing
        alarm = drift.Alarm(alarm.own)
        result.runs += 1
        rang = []
        for vector in other:
            distance = drift.rms(vector, base)
            alarm = alarm.after(distance)
            result.changed += 1
            result.changed_above += distance > drift.ALARM_FLOOR
            rang.append(alarm.ringing)
        result.found += any(rang[:3])
    return result


def _first(rang: list[bool]) -> int:
    """Number of the first window at which it rang, from 1; one more than there are where it did not."""
    return next((number for number, rings in enumerate(rang, 1) if rings), len(rang) + 1)


def slow(seeds: int = SLOW_SEEDS, size: int = 2000) -> tuple[float, float, float, float]:
    """A writer who changes a thirtieth of the way to another style each window: the window at which each alarm rings.

    Gives the means over seeds for MEWMA and for the alarm of two of three, and for both the share in % of as many
    windows without a change after which they had rung.
    """
    from ccnode.mind import drift

    found: list[tuple[int, int]] = []
    idle: list[tuple[bool, bool]] = []
    for seed in range(seeds):
        start = 7000 + 100 * seed
        own = list(_vectors(PLAIN, start, size, drift.MEWMA_WINDOWS_MIN + SLOW_WINDOWS))
        moving = [
            next(_vectors(between(PLAIN, CHATTY, number / 30), start + number, size, 1))
            for number in range(1, SLOW_WINDOWS + 1)
        ]
        spread, base = drift.learn(own[: drift.MEWMA_WINDOWS_MIN]), drift.baseline(own)
        if not isinstance(spread, drift.Spread) or not isinstance(base, tuple):
            raise TypeError("too few windows")
        alarm = drift.Alarm()
        for vector in own[drift.BASELINE_WINDOWS : drift.MEWMA_WINDOWS_MIN]:
            alarm = alarm.after(drift.rms(vector, base))
        each = []
        for windows in (moving, own[drift.MEWMA_WINDOWS_MIN :]):
            chart, bell, rang = drift.Mewma(spread), alarm, []
            for vector in windows:
                chart, bell = chart.after(vector), bell.after(drift.rms(vector, base))
                rang.append((chart.ringing, bell.ringing))
            each.append(rang)
        found.append((_first([a for a, _ in each[0]]), _first([b for _, b in each[0]])))
        idle.append((any(a for a, _ in each[1]), any(b for _, b in each[1])))
    share = 100 / seeds
    return (
        sum(a for a, _ in found) / seeds,
        sum(b for _, b in found) / seeds,
        share * sum(a for a, _ in idle),
        share * sum(b for _, b in idle),
    )


def bench_drift() -> list[Figure]:
    """False alarms and finds at 500, 1000 and 2000 words, for two gross changes; a similar writer; slow drift."""
    gross = {size: (rates(PLAIN, TERSE, size), rates(PLAIN, CHATTY, size)) for size in SIZES}
    near = rates(PLAIN, NEAR, SIZES[-1])
    figures = []
    smallest = max(gross[SIZES[0]][0].false_above, 0.1)
    for size in SIZES:
        terse, chatty = gross[size]
        figures.append(
            figure(
                f"gross change found, windows of {size}, of 100",
                min(terse.detected, chatty.detected),
                100.0,
                "% of runs",
                0.99,
                at_most=False,
                windows_above={
                    "terse": terse.changed_above / terse.changed,
                    "chatty": chatty.changed_above / chatty.changed,
                },
            )
        )
        if size == SIZES[0]:
            continue
        figures.append(
            figure(
                f"nothing changed, windows of {size}, against {SIZES[0]}",
                terse.false_above,
                smallest,
                "% above",
                1.0 if size < SIZES[-1] else 0.5,
                at_most=True,
                alarm_rang_percent=round(terse.false_rang, 1),
                windows=terse.same,
            )
        )
    figures[-1].notes["a similar writer, % of windows above 0.10"] = round(100 * near.changed_above / near.changed, 1)
    mewma, alarm, idle_mewma, idle_alarm = slow()
    figures.append(
        figure(
            "slow change, MEWMA, against two of three",
            mewma,
            alarm,
            "windows",
            1.0,
            at_most=True,
            rang_in_20_unchanged_windows_percent={"MEWMA": idle_mewma, "two of three": idle_alarm},
        )
    )
    return figures
