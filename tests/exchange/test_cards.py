"""Are character cards of every form read whole, written so that others read them, and wrong ones refused by name?"""

from __future__ import annotations

import io
import json
import os
import resource
import struct
import zipfile
import zlib
from base64 import b64encode
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ccnode.exchange import cardform, cards, png, sniff
from ccnode.exchange.cardform import Card
from ccnode.exchange.model import ExchangeError
from ccnode_protocol import records

if TYPE_CHECKING:
    from collections.abc import Callable

V1 = {
    "name": "Ada",
    "description": "counts",
    "personality": "calm",
    "scenario": "a library",
    "first_mes": "Good day.",
    "mes_example": "<START>",
    "talkativeness": "0.5",
}
ENTRY = {"keys": ["engine"], "content": "brass", "extensions": {"x/y": [1]}, "enabled": True, "insertion_order": 2}
V2: dict[str, Any] = {
    "spec": "chara_card_v2",
    "spec_version": "2.0",
    "fav": False,
    "data": {
        **{name: V1[name] for name in list(V1)[:6]},
        "creator_notes": "notes",
        "system_prompt": "",
        "post_history_instructions": "",
        "alternate_greetings": ["Hello."],
        "tags": ["math"],
        "creator": "someone",
        "character_version": "1",
        "extensions": {"depth_prompt": {"depth": 4.5, "big": 12345678901234567890}},
        "character_book": {"entries": [ENTRY], "extensions": {}, "odd": None},
        "unknown": {"kept": [True, None, "\u00fc\U0001f600"]},
    },
}
V3: dict[str, Any] = {
    "spec": "chara_card_v3",
    "spec_version": "3.0",
    "data": {
        **V2["data"],
        "character_book": {"entries": [{**ENTRY, "use_regex": True}], "extensions": {}},
        "group_only_greetings": [],
        "nickname": "A.",
        "creation_date": 1,
        "source": ["https://example.org/ada"],
        "creator_notes_multilingual": {"de": "Notizen"},
        "assets": [{"type": "icon", "uri": "ccdefault:", "name": "main", "ext": "png"}],
    },
}


def packed(value: object) -> bytes:
    return b64encode(json.dumps(value).encode())


def chunk(kind: bytes, data: bytes, crc: int | None = None) -> bytes:
    checksum = zlib.crc32(kind + data) if crc is None else crc
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", checksum)


def picture(*chunks: bytes) -> bytes:
    return b"".join([png.SIGNATURE, chunk(b"IHDR", bytes(13)), *chunks, chunk(b"IEND", b"")])


def text_chunk(name: bytes, value: object) -> bytes:
    return chunk(b"tEXt", name + b"\0" + packed(value))


def charx(value: object, *others: str, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        archive.writestr("card.json", value if isinstance(value, bytes) else json.dumps(value))
        for name in others:
            archive.writestr(name, b"data")
    return out.getvalue()


def read(data: bytes) -> Card:
    return cards.read_card(io.BytesIO(data), len(data))


def refused(data: bytes) -> str:
    with pytest.raises(ExchangeError) as caught:
        read(data)
    assert caught.value.remedy
    return str(caught.value)


def with_data(**changes: Any) -> bytes:
    return json.dumps({**V2, "data": {**V2["data"], **changes}}).encode()


# --- reading ---


@pytest.mark.parametrize("value", [V2, V3])
def test_the_same_card_is_read_from_every_container_without_loss(value: dict[str, Any], tmp_path: Path) -> None:
    name = b"ccv3" if value is V3 else b"chara"
    zipped = name + b"\0\0" + zlib.compress(packed(value))
    international = name + b"\0\0\0en\0title\0" + packed(value)
    deflated = name + b"\0\x01\0\0\0" + zlib.compress(packed(value))
    containers = [
        json.dumps(value, indent=3).encode("utf-8-sig"),
        picture(text_chunk(name, value)),
        picture(chunk(b"zTXt", zipped)),
        picture(chunk(b"iTXt", international)),
        picture(chunk(b"iTXt", deflated)),
        charx(value),
    ]
    found = [read(data) for data in containers]
    assert {json.dumps(card.value, sort_keys=True) for card in found} == {json.dumps(value, sort_keys=True)}
    assert {card.id for card in found} == {records.card_id(found[0].text)}
    assert {(card.form, card.name) for card in found} == {("v3" if value is V3 else "v2", "Ada")}
    assert [len(card.left) for card in found] == [0, 1, 1, 1, 1, 0]  # the picture
    path = tmp_path / "card"
    path.write_bytes(containers[1])
    source = cards.CardSource(path)
    assert (source.format, source.card, list(source.conversations())) == ("card", found[1], [])
    assert source.position() == source.size == len(containers[1])
    source.close()


def test_a_v1_card_becomes_a_v2_one_and_keeps_what_else_it_held() -> None:
    card = read(json.dumps(V1).encode())
    assert card.form == "v2"
    assert card.value["talkativeness"] == "0.5"
    assert {name: card.value["data"][name] for name in list(V1)[:6]} == {name: V1[name] for name in list(V1)[:6]}
    assert card.value["data"]["tags"] == []
    assert read(picture(text_chunk(b"chara", V1))).text == card.text


def test_of_both_texts_in_a_picture_the_newer_form_is_taken() -> None:
    both = picture(text_chunk(b"chara", V2), text_chunk(b"ccv3", V3), text_chunk(b"ccv3", V2))
    card = read(both)
    assert card.value == V3
    assert [left.where for left in card.left] == ["picture", "text ccv3"]


def test_files_that_belong_to_a_card_are_listed_as_left_out() -> None:
    assets = [
        {"type": "icon", "uri": "embeded://assets/icon.png", "name": "main", "ext": "png"},
        {"type": "icon", "uri": "data:image/png;base64,AAAA", "name": "b", "ext": "png"},
        {"type": "background", "uri": "https://example.org/a.png", "name": "main", "ext": "png"},
    ]
    value = {**V3, "data": {**V3["data"], "assets": assets}}
    card = read(charx(value, "assets/icon.png", "module.risum"))
    assert card.value["data"]["assets"] == assets[2:]
    assert [(left.where, left.count) for left in card.left] == [
        ("assets", 2),
        ("data.assets[0] (icon main png)", 1),
        ("data.assets[1] (icon b png)", 1),
    ]
    value["data"]["assets"] = assets[:1]
    assert "assets" not in read(json.dumps(value).encode()).value["data"]
    extra = chunk(b"tEXt", b"chara-ext-asset_" + b"p" * 100 + b"\0AAAA")
    assert [left.where for left in read(picture(text_chunk(b"chara", V2), extra)).left] == ["picture", "assets"]


def test_null_and_missing_fields_get_the_defaults_of_the_form() -> None:
    card = read(with_data(creator_notes=None, tags=None, character_book=None, system_prompt=None))
    data = card.value["data"]
    assert (data["creator_notes"], data["tags"], "character_book" in data) == ("", [], False)
    assert [left.where for left in card.left] == ["data.creator_notes", "data.system_prompt", "data.tags"]
    bare = read(json.dumps({"spec": "chara_card_v3", "data": {"name": "B"}}).encode())
    assert (bare.value["spec_version"], bare.value["data"]["group_only_greetings"]) == ("3.0", [])
    newer = read(json.dumps({**V3, "spec_version": "3.1"}).encode())
    assert newer.value["spec_version"] == "3.1"


def test_half_surrogate_pairs_are_replaced_and_said() -> None:
    card = read(json.dumps({**V2, "data": {**V2["data"], "first_mes": "cut \ud83d"}}).encode())
    assert card.value["data"]["first_mes"] == "cut \ufffd"
    assert [left.count for left in card.left] == [1]


def test_of_a_name_that_stands_twice_the_last_counts_and_it_is_said() -> None:
    card = read(with_data().replace(b'"tags": ["math"]', b'"tags": [], "tags": ["math"]'))
    assert card.value == V2
    assert [left.where for left in card.left] == ["fields"]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"name": None}, "data.name"),
        ({"name": "  "}, "data.name"),
        ({"name": 7}, "data.name"),
        ({"description": ["a"]}, "data.description: a text is expected, a list stands there"),
        ({"tags": "math"}, "data.tags: a list is expected, a text stands there"),
        ({"alternate_greetings": ["a", 1]}, "data.alternate_greetings[1]: a text is expected, a number"),
        ({"extensions": []}, "data.extensions: an object"),
        ({"character_book": {"entries": [ENTRY, 1]}}, "data.character_book.entries[1]: an object"),
        ({"character_book": {"entries": [{**ENTRY, "keys": [{}]}]}}, "entries[0].keys[0]: a text"),
        ({"character_book": {"entries": [{**ENTRY, "enabled": 1}]}}, "entries[0].enabled: true or false"),
        ({"character_book": {"entries": [{**ENTRY, "insertion_order": True}]}}, "insertion_order: a number"),
        ({"character_book": {"entries": {}}}, "data.character_book.entries: a list"),
        ({"creation_date": "today"}, "data.creation_date: a number"),
        ({"assets": [{"uri": 1}]}, "data.assets[0].uri: a text"),
        ({"assets": ["a"]}, "data.assets[0]: an object"),
        ({"creator_notes_multilingual": {"de": 1}}, "creator_notes_multilingual.de: a text"),
    ],
)
def test_a_wrong_field_is_named(changes: dict[str, Any], message: str) -> None:
    assert message in refused(with_data(**changes))


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "not JSON"),
        (b"[1]", "an object is expected, a list stands there"),
        (b"{}", "no character card"),
        (b'{"spec": 5}', "no character card"),
        (b'{"spec": "lorebook_v3", "data": {}}', "a lorebook alone"),
        (b'{"spec": "chara_card_v2", "data": []}', "data: an object is expected"),
        (b'{"spec": "chara_card_v2"}', "data: an object is expected, null"),
        (b'{"a": NaN}', "NaN is not JSON"),
        (b'{"a": 1e999}', "too large"),
        (b'{"a": ' + b"9" * 5000 + b"}", "not JSON"),
        (b'{"a": "\xff"}', "not text in UTF-8"),
        (b"[" * 200_000, "nested"),
        (b'{"a":' + b"[" * 100 + b"]" * 100 + b"}", "nested more than 64 deep"),
        (b'{"a": "' + b"x" * (9 * 1024 * 1024) + b'"}', "too many for a card"),
    ],
)
def test_what_is_no_card_is_refused_with_its_reason(data: bytes, message: str) -> None:
    assert message in refused(data)
    if message != "not JSON" or data:
        assert message in refused(charx(data)).replace("file", "card.json") or "nested" in message


# --- attacks ---


def test_names_of_ten_megabytes_are_refused_and_long_ones_are_listed_short() -> None:
    assert "too many for a card" in refused(with_data(name="n" * 10_000_000))
    assert "at most" in refused(with_data(name="n" * 2_000_000))
    assert len(refused(with_data(name="n" * 2_000_000))) < 400
    card = read(with_data(name="n\n" * 10_000))
    assert len(card.name) == 200
    assert len(card.value["data"]["name"]) == 20_000


def test_damaged_pictures_are_refused_by_chunk() -> None:
    good = picture(text_chunk(b"chara", V2))
    assert "checksum of chunk 2 (tEXt)" in refused(picture(chunk(b"tEXt", b"chara\0" + packed(V2), 1)))
    assert "checksum of chunk 2 (IDAT)" in refused(picture(chunk(b"IDAT", b"xx", 1), text_chunk(b"chara", V2)))
    huge = png.SIGNATURE + struct.pack(">I4s", 2**32 - 1, b"tEXt") + b"chara\0"
    assert "chunk 1 has the length 4294967295" in refused(huge)
    long = png.SIGNATURE + struct.pack(">I4s", 2**31 - 1, b"tEXt") + b"chara\0" + packed(V2)
    assert "cut short" in refused(long)
    assert "type" in refused(png.SIGNATURE + struct.pack(">I4s", 1, b"\0\1\2\3"))
    for end in range(len(png.SIGNATURE), len(good) - 1, 7):
        refused(good[:end])
    assert "holds no character card" in refused(picture())
    assert "holds no character card" in refused(picture(chunk(b"tEXt", b"chara")))
    assert "not base64" in refused(picture(chunk(b"tEXt", b"chara\0!!!garbage")))
    assert "not JSON" in refused(picture(chunk(b"tEXt", b"chara\0" + b64encode(b"{"))))
    assert "cannot be unpacked" in refused(picture(chunk(b"zTXt", b"chara\0\0garbage")))
    assert "cut short" in refused(picture(chunk(b"zTXt", b"chara\0\0" + zlib.compress(packed(V2))[:-9])))
    assert "does not know" in refused(picture(chunk(b"zTXt", b"chara\0\1" + zlib.compress(b"a"))))
    assert "does not know" in refused(picture(chunk(b"iTXt", b"chara\0\2\0\0\0a")))
    many = png.SIGNATURE + chunk(b"teST", b"") * (png.CHUNKS_MAX + 1)
    assert "chunks" in refused(many)


def test_bombs_take_little_memory() -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    zeros = zlib.compressobj(9)
    bomb = b"".join(zeros.compress(bytes(1 << 20)) for _ in range(300)) + zeros.flush()
    assert "when unpacked" in refused(picture(chunk(b"zTXt", b"chara\0\0" + bomb)))
    assert "when unpacked" in refused(picture(chunk(b"iTXt", b"ccv3\0\1\0\0\0" + bomb)))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("card.json", "w") as member:
        for _ in range(300):
            member.write(b" " * (1 << 20))
    assert "too many for a card" in refused(out.getvalue())
    for method in (zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA):
        assert "packed by method" in refused(charx(V2, method=method))
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000  # kB


def test_damaged_archives_are_refused() -> None:
    good = charx(V2)
    assert "no card.json" in refused(charx(V2).replace(b"card.json", b"card.jsno"))
    for at in range(0, len(good), 5):
        data = good[:at] + bytes([good[at] ^ 0x55]) + good[at + 1 :]
        with suppress(ExchangeError):  # what is still read is right
            assert read(data).value == V2
    for end in range(4, len(good), 11):
        refused(good[:end])
    many = charx(V2, *(f"{number:0200}" for number in range(20_000)))
    assert "directory" in refused(many)


@settings(max_examples=200)
@given(st.binary(max_size=200), st.sampled_from([b"", png.SIGNATURE, cards.ZIP_BEGIN, b"{"]))
def test_any_bytes_give_a_card_or_the_rooms_error(data: bytes, begin: bytes) -> None:
    with pytest.raises(ExchangeError):
        read(begin + data)


# --- sniffing ---


def test_cards_are_known_by_their_contents(tmp_path: Path) -> None:
    path = tmp_path / "x"

    def sniffed(data: bytes) -> str | None:
        path.write_bytes(data)
        return cards.looks_like_card(data[:512], path)

    assert sniffed(picture(text_chunk(b"ccv3", V3))) == "a PNG picture with a character card in its text 'ccv3'"
    assert "chara" in str(sniffed(picture(text_chunk(b"Chara", V2))[:-8]))
    assert sniffed(picture()) is None
    assert "card.json" in str(sniffed(charx(V3)))
    assert sniffed(charx(V3).replace(b"card.json", b"card.jsno")) is None
    assert sniffed(charx(V3)[:40]) is None
    assert sniffed(json.dumps(V2).encode()) == "JSON with the spec chara_card_v2"
    assert "V1" in str(sniffed(b"\xef\xbb\xbf \n" + json.dumps(V1).encode()))
    assert sniffed(b'{"mapping": {}}') is None
    assert sniffed(b"{" * 1000) is None
    assert sniffed(b"[]") is None
    assert cards.looks_like_card(b"{", tmp_path / "missing") is None
    with pytest.raises(ExchangeError, match="cannot be read"):
        cards.open_card(tmp_path / "missing")


# --- writing ---


@pytest.mark.parametrize("value", [V2, V3])
def test_what_is_written_is_read_again_without_loss(value: dict[str, Any]) -> None:
    card = read(json.dumps(value).encode())
    assert json.loads(cards.card_json(card)) == value
    there = read(cards.card_json(card, "v3"))
    back = read(cards.card_json(there, "v2"))
    assert there.value["spec"] == "chara_card_v3"
    assert back.value["spec"] == "chara_card_v2"
    for name, inner in value["data"].items():
        if name != "character_book":  # whose entries gain use_regex
            assert there.value["data"][name] == back.value["data"][name] == inner
    assert read(cards.card_png(card)).value == there.value
    assert read(cards.card_png(card, "v2")).value == json.loads(cards.card_json(card, "v2"))
    assert cards.card_file(card, "png") == cards.card_png(card)
    assert cards.card_file(card, "json", "v3") == cards.card_json(card, "v3")


def test_the_picture_holds_both_texts_and_says_so_to_old_programs() -> None:
    data = cards.card_png(read(json.dumps(V3).encode()))
    found, names = png.texts(io.BytesIO(data), len(data), cards.CHUNKS)
    assert names == ["chara", "ccv3"]
    old = read(picture(chunk(b"tEXt", b"chara\0" + found["chara"])))
    assert old.form == "v2"
    assert old.value["data"]["creator_notes"].startswith("This card follows the V3 form")
    assert old.value["data"]["creator_notes"].endswith("notes")
    alone = cards.card_png(read(json.dumps(V3).encode()), "v2")
    assert read(alone).value["data"]["creator_notes"] == "notes"


def test_the_picture_is_one(tmp_path: Path) -> None:
    data = cards.card_png(read(json.dumps(V2).encode()))
    at = data.index(b"IDAT")
    length = int.from_bytes(data[at - 4 : at], "big")
    rows = zlib.decompress(data[at + 4 : at + 4 + length])
    assert data[16:29] == struct.pack(">IIBBBBB", png.WIDTH, png.HEIGHT, 8, 2, 0, 0, 0)
    assert len(rows) == (1 + 3 * png.WIDTH) * png.HEIGHT
    assert set(rows[:: 1 + 3 * png.WIDTH]) == {0}  # no row is filtered
    assert len(data) < 6_000
    assert tmp_path.exists()


def mutated(data: bytes) -> list[bytes]:
    return [data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :] for at in range(8, len(data) - 12, 13)]


@pytest.mark.parametrize("make", [cards.card_png])
def test_every_flipped_bit_of_a_picture_is_found(make: Callable[[Card], bytes]) -> None:
    for data in mutated(make(read(json.dumps(V2).encode()))):
        refused(data)


def test_a_card_can_be_recorded_up_to_its_limit() -> None:
    room = records.CARD_JSON_BYTES_MAX - len(read(with_data(name="N" * 300)).text.encode())
    card = read(with_data(name="N" * 300, description="d" * (room + len(V1["description"]))))
    assert len(card.text.encode()) == records.CARD_JSON_BYTES_MAX
    wide = Card("v2", "\U0001f600" * 200, card.text)
    assert records.card_kept(wide.id, wide.form, wide.name, wide.text).kind == records.Kind.CARD_KEPT
    assert cardform.canonical(card.value) == card.text


def test_a_pipe_or_a_device_is_no_card(tmp_path: Path) -> None:
    """Opening a pipe would wait until somebody writes into it: a thread of the node would be gone."""
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", Path("/dev/zero")):
        with pytest.raises(ExchangeError, match="is no file"):
            sniff.open_source(path, "card")
