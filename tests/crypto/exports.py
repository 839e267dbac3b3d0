"""Which exports do the tests tamper with? Good ones, and how to seal a changed one again with a right last line."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from ccnode_crypto import bundle, canonical
from ccnode_crypto.certificate import certify
from ccnode_crypto.chain import ChainState, EntryDraft, append_run
from ccnode_crypto.entry import ChainId
from ccnode_crypto.keys import owner_id
from ccnode_crypto.proof import SignedHead, path_positions
from ccnode_protocol import records
from tests.crypto.chains import EPOCH, KEY, OWNER, SESSION

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ccnode_crypto.keys import SigningKey

CREATED_MS = 1_000_000
Fields = dict[str, Any]


@dataclass
class Writer:
    """One chain that a test writes entry by entry; `sealed[n] = None` makes a content go missing."""

    key: SigningKey = KEY
    epoch: bytes = EPOCH
    headers: list[bytes] = field(default_factory=list)
    metas: list[bytes] = field(default_factory=list)
    sealed: list[bytes | None] = field(default_factory=list)
    digests: list[bytes] = field(default_factory=list)
    heads: list[SignedHead] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.state = ChainState(ChainId(self.key.public.raw, self.epoch, 0))
        self.add(records.epoch_opened(None), 1)

    def add(self, record: records.Record, ms: int) -> bytes:
        """Append one entry recorded at a millisecond; return its digest."""
        salt = sha256(self.epoch + bytes([len(self.headers)])).digest()
        draft = EntryDraft(record.kind, ms << 16, record.meta, record.content, salt)
        run, digests = append_run(self.state, [draft], self.key)
        self.headers += run.headers
        self.metas += run.metas
        self.sealed += run.sealed
        self.digests += digests
        self.heads.append(SignedHead(self.state.chain, self.state.length - 1, self.state.head, run.signature))
        return digests[0]

    def say(self, text: str, ms: int, session: bytes = SESSION) -> bytes:
        role = records.Role(len(self.headers) % 2)
        return self.add(records.message(records.MessageMeta(session, role), text), ms)

    def bodies(self) -> list[bundle.Body]:
        return list(zip(self.digests, self.metas, self.sealed, strict=True))


def export(*writers: Writer, certified: Iterable[SigningKey] | None = None, **changes: Any) -> list[str]:
    """Everything the writers wrote, as an export."""
    keys = [writer.key for writer in writers] if certified is None else certified
    fields: Fields = {
        "created_ms": CREATED_MS,
        "complete": True,
        "owner": owner_id(OWNER.public.raw),
        "certificates": [certify(OWNER, key.public.raw, 1) for key in keys],
        "heads": [writer.heads[-1] for writer in writers],
        "headers": [header for writer in writers for header in writer.headers],
        "bodies": [body for writer in writers for body in writer.bodies()],
    }
    return list(bundle.lines(**{"what": "all", **fields, **changes}))


def talk(count: int = 40) -> Writer:
    """A chain of some messages."""
    writer = Writer()
    for number in range(1, count):
        writer.say(f"message {number}", 1000 + number)
    return writer


def one_message(writer: Writer, seq: int, **changes: Any) -> list[str]:
    """The proof of one message."""
    positions = sorted(path_positions(len(writer.headers) - 1, seq))
    fields: Fields = {
        "what": "message",
        "complete": False,
        "headers": [writer.headers[at] for at in positions],
        "bodies": [writer.bodies()[seq]],
    }
    return export(writer, **{**fields, **changes})


def sealed_again(lines: Iterable[str]) -> list[str]:
    """The lines with a last one that fits them, as anybody can write it."""
    kept = [line for line in lines if json.loads(line).get("type") != "end"]
    digest = sha256("".join(kept).encode()).hexdigest()
    return [*kept, json.dumps({"type": "end", "lines": len(kept), "sha256": digest}) + "\n"]


def changed(lines: Iterable[str], kind: str, nth: int = 0, /, **values: Any) -> list[str]:
    """The lines with fields of the nth line of a type exchanged, and sealed again. ... leaves a field out."""
    out, seen = [], -1
    for line in lines:
        fields = json.loads(line)
        seen += fields["type"] == kind
        if fields["type"] == kind and seen == nth:
            fields = {name: value for name, value in {**fields, **values}.items() if value is not ...}
            seen += 1_000_000
            out.append(json.dumps(fields) + "\n")
        else:
            out.append(line)
    return out if kind == "end" else sealed_again(out)


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def meta_of(**fields: Any) -> bytes:
    return canonical.encode(fields)
