"""Which plate is in force, and which were before? Versions that the owner stated, and how one is recorded.

The rule is that of protocol/README.md, "Plates": the owner's statement must verify, the owner must be ours, and so must
the voice that recorded it. What is in force decides how a model is spoken to, so the statement, the text and the
owner's certificate are verified again wherever a text is read; the table only tells where they stand.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from ccnode.clock import LAST_MS
from ccnode.store import voices
from ccnode.store.errors import Conflict, NotFound
from ccnode.store.transaction import view
from ccnode.store.voices import OUR_NODES
from ccnode_crypto.entry import SALT_BYTES, sealed_digest
from ccnode_crypto.errors import EncodingError
from ccnode_crypto.statements import next_issued, state_plate
from ccnode_protocol import records
from ccnode_protocol.errors import RemoteError

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable

    from ccnode.store.ledger import Job
    from ccnode.store.transaction import Transaction
    from ccnode.store.views import Row, View
    from ccnode_crypto.keys import SigningKey
    from ccnode_crypto.statements import PlateStatement

_REMEDY: Final = "see which there are: ccnode plate history"
_HEX: Final = re.compile(r"[0-9a-f]{4,64}")
# CROSS JOIN: from the few plates and certificates to their entries, not through every entry of our chains to them.
_CERTIFIED: Final = (
    " FROM certified k CROSS JOIN entries e ON e.id = k.id CROSS JOIN chains c ON c.id = e.chain"
    " WHERE c.node IN (SELECT node FROM own_keys) AND k.node IN (SELECT node FROM own_keys)"
    " ORDER BY e.time DESC, e.digest DESC"
)
# A node that became another owner's has certificates of both: the newest says whose it is.
OUR_OWNER: Final = f"SELECT k.owner {_CERTIFIED} LIMIT 1"
_FROM: Final = (
    " FROM plates p CROSS JOIN entries e ON e.id = p.id CROSS JOIN chains c ON c.id = e.chain"
    f" WHERE c.node IN ({OUR_NODES}) AND p.owner = ({OUR_OWNER})"
)
_COUNT: Final = f"SELECT count(*) {_FROM}"
# The newest first, by what the owner stated and not by when it was recorded.
_NEWEST_FIRST: Final = f"{_FROM} ORDER BY p.issued_ms DESC, e.digest DESC LIMIT ? OFFSET ?"
_LISTED: Final = f"SELECT e.id, e.digest, e.time, e.meta, c.node {_NEWEST_FIRST}"
_ONE: Final = f"SELECT e.id, e.digest, e.time, e.meta, c.node, count(*) OVER () {_NEWEST_FIRST}"
_CONTENT: Final = "SELECT e.sealed, substr(e.header, 147, 32) FROM entries e WHERE e.id = ?"
_VOUCHED: Final = f"SELECT e.meta {_CERTIFIED} LIMIT 8"


@dataclass(frozen=True, slots=True)
class Version:
    """A plate as it was kept. `version` counts from 1; `plate` is SHA-256 of its text, `previous` of the one before.

    `issued_ms`: when the owner stated it; `time`: when it was recorded (hybrid logical clock), by the node key `node`.
    `text` is None where only a list was asked for, and where it is missing or not the one that was stated (`lost`).
    """

    version: int
    plate: bytes
    previous: bytes | None
    owner: bytes
    issued_ms: int
    node: bytes
    entry: int
    digest: bytes
    time: int
    in_force: bool = False
    text: str | None = None
    lost: bool = False


# --- reading ---


def _page(limit: int, offset: int, total: int) -> View[list[Version]]:
    """Versions from the newest on, without their texts. What no longer verifies is left out."""
    rows = yield _LISTED, (limit, offset)
    found = (_version(total - offset - at, *row) for at, row in enumerate(rows))
    return [one for one in found if one is not None]


def _version(number: int, entry: int, digest: bytes, time: int, meta: object, node: bytes) -> Version | None:
    """What a row says, without its text; None where it does not verify."""
    said = _stated(meta) if isinstance(meta, bytes) else None
    if said is None:
        return None
    return Version(number, said.plate, said.previous, said.owner, said.issued_ms, node, entry, digest, time)


@lru_cache(maxsize=64)
def _stated(meta: bytes) -> PlateStatement | None:
    # Which plate is in force is asked for every prompt, and the same bytes verify or not whenever they are read.
    try:
        return records.read_plate(meta)
    except RemoteError:
        return None


def with_text(one: Version) -> View[Version]:
    """The version with its text, or `lost`."""
    rows = yield _CONTENT, (one.entry,)
    text = _text(one.plate, rows)
    return replace(one, text=text, lost=text is None)


def _text(plate: bytes, rows: list[Row]) -> str | None:
    sealed, signed = rows[0] if rows else (None, None)
    if not isinstance(sealed, bytes) or sealed_digest(sealed) != signed:
        return None
    try:
        text = records.read_text(sealed[SALT_BYTES:], "text")
        return text if records.plate_digest(text) == plate else None
    except (RemoteError, EncodingError):
        return None


def is_our_owner(owner: bytes) -> View[bool]:
    """Whether the newest certificate of ours, of those that verify, names this owner."""
    rows = yield _VOUCHED, ()
    papers = (voices.read(meta) for (meta,) in rows if isinstance(meta, bytes))
    return next((paper.owner == owner for paper in papers if paper is not None), False)


def plate_in_force() -> View[Version | None]:
    """The plate that the assistant lives by, with its text; None where there is none.

    Where the newest version's text is lost, the newest one that can be read is in force.
    """
    for offset in itertools.count():
        rows = yield _ONE, (1, offset)
        if not rows:
            break
        *row, total = rows[0]
        one = _version(total - offset, *row)
        known = (yield from with_text(one)) if one is not None else None
        if known is not None and known.text is not None and (yield from is_our_owner(known.owner)):
            return replace(known, in_force=True)
    return None


def former(current: Version, bytes_max: int) -> View[list[str]]:
    """The texts that the plate had before this one, each once, the newest first: as many as `bytes_max` holds."""
    texts: dict[bytes, str] = {}
    room = bytes_max
    total = (yield _COUNT, ())[0][0]
    for one in (yield from _page(total, 0, total)):
        if one.version < current.version and one.plate != current.plate and one.plate not in texts:
            known = yield from with_text(one)
            if known.text is not None:
                room -= len(known.text.encode("utf-8"))
                if room < 0:
                    break
                texts[one.plate] = known.text
    return list(texts.values())


def versions() -> View[list[Version]]:
    """Every version, the newest first, without their texts (but `lost` says whether they can be read)."""
    total = (yield _COUNT, ())[0][0]
    current = yield from plate_in_force()
    listed = yield from _page(total, 0, total)
    found = []
    for one in listed:
        known = yield from with_text(one)
        found.append(replace(known, text=None, in_force=current is not None and current.digest == one.digest))
    return found


def version(wanted: str) -> View[Version]:
    """One version with its text: by its number, or by the digest of its text or a unique beginning of that.

    A text that was kept more than once is named by its newest version.

    Raises:
        NotFound: there is none. Conflict: several texts begin so.
    """
    listed = yield from versions()
    compact = wanted.strip().lower()
    matches = [one for one in listed if str(one.version) == compact]
    if not matches and _HEX.fullmatch(compact):
        matches = [one for one in listed if one.plate.hex().startswith(compact)]
    if not matches:
        raise NotFound(f"there is no version {wanted[:80]!r} of the plate", remedy=_REMEDY)
    if len({one.plate for one in matches}) > 1:
        raise Conflict(f"{wanted[:80]!r} could mean several versions", remedy=f"give more of it; {_REMEDY}")
    known = yield from with_text(matches[0])
    return replace(known, in_force=matches[0].in_force)


def numbers(plates: set[bytes]) -> View[dict[bytes, int]]:
    """The version numbers of texts, by their digests, as far as they are known: of each the newest one."""
    total = (yield _COUNT, ())[0][0]
    found: dict[bytes, int] = {}
    if plates:
        for one in (yield from _page(total, 0, total)):
            if one.plate in plates:
                found.setdefault(one.plate, one.version)
    return found


def numbered(uses: Iterable[tuple[bytes, int]]) -> View[dict[tuple[bytes, int], int]]:
    """The version numbers of texts at a time: (digest, hybrid logical clock) of what was said or begun under one.

    A text that was kept again later has a new number, under which nothing earlier ran. So it is the newest version with
    that text of those kept by then; where none was, the first. Texts that are not known have no number.
    """
    wanted = set(uses)
    texts = {plate for plate, _ in wanted}
    total = (yield _COUNT, ())[0][0] if texts else 0
    kept = [one for one in (yield from _page(total, 0, total)) if one.plate in texts] if total else []
    found: dict[tuple[bytes, int], int] = {}
    for plate, time in wanted:
        of_it = [one for one in kept if one.plate == plate]
        if of_it:
            found[plate, time] = next((one for one in of_it if one.time <= time), of_it[-1]).version
    return found


def last_issued() -> View[int | None]:
    """When the newest version was stated, in milliseconds since 1970 by the owner's clock."""
    total = (yield _COUNT, ())[0][0]
    newest = yield from _page(1, 0, total)
    return newest[0].issued_ms if newest else None


# --- writing ---


def check_date(issued_ms: int) -> None:
    """Raises Conflict for a date that no calendar has: hardly another could ever be stated after it."""
    if issued_ms > LAST_MS:
        raise Conflict("the statement is dated after the year 9999", remedy="set the clock, then sign it anew")


def stated(
    owner_key: SigningKey, text: str, current: Version | None, last_ms: int | None, now_ms: int
) -> PlateStatement:
    """The owner's statement that a text is the plate from now on, in the place of the one in force.

    `last_ms`: see `last_issued`. Raises EncodingError where the text is not valid Unicode.
    """
    previous = current.plate if current is not None else None
    return state_plate(owner_key, records.plate_digest(text), previous, next_issued(now_ms, last_ms))


@dataclass(frozen=True, slots=True)
class Keeping:
    """A plate is in force: made so by this job (`fresh`), or before."""

    version: Version
    fresh: bool


def keep(said: PlateStatement, text: str) -> Job[Keeping]:
    """A ledger job: record the owner's statement and the text. Keeping what is in force already changes nothing.

    Raises:
        Conflict: the statement is not our owner's, does not verify, was made before the plate that is in force, or
            after the year 9999.
        LocalError, EncodingError: see records.plate_kept.
    """
    record = records.plate_kept(said, text)

    def job(tx: Transaction) -> Keeping:
        current = view(tx, plate_in_force())
        if current is not None and current.plate == said.plate:
            return Keeping(current, fresh=False)
        if _stated(record.meta) is None or not view(tx, is_our_owner(said.owner)):
            remedy = "sign it with the owner key of this node; where it has no certificate: ccnode init --certify"
            raise Conflict("the plate is not signed by this node's owner", remedy=remedy)
        if said.previous != (current.plate if current is not None else None):
            raise Conflict("another plate was kept meanwhile", remedy="look at it (ccnode plate show), then try again")
        newest = view(tx, last_issued())
        check_date(said.issued_ms)
        if newest is not None and said.issued_ms <= newest:
            raise Conflict("a later plate is in force", remedy="state it anew, after that one")
        tx.append(record)
        kept = view(tx, plate_in_force())
        if kept is None or kept.plate != said.plate:
            raise Conflict("the plate is not in force", remedy="run: ccnode audit verify")
        return Keeping(kept, fresh=True)

    return job


def fill(connection: sqlite3.Connection) -> None:
    """After migration 5: make the rows of entries that were here before it. Raises sqlite3.Error."""
    for entry, meta in connection.execute("SELECT id, meta FROM entries WHERE kind = 25 ORDER BY id").fetchall():
        if isinstance(meta, bytes) and (said := _stated(meta)):
            row = (entry, said.plate, said.previous, said.owner, said.issued_ms)
            connection.execute("INSERT INTO plates VALUES (?, ?, ?, ?, ?)", row)
