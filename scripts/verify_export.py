#!/usr/bin/env python3
"""Does an export of format ccnode/1 hold, byte by byte, and what does it prove?

python3 verify_export.py FILE          says what is proven, of a single message also its words ("-": standard input)
python3 verify_export.py FILE --json   the same as one JSON object

Written from crypto/README.md alone, whose sections are named below; shares no code with the rest of the project.
Exit code 0: everything in the file is proven; 1: something is not; 2: not understood, or the file cannot be read.
Needs Python 3.9 or later and the package `cryptography`.
"""

# ruff: noqa: PLR2004 -- the numbers of the format stand where they are read, as in the specification
# ruff: noqa: UP017 -- people check exports with the Python they have

from __future__ import annotations

import argparse
import base64
import binascii
import contextlib
import datetime as dt
import hashlib
import io
import json
import sys
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, NoReturn

try:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
except ImportError:
    print("verify_export.py needs the package cryptography: python3 -m pip install cryptography", file=sys.stderr)
    sys.exit(2)

LINE_MAX, META_MAX, CONTENT_MAX, CERTIFICATE_MAX = 1_500_000, 8_192, 1_048_576, 512
INTEGER_MAX, DIGITS_MAX, DEPTH_MAX, SALT = 2**53, 4_300, 16, 32
ZERO = bytes(32)
STAGES = {"certificate": 1, "head": 2, "header": 3, "body": 4, "end": 5}
OPENED, SESSION_OPENED, MESSAGE, TITLED, FORGET_ORDERED, FORGET_CANCELLED, NOTE = 1, 16, 17, 18, 20, 21, 29
PACKET = 48
BODIES_MAX, RECENT, RULE = 20, (30 * 86_400_000) << 16, 1_795_305_600_000 << 16  # section 13
P = 2**255 - 19
Y8 = 0x05FC536D880238B13933C6D305ACDFD5F098EFF289F4C345B027B2C28F95E826
SMALL_ORDER = {0, 1, P - 1, P, P + 1, Y8, P - Y8}
ROLES = ("user", "assistant", "system", "tool")
Report = dict[str, Any]


class Refused(Exception):
    """The file is refused. `line` counts from 1; 0 while it is not yet known."""

    def __init__(self, reason: str, line: int = 0) -> None:
        super().__init__(reason)
        self.line = line


def refuse(wrong: object, text: str, line: int = 0) -> None:
    """Raise Refused where something is wrong."""
    if wrong:
        raise Refused(text, line)


# Section 3: canonical msgpack. What comes out is nil, bool, int, str, bytes, list or dict.


class Decoder:
    """Reads one canonical value from `data`; whatever the encoder would not have written raises Refused."""

    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, 0

    def whole(self) -> object:
        """The value, where nothing stands after it."""
        value = self.value(0)
        refuse(self.at != len(self.data), "bytes after the value")
        return value

    def take(self, size: int) -> bytes:
        """The next `size` bytes."""
        part = self.data[self.at : self.at + size]
        refuse(len(part) != size, "cut short")
        self.at += size
        return part

    def sized(self, size: int, least: int) -> int:
        """An unsigned number of `size` bytes that would not have fitted a shorter form (so it is >= `least`)."""
        number = int.from_bytes(self.take(size), "big")
        refuse(number < least, "a number or length is not in its shortest form")
        return number

    def signed(self, size: int) -> int:
        """A negative number of `size` bytes that would not have fitted a shorter form."""
        number = int.from_bytes(self.take(size), "big", signed=True)
        refuse(number >= (-32 if size == 1 else -(1 << (4 * size - 1))), "a number is not in its shortest form")
        return number

    def value(self, depth: int) -> object:
        """The next value; it stands in `depth` arrays and maps."""
        tag = self.take(1)[0]
        if tag <= 0x7F:
            return tag
        if tag >= 0xE0:
            return tag - 256
        if tag in (0xC0, 0xC2, 0xC3):
            return {0xC0: None, 0xC2: False, 0xC3: True}[tag]
        if 0xCC <= tag <= 0xCF:
            return self.sized(1 << (tag - 0xCC), (128, 256, 1 << 16, 1 << 32)[tag - 0xCC])
        if 0xD0 <= tag <= 0xD3:
            return self.signed(1 << (tag - 0xD0))
        if 0xA0 <= tag <= 0xBF or 0xD9 <= tag <= 0xDB:
            size = tag & 31 if tag < 0xC0 else self.sized(1 << (tag - 0xD9), (32, 256, 1 << 16)[tag - 0xD9])
            try:
                return self.take(size).decode("utf-8")
            except UnicodeDecodeError:
                raise Refused("text is not UTF-8") from None
        if 0xC4 <= tag <= 0xC6:
            return self.take(self.sized(1 << (tag - 0xC4), (0, 256, 1 << 16)[tag - 0xC4]))
        if 0x80 <= tag <= 0x9F or 0xDC <= tag <= 0xDF:
            return self.nested(tag, depth + 1)
        raise Refused(f"type byte {tag:#04x} is not allowed")

    def nested(self, tag: int, depth: int) -> list[object] | dict[str, object]:
        """An array or a map, the `depth`th of those around its items."""
        refuse(depth > DEPTH_MAX, f"nested more than {DEPTH_MAX} deep")
        size = tag & 15 if tag < 0xA0 else self.sized(4 if tag & 1 else 2, 1 << 16 if tag & 1 else 16)
        if 0x90 <= tag <= 0x9F or tag in (0xDC, 0xDD):
            return [self.value(depth) for _ in range(size)]
        result: dict[str, object] = {}
        before: bytes | None = None
        for _ in range(size):
            key = self.value(depth)
            if not isinstance(key, str):
                raise Refused("a map key is not text")
            order = key.encode()
            if before is not None and order <= before:
                raise Refused("map keys are not in ascending order")
            before, result[key] = order, self.value(depth)
        return result


def decode(data: bytes, most: int) -> object:
    """The value of at most `most` canonical bytes. Raises Refused where they are not that."""
    refuse(len(data) > most, f"{len(data)} bytes where at most {most} are allowed")
    return Decoder(data).whole()


def fields_of(data: bytes) -> dict[str, object]:
    """The map in `data`, or an empty one: entries that cannot be read have no effect (section 13)."""
    try:
        value = decode(data, CONTENT_MAX)
    except Refused:
        return {}
    return value if isinstance(value, dict) else {}


def sized(value: object, size: int) -> bytes | None:
    """The byte string, where it has this length."""
    return value if isinstance(value, bytes) and len(value) == size else None


def number(value: object, top: int = INTEGER_MAX) -> int | None:
    """The integer from 0 to `top`; true and false are none."""
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= top else None


# Sections 1, 2 and 6: identifiers, signatures, skip links.


def identifier(kind: str, raw: bytes) -> str:
    """32 bytes as people read them."""
    check = hashlib.sha256(b"ccnode/1 id " + kind.encode() + b"\0" + raw).digest()[:3]
    return base64.b32encode(raw + check).decode().lower()


def read_identifier(kind: str, text: str) -> bytes:
    """The 32 bytes of an identifier."""
    compact = "".join(text.split()).replace("-", "")
    try:
        raw = base64.b32decode(compact.encode("ascii").upper()) if len(text) <= 112 else b""
    except (UnicodeEncodeError, binascii.Error):
        raw = b""
    refuse(
        len(raw) != 35 or identifier(kind, raw[:32]) != compact.lower(), f"{kind}: not an identifier, or a mistyped one"
    )
    return raw[:32]


def pack(value: object) -> bytes:
    """The canonical bytes of a statement about something to be forgotten: what stands in one, and no more."""
    if value is None:
        return b"\xc0"
    if isinstance(value, bytes):
        return bytes([0xC4, len(value)]) + value
    if isinstance(value, str):
        return bytes([0xA0 + len(value)]) + value.encode()
    if isinstance(value, int):
        if value < 128:
            return bytes([value])
        size = next(size for size in range(4) if value < 1 << (8 << size))
        return bytes([0xCC + size]) + value.to_bytes(1 << size, "big")
    if not isinstance(value, dict):
        raise TypeError(f"{type(value).__name__} stands in no statement")
    items = sorted(value.items())
    return bytes([0x80 + len(items)]) + b"".join(pack(key) + pack(item) for key, item in items)


def check_key(key: bytes) -> None:
    """Refuse a key of small order: anybody can sign for it."""
    refuse(int.from_bytes(key, "little") % 2**255 in SMALL_ORDER, "a key of small order: anybody can sign for it")


def check_signature(key: bytes, purpose: str, message: bytes, signature: bytes) -> None:
    """Refuse what this key did not sign for this purpose."""
    check_key(key)
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, b"ccnode/1 " + purpose.encode() + b"\0" + message)
    except (InvalidSignature, ValueError):
        raise Refused(f"the {purpose} signature does not verify") from None


def skip_position(position: int) -> int:
    """Where the skip link of the header at `position` leads."""
    if position % 16:
        return position - position % 16
    rest = block = position // 16
    while rest & (rest + 1):
        rest -= (1 << (rest.bit_length() - 1)) - 1
    return 16 * (block - rest)


# Section 12: lines and their fields.


def unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """The object on these pairs of names and values."""
    names = dict(pairs)
    refuse(len(names) != len(pairs), "a name stands twice in one object")
    return names


def no_constant(name: str) -> NoReturn:
    """NaN and the infinities, which Python would read."""
    raise Refused(f"{name} is not JSON")


def integer(digits: str) -> int:
    """An integer of any field, also of those that are ignored: reading one takes the square of its length."""
    refuse(len(digits.lstrip("-")) > DIGITS_MAX, f"an integer of more than {DIGITS_MAX} digits")
    return int(digits)


def read_line(raw: bytes) -> dict[str, object]:
    """The object on one line."""
    try:
        value = json.loads(raw.decode("utf-8"), object_pairs_hook=unique, parse_constant=no_constant, parse_int=integer)
    except UnicodeDecodeError:
        raise Refused("not UTF-8") from None
    except RecursionError:
        raise Refused("not JSON that can be read: nested too deep") from None
    except ValueError as error:
        raise Refused(f"not JSON: {error}") from None
    if not isinstance(value, dict):
        raise Refused("not a JSON object")
    return value


def text_field(line: dict[str, object], name: str) -> str:
    """A text."""
    value = line.get(name)
    if not isinstance(value, str):
        raise Refused(f"{name}: text is expected")
    return value


def integer_field(line: dict[str, object], name: str, top: int = INTEGER_MAX) -> int:
    """An integer from 0 to `top`."""
    value = number(line.get(name), top)
    if value is None:
        raise Refused(f"{name}: an integer from 0 to {top} is expected")
    return value


def hex_field(line: dict[str, object], name: str, size: int) -> bytes:
    """`size` bytes in lower-case hexadecimal."""
    value = text_field(line, name)
    refuse(
        len(value) != 2 * size or not set(value) <= set("0123456789abcdef"),
        f"{name}: {size} bytes in lower-case hexadecimal are expected",
    )
    return bytes.fromhex(value)


def b64_field(line: dict[str, object], name: str, least: int, most: int) -> bytes:
    """From `least` to `most` bytes in base64."""
    value = text_field(line, name)
    try:
        data = base64.b64decode(value.encode("ascii"), validate=True)
    except (UnicodeEncodeError, binascii.Error):
        raise Refused(f"{name}: not base64") from None
    refuse(base64.b64encode(data).decode() != value, f"{name}: not base64 as the standard writes it")
    refuse(not least <= len(data) <= most, f"{name}: {len(data)} bytes where {least} to {most} are expected")
    return data


class Header:
    """Section 4: 200 bytes, their digest, the line they stand on. Slots, because a file may hold a million of them."""

    __slots__ = ("digest", "has_body", "line", "raw")

    def __init__(self, raw: bytes, line: int) -> None:
        self.raw, self.line, self.has_body = raw, line, False
        self.digest = hashlib.sha256(raw).digest()
        refuse(raw[0] != 1, f"bytes: version {raw[0]} of the header is not known")
        refuse(raw[1] > 2, f"bytes: audience {raw[1]} of the header is not known")
        refuse(self.length > CONTENT_MAX, f"bytes: a content of {self.length} bytes, over {CONTENT_MAX}")
        refuse(not self.length and self.sealed_digest != ZERO, "bytes: the header has no content, but a digest of it")
        refuse((self.kind == OPENED) != (self.position == 0), "bytes: the first entry, and only it, is of kind 1")
        refuse(self.position == 0 and raw[50:114] != ZERO + ZERO, "bytes: the header at position 0 has links")

    def links(self) -> list[tuple[int, bytes]]:
        """The positions and digests below that this header names."""
        at = self.position
        return [(at - 1, self.raw[50:82]), (skip_position(at), self.raw[82:114])] if at else []

    prefix = property(lambda self: self.raw[:50])
    node = property(lambda self: self.raw[18:50])
    meta_digest = property(lambda self: self.raw[114:146])
    sealed_digest = property(lambda self: self.raw[146:178])
    position = property(lambda self: int.from_bytes(self.raw[178:186], "big"))
    time = property(lambda self: int.from_bytes(self.raw[186:194], "big"))
    length = property(lambda self: int.from_bytes(self.raw[194:198], "big"))
    kind = property(lambda self: int.from_bytes(self.raw[198:200], "big"))


@dataclass
class Chain:
    """`heads`: position, digest, line."""

    heads: list[tuple[int, bytes, int]] = field(default_factory=list)
    headers: list[Header] = field(default_factory=list)

    def prove(self, prefix: bytes, all_headers: dict[bytes, Header]) -> int:
        """Every head's header is here; every header is named by a head or by a header above it, and none in two ways.

        Returns how many headers are not here, from 0 to the highest head.
        """
        named: dict[int, bytes] = {}
        for position, digest, line in self.heads:
            header = all_headers.get(digest)
            if header is None or (header.prefix, header.position) != (prefix, position):
                raise Refused(f"the header that this head names at position {position} is not here", line)
            refuse(
                named.setdefault(position, digest) != digest, f"two heads name two entries at {position}: a fork", line
            )
        lacking = max(named, default=-1) + 1 - len(self.headers)
        for header in reversed(self.headers):
            is_named = named.pop(header.position, None) == header.digest
            refuse(not is_named, "nothing that is signed leads to this header", header.line)
            for target, link in header.links():
                refuse(named.setdefault(target, link) != link, f"two entries at position {target}: a fork", header.line)
        return lacking


@dataclass
class Order:
    """An order to forget: section 13. `about`: a session (16 bytes) or a message (32). `said`: owner, and when."""

    header: Header
    about: bytes
    due_ms: int
    bodies: list[bytes] | None
    said: tuple[bytes, int] | None

    def reach(self, owner: bytes | None) -> tuple[int | None, list[bytes]]:
        """Up to which time it covers all that it is about, and else which entries. `owner`: None for a stranger's."""
        time = self.header.time
        if owner is None:
            return time, []
        if self.said is not None:
            return (((self.said[1] + 1) << 16) - 1 if self.said[0] == owner else None), []
        if self.bodies is None and time < RULE:
            return time, []
        return None, [self.about] if len(self.about) == 32 else self.bodies or []

    def names(self, header: Header) -> bool:
        """Whether a node may erase this entry by itself, which the order names."""
        time = self.header.time
        return bytes(header.node) == bytes(self.header.node) and time - RECENT <= int(header.time) <= time


def named_in(fields: dict[str, object]) -> list[bytes] | None:
    """The entries that an order names, None where it has no such field. Raises Refused."""
    if "bodies" not in fields:
        return None
    bodies = fields["bodies"]
    if not isinstance(bodies, list) or len(bodies) > BODIES_MAX:
        raise Refused(f"bodies: at most {BODIES_MAX} digests are expected")
    named = [digest for digest in bodies if sized(digest, 32)]
    refuse(len(named) != len(bodies), "bodies: digests of 32 bytes are expected")
    return named


def said_in(fields: dict[str, object], header: Header, about: bytes) -> tuple[bytes, int] | None:
    """The owner who stated an order and when, None where nobody did. Raises Refused."""
    if not fields.keys() & {"owner", "issued_ms", "signature"}:
        return None
    owner, signature = sized(fields.get("owner"), 32), sized(fields.get("signature"), 64)
    issued_ms = number(fields.get("issued_ms"))
    if owner is None or signature is None or issued_ms is None:
        raise Refused("owner, issued_ms, signature: a statement is expected")
    said = {"version": 1, "owner": owner, "node": bytes(header.node), "issued_ms": issued_ms,
            "due_ms": fields.get("due_ms", 0), "session": about if len(about) == 16 else None,
            "message": about if len(about) == 32 else None}  # fmt: skip
    check_signature(owner, "owner-statement forget", pack(said), signature)
    return owner, issued_ms


@dataclass
class Checker:
    """One file, line by line. `report` is asked for after the last one."""

    what: str = ""
    created_ms: int = 0
    complete: bool = False
    owner: bytes | None = None
    stage: int = 0
    line: int = 0
    unknown: int = 0
    other_certificates: int = 0
    bodies: int = 0
    messages: int = 0
    certified: set[bytes] = field(default_factory=set)
    chains: dict[bytes, Chain] = field(default_factory=dict)
    headers: dict[bytes, Header] = field(default_factory=dict)
    predecessors: set[bytes] = field(default_factory=set)
    missing: list[tuple[Header, bytes | None]] = field(default_factory=list)
    orders: list[Order] = field(default_factory=list)
    cancelled: dict[tuple[bytes, bytes], int] = field(default_factory=dict)
    message: tuple[Header, bytes, bytes | None] | None = None

    def feed(self, raw: bytes, digest: str) -> None:
        """One line with its newline; `digest` is over all bytes before it."""
        refuse(self.stage == STAGES["end"], "a line follows the end")
        line = read_line(raw)
        kind = text_field(line, "type")
        refuse(kind != "end" and not raw.endswith(b"\n"), "the file is cut short: the line has no end")
        if self.line == 1:
            refuse(kind != "ccnode-export", "the first line is not of type ccnode-export: this is no export")
            self.first(line)
            return
        refuse(kind == "ccnode-export", "a second first line")
        stage = STAGES.get(kind)
        if stage is None:
            self.unknown += 1
            return
        refuse(stage < self.stage, f"a line of type {kind} stands too late")
        if self.stage <= 3 < stage:
            lacking = sum(chain.prove(prefix, self.headers) for prefix, chain in self.chains.items())
            refuse(self.complete and lacking, f"the file calls itself complete, but {lacking} headers are missing")
        self.stage = stage
        if kind == "end":
            self.end(line, digest)
        else:
            {"certificate": self.certificate, "head": self.head, "header": self.header, "body": self.body}[kind](line)

    def first(self, line: dict[str, object]) -> None:
        """What the export says it is."""
        refuse(integer_field(line, "version") != 1, f"export version {line['version']}; this program reads version 1")
        self.what, self.created_ms = text_field(line, "what"), integer_field(line, "created_ms")
        refuse(len(self.what) > 32, "what: at most 32 characters are expected")
        complete = line.get("complete")
        if not isinstance(complete, bool):
            raise Refused("complete: true or false is expected")
        self.complete = complete
        if line.get("owner", "") is not None:
            self.owner = read_identifier("owner", text_field(line, "owner"))

    def certificate(self, line: dict[str, object]) -> None:
        """An owner's word for a node key: section 10."""
        body, signature = b64_field(line, "body", 1, CERTIFICATE_MAX), b64_field(line, "signature", 64, 64)
        value = decode(body, CERTIFICATE_MAX)
        if not isinstance(value, dict) or set(value) != {"version", "owner", "node", "issued_ms"}:
            raise Refused("body: a certificate has exactly version, owner, node and issued_ms")
        owner, node = sized(value["owner"], 32), sized(value["node"], 32)
        if number(value["version"]) != 1 or owner is None or node is None or type(value["issued_ms"]) is not int:
            raise Refused("body: a field of the certificate is not as in version 1")
        check_signature(owner, "owner-certificate", body, signature)
        check_key(node)
        if owner == self.owner:
            self.certified.add(node)
        else:
            self.other_certificates += 1

    def head(self, line: dict[str, object]) -> None:
        """A signed head: section 7."""
        node, epoch = hex_field(line, "node", 32), hex_field(line, "epoch", 16)
        audience, position = integer_field(line, "audience", 2), integer_field(line, "seq")
        digest, signature = hex_field(line, "digest", 32), b64_field(line, "signature", 64, 64)
        prefix = bytes([1, audience]) + epoch + node
        check_signature(node, "head", prefix + position.to_bytes(8, "big") + digest, signature)
        self.chains.setdefault(prefix, Chain()).heads.append((position, digest, self.line))

    def header(self, line: dict[str, object]) -> None:
        """A header, to be proven after the last one."""
        header = Header(b64_field(line, "bytes", 200, 200), self.line)
        headers = self.chains.setdefault(header.prefix, Chain()).headers
        refuse(headers and headers[-1].position >= header.position, "positions do not ascend within the chain")
        headers.append(header)
        self.headers[header.digest] = header

    def body(self, line: dict[str, object]) -> None:
        """Meta and content of a proven header: rules 7 and 8 of section 8."""
        header = self.headers.get(hex_field(line, "entry", 32))
        meta = b64_field(line, "meta", 0, META_MAX)
        refuse("sealed" not in line, "sealed: base64 or null is expected")
        sealed = None if line["sealed"] is None else b64_field(line, "sealed", 0, SALT + CONTENT_MAX)
        if header is None:
            raise Refused("entry: no header of this file has this digest")
        refuse(header.has_body, "entry: the body of this entry stands twice")
        refuse(hashlib.sha256(meta).digest() != header.meta_digest, "meta is not what the header names")
        refuse(sealed is None and not header.length, "content is marked missing where the header names none")
        if sealed is not None:
            digest = hashlib.sha256(sealed).digest() if sealed else ZERO
            fits = (len(sealed), digest) == (SALT + header.length if header.length else 0, header.sealed_digest)
            refuse(not fits, "content is not what the header names")
        header.has_body = True
        self.bodies += 1
        self.note(header, meta, sealed)

    def note(self, header: Header, meta: bytes, sealed: bytes | None) -> None:
        """Keep of a body what the verdict needs after the last line."""
        kind = header.kind
        if kind == MESSAGE:
            self.messages += 1
            if self.what == "message":
                self.message = (header, meta, sealed)
        fields = fields_of(meta) if sealed is None or kind in (OPENED, FORGET_ORDERED, FORGET_CANCELLED) else {}
        session = sized(fields.get("session"), 16)
        if sealed is None:
            self.missing.append((header, session if kind in (SESSION_OPENED, MESSAGE, TITLED) else None))
        if kind == OPENED:
            row = fields.get("predecessor")
            digest = sized(row[3], 32) if isinstance(row, list) and len(row) == 5 else None
            if digest is not None:
                self.predecessors.add(digest)
        elif kind == FORGET_ORDERED:
            # Whatever stands at "message": such an order is about that message alone, or about nothing.
            about = sized(fields["message"], 32) if "message" in fields else session
            due_ms = number(fields.get("due_ms", 0))
            if about is not None and due_ms is not None:
                with contextlib.suppress(Refused):
                    self.orders.append(Order(header, about, due_ms, named_in(fields), said_in(fields, header, about)))
        elif kind == FORGET_CANCELLED:
            order = sized(fields.get("order"), 32)
            if order is not None:
                key = (order, self.voice(header))  # of several with one voice, only the earliest matters
                self.cancelled[key] = min(header.time >> 16, self.cancelled.get(key, header.time >> 16))

    def end(self, line: dict[str, object], digest: str) -> None:
        """How many lines there were, their digest, and whether what the first one says is so."""
        refuse(integer_field(line, "lines") != self.line - 1, f"lines: {self.line - 1} lines stand before this one")
        refuse(
            hex_field(line, "sha256", 32).hex() != digest, "sha256: the lines before are not those that were written"
        )
        lacking = len(self.headers) - self.bodies
        refuse(self.complete and lacking, f"the file calls itself complete, but {lacking} bodies are missing")
        one = self.what != "message" or self.messages == 1
        refuse(not one, f"the file calls itself one message, but holds {self.messages}")

    def voice(self, header: Header) -> bytes:
        """Who speaks in an entry: the named owner (empty) where a certificate is here, else the node itself."""
        return b"" if header.node in self.certified else bytes(header.node)

    def erased(self) -> set[bytes]:
        """Section 13: the entries whose missing content an order covers. One pass over orders, one over entries."""
        until: dict[tuple[bytes, bytes], int] = {}  # (session of 16 bytes or digest of a message of 32, voice)
        notes: dict[tuple[bytes, bytes], int] = {}
        named: dict[bytes, list[Order]] = {}
        for order in self.orders:
            about, voice, due_ms = order.about, self.voice(order.header), order.due_ms
            if due_ms > self.created_ms or self.cancelled.get((order.header.digest, voice), due_ms) < due_ms:
                continue
            whole, some = order.reach(None if voice else self.owner)
            if len(about) == 32:
                notes[about, voice] = max(order.header.time, notes.get((about, voice), 0))
            if whole is not None:
                until[about, voice] = max(whole, until.get((about, voice), 0))
            for digest in some:
                named.setdefault(digest, []).append(order)
        erased = set()
        for header, session in self.missing:
            voice = self.voice(header)
            names = [header.digest] if header.kind in (MESSAGE, NOTE, PACKET) else []
            names += [session] if session is not None else []
            covered = any(header.time <= until.get((name, voice), -1) for name in names)
            covered |= header.kind in (NOTE, PACKET) and header.time <= notes.get((header.digest, voice), -1)
            if covered or any(order.about in names and order.names(header) for order in named.get(header.digest, ())):
                erased.add(header.digest)
        return erased

    def report(self) -> Report:
        """What is proven, for --json."""
        erased = self.erased()
        nodes = sorted({prefix[18:] for prefix in self.chains})
        return {
            "ok": True,
            "what": self.what,
            "created_ms": self.created_ms,
            "complete": self.complete,
            "owner": identifier("owner", self.owner) if self.owner else None,
            "nodes": [{"node": identifier("node", node), "certified": node in self.certified} for node in nodes],
            "chains": [
                {
                    "node": identifier("node", prefix[18:]),
                    "epoch": prefix[2:18].hex(),
                    "audience": prefix[1],
                    "headers": len(chain.headers),
                    "head": chain.headers[-1].position,
                }
                for prefix, chain in sorted(self.chains.items(), key=lambda item: item[0])
            ],
            "headers": len(self.headers),
            "bodies": self.bodies,
            "messages": self.messages,
            "erased": len(erased),
            "withheld": len(self.missing) - len(erased),
            "missing_predecessors": len(self.predecessors - self.headers.keys()),
            "other_certificates": self.other_certificates,
            "ignored_lines": self.unknown,
            "message": self.told(erased),
        }

    def told(self, erased: set[bytes]) -> Report | None:
        """The message of an export of one message. A role that is left out is 0, one that is not known is null."""
        if self.message is None:
            return None
        header, meta, sealed = self.message
        fields = fields_of(meta)
        session, role = sized(fields.get("session"), 16), number(fields.get("role", 0), len(ROLES) - 1)
        text = fields_of(sealed[SALT:]).get("text") if sealed else None
        missing = "erased" if header.digest in erased else "withheld"
        return {
            "entry": header.digest.hex(),
            "node": identifier("node", header.node),
            "position": header.position,
            "role": ROLES[role] if fields and role is not None else None,
            "time_ms": header.time >> 16,
            "session": str(uuid.UUID(bytes=session)) if session else None,
            "text": text if isinstance(text, str) else None,
            "content": missing if sealed is None else "here",
        }


def moment(ms: int) -> str:
    """A point in time for people; far ones in milliseconds, because calendars end with the year 9999."""
    try:
        when = dt.datetime(1970, 1, 1, tzinfo=dt.timezone.utc) + dt.timedelta(milliseconds=ms)
    except OverflowError:
        return f"{ms} ms since 1970"
    return when.strftime("%Y-%m-%d %H:%M:%S UTC")


def printable(text: str) -> str:
    """Text of others, with control and invisible characters written out, so that it cannot steer a terminal."""
    return "".join(c if c.isprintable() or c == "\n" else c.encode("unicode_escape").decode() for c in text)


def say(report: Report) -> None:
    """Print what is proven, for people."""
    what = ascii(report["what"])[1:-1]
    print(f"Everything in this export is proven ({what}, made {moment(report['created_ms'])}).")
    whole = ", every position of each up to its head." if report["complete"] else "."
    print(f"{report['headers']} headers and {report['bodies']} bodies in {len(report['chains'])} chains{whole}")
    print(f"Owner, to be compared with the identifier you know: {report['owner'] or 'none is named'}")
    for node in report["nodes"]:
        print(f"Node {node['node']}: {'certified by that owner' if node['certified'] else 'WITHOUT a certificate'}")
    for chain in report["chains"]:
        name = f"{chain['epoch']}/{chain['audience']} of {chain['node'][:8]}"
        print(f"  chain {name}: {chain['headers']} headers up to position {chain['head']}")
    print(f"Contents missing: {report['erased']} erased by an order to forget, {report['withheld']} withheld.")
    if report["missing_predecessors"]:
        print(f"{report['missing_predecessors']} chains go on from a head that is not in this file.")
    if report["ignored_lines"]:
        print(f"{report['ignored_lines']} lines of unknown types were passed over.")
    if message := report["message"]:
        print(f"\nThe message, role {message['role']}, recorded {moment(message['time_ms'])} by the node's clock,")
        print(f"session {message['session']}, position {message['position']}, entry {message['entry']}:\n")
        lacks = "here, but holds no text" if message["content"] == "here" else message["content"]
        print(f"(its content is {lacks})" if message["text"] is None else printable(message["text"]))


def verify(stream: BinaryIO) -> Report:
    """Check an export; on failure the report names the line and the problem.

    Holds one line at a time, and of each header 200 bytes and their digest.
    """
    checker, before = Checker(), hashlib.sha256()
    try:
        while raw := stream.readline(LINE_MAX + 1):
            checker.line += 1
            refuse(len(raw) > LINE_MAX, f"longer than {LINE_MAX} bytes")
            checker.feed(raw, before.hexdigest())
            before.update(raw)
        refuse(checker.stage != STAGES["end"], "the file is cut short: the line of type end is missing")
    except Refused as error:
        return {"ok": False, "line": error.line or checker.line, "problem": str(error)}
    return checker.report()


def main() -> int:
    """Return the exit code."""
    for output in (sys.stdout, sys.stderr):
        if isinstance(output, io.TextIOWrapper):
            output.reconfigure(errors="backslashreplace")
    parser = argparse.ArgumentParser(description="Check an export against its signatures, without the project's code.")
    parser.add_argument("file", metavar="FILE", help='the export, or "-" for standard input')
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    options = parser.parse_args()
    try:
        if options.file == "-":
            report = verify(sys.stdin.buffer)
        else:
            with Path(options.file).open("rb") as stream:
                report = verify(stream)
    except OSError as error:
        print(f"cannot read {printable(options.file)}: {error.strerror}", file=sys.stderr)
        return 2
    if options.json:
        print(json.dumps(report))
    elif report["ok"]:
        say(report)
    else:
        print(f"NOT proven: line {report['line']}: {ascii(report['problem'])[1:-1]}", file=sys.stderr)
    return 0 if report["ok"] else 1


if __name__ == "__main__":
    sys.exit(main())
