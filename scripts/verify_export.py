#!/usr/bin/env python3
"""Does an export hold what it claims? Checks a file against crypto/README.md, and needs none of the project's code.

python3 verify_export.py FILE          says what is proven, of a single message also its words ("-": standard input)
python3 verify_export.py FILE --json   the same as one JSON object

Exit code 0: everything in the file is proven; 1: something is not; 2: not understood, or the file cannot be read.
Needs Python 3.9 or later and the package `cryptography`.
"""

# ruff: noqa: PLR2004 -- the numbers of the format stand where they are read, as in the specification
# ruff: noqa: UP006, UP017, UP035 -- people check exports with the Python they have

from __future__ import annotations

import argparse
import base64
import binascii
import contextlib
import hashlib
import io
import json
import struct
import sys
import uuid
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, BinaryIO, Dict, Final, Tuple

try:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
except ImportError:
    print("verify_export.py needs the package cryptography: python3 -m pip install cryptography", file=sys.stderr)
    sys.exit(2)

LINE_MAX = 1_500_000
INTEGER_MAX = 2**53
CONTENT_MAX = 1024 * 1024
META_MAX = 8192
CERTIFICATE_MAX = 512
DEPTH_MAX = 16
SALT = 32
OPENED, SESSION_OPENED, MESSAGE, TITLED, FORGET, CANCEL = 1, 16, 17, 18, 20, 21
ORDER = ["ccnode-export", "certificate", "head", "header", "body", "end"]
ROLES = {0: "user", 1: "assistant", 2: "system"}
ZEROS = bytes(32)
Report = Dict[str, Any]
HEADER = struct.Struct(">BB16s32s32s32s32s32sQQIH")


class Refused(Exception):
    """What does not hold, in words; `line` where it is not the one being read."""

    def __init__(self, text: str, line: int | None = None) -> None:
        super().__init__(text)
        self.line = line


def need(holds: object, text: str, line: int | None = None) -> None:
    """Refuse what does not hold."""
    if not holds:
        raise Refused(text, line)


# --- canonical msgpack: section 3 ---

# First byte -> how many bytes of length follow, and the least length that needs that many.
Forms = Dict[int, Tuple[int, int]]
MAPS: Final[Forms] = {0xDE: (2, 16), 0xDF: (4, 2**16)}
ARRAYS: Final[Forms] = {0xDC: (2, 16), 0xDD: (4, 2**16)}
TEXTS: Final[Forms] = {0xD9: (1, 32), 0xDA: (2, 2**8), 0xDB: (4, 2**16)}
BYTES: Final[Forms] = {0xC4: (1, 0), 0xC5: (2, 2**8), 0xC6: (4, 2**16)}
PLAIN: Final = {0xC0: None, 0xC2: False, 0xC3: True}


def decode(data: bytes, most: int) -> object:
    """The value of canonical bytes; Refused where they are not."""
    need(len(data) <= most, f"{len(data)} bytes where at most {most} are allowed")
    try:
        value, end = _value(data, 0, DEPTH_MAX)
    except IndexError:
        raise Refused("msgpack that is cut short") from None
    need(end == len(data), "bytes after the msgpack value")
    return value


def _value(data: bytes, at: int, depth: int) -> tuple[object, int]:
    lead = data[at]
    at += 1
    if lead <= 0x7F:
        return lead, at
    if lead >= 0xE0:
        return lead - 256, at
    if lead in PLAIN:
        return PLAIN[lead], at
    if 0xCC <= lead <= 0xD3:
        return _integer(data, at, lead)
    if 0x80 <= lead <= 0x8F or lead in MAPS:
        length, at = _length(data, at, lead, MAPS)
        return _map(data, at, length, depth)
    if 0x90 <= lead <= 0x9F or lead in ARRAYS:
        length, at = _length(data, at, lead, ARRAYS)
        need(depth > 0, "msgpack nested too deep")
        items = []
        for _ in range(length):
            item, at = _value(data, at, depth - 1)
            items.append(item)
        return items, at
    if 0xA0 <= lead <= 0xBF or lead in TEXTS:
        length, at = _length(data, at, lead, TEXTS)
        words, at = _take(data, at, length)
        try:
            return words.decode("utf-8"), at
        except UnicodeDecodeError:
            raise Refused("msgpack text that is not UTF-8") from None
    if lead in BYTES:
        length, at = _length(data, at, lead, BYTES)
        return _take(data, at, length)
    raise Refused(f"msgpack of a type that is not allowed (0x{lead:02x})")


def _take(data: bytes, at: int, length: int) -> tuple[bytes, int]:
    need(at + length <= len(data), "msgpack that is cut short")
    return data[at : at + length], at + length


def _length(data: bytes, at: int, lead: int, forms: Forms) -> tuple[int, int]:
    if lead not in forms:
        return lead & (0x1F if forms is TEXTS else 0x0F), at
    size, least = forms[lead]
    raw, at = _take(data, at, size)
    length = int.from_bytes(raw, "big")
    need(length >= least, "msgpack with a length that is not in its shortest form")
    return length, at


def _integer(data: bytes, at: int, lead: int) -> tuple[int, int]:
    size = 1 << (lead & 3)
    signed = lead >= 0xD0
    raw, at = _take(data, at, size)
    value = int.from_bytes(raw, "big", signed=signed)
    if signed:
        least = -32 if size == 1 else -(1 << 4 * size - 1)
        need(value < least, "msgpack with an integer that is not in its shortest form")
    else:
        need(value > (0x7F if size == 1 else (1 << 4 * size) - 1), "msgpack with an integer not in its shortest form")
    return value, at


def _map(data: bytes, at: int, length: int, depth: int) -> tuple[dict[str, object], int]:
    need(depth > 0, "msgpack nested too deep")
    out: dict[str, object] = {}
    last: str | None = None
    for _ in range(length):
        key, at = _value(data, at, 0)
        if not isinstance(key, str) or (last is not None and key <= last):
            raise Refused("a msgpack map with keys that are not text in ascending order")
        out[key], at = _value(data, at, depth - 1)
        last = key
    return out, at


def fields_of(data: bytes, most: int = META_MAX) -> dict[str, object]:
    """The map in a meta or content; an empty one where there is none: such an entry has no effect."""
    try:
        value = decode(data, most)
    except Refused:
        return {}
    return value if isinstance(value, dict) else {}


def sized(fields: dict[str, object], name: str, length: int) -> bytes | None:
    """The byte string of a field, where it has this length."""
    value = fields.get(name)
    return value if isinstance(value, bytes) and len(value) == length else None


# --- keys and signatures: sections 1 and 2 ---


def check_of(kind: bytes, raw: bytes) -> bytes:
    """The three bytes after 32 that show a mistyped identifier."""
    return hashlib.sha256(b"ccnode/1 id " + kind + b"\0" + raw).digest()[:3]


def to_id(kind: bytes, raw: bytes) -> str:
    """Write an identifier."""
    return base64.b32encode(raw + check_of(kind, raw)).decode().lower()


def from_id(kind: bytes, text: str) -> bytes:
    """Read an identifier."""
    try:
        data = base64.b32decode("".join(text.split()).replace("-", "").upper())
    except (binascii.Error, ValueError):
        data = b""
    need(len(data) == 35 and data[32:] == check_of(kind, data[:32]), f"{kind.decode()}: a mistyped identifier")
    return data[:32]


def check_signature(key: bytes, purpose: bytes, message: bytes, signature: bytes) -> None:
    """Refuse what this key did not sign for this purpose."""
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, b"ccnode/1 " + purpose + b"\0" + message)
    except (InvalidSignature, ValueError):
        raise Refused(f"the {purpose.decode()} signature does not verify") from None


# --- headers: sections 4 and 6 ---


class Header:
    """The fields of 200 bytes."""

    def __init__(self, data: bytes) -> None:
        need(len(data) == 200, f"bytes: a header has 200 bytes, this has {len(data)}")
        (
            version,
            audience,
            self.epoch,
            self.node,
            self.previous,
            self.skip,
            self.meta,
            self.content,
            self.seq,
            self.time,
            self.length,
            self.kind,
        ) = HEADER.unpack(data)
        need(version == 1, f"bytes: header version {version}")
        need(audience <= 2, f"bytes: audience {audience} is not 0, 1 or 2")
        need(self.length <= CONTENT_MAX, "bytes: a content over the limit")
        need(self.length or self.content == ZEROS, "bytes: a digest of no content")
        need((self.kind == OPENED) == (self.seq == 0), "bytes: the first entry, and only it, opens the epoch")
        need(self.seq or self.previous == self.skip == ZEROS, "bytes: the first header has links")
        self.audience = audience
        self.chain = data[:50]

    def links(self) -> list[tuple[int, bytes]]:
        """Which earlier positions and digests this header names."""
        return [(self.seq - 1, self.previous), (skip_position(self.seq), self.skip)] if self.seq else []


def skip_position(seq: int) -> int:
    """Where the skip link of a position points."""
    if seq % 16:
        return seq - seq % 16
    rest = block = seq // 16
    while rest & (rest + 1):
        rest -= (1 << (rest.bit_length() - 1)) - 1
    return 16 * (block - rest)


# --- the file: section 12 ---


class Line:
    """One line's fields, by name and type."""

    def __init__(self, text: str) -> None:
        def unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
            need(len({name for name, _ in pairs}) == len(pairs), "a name stands twice in one object")
            return dict(pairs)

        def constant(name: str) -> object:
            raise Refused(f"{name} is not JSON")

        try:
            fields = json.loads(text, object_pairs_hook=unique, parse_constant=constant)
        except (ValueError, RecursionError) as error:
            raise Refused(f"not JSON: {error}") from None
        need(isinstance(fields, dict), "not a JSON object")
        self.fields: dict[str, object] = fields

    def is_null(self, name: str) -> bool:
        """Whether the field is there and null."""
        return name in self.fields and self.fields[name] is None

    def text(self, name: str) -> str:
        """A text."""
        value = self.fields.get(name)
        if not isinstance(value, str):
            raise Refused(f"{name}: text is expected")
        return value

    def integer(self, name: str, most: int = INTEGER_MAX) -> int:
        """An integer from 0 to `most`."""
        value = self.fields.get(name)
        if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= most:
            raise Refused(f"{name}: an integer from 0 to {most} is expected")
        return value

    def hex(self, name: str, length: int) -> bytes:
        """Bytes in lower-case hexadecimal."""
        text = self.text(name)
        need(len(text) == 2 * length and set(text) <= set("0123456789abcdef"), f"{name}: {2 * length} hex digits")
        return bytes.fromhex(text)

    def base64(self, name: str) -> bytes:
        """Bytes in base64."""
        text = self.text(name)
        try:
            raw = base64.b64decode(text, validate=True)
        except (binascii.Error, ValueError):
            raise Refused(f"{name}: not base64") from None
        need(base64.b64encode(raw).decode() == text, f"{name}: not base64 as the standard writes it")
        return raw


class Export:
    """Takes the lines one by one; afterwards knows what they prove."""

    def __init__(self) -> None:
        self.number, self.stage, self.seen = 0, -1, hashlib.sha256()
        self.what, self.created_ms, self.complete = "", 0, False
        self.owner: bytes | None = None
        self.certified: set[bytes] = set()
        self.other_certificates = 0
        self.heads: dict[bytes, list[tuple[int, bytes, int]]] = {}
        self.headers: dict[bytes, bytes] = {}
        self.order: dict[bytes, list[tuple[bytes, int]]] = {}
        self.top: dict[bytes, int] = {}
        self.with_body: set[bytes] = set()
        self.missing: list[tuple[bytes, int, int, bytes]] = []
        self.orders: list[tuple[bytes, bytes, bytes, int, int]] = []
        self.cancelled: dict[bytes, list[tuple[bytes, int]]] = {}
        self.messages = 0
        self.shown: tuple[bytes, Header, bytes, bytes | None] | None = None
        self.predecessors: set[bytes] = set()
        self.erased = self.withheld = self.ignored = 0

    def take(self, raw: bytes) -> None:
        """Check one line."""
        self.number += 1
        need(len(raw) <= LINE_MAX, f"longer than {LINE_MAX} bytes")
        need(self.stage < 5, "nothing may follow the line of type end")
        try:
            line = Line(raw.decode("utf-8"))
        except UnicodeDecodeError:
            raise Refused("not UTF-8") from None
        kind = line.text("type")
        need(self.stage >= 0 or kind == ORDER[0], "an export begins with a line of type ccnode-export")
        need(kind == "end" or raw.endswith(b"\n"), "the file is cut short: the line has no end")
        if kind not in ORDER:
            self.ignored += 1
        else:
            stage = ORDER.index(kind)
            need(stage >= self.stage and (stage or self.stage < 0), f"a line of type {kind} stands too late")
            if self.stage <= 3 < stage:
                self.prove()
            self.stage = stage
            [self.start, self.certificate, self.head, self.header, self.body, self.end][stage](line)
        self.seen.update(raw)

    def start(self, line: Line) -> None:
        """The first line: what the export says it is."""
        version = line.integer("version")
        need(version == 1, f"export version {version}; this program reads version 1")
        self.what, self.created_ms = line.text("what"), line.integer("created_ms")
        need(len(self.what) <= 32, "what: at most 32 characters are expected")
        need(isinstance(line.fields.get("complete"), bool), "complete: true or false is expected")
        self.complete = line.fields["complete"] is True
        if not line.is_null("owner"):
            self.owner = from_id(b"owner", line.text("owner"))

    def certificate(self, line: Line) -> None:
        """An owner's word for a node key."""
        body, signature = line.base64("body"), line.base64("signature")
        fields = decode(body, CERTIFICATE_MAX)
        if not isinstance(fields, dict) or set(fields) != {"version", "owner", "node", "issued_ms"}:
            raise Refused("body: not a certificate")
        owner, node = sized(fields, "owner", 32), sized(fields, "node", 32)
        numbers = [fields["version"], fields["issued_ms"]]
        if owner is None or node is None or [type(x) for x in numbers] != [int, int] or numbers[0] != 1:
            raise Refused("body: not a version 1 certificate")
        check_signature(owner, b"owner-certificate", body, signature)
        if owner == self.owner:
            self.certified.add(node)
        else:
            self.other_certificates += 1

    def head(self, line: Line) -> None:
        """A signed head."""
        node, epoch, audience = line.hex("node", 32), line.hex("epoch", 16), line.integer("audience", 2)
        seq, digest = line.integer("seq"), line.hex("digest", 32)
        chain = bytes([1, audience]) + epoch + node
        check_signature(node, b"head", chain + seq.to_bytes(8, "big") + digest, line.base64("signature"))
        self.heads.setdefault(chain, []).append((seq, digest, self.number))

    def header(self, line: Line) -> None:
        """A header, to be proven after the last one."""
        data = line.base64("bytes")
        header = Header(data)
        need(header.seq > self.top.get(header.chain, -1), f"position {header.seq} does not stand in ascending order")
        self.top[header.chain] = header.seq
        digest = hashlib.sha256(data).digest()
        self.headers[digest] = data
        self.order.setdefault(header.chain, []).append((digest, self.number))

    def prove(self) -> None:
        """Every header must be named by a signed head or by a proven header above it; links lead down only."""
        lacking = 0
        for chain in {**self.heads, **self.order}:
            named: dict[int, bytes] = {}
            for seq, digest, number in self.heads.get(chain, []):
                need(digest in self.headers, "the header that this head names is not here", number)
                need(named.setdefault(seq, digest) == digest, f"two heads name two entries at {seq}: a fork", number)
            digests = self.order.get(chain, [])
            lacking += max(named, default=-1) + 1 - len(digests)
            for digest, number in reversed(digests):
                header = Header(self.headers[digest])
                need(named.pop(header.seq, None) == digest, "nothing that is signed leads to this header", number)
                for seq, link in header.links():
                    need(named.setdefault(seq, link) == link, f"two entries at position {seq}: a fork", number)
        need(not self.complete or not lacking, f"it says it is complete, but {lacking} headers are missing")

    def body(self, line: Line) -> None:
        """Meta and content of a proven header."""
        digest, meta = line.hex("entry", 32), line.base64("meta")
        sealed = None if line.is_null("sealed") else line.base64("sealed")
        need(digest in self.headers, "entry: the header of this body is not here")
        need(digest not in self.with_body, "entry: a second body for one entry")
        self.with_body.add(digest)
        header = Header(self.headers[digest])
        need(hashlib.sha256(meta).digest() == header.meta, "meta is not what the header names")
        need(len(meta) <= META_MAX, "a meta over the limit")
        if sealed is None:
            need(header.length, "content is marked missing where the header names none")
            self.missing.append((header.node, header.time, header.kind, meta))
        else:
            found = hashlib.sha256(sealed).digest() if sealed else ZEROS
            length = len(sealed) - SALT if sealed else 0
            need((length, found) == (header.length, header.content), "content is not what the header names")
        self.note(digest, header, meta, sealed)

    def note(self, digest: bytes, header: Header, meta: bytes, sealed: bytes | None) -> None:
        """What the entry means: section 13 and the table of kinds."""
        fields = fields_of(meta) if header.kind in (OPENED, FORGET, CANCEL) else {}
        if header.kind == MESSAGE:
            self.messages += 1
            self.shown = (digest, header, meta, sealed) if self.messages == 1 else None
        elif header.kind == FORGET:
            session, due = sized(fields, "session", 16), fields.get("due_ms", 0)
            if session and isinstance(due, int) and not isinstance(due, bool) and 0 <= due <= INTEGER_MAX:
                self.orders.append((digest, header.node, session, header.time, due))
        elif header.kind == CANCEL:
            if order := sized(fields, "order", 32):
                self.cancelled.setdefault(order, []).append((header.node, header.time >> 16))
        elif header.kind == OPENED:
            row = fields.get("predecessor")
            if isinstance(row, list) and [type(x) for x in row] == [bytes, int, int, bytes, bytes]:
                self.predecessors.add(row[3])

    def end(self, line: Line) -> None:
        """The last line: how many there were, and their digest."""
        need(line.integer("lines") == self.number - 1, f"lines: {self.number - 1} lines stand before this one")
        need(line.hex("sha256", 32) == self.seen.digest(), "sha256: the lines before are not those that were written")

    def close(self) -> None:
        """After the last line: is everything there, and what of it is erased?"""
        need(self.stage == 5, "the file is cut short: the line of type end is missing")
        lacking = len(self.headers) - len(self.with_body)
        need(not self.complete or not lacking, f"it says it is complete, but {lacking} bodies are missing")
        need(
            self.what != "message" or self.messages == 1, f"it says it is about one message, but holds {self.messages}"
        )

        def voice(node: bytes) -> bytes:
            return b"" if node in self.certified else node

        until: dict[tuple[bytes | None, bytes], int] = {}
        for digest, node, session, time, due in self.orders:
            back = any(at < due and voice(by) == voice(node) for by, at in self.cancelled.get(digest, []))
            if due <= self.created_ms and not back:
                until[session, voice(node)] = max(time, until.get((session, voice(node)), 0))
        for node, time, kind, meta in self.missing:
            about = sized(fields_of(meta), "session", 16) if kind in (SESSION_OPENED, MESSAGE, TITLED) else None
            if time <= until.get((about, voice(node)), -1):
                self.erased += 1
            else:
                self.withheld += 1

    # --- what to say ---

    def report(self) -> Report:
        """What is proven, for --json."""
        nodes = sorted({chain[18:50] for chain in self.order})
        return {
            "ok": True,
            "what": self.what,
            "created_ms": self.created_ms,
            "complete": self.complete,
            "owner": to_id(b"owner", self.owner) if self.owner else None,
            "nodes": [{"node": to_id(b"node", node), "certified": node in self.certified} for node in nodes],
            "chains": [
                {
                    "node": to_id(b"node", chain[18:50]),
                    "epoch": chain[2:18].hex(),
                    "audience": chain[1],
                    "headers": len(digests),
                    "head": self.top[chain],
                }
                for chain, digests in sorted(self.order.items())
            ],
            "headers": len(self.headers),
            "bodies": len(self.with_body),
            "messages": self.messages,
            "erased": self.erased,
            "withheld": self.withheld,
            "missing_predecessors": len(self.predecessors - self.headers.keys()),
            "other_certificates": self.other_certificates,
            "ignored_lines": self.ignored,
            "message": self.message(),
        }

    def message(self) -> Report | None:
        """The one message of an export that is about one."""
        if self.what != "message" or self.shown is None:
            return None
        digest, header, meta, sealed = self.shown
        fields = fields_of(meta)
        session = sized(fields, "session", 16)
        text = fields_of(sealed[SALT:], CONTENT_MAX).get("text") if sealed else None
        role = fields.get("role")
        return {
            "entry": digest.hex(),
            "node": to_id(b"node", header.node),
            "position": header.seq,
            "role": ROLES.get(role) if isinstance(role, int) and not isinstance(role, bool) else None,
            "time_ms": header.time >> 16,
            "session": str(uuid.UUID(bytes=session)) if session else None,
            "text": text if isinstance(text, str) else None,
            "content": "here" if sealed is not None else "erased" if self.erased else "withheld",
        }


def moment(ms: int) -> str:
    """A point in time for people."""
    try:
        return datetime.fromtimestamp(ms / 1000, timezone.utc).strftime("%Y-%m-%d %H:%M:%S UTC")
    except (ValueError, OverflowError, OSError):
        return f"{ms} ms since 1970"


def printable(text: str) -> str:
    """Text from a stranger's file, without what steers a terminal."""
    return "".join(c if c.isprintable() or c == "\n" else c.encode("unicode_escape").decode() for c in text)


def say(report: Report) -> None:
    """Print what is proven, for people."""
    print(f"Everything in this export is proven ({printable(report['what'])}, made {moment(report['created_ms'])}).")
    print(f"{report['headers']} headers and {report['bodies']} bodies in {len(report['chains'])} chains", end="")
    print(", every position of each up to its head." if report["complete"] else ".")
    print(f"Owner, to be compared with the identifier you know: {report['owner'] or 'none is named'}")
    for node in report["nodes"]:
        print(f"Node {node['node']}: {'certified by that owner' if node['certified'] else 'WITHOUT a certificate'}")
    for chain in report["chains"]:
        print(
            f"  chain {chain['epoch']}/{chain['audience']} of {chain['node'][:8]}: {chain['headers']} headers", end=""
        )
        print(f" up to position {chain['head']}")
    print(f"Contents missing: {report['erased']} erased by an order to forget, {report['withheld']} withheld.")
    if report["missing_predecessors"]:
        print(f"{report['missing_predecessors']} chains go on from a head that is not in this file.")
    if report["ignored_lines"]:
        print(f"{report['ignored_lines']} lines of unknown types were passed over.")
    if message := report["message"]:
        print(f"\nThe message, role {message['role']}, recorded {moment(message['time_ms'])} by the node's clock,")
        print(f"session {message['session']}, position {message['position']}, entry {message['entry']}:\n")
        print(printable(message["text"]) if message["text"] is not None else f"(its content is {message['content']})")


def verify(stream: BinaryIO) -> Report:
    """Check an export; on failure the report names the line and the problem."""
    export = Export()
    try:
        while raw := stream.readline(LINE_MAX + 1):
            export.take(raw)
        export.close()
    except Refused as error:
        return {"ok": False, "line": error.line or export.number, "problem": str(error)}
    return export.report()


def main() -> int:
    """Return the exit code."""
    for output in (sys.stdout, sys.stderr):
        if isinstance(output, io.TextIOWrapper):
            output.reconfigure(errors="backslashreplace")
    parser = argparse.ArgumentParser(description="Check an export against its signatures, without the project's code.")
    parser.add_argument("file", help='the export, or "-" for standard input')
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    options = parser.parse_args()
    try:
        with (
            contextlib.nullcontext(sys.stdin.buffer) if options.file == "-" else Path(options.file).open("rb") as stream
        ):
            report = verify(stream)
    except OSError as error:
        print(f"cannot read {options.file}: {error.strerror}", file=sys.stderr)
        return 2
    if options.json:
        print(json.dumps(report))
    elif report["ok"]:
        say(report)
    else:
        print(f"NOT proven: line {report['line']}: {printable(report['problem'])}", file=sys.stderr)
    return 0 if report["ok"] else 1


if __name__ == "__main__":
    sys.exit(main())
