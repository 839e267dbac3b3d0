"""Do frames come back as they were, and do any bytes give a frame or a RemoteError, at bounded cost?"""

from __future__ import annotations

import tracemalloc
from contextlib import suppress
from random import Random
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ccnode_crypto import canonical
from ccnode_protocol import forms, frames, limits, link_frames
from ccnode_protocol.errors import LocalError, RemoteError
from ccnode_protocol.frames import Frame
from tests.fuzz.mutate import mutate
from tests.protocol.bodies import ANYTHING, TEXT, body_of

if TYPE_CHECKING:
    from ccnode_protocol.forms import Form

KINDS = sorted(frames.FORMS)


def count(value: object) -> int:
    """How many values: itself, and all it holds."""
    if isinstance(value, dict):
        return 1 + sum(1 + count(item) for item in value.values())
    return 1 + sum(map(count, value)) if isinstance(value, list) else 1


@pytest.mark.parametrize("kind", KINDS, ids=frames.name_of)
@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(st.data())
def test_frames_come_back_with_what_is_not_known(kind: int, data: st.DataObject) -> None:
    body = data.draw(body_of(frames.FORMS[kind]))
    limit, size = frames.FORMS[kind].limit, len(canonical.encode([kind, body]))
    if size > limit.bytes_max or (size > frames._SCANNED_BYTES and count([kind, body]) > limit.values_max):
        with pytest.raises(LocalError):
            frames.encode(kind, body)
        return
    packed = frames.encode(kind, body)
    assert frames.decode(packed) == (kind, body)
    assert frames.encode(*frames.decode(packed)) == packed


@given(st.integers(128, limits.TYPE_MAX), st.dictionaries(TEXT, ANYTHING, max_size=3))
def test_later_types_are_read_and_not_known(kind: int, body: dict[str, Any]) -> None:
    frame = frames.decode(canonical.encode([kind, body]))
    assert frame == Frame(kind, body)
    assert not frame.is_known
    assert frame.name == f"type {kind}"


@pytest.mark.parametrize("kind", [kind for kind in range(128) if kind not in frames.FORMS])
def test_other_types_are_refused(kind: int) -> None:
    with pytest.raises(RemoteError, match=f"type {kind} is not known"):
        frames.decode(canonical.encode([kind, {}]))
    with pytest.raises(LocalError):
        frames.encode(kind, {})


@given(st.binary(max_size=300))
def test_any_bytes_give_a_frame_or_the_rooms_error(data: bytes) -> None:
    with suppress(RemoteError):
        frames.decode(data)


@given(st.integers(-2, 2**17), ANYTHING)
def test_any_value_gives_a_frame_or_the_rooms_error(kind: int, value: object) -> None:
    with suppress(RemoteError):
        frames.decode(canonical.encode([kind, value]))


def sample(form: Form) -> dict[str, Any]:
    """Some body of a form."""

    def value(field: forms.Field) -> Any:
        match field.shape:
            case "bytes":
                return b"\x07" * field.least
            case "integer":
                return field.least
            case "text":
                return "x" * field.least
            case "flag":
                return True
            case "map":
                return {}
            case "list":
                return [value(field.items[0])] * max(field.least, min(1, field.most))
            case _:
                return [value(item) for item in field.items]

    return {name: value(field) for name, field in form.fields.items()}


@pytest.mark.parametrize("kind", KINDS, ids=frames.name_of)
def test_changed_bytes_give_a_frame_or_the_rooms_error(kind: int) -> None:
    chance, data = Random(kind), frames.encode(kind, sample(frames.FORMS[kind]))
    for _ in range(500):
        with suppress(RemoteError):
            frames.decode(mutate(chance, data, [data]))


@pytest.mark.parametrize("kind", KINDS, ids=frames.name_of)
def test_every_field_is_held_to_its_form(kind: int) -> None:
    form = frames.FORMS[kind]
    for name, field in form.fields.items():
        wrong: list[object] = [[[]], -1, 2**64 - 1, "x" * (field.most + 1) if field.shape == "text" else b"", None]
        if field.shape == "bytes":
            wrong = [b"\0" * (field.most + 1), b"\0" * (field.least - 1) if field.least else 0, "x" * field.least, None]
        for value in wrong:
            if (value is None and field.nullable) or (value == b"" and field.shape != "bytes"):
                continue
            data = canonical.encode([kind, {**sample(form), name: value}])
            with pytest.raises(RemoteError, match=form.name):
                frames.decode(data)
        if not field.optional:
            short = sample(form)
            del short[name]
            with pytest.raises(RemoteError, match=rf"{form.name}\.{name}: is missing"):
                frames.decode(canonical.encode([kind, short]))


def test_size_is_held_before_anything_is_parsed() -> None:
    form = frames.FORMS[link_frames.PING]
    data = bytes([0x92, link_frames.PING]) + b"\xc1" * form.limit.bytes_max
    with pytest.raises(RemoteError, match="at most 64 are allowed"):
        frames.decode(data)


def test_a_declared_length_costs_nothing() -> None:
    for start in (
        b"\x92\x10\xdf\xff\xff\xff\xff",
        b"\x92\x10\x81\xa1x\xdd\xff\xff\xff\xff",
        b"\x92\x10\xc6\xff\xff\xff\xff",
    ):
        for filler in (b"", b"\x90" * 5_000):
            with pytest.raises(RemoteError):
                frames.decode(start + b"\xff" * 4 + filler)


def test_many_small_values_are_counted_not_built() -> None:
    data = b"\x92\xcc\x80\x81\xa1x\xdc" + (16_000).to_bytes(2, "big") + b"\x90" * 16_000
    tracemalloc.start()
    with pytest.raises(RemoteError, match="more than 1,024 values"):
        frames.decode(data)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 256 * limits.KIB


def test_arrays_in_arrays_that_declare_much_are_not_built() -> None:
    for declared in (1_000, 4_000, 15_000):
        data = b"\x92\xcc\x80\x81\xa1x" + (b"\xdd" + declared.to_bytes(4, "big")) * 1_000
        data += b"\xc0" * (limits.UNKNOWN.bytes_max - len(data))
        tracemalloc.start()
        with pytest.raises(RemoteError, match="more than 1,024 values"):
            frames.decode(data)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < 64 * limits.KIB


@given(st.dictionaries(TEXT, ANYTHING, max_size=4))
def test_counting_agrees_with_parsing(body: dict[str, Any]) -> None:
    data = canonical.encode(body)
    frames._check_values(data, 128, count(body))
    with pytest.raises(RemoteError, match="values"):
        frames._check_values(data, 128, count(body) - 1)
    for cut in range(len(data)):  # inside the last value is found by whoever parses
        with suppress(RemoteError):
            frames._check_values(data[:cut], 128, 10**6)


def test_what_a_peer_would_refuse_is_not_sent() -> None:
    with pytest.raises(LocalError, match=r"ping\.number"):
        frames.encode(link_frames.PING, {"number": -1})
    with pytest.raises(LocalError, match="at most 64"):
        frames.encode(link_frames.PING, {"number": 1, "more": "x" * 64})
    with pytest.raises(LocalError, match="more than 32 characters"):
        frames.encode(link_frames.PING, {"number": 1, "x" * 33: 1})


def values_in(field: forms.Field) -> int:
    """How many values the largest of a field holds."""
    match field.shape:
        case "list":
            return 1 + field.most * values_in(field.items[0])
        case "map":
            return 1 + field.most * (1 + values_in(field.items[0]))
        case "row":
            return 1 + sum(map(values_in, field.items))
        case _:
            return 1


@pytest.mark.parametrize("kind", KINDS, ids=frames.name_of)
def test_whatever_fits_a_form_is_not_too_many_values(kind: int) -> None:
    form = frames.FORMS[kind]
    assert 3 + sum(1 + values_in(field) for field in form.fields.values()) <= form.limit.values_max


def test_nothing_is_larger_than_a_message_may_be() -> None:
    assert max(form.limit.bytes_max for form in frames.FORMS.values()) <= limits.FRAME_BYTES_MAX
    assert len({form.name for form in frames.FORMS.values()}) == len(frames.FORMS)
    assert all(1 <= kind <= limits.TYPE_KNOWN_MAX for kind in frames.FORMS)
    assert all(kind < 32 for kind in link_frames.FORMS)
