"""What do measurements look like in JSON? The same from the command line and the API; docs/API.md has the names.

On the chain figures are integers in millionths; here they are numbers, each with the reason where there is none.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any, Final, Literal

from ccnode import clock
from ccnode.clock import iso
from ccnode.mind import drift, measuring
from ccnode.mind.charvec import NAMES
from ccnode.mind.measured import MILLION
from ccnode.mind.metric_help import METRIC_HELP
from ccnode.mind.relations import NAMES as RELATIONS
from ccnode.store import baselines, measurements, reputations, views
from ccnode.store.errors import Conflict, NotFound
from ccnode.store.shapes import time
from ccnode_crypto.keys import node_id, owner_id
from ccnode_protocol.records import Figure, Lack

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ccnode.store.baselines import Baseline
    from ccnode.store.measurements import Measured
    from ccnode.store.views import View
    from ccnode_protocol.records import Measurement

Form = dict[str, Any]

SPEC: Final = "charvec/1"
PHI_GOAL: Final = 800_000
# Figures that are no millionths: counts, masks, yes or no.
PLAIN: Final = frozenset(
    {"phi_vectors", "phi_degrees", "phi_part", "phi_left_out", "phi_exact", "emergence_vectors", "emergent", "alarm",
     "mewma_alarm"}
)  # fmt: skip
NO_BASELINE: Final = "there is no baseline yet: ccnode character baseline set"
HELD: Final = ("alarm", "mewma_alarm", "threshold")  # figures that hold until the next window says otherwise
_COMPARED: Final = frozenset({"drift", "ccc", "mewma", "window_drift", "threshold", "alarm", "mewma_alarm"})


def number(value: int) -> float:
    """Millionths as a number."""
    return value / MILLION


def figure(name: str, value: Figure | None, *, compared: bool = True) -> Form:
    """A figure by its name; `compared`: whether there was a baseline, without which there is no drift."""
    form: Form = {"value": None, "status": "pending", "have": None, "need": None, "unit": None, "text": ""}
    match value:
        case None if name in _COMPARED and not compared:
            return {**form, "status": "no_baseline", "text": NO_BASELINE}
        case None:
            return {**form, "text": "not measured yet"}
        case int():
            return {**form, "status": "measured", "value": value if name in PLAIN else number(value)}
        case Lack(have, need, unit):
            text = f"not enough {'text ' if unit.startswith('words') else ''}yet (have {have:,}, need {need:,} {unit})"
            return {**form, "status": "too_little", "have": have, "need": need, "unit": unit, "text": text}
        case str():
            unsupported = value == "not English"
            text = "unsupported: the text is not English" if unsupported else f"no number: {value}"
            return {**form, "status": "unsupported" if unsupported else "undefined", "text": text}


def vector(values: Sequence[int] | None) -> list[float] | None:
    """A vector in the order of the dimensions."""
    return None if values is None else [number(value) for value in values]


def measurement(one: Measured) -> Form:
    """A measurement of the history."""
    found = one.found
    compared = found.baseline is not None
    return {
        "id": one.id,
        "time": time(one.time),
        "message_id": found.reply.hex(),
        "session_id": str(uuid.UUID(bytes=one.session)) if one.session is not None else None,
        "words": found.words,
        "window": found.window,
        "vector": vector(found.vector),
        "own": vector(found.own),
        "closed": vector(found.closed),
        "closes": found.closes > 0,
        "baseline": found.baseline.hex() if found.baseline is not None else None,
        "figures": {name: figure(name, value, compared=compared) for name, value in found.figures.items()},
    }


def live_form(session_id: str, found: Measurement) -> Form:
    """What the line of a conversation hears when a reply was measured."""
    values = {name: _plain(name, value) for name, value in found.figures.items()}
    rings = any(found.figures.get(name) == 1 for name in ("alarm", "mewma_alarm"))
    known = {"type": "metrics", "message_id": found.reply.hex(), "session_id": session_id, "measured": True}
    return {**dict.fromkeys(("ccc", "phi", "drift", "step")), **values, **known, "alarm": rings}


def _plain(name: str, value: Figure) -> float | None:
    return figure(name, value)["value"] if isinstance(value, int) else None


def baseline(one: Baseline | None) -> Form | None:
    """A baseline."""
    if one is None:
        return None
    return {
        "digest": one.digest.hex(),
        "values": vector(one.said.values),
        "words": one.said.words,
        "issued": iso(one.said.issued_ms),
        "time": time(one.time),
        "owner_id": owner_id(one.said.owner),
        "node_id": node_id(one.node),
    }


def proposed(windows: Sequence[Measured]) -> Form:
    """The mean of the first ten windows, which an owner may make the baseline."""
    first = windows[: drift.BASELINE_WINDOWS]
    mean = drift.baseline([each.found.closed for each in first if each.found.closed is not None])
    words = sum(each.found.closes for each in first)
    if isinstance(mean, tuple):
        return {**figure("proposed", MILLION * len(first)), "values": vector(mean), "words": words}
    return {**figure("proposed", Lack(mean.have, mean.need, mean.unit)), "values": None, "words": words}


def page(found: Sequence[Measured], limit: int) -> Form:
    """A page of the history, of measurements newest first, one more than `limit` where there are more."""
    shown, more = found[:limit], len(found) > limit
    return {
        "measurements": [measurement(each) for each in shown],
        "more": more,
        "next": shown[-1].id if shown and more else None,
    }


def before(number: int) -> View[Form | None]:
    """What held as that measurement was made: see api/ports.py."""
    newest = yield from measurements.history(1, number)
    latest = yield from measurements.latest(number)
    if not newest or latest is None:
        return None
    base = newest[0].found.baseline
    form: Form = {"time": time(latest), "baseline": base.hex() if base is not None else None}
    for name in HELD:
        last = yield from measurements.last_with(name, number)
        value = last.found.figures.get(name) if last is not None else None
        form[name] = _plain(name, value) if value is not None else None
    return form


def wanted(source: Literal["now", "proposed"]) -> View[tuple[tuple[int, ...], int] | None]:
    """The vector that an owner may make the baseline, and over how many words; None where there is none yet."""
    if source == "now":
        newest = yield from measurements.history(1)
        found = newest[0].found if newest else None
        return (found.vector, found.window) if found is not None and found.vector is not None else None
    first = yield from measurements.windows(drift.BASELINE_WINDOWS)
    mean = drift.baseline([each.found.closed for each in first if each.found.closed is not None])
    return (mean, sum(each.found.closes for each in first)) if isinstance(mean, tuple) else None


def nothing_measured(source: Literal["now", "proposed"]) -> Conflict:
    """The error where there is none yet."""
    need = "1,000 words" if source == "now" else "ten windows of 2,000 words"
    error = Conflict(
        f"there is not enough text yet: {need} of the assistant's own are needed", remedy="talk on, then try again"
    )
    error.code = "nothing_measured"
    return error


def baselines_now(spec: bytes) -> View[Form]:
    """The baseline in force, the one that is proposed, and what is measured now."""
    signed = yield from baselines.in_force(spec)
    suggested = proposed((yield from measurements.windows(drift.BASELINE_WINDOWS)))
    newest = yield from measurements.history(1)
    return {
        "baseline": baseline(signed),
        "proposed": suggested,
        "measured": _character(newest[0] if newest else None, signed, suggested),
    }


def helps() -> Form:
    """What each figure means: unit, range, source, limits."""
    names = ("title", "group", "text", "unit", "range", "over", "source", "limits")
    return {one.name: {name: getattr(one, name) for name in names} for one in METRIC_HELP.values()}


# --- models and peers ---


def relied_on(now_ms: int) -> View[list[Form]]:
    """How far each model and each peer that was met can be relied on, models first."""
    found: list[Form] = []
    for kind in reputations.KINDS:
        for one in (yield from reputations.of(kind, now_ms)):
            reputation = one.reputation
            figures = {"trust": figure("trust", reputation.mean), "trust_gate": figure("trust_gate", reputation.gate)}
            node = node_id(one.node) if one.node is not None else None
            found.append({"kind": kind, "name": one.name, "node_id": node, "outcomes": number(reputation.outcomes),
                          **figures})  # fmt: skip
    return found


# --- the whole ---


def now(spec: bytes, session: bytes | None = None, now_ms: int | None = None) -> View[Form]:
    """What GET /api/v1/character gives, without help; relations are those of a session, or of the one measured last."""
    newest = yield from measurements.history(1)
    last = newest[0] if newest else None
    signed = yield from baselines.in_force(spec)
    suggested = proposed((yield from measurements.windows(drift.BASELINE_WINDOWS)))
    ringing = yield from alarm(spec)
    talk = yield from conversation(session if session is not None else (last.session if last else None))
    told = yield from measurements.last_phi()
    figures = last.found.figures if last is not None else {}
    replies = yield from measurements.count()
    return {
        "spec": {"name": SPEC, "digest": spec.hex()},
        "measured": {
            "replies": replies,
            "pending": None,
            "time": time(last.time) if last is not None else None,
            "message_id": last.found.reply.hex() if last is not None else None,
        },
        "character": _character(last, signed, suggested),
        "drift": _drift(last, signed, ringing),
        "alarm": {name: value for name, value in ringing.items() if name not in {"mewma", "threshold"}},
        **talk,
        "relied_on": (yield from relied_on(clock.now_ms() if now_ms is None else now_ms)),
        "phi": _phi(told, figures),
        "emergence": _emergence(told, figures),
        "baseline": baseline(signed),
        "proposed": suggested,
    }


def _character(last: Measured | None, signed: Baseline | None, suggested: Form) -> Form:
    found = last.found if last is not None else None
    values = found.vector if found is not None else None
    why = found.figures.get("character") if found is not None else Lack(0, 1000, "words")
    window = found.window if found is not None else 0
    base = signed.said.values if signed is not None else None
    rows = [
        {
            "name": name,
            "title": METRIC_HELP[name].title,
            "value": number(values[at]) if values is not None else None,
            "baseline": number(base[at]) if base is not None and at < len(base) else None,
            "proposed": suggested["values"][at] if suggested["values"] is not None else None,
            "difference": number(values[at] - base[at]) if values is not None and base is not None else None,
        }
        for at, name in enumerate(NAMES)
    ]
    form = figure("character", why if values is None else 0)
    return {**form, "value": window if values is not None else None, "words": window, "dimensions": rows}


def _drift(last: Measured | None, signed: Baseline | None, ringing: Form) -> Form:
    figures: Mapping[str, Figure] = last.found.figures if last is not None else {}
    # What was measured before this baseline was set says nothing about it.
    fits = last is not None and signed is not None and last.found.baseline == signed.digest
    form = {"step": figure("step", figures.get("step"))}
    for name in ("drift", "ccc"):
        form[name] = figure(name, figures.get(name) if fits else None, compared=signed is not None)
    mewma = figure("mewma", ringing["mewma"], compared=signed is not None)
    return {**form, "mewma": mewma, "step_max": number(drift.STEP_MAX), "threshold": ringing["threshold"]}


def alarm(spec: bytes) -> View[Form]:
    """Whether the character has moved away from the baseline in force, by the windows that were compared with it."""
    signed = yield from baselines.in_force(spec)
    windows = (yield from measurements.windows(1, signed.digest, newest=True)) if signed else []
    figures: Mapping[str, Figure] = windows[0].found.figures if windows else {}
    compared = (yield from measurements.windows_compared(signed.digest)) if signed else 0
    sudden, slow = figures.get("alarm") == 1, figures.get("mewma_alarm") == 1
    above = figures.get("threshold")
    return {
        "ringing": sudden or slow,
        "sudden": sudden,
        "slow": slow,
        "windows": compared,
        "mewma": figures.get("mewma"),
        "threshold": number(above if isinstance(above, int) else drift.ALARM_FLOOR),
    }


def alarm_text(spec: bytes) -> View[str]:
    """What a person should know of it; "" where nothing rings."""
    found = yield from alarm(spec)
    if found["sudden"]:
        return "the character has moved away from its baseline in two of the last three windows: ccnode character drift"
    return "the character moves away slowly: ccnode character drift" if found["slow"] else ""


def conversation(session: bytes | None) -> View[Form]:
    """The relations of a session and how far it can be relied on, as its newest measured reply has them."""
    last = (yield from measurements.last_in(session)) if session is not None else None
    figures: Mapping[str, Figure] = last.found.figures if last is not None else {}
    title = ""
    if session is not None:
        try:
            title = (yield from views.session(session)).title
        except NotFound:
            title = ""  # its opening has not arrived
    return {
        "relations": {
            "session_id": str(uuid.UUID(bytes=session)) if session is not None else None,
            "title": title,
            "figures": {name: figure(name, figures.get(name)) for name in RELATIONS},
        },
        "trust": {name: figure(name, figures.get(name)) for name in ("trust", "trust_gate")},
    }


def session_metrics(session: bytes) -> View[Form]:
    """What GET /api/v1/metrics/conversation gives of what was measured."""
    last = yield from measurements.last_in(session)
    told = yield from measurements.last_phi()
    talk = yield from conversation(session)
    ccc = _plain("ccc", last.found.figures["ccc"]) if last is not None and "ccc" in last.found.figures else None
    phi = _plain("phi", told.found.figures["phi"]) if told is not None else None
    return {
        "ccc": ccc,
        "phi": phi,
        "measured": measurement(last) if last is not None else None,
        "relations": talk["relations"]["figures"],
        "trust": talk["trust"],
    }


def _phi(told: Measured | None, newest: Mapping[str, Figure]) -> Form:
    """Phi as it was measured last; else why it was not, which the newest measurement says."""
    found = told.found.figures if told is not None else newest
    plain = {name: found[name] for name in PLAIN if isinstance(found.get(name), int)}
    lack = found.get("phi")
    shown = ("phi", "phi_adjusted", "phi_p", "phi_ratio", "phi_information")
    keys = ("phi", "adjusted", "p_value", "ratio", "information")
    forms = {key: figure(name, found.get(name, lack if not isinstance(lack, int) else None)) for key, name in
             zip(keys, shown, strict=True)}  # fmt: skip
    part, left = plain.get("phi_part"), plain.get("phi_left_out", 0)
    every = (1 << len(NAMES)) - 1
    return {
        **forms,
        "vectors": plain.get("phi_vectors"),
        "time": time(told.time) if told is not None else None,
        "exact": bool(plain["phi_exact"]) if "phi_exact" in plain else None,
        "part": _names(part) if part is not None else None,
        "rest": _names(every & ~int(part) & ~int(left)) if isinstance(part, int) and isinstance(left, int) else None,
        "goal": _goal(found.get("phi"), found.get("phi_p"), forms["phi"]["text"]),
    }


def _names(mask: Figure) -> list[str]:
    return measuring.dimensions(mask, NAMES) if isinstance(mask, int) else []


def _goal(phi: Figure | None, p_value: Figure | None, why: str) -> Form:
    """The goal "phi > 0.80" by itself: met or not, with the p-value."""
    if not isinstance(phi, int) or not isinstance(p_value, int):
        return {"above": number(PHI_GOAL), "met": None, "text": f"phi > 0.80: not known, {why or 'not measured yet'}"}
    met = phi > PHI_GOAL
    told = f"phi > 0.80: {'met' if met else 'not met'} (phi {number(phi):.3f} nats, p = {number(p_value):.3f})"
    return {"above": number(PHI_GOAL), "met": met, "text": told}


def _beyond_memory(psi: Figure | None, by_shifting: Figure | None) -> bool | None:
    if not isinstance(psi, int) or not isinstance(by_shifting, int):
        return None
    return psi > max(0, by_shifting)


def _emergence(told: Measured | None, newest: Mapping[str, Figure]) -> Form:
    found = told.found.figures if told is not None else newest
    keys = ("psi", "delta", "gamma", "by_shuffling", "by_shifting")
    lack = found.get("emergence_psi")
    why = lack if not isinstance(lack, int) else None
    forms = {key: figure(f"emergence_{key}", found.get(f"emergence_{key}", why)) for key in keys}
    vectors, emergent = found.get("emergence_vectors"), found.get("emergent")
    text = forms["psi"]["text"]
    if isinstance(emergent, int):
        text = "evidence of emergence in these figures" if emergent else "no evidence of emergence"
    beyond = _beyond_memory(found.get("emergence_psi"), found.get("emergence_by_shifting"))
    if emergent == 1 and beyond is False:
        text += ", but no more than figures give that each remember only themselves"
    return {
        **forms,
        "emergent": bool(emergent) if isinstance(emergent, int) else None,
        "beyond_memory": beyond,
        "vectors": vectors if isinstance(vectors, int) else None,
        "text": text,
    }
