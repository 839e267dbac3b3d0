"""What must another implementation send, byte for byte? Writes protocol/vectors and the tables of protocol/README.md.

python scripts/make_wire.py           writes them
python scripts/make_wire.py --check   says which are not current, and fails

Keys are those of crypto/vectors; nonces are SHA-256 of a text, so no chance, and never to be used.
"""

from __future__ import annotations

import re
import sys
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

import make_invitation
import make_packet
import make_parcel
import make_sync
from ccnode_crypto import canonical
from ccnode_crypto.certificate import certify
from ccnode_crypto.entry import ChainId
from ccnode_crypto.keys import SigningKey, domain
from ccnode_protocol import frames, gossip_frames, limits, manifest, parcel, reports, tiers
from ccnode_protocol.effects import Reason, Send
from ccnode_protocol.forms import described
from ccnode_protocol.handshake import Established, Handshake, Role
from ccnode_protocol.invitation import Code
from ccnode_protocol.wordlist import WORDS
from ccnode_protocol.words import authentication_words
from make_vectors import NODE, OWNER, RFC_8032, TIME_MS, explain, json_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ccnode_protocol.forms import Field, Form

ROOT = Path(__file__).resolve().parent.parent
VECTORS = ROOT / "protocol" / "vectors"
README = ROOT / "protocol" / "README.md"
CLIENT, SERVER = OWNER, NODE  # two keys of RFC 8032; here both are node keys
OTHER = SigningKey(bytes.fromhex(RFC_8032[2][1]))
CERTIFICATE = b"stands for the server's certificate"
SECRET = b"16 secret bytes!"
SMALL = 16  # so many values an array or map holds under one byte


def nonce(text: str) -> bytes:
    """32 bytes that anybody can make again."""
    return sha256(text.encode()).digest()


# --- bytes and their meanings ---


def parts_of(value: object, name: str = "") -> list[tuple[bytes, str]]:
    """The bytes of a value, each token with what it says."""
    start = f"{name}: " if name else ""
    match value:
        case dict():
            parts = [(canonical.encode(dict.fromkeys(value))[: _head(len(value))], f"{start}a map of {len(value)}")]
            for key in sorted(value):
                parts += [(canonical.encode(key), f"key {key}"), *parts_of(value[key], key)]
            return parts
        case list():
            parts = [(canonical.encode([None] * len(value))[: _head(len(value))], f"{start}an array of {len(value)}")]
            for item in value:
                parts += parts_of(item, name)
            return parts
        case bytes():
            return [(canonical.encode(value), f"{start}{len(value)} bytes")]
        case _:
            return [(canonical.encode(value), f"{start}{value!r}")]


def _head(count: int) -> int:
    return 1 if count < SMALL else 3


def frame_row(data: bytes) -> dict[str, Any]:
    """A frame, every byte explained."""
    kind, body = frames.decode(data)
    parts = [(b"\x92", "an array of two: type, body"), (canonical.encode(kind), f"type {kind}: {frames.name_of(kind)}")]
    return {"name": frames.name_of(kind), "frame": data.hex(), "fields": explain([*parts, *parts_of(body)])}


def sample(field: Field) -> canonical.Value:
    """Some value of a field, a small one."""
    match field.shape:
        case "bytes":
            return bytes(range(field.least)) if field.least else bytes(min(field.most, 2))
        case "integer":
            return max(field.least, min(field.most, 300))
        case "text":
            return ("text" + "x" * field.least)[: max(field.least, min(field.most, 4))]
        case "flag":
            return True
        case "list":
            return [sample(field.items[0])] * max(field.least, min(1, field.most))
        case "row":
            return [sample(item) for item in field.items]
        case "map":
            return {"name": sample(field.items[0])}


# --- one function a file ---


def every_frame() -> dict[str, Any]:
    """One small frame of each type, with all its fields; and what must be refused."""
    accepted = []
    for kind, form in sorted(frames.FORMS.items()):
        body = {name: sample(field) for name, field in form.fields.items()}
        accepted.append(frame_row(frames.encode(kind, body)))
    later = frame_row(canonical.encode([200, {"new": 1}]))
    ping, number = 17, canonical.encode({"number": 1}).hex()
    refused = [
        ("nothing", ""),
        ("no array of two", "91" + "11"),
        ("three things", "93" + "11" + number + "c0"),
        ("a type below 128 that is not known", "92" + "7f" + number),
        ("a type in more bytes than needed", "92" + "cc11" + number),
        ("a type that is negative", "92" + "ff" + number),
        ("a type over 65,535", "92" + "ce00010000" + number),
        ("a type that is a text", "92" + "a131" + number),
        ("a body that is no map", "92" + "11" + "91c0"),
        ("bytes after the frame", "92" + "11" + number + "00"),
        ("a field that is missing", "92" + "11" + "80"),
        ("a field of another type", "92" + "11" + canonical.encode({"number": "1"}).hex()),
        ("true for an integer", "92" + "11" + canonical.encode({"number": True}).hex()),
        ("an integer over its bound", canonical.encode([ping, {"number": 2**53 + 1}]).hex()),
        ("keys out of order", "92" + "11" + "82a178c0" + number[2:]),
        ("more bytes than its type may have", canonical.encode([ping, {"number": 1, "x": "y" * 60}]).hex()),
        ("a name that is too long", canonical.encode([200, {"n" * 33: 1}]).hex()),
    ]
    return {
        "about": "Frames with small values (no meaning: signatures in them do not verify), and bytes to be refused.",
        "accepted": accepted,
        "ignored": [later],
        "refused": [{"name": name, "hex": data} for name, data in refused],
    }


def handshake() -> dict[str, Any]:
    """A whole handshake, with an invitation; what was signed, and what both sides have at the end."""
    fingerprint = sha256(CERTIFICATE).digest()
    client_nonce, server_nonce = nonce("client"), nonce("server")
    code = Code(SERVER.public.raw, SECRET, TIME_MS, "192.0.2.1:8101", tiers.Tier.CORE)
    client = Handshake(
        Role.CLIENT, CLIENT, client_nonce, fingerprint, 0, expected=SERVER.public.raw, secret=code.key, versions=(1,)
    )
    server = Handshake(Role.SERVER, SERVER, server_nonce, fingerprint, 0, versions=(1, 2))
    server.start()
    (hello,) = _sent(client.start())
    (answer,) = _sent(server.receive(hello, 1))
    (proof,) = _sent(client.receive(answer, 1))
    effects = server.receive(proof, 1)
    (last,) = _sent(effects)
    (end,) = client.receive(last, 1)
    if not isinstance(end, Established):
        raise TypeError(end)
    transcript = end.transcript
    rows = [frame_row(data) for data in (hello, answer, proof, last)]
    rest = {name: value for name, value in frames.decode(proof).body.items() if name != "signature"}
    signed = (
        transcript.signed_by(Role.CLIENT, (hello, answer), rest),
        transcript.signed_by(Role.SERVER, (hello, answer, proof), {}),
    )
    for row, message in zip(rows[2:], signed, strict=True):
        value = canonical.decode_map(message, size_max=4096)
        row["signed"] = {"message": message.hex(), "fields": explain(parts_of(value))}
    return {
        "about": "A client that redeems an invitation. The keys are those of RFC 8032, section 7.1, tests 1 and 2.",
        "client": {"seed": CLIENT.seed.hex(), "key": CLIENT.public.raw.hex(), "nonce": client_nonce.hex()},
        "server": {"seed": SERVER.seed.hex(), "key": SERVER.public.raw.hex(), "nonce": server_nonce.hex()},
        "certificate": CERTIFICATE.hex(),
        "fingerprint": fingerprint.hex(),
        "domain": domain("link").hex(),
        "frames": rows,
        "binding": transcript.binding.hex(),
        "words": list(authentication_words(transcript)),
        "manifest": _manifest(),
        "invitation": make_invitation.invitation(code),
    }


def _manifest() -> dict[str, Any]:
    """What the server says of itself to the client afterwards; its owner is the third key of RFC 8032."""
    said = manifest.Manifest(
        SERVER.public.raw,
        CLIENT.public.raw,
        1,
        "Ada",
        ("sync",),
        addresses=("192.0.2.1:8101",),
        tier=tiers.Tier.CORE,
        certificate=certify(OTHER, SERVER.public.raw, TIME_MS),
        introduces=((bytes(range(32)), "192.0.2.2:8101"),),
    )
    signed = manifest.sign_manifest(SERVER, said)
    fields = explain(parts_of(canonical.decode_map(signed.body, size_max=limits.MANIFEST_BYTES_MAX)))
    return {
        "body": signed.body.hex(),
        "fields": fields,
        "domain": domain("peer-manifest").hex(),
        "signature": signed.signature.hex(),
    }


def report() -> dict[str, Any]:
    """What a node says of its character, and the frames in which it and a list of what is held travel."""
    said = reports.Report(
        SERVER.public.raw,
        TIME_MS,
        TIME_MS,
        TIME_MS + limits.REPORT_LIFE_MS,
        nonce("specification"),
        tuple(range(0, 1_000_000, 62_500)),
        2_000,
        reports.Place(bytes(range(16)), 7, nonce("entry")),
        ccc=-3,
        baseline=nonce("baseline"),
    )
    signed = reports.sign_report(SERVER, said)
    counter, mark = signed.version
    total = sha256(SERVER.public.raw + counter.to_bytes(8, "big") + mark).digest()
    chain = ChainId(CLIENT.public.raw, bytes(range(16)), 0)
    messages: list[gossip_frames.Message] = [
        gossip_frames.Tell(((signed.body, signed.signature),), ((chain, 5),), total, asks=True),
        gossip_frames.Tell(sum=total),
        gossip_frames.Hold(((SERVER.public.raw, signed.version),), (bytes(32), b"\xff" * 32)),
        gossip_frames.Hold(((SERVER.public.raw, (0, bytes(8))),)),
    ]
    return {
        "about": "A report by a key of RFC 8032, section 7.1, a rumour, its answer, a list, and what that lacks.",
        "domain": domain("character-report").hex(),
        "body": signed.body.hex(),
        "fields": explain(parts_of(canonical.decode_map(signed.body, size_max=limits.REPORT_BYTES_MAX))),
        "signature": signed.signature.hex(),
        "mark": mark.hex(),
        "sum": total.hex(),
        "frames": [frame_row(frames.encode(each.kind, each.body())) for each in messages],
    }


def _sent(effects: list[Any]) -> list[bytes]:
    return [effect.data for effect in effects if isinstance(effect, Send)]


# --- tables of the specification ---


def frames_table() -> Iterator[str]:
    """Every frame: type, name, bounds, fields."""
    yield "| type | name | bytes | values | a minute | bytes a minute | body |"
    yield "|---|---|---|---|---|---|---|"
    for kind, form in sorted(frames.FORMS.items()):
        yield f"| {kind} | {form.name} | {_bounds(form.limit)} | {_fields(form)} |"
    yield f"| 128 on | not known | {_bounds(limits.UNKNOWN)} | any |"


def _bounds(limit: limits.Limit) -> str:
    return " | ".join(
        f"{number:,}" for number in (limit.bytes_max, limit.values_max, limit.count_minute, limit.bytes_minute)
    )


def _fields(form: Form) -> str:
    fields = (
        f"`{name}`{'?' if field.optional else ''} {described(field)}" for name, field in sorted(form.fields.items())
    )
    return "; ".join(fields) or "-"


def manifest_table() -> Iterator[str]:
    """The fields of a manifest."""
    yield "| field | value |"
    yield "|---|---|"
    for name, field in manifest.FORM.fields.items():
        yield f"| `{name}`{'?' if field.optional else ''} | {described(field)} |"


def report_table() -> Iterator[str]:
    """The fields of a character report."""
    yield "| field | value |"
    yield "|---|---|"
    for name, field in reports.FORM.fields.items():
        yield f"| `{name}`{'?' if field.optional else ''} | {described(field)} |"


def parcel_table() -> Iterator[str]:
    """The fields of a parcel's header."""
    yield "| field | value |"
    yield "|---|---|"
    for name, field in parcel.FORM.fields.items():
        yield f"| `{name}` | {described(field)} |"


def tiers_table() -> Iterator[str]:
    """What is given / taken, by kind and tier."""
    names = [tier.name.lower().replace("_", "-") for tier in tiers.COLUMNS]
    yield f"| kind of message | {' | '.join(names)} |"
    yield "|---" * (len(names) + 1) + "|"
    for kind, cells in tiers.TABLE.items():
        row = (f"{cells[tier].give.value} / {cells[tier].take.value}" for tier in tiers.COLUMNS)
        yield f"| {kind.value} | {' | '.join(row)} |"


def carried_table() -> Iterator[str]:
    """What each type of frame is about."""
    yield "| frame | carries, or asks for |"
    yield "|---|---|"
    for kind, carried in sorted(tiers.CARRIED.items()):
        about = ", ".join(sorted(item.value for item in carried.kinds))
        yield f"| {frames.name_of(kind)} | {'asks: ' if carried.asks else ''}{about} |"


def reasons_table() -> Iterator[str]:
    """Close codes."""
    yield "| code | name |"
    yield "|---|---|"
    for reason in Reason:
        yield f"| {int(reason)} | {reason.name.lower().replace('_', ' ')} |"


def words() -> dict[str, Any]:
    """The list of words, in order."""
    rows = [list(WORDS[at : at + 8]) for at in range(0, len(WORDS), 8)]
    return {"about": "The word for 11 bits, read as the integer n: row n // 8, place n mod 8.", "rows": rows}


FILES: dict[str, Callable[[], dict[str, Any]]] = {
    "frames": every_frame,
    "handshake": handshake,
    "report": report,
    "sync": lambda: make_sync.sync(frame_row),
    "packets": lambda: make_packet.packets(parts_of),
    "parcels": lambda: make_parcel.parcels(frame_row),
    "words": words,
}
TABLES = {
    "reasons": reasons_table,
    "frames": frames_table,
    "manifest": manifest_table,
    "report": report_table,
    "tiers": tiers_table,
    "carried": carried_table,
    "parcel": parcel_table,
}


def with_tables(text: str) -> str:
    """The specification with its tables as they are now; each stands between two comments."""
    for name, make in TABLES.items():
        between = re.compile(rf"(<!-- table {name} -->\n).*?(<!-- end -->)", re.DOTALL)
        table = "\n".join(make()) + "\n"
        text, count = between.subn(lambda found, table=table: found[1] + table + found[2], text)  # type: ignore[misc]
        if count != 1:
            raise LookupError(f"protocol/README.md: the table {name} has no place, or several")
    return text


def made() -> Iterator[tuple[Path, str]]:
    """Each file and what belongs into it."""
    for name, make in FILES.items():
        yield VECTORS / f"{name}.json", json_text(make()) + "\n"
    yield README, with_tables(README.read_text(encoding="utf-8"))


def main() -> int:
    """Return the exit code."""
    check, stale = "--check" in sys.argv[1:], 0
    VECTORS.mkdir(exist_ok=True)
    for path, text in made():
        if path.exists() and path.read_text(encoding="utf-8") == text:
            continue
        stale += 1
        print(f"{path.name}: {'not current' if check else 'written'}")
        if not check:
            path.write_text(text, encoding="utf-8")
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
