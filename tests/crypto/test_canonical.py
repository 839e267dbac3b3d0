"""Has every value one encoding, and does the decoder take nothing else?"""

from __future__ import annotations

import tracemalloc

import msgpack
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccnode_crypto import canonical
from ccnode_crypto.errors import EncodingError

LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**63), 2**64 - 1),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=40),
    st.binary(max_size=40),
)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(st.text(st.characters(exclude_categories=["Cs"]), max_size=5), inner, max_size=4),
    ),
    max_leaves=12,
)


def same(one: object, other: object) -> bool:
    """Equal, and of the same types: True is not 1."""
    if type(one) is not type(other):
        return False
    if isinstance(one, dict) and isinstance(other, dict):
        return set(one) == set(other) and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return one == other


@given(VALUES)
def test_what_is_encoded_decodes_to_itself(value: object) -> None:
    assert same(canonical.decode(canonical.encode(value), size_max=10_000), value)


@given(VALUES)
def test_the_order_in_which_a_map_was_made_does_not_matter(value: object) -> None:
    def turned(item: object) -> object:
        if isinstance(item, dict):
            return {key: turned(item[key]) for key in reversed(item)}
        return [turned(one) for one in item] if isinstance(item, list) else item

    assert canonical.encode(turned(value)) == canonical.encode(value)


@given(st.binary(max_size=60))
def test_any_bytes_give_a_value_or_the_rooms_error(data: bytes) -> None:
    try:
        value = canonical.decode(data, size_max=50)
    except EncodingError:
        return
    assert canonical.encode(value) == data


@given(VALUES, st.data())
def test_a_changed_byte_gives_another_value_or_none(value: object, data: st.DataObject) -> None:
    packed = bytearray(canonical.encode(value))
    at = data.draw(st.integers(0, len(packed) - 1))
    packed[at] ^= data.draw(st.integers(1, 255))
    try:
        other = canonical.decode(bytes(packed), size_max=10_000)
    except EncodingError:
        return
    assert not same(other, value)


@given(VALUES)
def test_any_msgpack_reads_what_we_write(value: object) -> None:
    assert same(msgpack.unpackb(canonical.encode(value), raw=False, strict_map_key=True), value)


@pytest.mark.parametrize(
    "value", [1.5, {1: 2}, {b"a": 1}, {None: 1}, {"a": 1, 2: 3}, {1, 2}, object(), 2**64, -(2**63) - 1, "\ud800"]
)
def test_what_has_no_canonical_form_is_refused(value: object) -> None:
    for whole in (value, [value], {"key": value}):
        with pytest.raises(EncodingError):
            canonical.encode(whole)


def test_the_error_names_the_path() -> None:
    with pytest.raises(EncodingError, match=r"value\.rows\[1\]\.weight"):
        canonical.encode({"rows": [1, {"weight": 0.5}]})


def nested(depth: int) -> object:
    value: object = 1
    for _ in range(depth):
        value = [value]
    return value


def test_nesting_ends_at_16() -> None:
    deepest = nested(canonical.DEPTH_MAX)
    assert canonical.decode(canonical.encode(deepest), size_max=100) == deepest
    with pytest.raises(EncodingError, match="deeper"):
        canonical.encode(nested(canonical.DEPTH_MAX + 1))
    for data in (b"\x91" * 17 + b"\xc0", b"\x91" * 100_000 + b"\xc0", b"\x81\xa1a" * 5000 + b"\xc0"):
        with pytest.raises(EncodingError):
            canonical.decode(data, size_max=1_000_000)


@pytest.mark.parametrize("lead", [b"\xdd", b"\xdf", b"\xdb", b"\xc6"])
def test_a_declared_length_costs_nothing(lead: bytes) -> None:
    for repeat in (1, 500):
        with pytest.raises(EncodingError):
            canonical.decode((lead + b"\xff\xff\xff\xff") * repeat, size_max=8192)


def test_size_is_checked_first() -> None:
    with pytest.raises(EncodingError, match="at most 10"):
        canonical.decode(b"\xc0" * 11, size_max=10)


def test_a_map_is_a_map() -> None:
    assert canonical.decode_map(b"\x80", size_max=10) == {}
    with pytest.raises(EncodingError, match="a map is expected, found list"):
        canonical.decode_map(b"\x90", size_max=10)


@pytest.mark.parametrize("head", [b"\xdc\xff\xff", b"\xdd\x00\x0f\xff\xff", b"\xde\x7f\xff", b"\xdf\x00\x07\xff\xff"])
@pytest.mark.parametrize("size", [15_000, 1_048_576])
def test_arrays_in_arrays_that_all_declare_much_take_no_room(head: bytes, size: int) -> None:
    """Msgpack makes room for each when it meets its head: 78 MB for 15 KB, and 0.2 s a time."""
    text = b"\xa1a" if head[0] in b"\xde\xdf" else b""
    data = ((head + text) * 1_000).ljust(size, b"\xc0")
    tracemalloc.start()
    try:
        with pytest.raises(EncodingError, match="more than"):
            canonical.decode(data, size_max=size)
        assert tracemalloc.get_traced_memory()[1] < 64_000
    finally:
        tracemalloc.stop()


def test_words_that_look_like_long_arrays_are_words() -> None:
    value = {"text": "\u070f\u07df" * 500, "list": list(range(70_000)), "bytes": b"\xdc\xdd\xde\xdf" * 100}
    assert canonical.decode(canonical.encode(value), size_max=1 << 20) == value
