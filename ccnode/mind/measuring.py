"""What comes of measuring one reply? From counts and what was measured before, everything that is recorded of it.

Figures have the names of `metric_help`, and some beside them: `character`, `own`, `closed` (why that vector is not
there), `window_drift`, `threshold`, `alarm`, `mewma_alarm` (of a window that the reply completes), and what phi and
emergence are told with. All are in millionths but for counts (`phi_vectors`, `phi_degrees`, `emergence_vectors`), masks
of dimensions (`phi_part`, `phi_left_out`: bit 0 is the first) and yes or no (`alarm`, `mewma_alarm`, `phi_exact`,
`emergent`: 1 or 0).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ccnode.mind import drift
from ccnode.mind.charvec import Vector, measure_counts, measure_one
from ccnode.mind.measured import MILLION, TooLittle, Unsupported
from ccnode_protocol.records import FIGURE_CHARS_MAX, FIGURE_MAX, Figure, Lack, Measurement

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ccnode.mind.charvec import Counts, Reference
    from ccnode.mind.relations import Relations
    from ccnode.mind.trust import Reputation

PHI_EVERY: Final = 16  # replies
PHI_VECTORS_MIN: Final = 256
PHI_VECTORS_MAX: Final = 512  # the newest
STEP_REPLIES: Final = 256  # the newest, and more of them where these are so short that they say next to nothing; or
STEP_WORDS: Final = 20 * drift.HALF_LIFE_WORDS  # what was said before has faded to less than a millionth
SEED: Final = 1  # of the surrogates that emergence is compared with

Values = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Before:
    """What was measured before, oldest first.

    `own`: the vectors of the replies that count, each with its words. `baseline`: digest and vector of the one in
    force. `closed`: the windows that were compared with it.
    """

    own: Sequence[tuple[Values, int]] = ()
    baseline: tuple[bytes, Values] | None = None
    closed: Sequence[Values] = ()


@dataclass(frozen=True, slots=True)
class Text:
    """The replies that are measured, as counts, oldest first.

    `window`: those that together have the words of a window, the one measured last. `closing`: those since the last
    window was complete, where they make another; None where they do not yet.
    """

    reply: Counts
    window: Sequence[Counts]
    closing: Sequence[Counts] | None


def measure(
    digest: bytes,
    text: Text,
    before: Before,
    reference: Reference,
    others: dict[str, Figure],
) -> Measurement:
    """What is recorded of the reply with this digest; `others`: the figures that are found otherwise."""
    figures: dict[str, Figure] = {}
    own, vector = measure_one(text.reply, reference), measure_counts(text.window, reference)
    if isinstance(own, Vector):
        _, step = _ewma(before.own).after(own.values, own.words)
        figures["step"] = figure(step)
    else:
        figures["own"] = figures["step"] = figure(own)
    if not isinstance(vector, Vector):
        figures["character"] = figure(vector)
    if before.baseline is not None:
        figures |= _compared(vector, before.baseline[1])
    closed = measure_counts(text.closing, reference) if text.closing is not None else None
    if isinstance(closed, Vector):
        figures |= _alarms(closed.values, before)
    elif closed is not None:
        figures["closed"] = figure(closed)
    return Measurement(
        reply=digest,
        spec=reference.spec,
        baseline=before.baseline[0] if before.baseline is not None else None,
        words=text.reply.words,
        window=sum(counts.words for counts in text.window),
        own=own.values if isinstance(own, Vector) else None,
        vector=vector.values if isinstance(vector, Vector) else None,
        closed=closed.values if isinstance(closed, Vector) else None,
        closes=sum(counts.words for counts in text.closing) if text.closing is not None else 0,
        figures={**figures, **others},
    )


def figure(value: int | TooLittle | Unsupported) -> Figure:
    """A measure's value as it is recorded."""
    if isinstance(value, TooLittle):
        return Lack(value.have, value.need, value.unit)
    return value.language[:FIGURE_CHARS_MAX] if isinstance(value, Unsupported) else value


def _ewma(own: Sequence[tuple[Values, int]]) -> drift.Ewma:
    first, have = len(own), 0
    while first and have < STEP_WORDS and (len(own) - first < STEP_REPLIES or have < drift.HALF_LIFE_WORDS):
        first -= 1
        have += own[first][1]
    state = drift.Ewma()
    for values, words in own[first:]:
        state, _ = state.after(values, words)
    return state


def _compared(vector: Vector | TooLittle | Unsupported, baseline: Values) -> dict[str, Figure]:
    if not isinstance(vector, Vector):
        return {"drift": figure(vector), "ccc": figure(vector)}
    return {"drift": drift.rms(vector.values, baseline), "ccc": drift.ccc(vector.values, baseline)}


def _alarms(closed: Values, before: Before) -> dict[str, Figure]:
    """What a window that shares no reply with those before says: the alarm and, with enough of them, slow drift."""
    if before.baseline is None:
        return {}
    baseline = before.baseline[1]
    alarm, quiet = drift.itself(before.closed, baseline)
    found = drift.rms(closed, baseline)
    figures: dict[str, Figure] = {"window_drift": found, "threshold": alarm.threshold}
    figures["alarm"] = int(alarm.after(found).ringing)
    # What belongs to an alarm is no example of how the character varies while nothing is wrong.
    examples = [at for at, good in enumerate(quiet) if good][: drift.MEWMA_WINDOWS_MIN]
    learned = drift.learn([before.closed[at] for at in examples])
    if isinstance(learned, TooLittle):
        return {**figures, "mewma": figure(learned)}
    chart = drift.Mewma(learned)
    for each in (*before.closed[examples[-1] + 1 :], closed):
        chart = chart.after(each)
    return {**figures, "mewma": min(chart.statistic, FIGURE_MAX), "mewma_alarm": int(chart.ringing)}


def related(relations: Relations, reputation: Reputation) -> dict[str, Figure]:
    """The seven figures of a conversation, and how far it can be relied on."""
    figures = {name: figure(value) for name, value in relations.named().items()}
    return {**figures, "trust": reputation.mean, "trust_gate": reputation.gate}


def whole(rows: Sequence[Values]) -> dict[str, Figure]:
    """Phi and emergence over the vectors of single replies, oldest first: the newest 512 of them, 256 at least.

    Loads numpy, where there are enough.
    """
    if len(rows) < PHI_VECTORS_MIN:
        lack = Lack(len(rows), PHI_VECTORS_MIN, "vectors")
        return {"phi": lack, "emergence_psi": lack}
    newest = rows[-PHI_VECTORS_MAX:]
    return {**_phi(newest), **_emergence(newest)}


def _phi(rows: Sequence[Values]) -> dict[str, Figure]:
    from ccnode.mind import gaussian, phi

    found = phi.measure(rows)
    if isinstance(found, gaussian.TooLittle):
        return {"phi": Lack(found.have, found.need, "vectors")}
    if isinstance(found, gaussian.Degenerate):
        return {"phi": found.reason[:FIGURE_CHARS_MAX]}
    return {
        "phi": _millionths(found.phi),
        "phi_adjusted": _millionths(found.adjusted),
        "phi_p": _millionths(found.p_value),
        "phi_ratio": _millionths(found.ratio) if found.ratio is not None else "the past tells nothing",
        "phi_information": _millionths(found.information),
        "phi_degrees": found.degrees,
        "phi_vectors": found.vectors,
        "phi_part": _mask(found.part),
        "phi_left_out": _mask(found.left_out),
        "phi_exact": int(found.method == "exact"),
    }


def _emergence(rows: Sequence[Values]) -> dict[str, Figure]:
    from ccnode.mind import emergence, gaussian

    found = emergence.measure(rows, seed=SEED)
    if isinstance(found, gaussian.TooLittle):
        return {"emergence_psi": Lack(found.have, found.need, "vectors")}
    if isinstance(found, gaussian.Degenerate):
        return {"emergence_psi": found.reason[:FIGURE_CHARS_MAX]}
    return {
        "emergence_psi": _millionths(found.psi),
        "emergence_delta": _millionths(found.delta),
        "emergence_gamma": _millionths(found.gamma),
        "emergence_by_shuffling": _millionths(found.by_shuffling),
        "emergence_by_shifting": _millionths(found.by_shifting),
        "emergence_vectors": found.vectors,
        "emergent": int(found.emergent),
    }


def _millionths(value: float) -> int:
    return round(value * MILLION)


def _mask(dimensions: Sequence[int]) -> int:
    return sum(1 << number for number in dimensions)


def dimensions(mask: int, names: Sequence[str]) -> list[str]:
    """The names of the dimensions in a mask."""
    return [name for number, name in enumerate(names) if mask >> number & 1]
