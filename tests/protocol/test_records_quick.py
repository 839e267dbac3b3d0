"""Does the quick way read every meta of a message as the careful one does?"""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ccnode_crypto import canonical
from ccnode_protocol.errors import RemoteError
from ccnode_protocol.records import MessageMeta, Role, State, message, quick, read_message

DIGEST = st.binary(min_size=32, max_size=32)
METAS = st.builds(
    MessageMeta,
    session=st.binary(min_size=16, max_size=16),
    role=st.sampled_from(Role),
    parent=st.none() | DIGEST,
    key=st.none() | st.binary(min_size=16, max_size=16),
    over=st.none() | DIGEST,
    sources=st.lists(DIGEST, max_size=20).map(tuple),
    model=st.none() | st.text(max_size=40),
    state=st.sampled_from(State),
    said_ms=st.none() | st.integers(0, 2**47),
    origin=st.none() | st.text(max_size=32),
    plate=st.none() | DIGEST,
)


def careful(meta: bytes) -> quick.Placed | str:
    try:
        return quick.placed(read_message(meta))
    except RemoteError as error:
        return str(error)


def quickly(meta: bytes) -> quick.Placed | str:
    try:
        return quick.read_placed(meta)
    except RemoteError as error:
        return str(error)


@given(METAS)
def test_what_a_writer_writes(meta: MessageMeta) -> None:
    packed = message(meta, "words").meta
    assert quickly(packed) == careful(packed) == quick.placed(meta)


@given(METAS, st.data())
def test_what_an_enemy_makes_of_it(meta: MessageMeta, data: st.DataObject) -> None:
    packed = bytearray(message(meta, "words").meta)
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(packed) - 1))
        kind = data.draw(st.sampled_from(("set", "cut", "add")))
        if kind == "set":
            packed[at] = data.draw(st.integers(0, 255))
        elif kind == "cut":
            del packed[at]
        else:
            packed.insert(at, data.draw(st.integers(0, 255)))
        if not packed:
            return
    assert quickly(bytes(packed)) == careful(bytes(packed))


NAMES = ("key", "model", "over", "parent", "plate", "role", "session", "sources", "state", "said", "origin", "more")
VALUES = DIGEST | st.binary(max_size=40) | st.integers(0, 4) | st.text(max_size=5) | st.lists(DIGEST, max_size=17)


@given(st.dictionaries(st.sampled_from(NAMES), VALUES))
def test_fields_of_any_kind(fields: dict[str, canonical.Value]) -> None:
    packed = canonical.encode(fields)
    assert quickly(packed) == careful(packed)


def test_the_usual_shapes_are_read_at_once() -> None:
    for meta in (
        MessageMeta(bytes(16), Role.USER),
        MessageMeta(bytes(16), Role.USER, b"p" * 32, b"k" * 16),
        MessageMeta(bytes(16), Role.ASSISTANT, b"p" * 32, sources=(b"s" * 32,) * 5, model="a-model-1", plate=b"q" * 32),
    ):
        assert quick._META.fullmatch(message(meta, "words").meta)  # else it is no quicker
