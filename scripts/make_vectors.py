"""What must another implementation give, byte for byte? Writes crypto/vectors/*.json from fixed seeds.

python scripts/make_vectors.py           writes them
python scripts/make_vectors.py --check   says which are not current, and fails

Every binary value stands with its fields: offset, length, bytes in hexadecimal, and what they mean. The keys are those
of RFC 8032, section 7.1, tests 1 to 3.
"""

from __future__ import annotations

import json
import sys
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ccnode_crypto import bundle, canonical
from ccnode_crypto.certificate import LastGood, certify, revoke
from ccnode_crypto.chain import ChainState, EntryDraft, Run, append_run, head_message
from ccnode_crypto.entry import ChainId, read_header, skip_position
from ccnode_crypto.erasure import RECENT_MS, RULE_MS
from ccnode_crypto.keys import IdKind, Purpose, SigningKey, domain, grouped, node_id, owner_id, to_text
from ccnode_crypto.proof import SignedHead, path_positions
from ccnode_crypto.statements import purpose_of, state_forget, state_plate

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

ROOT = Path(__file__).resolve().parent.parent
VECTORS = ROOT / "crypto" / "vectors"

RFC_8032 = (  # name, secret seed, public key, message, signature
    (
        "TEST 1",
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        (
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b"
            "d25bf5f0595bbe24655141438e7a100b"
        ),
    ),
    (
        "TEST 2",
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        (
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c"
            "387b2eaeb4302aeeb00d291612bb0c00"
        ),
    ),
    (
        "TEST 3",
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        (
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc659"
            "4a7c15e9716ed28dc027beceea1ec40a"
        ),
    ),
)
PURPOSES: tuple[Purpose, ...] = (
    "head", "owner-certificate", "owner-revocation", "link", "peer-manifest", "character-report", "parcel",
)  # fmt: skip
OWNER, NODE, _ = (SigningKey(bytes.fromhex(seed)) for _, seed, *_ in RFC_8032)
EPOCH = bytes.fromhex("000102030405060708090a0b0c0d0e0f")
SESSION = bytes.fromhex("6ba7b8109dad11d180b400c04fd430c8")
TIME_MS = 1_700_000_000_000
CHAIN = ChainId(NODE.public.raw, EPOCH, 0)

Field = dict[str, Any]


def salt(number: int) -> bytes:
    """The salt of an entry: in these vectors no chance, but SHA-256 of its position in one byte."""
    return sha256(bytes([number])).digest()


def explain(parts: Sequence[tuple[bytes, str]]) -> list[Field]:
    """Offsets, bytes and meanings of the parts that make up a value."""
    out, offset = [], 0
    for part, meaning in parts:
        out.append({"offset": offset, "length": len(part), "hex": part.hex(), "meaning": meaning})
        offset += len(part)
    return out


def header_parts(header: bytes) -> list[tuple[bytes, str]]:
    """The twelve fields of a header, with what they say."""
    fields = read_header(header)
    widths = (1, 1, 16, 32, 32, 32, 32, 32, 8, 8, 4, 2)
    meanings = (
        "version 1",
        f"audience {fields.chain.audience} (0 core, 1 shared, 2 public)",
        "epoch",
        "node key",
        "SHA-256 of the header before" if fields.seq else "no header before: zeros",
        f"SHA-256 of the header at position {skip_position(fields.seq)}" if fields.seq else "no skip link: zeros",
        "SHA-256 of meta",
        "SHA-256 of salt and content" if fields.content_length else "no content: zeros",
        f"position {fields.seq}",
        f"time: {fields.time >> 16} ms since 1970 and counter {fields.time & 0xFFFF}",
        f"content of {fields.content_length} bytes, without the salt",
        f"kind {fields.kind}",
    )
    ends = [sum(widths[: at + 1]) for at in range(len(widths))]
    pieces = [header[end - width : end] for width, end in zip(widths, ends, strict=True)]
    return list(zip(pieces, meanings, strict=True))


def draft(number: int, text: str | None = None) -> EntryDraft:
    """The draft for a position: the first opens the epoch, the others are messages by turns of user and assistant."""
    time = (TIME_MS + number * 1000) << 16 | number
    if number == 0:
        return EntryDraft(1, time, canonical.encode({"predecessor": None}), b"", b"")
    meta = canonical.encode({"session": SESSION, "role": (number + 1) % 2})
    return EntryDraft(17, time, meta, canonical.encode({"text": text or f"message {number}"}), salt(number))


def chain_of(count: int, text: str | None = None) -> tuple[ChainState, Run, list[bytes]]:
    """A chain of one run; `text` stands in its last message."""
    state = ChainState(CHAIN)
    drafts = [draft(number, text if number == count - 1 else None) for number in range(count)]
    run, digests = append_run(state, drafts, NODE)
    return state, run, digests


# --- one function a file ---


def keys() -> Field:
    """Signing as RFC 8032 has it, then with a domain; and identifiers."""
    plain = [
        {"name": name, "seed": seed, "public": public, "message": message, "signature": signature}
        for name, seed, public, message, signature in RFC_8032
    ]
    domains = []
    for purpose in PURPOSES:
        message = domain(purpose) + b"ccnode"
        parts = explain(
            [
                (b"ccnode/1 ", "the network, its version and a blank"),
                (purpose.encode(), "the purpose"),
                (b"\0", "end of the domain"),
                (b"ccnode", "the message"),
            ]
        )
        signature = NODE.sign(purpose, b"ccnode").hex()
        domains.append({"purpose": purpose, "signed": message.hex(), "fields": parts, "signature": signature})
    identifiers = []
    named: tuple[tuple[IdKind, bytes], ...] = (
        ("node", NODE.public.raw),
        ("owner", OWNER.public.raw),
        ("recovery", OWNER.seed),
    )
    for kind, raw in named:
        check = sha256(domain("id " + kind) + raw).digest()[:3]
        text = to_text(kind, raw)
        fields = explain([(raw, "the 32 bytes"), (check, f"first 3 bytes of SHA-256(domain('id {kind}') + raw)")])
        identifiers.append({"kind": kind, "raw": raw.hex(), "fields": fields, "text": text, "grouped": grouped(text)})
    return {
        "about": "Signatures as in RFC 8032 section 7.1 (no domain), with the domains of this format, and identifiers.",
        "rfc8032": plain,
        "domains": domains,
        "identifiers": identifiers,
    }


def encodings() -> Field:
    """Values and their only encodings, and bytes that must be refused."""
    values: list[tuple[str, object, str]] = [
        ("nil", None, "c0"),
        ("false", False, "c2"),
        ("true", True, "c3"),
        ("zero", 0, "00"),
        ("largest in one byte", 127, "7f"),
        ("uint 8", 128, "cc80"),
        ("uint 16", 256, "cd0100"),
        ("uint 32", 65_536, "ce00010000"),
        ("uint 64", 2**64 - 1, "cfffffffffffffffff"),
        ("smallest in one byte", -32, "e0"),
        ("int 8", -33, "d0df"),
        ("int 16", -129, "d1ff7f"),
        ("int 32", -32_769, "d2ffff7fff"),
        ("int 64", -(2**63), "d38000000000000000"),
        ("empty text", "", "a0"),
        ("text", "Zürich", "a75ac3bc72696368"),
        ("text of 32 bytes", "x" * 32, "d920" + "78" * 32),
        ("bytes", b"\x00\xff", "c40200ff"),
        ("array", [1, [2]], "92019102"),
        ("map in key order", {"b": 1, "a": 2}, "82a16102a16201"),
        ("keys by code point", {"é": 1, "z": 2, "Z": 3, "": 4}, "84a004a15a03a17a02a2c3a901"),
    ]
    accepted = []
    for name, value, expected in values:
        if canonical.encode(value).hex() != expected:
            raise AssertionError(name)
        shown = {"bytes": value.hex()} if isinstance(value, bytes) else value
        accepted.append({"name": name, "value": shown, "hex": expected})
    refused = [
        ("nothing", ""),
        ("two values", "c0c0"),
        ("cut short", "92a1"),
        ("integer that would fit one byte", "cc7f"),
        ("integer that would fit two bytes", "cd00ff"),
        ("positive integer in a signed form", "d07f"),
        ("negative integer that would fit one byte", "d0e0"),
        ("text length that would fit one byte", "d90161"),
        ("bytes length that would fit one byte", "c5000100"),
        ("array length that would fit one byte", "dc000101"),
        ("map length that would fit one byte", "de0001a16101"),
        ("keys out of order", "82a16201a16102"),
        ("a key twice", "82a16101a16102"),
        ("a key that is a number", "810101"),
        ("a key that is bytes", "81c4016101"),
        ("a float", "cb3ff0000000000000"),
        ("an extension", "d40100"),
        ("a time", "d6ff00000000"),
        ("the byte that msgpack never uses", "c1"),
        ("text that is not UTF-8", "a1ff"),
        ("text with a lone surrogate", "a3eda080"),
        ("nested 17 deep", "91" * 17 + "c0"),
    ]
    return {
        "about": "Canonical msgpack. A value of the form {bytes: hex} is a byte string.",
        "accepted": accepted,
        "refused": [{"name": name, "hex": data} for name, data in refused],
    }


def _map_parts(fields: dict[str, object]) -> list[tuple[bytes, str]]:
    parts = [(bytes([0x80 + len(fields)]), f"a map of {len(fields)}")]
    for name in sorted(fields):
        parts.append((canonical.encode(name), f"key {name}"))
        value = fields[name]
        shown = f"{len(value)} bytes" if isinstance(value, bytes) else f"value {value}"
        parts.append((canonical.encode(value), shown if not isinstance(value, list) else "rows"))
    return parts


def papers() -> Field:
    """A certificate and a revocation."""
    certificate = certify(OWNER, NODE.public.raw, TIME_MS)
    last = LastGood(EPOCH, 0, 2, chain_of(3)[0].head)
    revocation = revoke(OWNER, NODE.public.raw, TIME_MS + 1, (last,))
    common: dict[str, object] = {"version": 1, "owner": OWNER.public.raw, "node": NODE.public.raw}
    row: list[object] = [[last.epoch, last.audience, last.seq, last.digest]]
    return {
        "about": "What an owner says of a node key. Signed are the domain and the body.",
        "certificate": {
            "body": certificate.body.hex(),
            "fields": explain(_map_parts({**common, "issued_ms": TIME_MS})),
            "domain": domain("owner-certificate").hex(),
            "signature": certificate.signature.hex(),
        },
        "revocation": {
            "body": revocation.body.hex(),
            "fields": explain(_map_parts({**common, "issued_ms": TIME_MS + 1, "last_good": row})),
            "domain": domain("owner-revocation").hex(),
            "signature": revocation.signature.hex(),
        },
    }


def statements() -> Field:
    """What an owner says of two plates, the second in the place of the first; and that a session be forgotten."""
    texts = ("# Ada\n", "# Ada\n\n## Identity\n\nName: Ada\n")
    first, second = (sha256(text.encode()).digest() for text in texts)
    papers = [state_plate(OWNER, first, None, TIME_MS), state_plate(OWNER, second, first, TIME_MS + 1)]
    rows = [
        {
            "body": paper.body.hex(),
            "fields": explain(_map_parts(paper.fields)),
            "signature": paper.signature.hex(),
        }
        for paper in papers
    ]
    forget = state_forget(OWNER, NODE.public.raw, SESSION, None, TIME_MS, TIME_MS + 86_400_000)
    return {
        "about": "What an owner states. Signed are the domain, which holds the statement's name, and the body.",
        "name": "plate",
        "texts": list(texts),
        "domain": domain(purpose_of("plate")).hex(),
        "statements": rows,
        "forget": {
            "domain": domain(purpose_of("forget")).hex(),
            "body": forget.body.hex(),
            "fields": explain(_map_parts(forget.fields)),
            "signature": forget.signature.hex(),
        },
    }


def chain() -> Field:
    """Three entries, the second with its content erased, and the signed head."""
    state, run, digests = chain_of(3)
    entries = []
    for at, (header, meta, sealed) in enumerate(zip(run.headers, run.metas, run.sealed, strict=True)):
        entry: Field = {
            "header": header.hex(),
            "fields": explain(header_parts(header)),
            "digest": digests[at].hex(),
            "meta": meta.hex(),
        }
        content = draft(at).content
        if at == 1:
            entry["sealed"] = None
            entry["why"] = "erased: salt and content are gone; header, meta and all that follows verify as before"
        elif sealed:
            entry["sealed"] = sealed.hex()
            entry["sealed_fields"] = explain([(salt(at), "salt"), (content, "content: canonical msgpack")])
        else:
            entry["sealed"] = ""
        entries.append(entry)
    message = head_message(CHAIN, 2, state.head)
    parts = [
        (b"\x01", "version 1"),
        (b"\x00", "audience 0"),
        (EPOCH, "epoch"),
        (NODE.public.raw, "node key"),
        ((2).to_bytes(8, "big"), "position 2"),
        (state.head, "SHA-256 of the header at that position"),
    ]
    head = {
        "message": message.hex(),
        "fields": explain(parts),
        "domain": domain("head").hex(),
        "signature": run.signature.hex(),
    }
    return {"about": "One run of three entries.", "entries": entries, "head": head}


def skips() -> Field:
    """Where skip links point, and some paths."""
    positions = [*range(34), *range(48, 1024, 16), 15_999, 16_000, 1_000_000, 2**53]
    pairs = [(0, 0), (1, 0), (17, 3), (1023, 0), (1023, 1), (1000, 999), (1_000_000, 123_456)]
    return {
        "about": "Skip links by position, and the positions of the headers on paths from a head down to a target.",
        "skip_positions": [[seq, skip_position(seq)] for seq in positions],
        "paths": [
            {"head": head, "target": target, "positions": path_positions(head, target)} for head, target in pairs
        ],
    }


def proofs() -> Field:
    """A path to one entry, and a fork."""
    state, run, _ = chain_of(40)
    positions = path_positions(39, 5)
    sides = []
    for text in ("one history", "another history"):
        side_state, side, _ = chain_of(20, text)
        sides.append(
            {
                "head": {"seq": 19, "digest": side_state.head.hex(), "signature": side.signature.hex()},
                "headers": [side.headers[19].hex()],
            }
        )
    return {
        "about": "A path leads from a signed head by previous and skip links. Two paths to two entries prove a fork.",
        "chain": {"node": CHAIN.node.hex(), "epoch": CHAIN.epoch.hex(), "audience": CHAIN.audience},
        "path": {
            "head": {"seq": 39, "digest": state.head.hex(), "signature": run.signature.hex()},
            "target": 5,
            "positions": positions,
            "headers": [run.headers[at].hex() for at in positions],
        },
        "fork": {"position": 19, "sides": sides},
    }


def export() -> Field:
    """An export of three entries, line by line."""
    state, run, digests = chain_of(3)
    bodies: list[bundle.Body] = list(zip(digests, run.metas, [run.sealed[0], None, run.sealed[2]], strict=True))
    lines = bundle.lines(
        "all",
        created_ms=TIME_MS + 10_000,
        complete=True,
        owner=owner_id(OWNER.public.raw),
        certificates=[certify(OWNER, NODE.public.raw, TIME_MS)],
        heads=[SignedHead(CHAIN, 2, state.head, run.signature)],
        headers=run.headers,
        bodies=bodies,
    )
    return {
        "about": "The chain of chain.json as an export. The content of the second entry is missing without an order.",
        "lines": [line.rstrip("\n") for line in lines],
        "proves": {"node": node_id(NODE.public.raw), "headers": 3, "bodies": 3, "erased": 0, "withheld": 1},
    }


def forgetting() -> Field:
    """An export in which five contents are missing, of which two are erased: by an order each."""
    other, due_ms = bytes.fromhex("6ba7b8119dad11d180b400c04fd430c8"), TIME_MS + 5_000
    state, headers, metas, digests = ChainState(CHAIN), list[bytes](), list[bytes](), list[bytes]()
    contents, signatures = list[bytes | None](), list[bytes]()

    def add(kind: int, meta: Field, text: str | None = None) -> bytes:
        number = len(headers)
        content = canonical.encode({"text": text}) if text else b""
        time = (TIME_MS + 1000 * number) << 16
        entry = EntryDraft(kind, time, canonical.encode(meta), content, salt(number) if text else b"")
        run, added = append_run(state, [entry], NODE)
        headers.extend(run.headers)
        metas.extend(run.metas)
        digests.extend(added)
        contents.append(None if text else b"")
        signatures.append(run.signature)
        return added[0]

    add(1, {"predecessor": None})
    one = add(17, {"session": SESSION, "role": 0}, "erased by the order for it")
    two = add(17, {"session": SESSION, "role": 0}, "withheld: the order for it was taken back")
    three = add(17, {"session": other, "role": 0}, "erased by the order for its session")
    add(20, {"message": one, "due_ms": due_ms})
    order = add(20, {"message": two, "due_ms": due_ms + 5_000})
    add(21, {"order": order})
    add(20, {"session": other, "due_ms": due_ms})
    add(20, {"message": three[:31], "session": SESSION, "due_ms": due_ms})
    late = add(17, {"session": other, "role": 0}, "withheld: recorded after the order")
    wrong = add(17, {"session": SESSION, "role": 0}, "withheld: orders of other kinds of fields mean nothing")
    lines = bundle.lines(
        "all",
        created_ms=TIME_MS + 100_000,
        complete=True,
        owner=owner_id(OWNER.public.raw),
        certificates=[certify(OWNER, NODE.public.raw, TIME_MS)],
        heads=[SignedHead(CHAIN, state.length - 1, state.head, signatures[-1])],
        headers=headers,
        bodies=zip(digests, metas, contents, strict=True),
    )
    names = {"erased": (one, three), "withheld": (two, late, wrong)}
    return {
        "about": "Orders for a message and for a session; one taken back, one that names neither as it should.",
        "lines": [line.rstrip("\n") for line in lines],
        "proves": {name: [digest.hex() for digest in found] for name, found in names.items()},
    }


def authority() -> Field:
    """An export of after the rule, in which contents are missing: by the owner's word, by a node's own, and by none."""
    state, headers, metas, digests = ChainState(CHAIN), list[bytes](), list[bytes](), list[bytes]()
    contents, signatures = list[bytes | None](), list[bytes]()
    other, third = bytes.fromhex("6ba7b8119dad11d180b400c04fd430c8"), bytes.fromhex("6ba7b8149dad11d180b400c04fd430c8")
    now_ms = RULE_MS + 2 * RECENT_MS

    def add(kind: int, meta: Field, ms: int, text: str | None = None) -> bytes:
        number, content = len(headers), canonical.encode({"text": text}) if text else b""
        draft = EntryDraft(kind, ms << 16, canonical.encode(meta), content, salt(number) if text else b"")
        run, added = append_run(state, [draft], NODE)
        headers.extend(run.headers)
        metas.extend(run.metas)
        digests.extend(added)
        contents.append(None if text else b"")
        signatures.append(run.signature)
        return added[0]

    def stated(owner: SigningKey, node: bytes, session: bytes) -> Field:
        said = state_forget(owner, node, session, None, now_ms + 5, now_ms + 6)
        return {"session": session, "due_ms": said.due_ms, "owner": said.owner, "issued_ms": said.issued_ms,
                "signature": said.signature}  # fmt: skip

    add(1, {"predecessor": None}, RULE_MS - 9)
    before = add(17, {"session": third, "role": 0}, RULE_MS - 8, "erased: of before the rule, as its order is")
    add(20, {"session": third, "due_ms": 0}, RULE_MS - 7)
    old = add(17, {"session": SESSION, "role": 0}, now_ms - RECENT_MS, "withheld: named, and not recent")
    own = add(17, {"session": SESSION, "role": 0}, now_ms, "erased: named by the node that wrote it, not long ago")
    left = add(17, {"session": SESSION, "role": 0}, now_ms, "withheld: of the same session, and not named")
    owned = add(17, {"session": other, "role": 0}, now_ms, "erased by the owner's word")
    mine = add(17, {"session": third, "role": 0}, now_ms, "withheld: no order for this session has authority over it")
    add(20, {"session": SESSION, "due_ms": now_ms, "bodies": [old, own]}, now_ms + 1)
    add(20, stated(OWNER, NODE.public.raw, other), now_ms + 7)
    add(20, {"session": third, "due_ms": now_ms}, now_ms + 8)
    add(20, stated(OWNER, OWNER.public.raw, third), now_ms + 9)
    add(20, stated(NODE, NODE.public.raw, third), now_ms + 10)
    late = add(17, {"session": other, "role": 0}, now_ms + 11, "withheld: recorded after the owner's word")
    lines = bundle.lines(
        "all",
        created_ms=now_ms + 100_000,
        complete=True,
        owner=owner_id(OWNER.public.raw),
        certificates=[certify(OWNER, NODE.public.raw, TIME_MS)],
        heads=[SignedHead(CHAIN, state.length - 1, state.head, signatures[-1])],
        headers=headers,
        bodies=zip(digests, metas, contents, strict=True),
    )
    names = {"erased": (before, own, owned), "withheld": (old, left, mine, late)}
    return {
        "about": "Who may order what: the owner all, a node key a little of its own (section 13).",
        "lines": [line.rstrip("\n") for line in lines],
        "proves": {name: [digest.hex() for digest in found] for name, found in names.items()},
    }


FILES = {
    "keys": keys,
    "encodings": encodings,
    "papers": papers,
    "statements": statements,
    "chain": chain,
    "skips": skips,
    "proofs": proofs,
    "export": export,
    "forgetting": forgetting,
    "authority": authority,
}


def json_text(value: object, indent: int = 0) -> str:
    """JSON with short arrays and objects on one line each."""
    flat = json.dumps(value, ensure_ascii=False)
    if not isinstance(value, (dict, list)) or len(flat) + indent <= 118:  # noqa: PLR2004  # a line of 120
        return flat
    pad = " " * (indent + 2)
    if isinstance(value, dict):
        rows = [f"{pad}{json.dumps(name)}: {json_text(item, indent + 2)}" for name, item in value.items()]
    else:
        rows = [pad + json_text(item, indent + 2) for item in value]
    opening, closing = "{}" if isinstance(value, dict) else "[]"
    return opening + "\n" + ",\n".join(rows) + "\n" + " " * indent + closing


def made() -> Iterator[tuple[Path, str]]:
    """Each file and what belongs into it."""
    for name, make in FILES.items():
        yield VECTORS / f"{name}.json", json_text(make()) + "\n"


def main() -> int:
    """Return the exit code."""
    check, stale = "--check" in sys.argv[1:], 0
    for path, text in made():
        if path.exists() and path.read_text(encoding="utf-8") == text:
            continue
        stale += 1
        print(f"{path.name}: {'not current' if check else 'written'}")
        if not check:
            VECTORS.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
