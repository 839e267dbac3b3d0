"""Which character card is in this file, and how does a kept one go out again? PNG, JSON and CHARX.

Taken is the card's text, with its lorebook and every field that is unknown here. Left out, and listed, are files: the
picture, and the assets of a CHARX archive or of `chara-ext-asset_` texts.
"""

from __future__ import annotations

import binascii
import io
import json
import stat
import zipfile
import zlib
from base64 import b64decode, b64encode
from contextlib import suppress
from typing import TYPE_CHECKING, BinaryIO, Final, Literal

from ccnode.exchange import cardform, png
from ccnode.exchange.files import open_regular
from ccnode.exchange.model import ExchangeError, Left

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ccnode.exchange.cardform import Card, Form
    from ccnode.exchange.model import Conversation, Format

FILE_BYTES_MAX: Final = 512 * 1024 * 1024  # pictures and archives of assets are read through, piece by piece
DIRECTORY_BYTES_MAX: Final = 4 * 1024 * 1024  # of an archive: about 40,000 files
PIECE_BYTES: Final = 65_536
ZIP_BEGIN: Final = b"PK\x03\x04"
MEMBER: Final = "card.json"
CHUNKS: Final = ("ccv3", "chara")
ASSET: Final = "chara-ext-asset_"
_REMEDY: Final = "get the card again from where it came from"


def open_card(path: Path) -> Card:
    """Read and check the card in a file: a PNG picture, a JSON text or a CHARX archive, whichever its bytes say.

    Raises:
        ExchangeError: it holds none, is damaged, over the limits, or a field of the card is wrong (which is named).
    """
    try:
        if not stat.S_ISREG(path.stat().st_mode):  # opening a pipe waits for ever, and a device has no end
            raise ExchangeError(f"{path}: is no file", "name a card's file")
        with open_regular(path) as file:
            size = file.seek(0, io.SEEK_END)
            file.seek(0)
            return read_card(file, size)
    except OSError as error:
        raise ExchangeError(f"{path} cannot be read: {error.strerror or error}", "check the path") from error


def read_card(file: BinaryIO, size: int) -> Card:
    """The same for an open file of `size` bytes that can be sought in. Raises ExchangeError."""
    if size > FILE_BYTES_MAX:
        raise ExchangeError(f"the file has {size} bytes; a card has at most {FILE_BYTES_MAX}", _REMEDY)
    file.seek(0)
    head = file.read(len(png.SIGNATURE))
    if head == png.SIGNATURE:
        return _from_png(file, size)
    if head.startswith(ZIP_BEGIN):
        return _from_charx(file)
    file.seek(0)
    value, left = cardform.parse(file.read(cardform.JSON_BYTES_MAX + 1), "the file")
    return cardform.checked(value, left)


def _from_png(file: BinaryIO, size: int) -> Card:
    found, names = png.texts(file, size, CHUNKS)
    name = next((name for name in CHUNKS if name in found), None)
    if name is None:
        remedy = "a card's picture has a text 'chara' or 'ccv3'; sites that shrink pictures take it out"
        raise ExchangeError("this PNG holds no character card", remedy)
    try:
        data = b64decode(b"".join(found[name].split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise ExchangeError(f"the PNG's text {name!r} is not base64: {error}", _REMEDY) from error
    value, left = cardform.parse(data, f"the PNG's text {name!r}")
    left.append(Left("picture", "the picture is not kept, only the card", 1, "file"))
    if assets := sum(each.startswith(ASSET) for each in names):
        left.append(Left("assets", "files that belong to a card are not kept", assets, "file"))
    for each in CHUNKS:
        if (count := sum(other.lower() == each for other in names)) > 1:
            left.append(Left(f"text {each}", "the picture holds several cards; the first is taken", count - 1, "part"))
    return cardform.checked(value, left)


class _Wary(io.RawIOBase):
    """A file that refuses to give much at once: an archive's directory is read whole, and may say that it is huge."""

    def __init__(self, file: BinaryIO) -> None:
        super().__init__()
        self._file = file

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()

    def read(self, size: int = -1, /) -> bytes:
        if size < 0:
            at = self._file.tell()
            size = self._file.seek(0, io.SEEK_END) - at
            self._file.seek(at)
        if size > DIRECTORY_BYTES_MAX:
            raise zipfile.BadZipFile(f"its directory has more than {DIRECTORY_BYTES_MAX} bytes")
        return self._file.read(size)


def _from_charx(file: BinaryIO) -> Card:
    try:
        with zipfile.ZipFile(_Wary(file)) as archive:
            data = _member(archive)
            others = [info for info in archive.infolist() if info.filename != MEMBER and not info.is_dir()]
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, NotImplementedError, RuntimeError) as error:
        raise ExchangeError(f"the CHARX archive is damaged: {error}", _REMEDY) from error
    except OSError as error:
        raise ExchangeError(f"the CHARX archive cannot be read: {error}", _REMEDY) from error
    value, left = cardform.parse(data, MEMBER)
    if others:
        left.append(Left("assets", "files that belong to a card are not kept", len(others), "file"))
    return cardform.checked(value, left)


def _member(archive: zipfile.ZipFile) -> bytes:
    try:
        info = archive.getinfo(MEMBER)
    except KeyError:
        raise ExchangeError(f"this zip holds no {MEMBER}, so it is no CHARX archive", "say what it is") from None
    if info.flag_bits & 1:
        raise ExchangeError(f"{MEMBER} is encrypted", "save the card without a password")
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):  # the others unpack without any bound
        raise ExchangeError(f"{MEMBER} is packed by method {info.compress_type}; stored and deflated are read", _REMEDY)
    out = bytearray()
    with archive.open(info) as member:
        while len(out) <= cardform.JSON_BYTES_MAX and (piece := member.read(PIECE_BYTES)):
            out += piece
    return bytes(out)


def looks_like_card(head: bytes, path: Path) -> str | None:
    """Why a file that begins with `head` is taken for a character card, in words; None where it is none.

    Looks at the names of chunks or of archived files, or parses a JSON file of at most 8 MiB. Never raises: a file
    that is no card as far as can be seen may still be something else.
    """
    try:
        with open_regular(path) as file:
            if head.startswith(png.SIGNATURE):
                return _card_in_png(file)
            if head.startswith(ZIP_BEGIN):
                with zipfile.ZipFile(_Wary(file)) as archive:
                    archive.getinfo(MEMBER)
                return f"a CHARX archive: a zip with {MEMBER}"
            if not head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{"):
                return None
            return _card_in_json(file.read(cardform.JSON_BYTES_MAX + 1))
    except (OSError, ExchangeError, zipfile.BadZipFile, KeyError, ValueError, NotImplementedError):
        return None


def _card_in_png(file: BinaryIO) -> str | None:
    names = set()
    with suppress(ExchangeError):  # one that is cut short is for open_card to refuse
        for chunk in png.chunks(file):
            names.add(png.keyword(file, chunk).lower())
    return next((f"a PNG picture with a character card in its text {name!r}" for name in CHUNKS if name in names), None)


def _card_in_json(data: bytes) -> str | None:
    value, _ = cardform.parse(data, "the file")
    spec = value.get("spec")
    if isinstance(spec, str) and spec in cardform.SPECS:
        return f"JSON with the spec {spec}"
    return "JSON with the fields of a V1 character card" if spec is None and cardform.is_v1(value) else None


class CardSource:
    """A card as a model.Source: no conversation, but a `card` that the engine keeps."""

    format: Format = "card"

    def __init__(self, path: Path) -> None:
        """Raises ExchangeError, as open_card."""
        self.card = open_card(path)
        self.size = path.stat().st_size
        self.left = list(self.card.left)

    def conversations(self) -> Iterator[Conversation]:
        """None: a card is no conversation."""
        return iter(())

    def position(self) -> int:
        """All of it: a card is read at once."""
        return self.size

    def close(self) -> None:
        """Nothing is open."""


# --- writing ---


def card_json(card: Card, form: Form | None = None) -> bytes:
    """The card as a JSON file, in its own form or the one asked for."""
    return json.dumps(cardform.in_form(card, form or card.form), ensure_ascii=False, indent=2).encode("utf-8") + b"\n"


def card_png(card: Card, form: Form | None = None) -> bytes:
    """The card in a plain picture whose colours come from its identifier.

    With both texts, `chara` for programs that read V2 alone and `ccv3`; just `chara` where form "v2" is asked for.
    """
    said = [("chara", _packed(cardform.in_form(card, "v2", backfill=form != "v2")))]
    if form != "v2":
        said.append(("ccv3", _packed(cardform.in_form(card, "v3"))))
    frame, field = card.id[:3], bytes(value // 2 + 96 for value in card.id[3:6])
    return png.picture((frame, field), said)


def _packed(value: cardform.Fields) -> bytes:
    return b64encode(cardform.canonical(value).encode("utf-8"))


def card_file(card: Card, kind: Literal["json", "png"], form: Form | None = None) -> bytes:
    """The card as a file of a kind, "json" or "png"."""
    return card_png(card, form) if kind == "png" else card_json(card, form)
