"""What could have been measured? Forms of figures as a real node has them, for tests of pages and commands."""

from __future__ import annotations

from typing import Any

from ccnode.clock import iso
from ccnode.mind.charvec import NAMES
from ccnode.mind.measured import MILLION
from ccnode.store import measure_shapes
from ccnode_protocol.records import Figure, Lack
from tests.api.fake_character import nothing

START_MS = 1_772_000_000_000
HOUR_MS = 3_600_000
BASELINE = "ba" * 32


def wave(at: int, size: float = 0.08) -> float:
    """A number around 0 that goes up and down, the same each time."""
    return size * ((at * 37 % 23) / 11 - 1)


def reply(at: int, drift: Figure, *, alarm: int | None = None, **more: Any) -> dict[str, Any]:
    """The measurement of the reply number `at`."""
    figures: dict[str, Figure] = {
        "drift": drift,
        "ccc": 900_000 - (drift if isinstance(drift, int) else 0),
        "step": round(20_000 + MILLION * wave(at, 0.015)) if at else Lack(0, 1000, "words"),
    }
    if alarm is not None:
        figures |= {"alarm": alarm, "threshold": 110_000}
    form = {"id": at + 1, "time": iso(START_MS + at * HOUR_MS), "message_id": f"{at:064x}",
            "session_id": "00000000-0000-4000-8000-000000000001", "words": 120 + at, "baseline": BASELINE,
            "figures": {name: measure_shapes.figure(name, value) for name, value in figures.items()}}  # fmt: skip
    return {**form, **more}


def measured(replies: int = 60) -> list[dict[str, Any]]:
    """A history, newest first: quiet, then away from the baseline with an alarm, and back."""
    found = []
    for at in range(replies):
        away = 0.12 if replies // 2 <= at < replies // 2 + 8 else 0.0
        alarm = None if at % 5 else int(away > 0)
        found.append(reply(at, round(MILLION * (0.05 + away + wave(at, 0.03))), alarm=alarm))
    return found[::-1]


def everything() -> dict[str, Any]:
    """The form of a node that has measured all there is to measure, with a baseline, while the alarm rings."""
    form = nothing()
    for at, one in enumerate(form["character"]["dimensions"]):
        one["baseline"], one["proposed"] = 0.5 + wave(at, 0.1), 0.5
        one["value"] = one["baseline"] + wave(at + 5, 0.12)
        one["difference"] = one["value"] - one["baseline"]
    form["character"] |= {"value": 2011, "status": "measured", "text": "", "words": 2011}
    form["measured"] |= {"replies": 1234, "pending": 2, "time": iso(START_MS)}
    form["alarm"] |= {"ringing": True, "sudden": True, "windows": 42}
    form["baseline"] = {"digest": BASELINE, "values": [0.5] * len(NAMES), "words": 20_400, "issued": iso(START_MS)}
    form["relations"] |= {"session_id": "00000000-0000-4000-8000-000000000001", "title": "The garden"}
    _fill(form["drift"], {"drift": 0.131, "ccc": 0.62, "step": 0.012, "mewma": 33.1})
    relations = dict(zip(form["relations"]["figures"], (0.83, -0.12, 0.41, 0.3, 0.05, 0.9), strict=False))
    _fill(form["relations"]["figures"], relations)
    _fill(form["trust"], {"trust": 0.9, "trust_gate": 0.71})
    form["relied_on"] = [
        {"kind": kind, "name": name, "node_id": node, "outcomes": 41.5,
         "trust": measure_shapes.figure("trust", 970_000), "trust_gate": measure_shapes.figure("trust_gate", 930_000)}
        for kind, name, node in (("model", "embedded/1", None), ("peer", "attic", "n" * 52), ("peer", "", "k" * 52))
    ]  # fmt: skip
    _fill(form["phi"], {"phi": 0.041, "adjusted": -0.002, "p_value": 0.43, "ratio": 0.08})
    form["phi"] |= {"vectors": 512, "exact": True, "part": list(NAMES[:3]), "rest": list(NAMES[3:])}
    form["phi"]["goal"] |= {"met": False, "text": "phi > 0.80: not met (phi 0.041 nats, p = 0.430)"}
    _fill(form["emergence"], {"psi": -0.4, "delta": -0.1, "gamma": 0.02, "by_shuffling": 0.01})
    form["emergence"] |= {"emergent": False, "text": "no evidence of emergence"}
    return form


def little() -> dict[str, Any]:
    """The form of a node that has heard little so far."""
    form = nothing()
    form["character"] |= measure_shapes.figure("character", Lack(312, 1000, "words"))
    form["drift"]["step"] = measure_shapes.figure("step", Lack(312, 1000, "words"))
    form["relations"]["figures"]["lsm"] = measure_shapes.figure("lsm", Lack(40, 100, "words"))
    for part in ("phi", "emergence"):
        key = "phi" if part == "phi" else "psi"
        form[part][key] = measure_shapes.figure(key, Lack(9, 256, "vectors"))
    return form


def _fill(figures: dict[str, Any], values: dict[str, float]) -> None:
    for name, value in values.items():
        figures[name] = {**figures[name], "value": value, "status": "measured", "text": ""}
