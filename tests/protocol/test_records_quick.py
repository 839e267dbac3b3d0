"""Does the quick way read every meta of a message as the careful one does?"""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ccnode_crypto import canonical
from ccnode_crypto.entry import CONTENT_BYTES_MAX
from ccnode_crypto.errors import EncodingError
from ccnode_protocol.errors import RemoteError
from ccnode_protocol.records import MessageMeta, Role, State, conversations, fields, message, quick, read_text

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


Read = tuple[MessageMeta, quick.Placed] | str


def careful(meta: bytes) -> Read:
    try:
        read = conversations.read_message(meta)
    except RemoteError as error:
        return str(error)
    return read, quick.placed(read)


def quickly(meta: bytes) -> Read:
    try:
        return quick.read_message(meta), quick.read_placed(meta)
    except RemoteError as error:
        return str(error)


@given(METAS)
def test_what_a_writer_writes(meta: MessageMeta) -> None:
    packed = message(meta, "words").meta
    assert quickly(packed) == careful(packed) == (meta, quick.placed(meta))


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
TEXTS = (
    st.text(max_size=40)
    | st.integers(0, 80).map(lambda size: "\u20ac" * size)
    | st.integers(250, 260).map(lambda size: "a" * size)
)
VALUES = DIGEST | st.binary(max_size=40) | st.integers(0, 4) | st.text(max_size=5) | st.lists(DIGEST, max_size=17)


@given(st.dictionaries(st.sampled_from(NAMES), VALUES))
def test_fields_of_any_kind(given_fields: dict[str, canonical.Value]) -> None:
    packed = canonical.encode(given_fields)
    assert quickly(packed) == careful(packed)


def test_the_usual_shapes_are_read_at_once() -> None:
    for meta in (
        MessageMeta(bytes(16), Role.USER),
        MessageMeta(bytes(16), Role.USER, b"p" * 32, b"k" * 16),
        MessageMeta(bytes(16), Role.ASSISTANT, b"p" * 32, sources=(b"s" * 32,) * 5, model="a-model-1", plate=b"q" * 32),
    ):
        assert quick._META.fullmatch(message(meta, "words").meta)  # else it is no quicker


def carefully(content: bytes, name: str) -> str:
    """As `read_text` reads what it does not read at once."""
    try:
        value = canonical.decode_map(content, size_max=CONTENT_BYTES_MAX).get(name, "") if content else ""
    except EncodingError as error:
        return f"content: {error}"
    return value if isinstance(value, str) else f"content.{name}: text is expected"


def at_once(content: bytes, name: str) -> str:
    try:
        return read_text(content, name)
    except RemoteError as error:
        return str(error)


@given(TEXTS, st.sampled_from(("text", "title", "other")))
def test_a_text_alone(text: str, name: str) -> None:
    content = canonical.encode({name: text})
    assert at_once(content, name) == carefully(content, name) == text
    assert at_once(content, "text" if name != "text" else "title") == ""


@given(TEXTS, st.data())
def test_what_an_enemy_makes_of_a_text(text: str, data: st.DataObject) -> None:
    content = bytearray(canonical.encode({"text": text}))
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, min(len(content) - 1, 12)) | st.integers(0, len(content) - 1))
        kind = data.draw(st.sampled_from(("set", "cut", "add")))
        if kind == "set":
            content[at] = data.draw(st.integers(0, 255))
        elif kind == "cut":
            del content[at]
        else:
            content.insert(at, data.draw(st.integers(0, 255)))
        if not content:
            return
    assert at_once(bytes(content), "text") == carefully(bytes(content), "text")


def test_texts_that_are_not_canonical_are_refused() -> None:
    for content in (b"\x81\xa4text\xd9\x01a", b"\x81\xa4text\xda\x00\x20" + b"a" * 32, b"\x81\xa4text\xa1\xff"):
        assert at_once(content, "text").startswith("content: ")


def test_usual_texts_are_read_at_once() -> None:
    for size in (2, 31, 32, 255, 256, 65_535):
        assert fields._only_text(canonical.encode({"text": "a" * size}), "text") == "a" * size
