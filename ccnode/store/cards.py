"""Which character cards are kept? Recorded once each, listed, and read again."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from ccnode.exchange import cardform
from ccnode.exchange.model import ExchangeError
from ccnode.store.errors import Conflict, NotFound
from ccnode.store.voices import OUR_NODES
from ccnode_crypto.entry import SALT_BYTES, sealed_digest
from ccnode_crypto.errors import EncodingError
from ccnode_protocol import records
from ccnode_protocol.errors import RemoteError

if TYPE_CHECKING:
    from ccnode.exchange.cardform import Card
    from ccnode.store.ledger import Job
    from ccnode.store.transaction import Transaction
    from ccnode.store.views import Row, View

PREFIX_MIN: Final = 4
_REMEDY: Final = "see which there are: ccnode export card"
# The kind is written out, or the index on just these rows would not serve. What strangers keep is theirs.
_KEPT: Final = (
    "SELECT e.id, e.time, e.meta FROM entries e INDEXED BY entries_cards CROSS JOIN chains c ON c.id = e.chain"
    f" WHERE e.kind = 24 AND c.node IN ({OUR_NODES}) ORDER BY e.id"
)
_CONTENT: Final = "SELECT e.sealed, substr(e.header, 147, 32) FROM entries e WHERE e.id = ?"


@dataclass(frozen=True, slots=True)
class KeptCard:
    """A card as it is listed. `time`: when it was recorded, a hybrid logical clock value; `bytes`: of its JSON."""

    id: bytes
    entry: int
    time: int
    form: cardform.Form
    name: str
    bytes: int


@dataclass(frozen=True, slots=True)
class Keeping:
    """A card is recorded: by this job (`fresh`), or before. `id` names it."""

    id: bytes
    fresh: bool


def keep_card(card: Card) -> Job[Keeping]:
    """A ledger job: record the card, unless it is recorded already. Keeping it twice is keeping it once.

    Raises:
        LocalError: it is over the limits of an entry, which cardform.checked refuses before.
    """
    record = records.card_kept(card.id, card.form, card.name, card.text)

    def job(tx: Transaction) -> Keeping:
        for entry, _, meta in tx.query(_KEPT):
            if _named(meta) == (card.id, card.form) and _read(card.id, tx.query(_CONTENT, (entry,))):
                return Keeping(card.id, fresh=False)
        tx.append(record)
        return Keeping(card.id, fresh=True)

    return job


def cards() -> View[list[KeptCard]]:
    """The cards that are kept and can be read, by name. One content is held at a time.

    Left out are entries that are none (a node may record anything), and those whose content is missing.
    """
    rows = yield _KEPT, ()
    found: dict[bytes, KeptCard] = {}
    for entry, time, meta in rows:
        named = _named(meta)
        if named is None or named[0] in found:
            continue
        content = yield _CONTENT, (entry,)
        if read := _read(named[0], content):
            card, size = read
            found[named[0]] = KeptCard(named[0], entry, time, card.form, card.name, size)
    return sorted(found.values(), key=lambda one: (one.name.casefold(), one.id))


def card(wanted: str) -> View[tuple[KeptCard, Card]]:
    """The card of an identifier (32 hex digits), a name (case ignored), or a unique beginning of an identifier.

    Raises:
        NotFound: none. Conflict: several.
    """
    listed = yield from cards()
    compact, name = wanted.strip().lower(), " ".join(wanted.split()).casefold()
    matches = [one for one in listed if one.id.hex() == compact]
    matches = matches or [one for one in listed if one.name.casefold() == name]
    if not matches and len(compact) >= PREFIX_MIN:
        matches = [one for one in listed if one.id.hex().startswith(compact)]
    if not matches:
        raise NotFound(f"there is no card {wanted[:80]!r}", remedy=_REMEDY)
    if len(matches) > 1:
        raise Conflict(f"{wanted[:80]!r} could mean several cards", remedy=f"name one by its id; {_REMEDY}")
    content = yield _CONTENT, (matches[0].entry,)
    read = _read(matches[0].id, content)
    if read is None:  # it was there a moment ago, in the same state of the database
        raise NotFound(f"the card {wanted[:80]!r} cannot be read", remedy="run: ccnode audit verify")
    return matches[0], read[0]


def _named(meta: object) -> tuple[bytes, str] | None:
    try:
        return records.read_card(meta) if isinstance(meta, bytes) else None
    except RemoteError:
        return None


def _read(identifier: bytes, rows: list[Row]) -> tuple[Card, int] | None:
    """The card in an entry's content and the size of its JSON; None where it is missing, altered, or no card."""
    sealed, signed = rows[0] if rows else (None, None)
    if not isinstance(sealed, bytes) or sealed_digest(sealed) != signed:
        return None
    try:
        text = records.read_text(sealed[SALT_BYTES:], "json")
        if records.card_id(text) != identifier:
            return None
        data = text.encode("utf-8")
        checked = cardform.checked(*cardform.parse(data, "the card"))
    except (RemoteError, EncodingError, ExchangeError):
        return None
    return replace(checked, left=()), len(data)
