"""What entered the prompt of a reply? Its account, kept with the reply: what went in, by digests, and what did not.

No words are kept here: a text is read from where it is recorded, so what was erased since is not shown either. Texts of
messages, plates and titles never change, so what is there is what the model was given.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final, cast, get_args

from ccnode.mind import context
from ccnode.mind.context import LeftOut, Part, PartKind, Why
from ccnode.store import instances, views
from ccnode.store.errors import NotFound, StoreCorrupt
from ccnode_crypto import canonical
from ccnode_crypto.errors import EncodingError

if TYPE_CHECKING:
    from ccnode.mind.context import Built
    from ccnode.store.ledger import Job
    from ccnode.store.transaction import Transaction
    from ccnode.store.views import Message, View

ACCOUNT_BYTES_MAX: Final = 256 * 1024
NEWEST: Final = 50  # messages among which a reply is looked for first
_KINDS: Final[tuple[PartKind, ...]] = get_args(PartKind)
_WHYS: Final[tuple[Why, ...]] = get_args(Why)


@dataclass(frozen=True, slots=True)
class Account:
    """What entered a prompt. `answering` is the digest of the text on how to answer; `instance` 16 bytes, or None.

    `time_ms`: milliseconds since 1970. Sources of parts are digests in hex of entries, but of the plate's part: that of
    the plate's text.
    """

    parts: tuple[Part, ...]
    left_out: tuple[LeftOut, ...]
    budget: int
    model: str
    answering: bytes
    instance: bytes | None = None
    time_ms: int = 0

    @property
    def tokens(self) -> int:
        """What all parts have together, as it was estimated then."""
        return sum(part.tokens for part in self.parts)


def account_of(built: Built, model: str, instance: bytes | None = None) -> Account:
    """The account to keep for a prompt that was built now."""
    return Account(built.parts, built.left_out, built.budget, model, answering_digest(), instance)


def answering_digest() -> bytes:
    """What names the text on how to answer, that this program gives."""
    return sha256(context.SYSTEM_TEXT.encode()).digest()[:8]


def pack(account: Account) -> bytes:
    """The account as canonical bytes."""
    return canonical.encode(
        {
            "parts": [[_KINDS.index(one.kind), one.tokens, _bytes(one.source), one.count] for one in account.parts],
            "out": [
                [_KINDS.index(one.kind), _WHYS.index(one.why), one.tokens or 0, _bytes(one.source), one.count]
                for one in account.left_out
            ],
            "budget": account.budget,
            "model": account.model,
            "answering": account.answering,
        }
    )


def _bytes(source: tuple[str, ...]) -> list[bytes]:
    return [bytes.fromhex(digest) for digest in source]


def unpack(data: bytes) -> Account:
    """The account in such bytes. Raises StoreCorrupt: they are none."""
    try:
        fields: dict[str, Any] = canonical.decode_map(data, size_max=ACCOUNT_BYTES_MAX)
        return Account(
            parts=tuple(Part(_KINDS[kind], size, _hex(source), count) for kind, size, source, count in fields["parts"]),
            left_out=tuple(
                LeftOut(_KINDS[kind], _WHYS[why], size or None, _hex(source), count)
                for kind, why, size, source, count in fields["out"]
            ),
            budget=int(fields["budget"]),
            model=str(fields["model"]),
            answering=bytes(fields["answering"]),
        )
    except (EncodingError, KeyError, ValueError, TypeError, IndexError, AttributeError) as error:
        raise StoreCorrupt("what is kept of the prompt is damaged", remedy="nothing else depends on it") from error


def _hex(source: list[bytes]) -> tuple[str, ...]:
    return tuple(digest.hex() for digest in source)


# --- keeping ---


def keep(close: Job[bytes], account: Account, now_ms: int) -> Job[bytes]:
    """A ledger job: record a reply by `close`, and with it what entered its prompt; its digest.

    Where the question has got another reply meanwhile, nothing is kept: that one had a prompt of its own.
    """

    def job(tx: Transaction) -> bytes:
        newest = tx.query("SELECT coalesce(max(id), 0) FROM entries")[0][0]
        digest = close(tx)
        if tx.query("SELECT 1 FROM entries WHERE digest = ? AND id > ?", (digest, newest)):
            row = (digest, account.instance, now_ms, pack(account))
            tx.execute("INSERT OR REPLACE INTO prompts VALUES (?, ?, ?, ?)", row)
            if account.instance is not None:
                instances.beat(tx, account.instance, now_ms, replies=1)
        return digest

    return job


# --- looking ---


def newest_reply(session: bytes | None = None) -> View[bytes]:
    """The digest of the newest reply: on that session's branch, or the one given here last. Raises NotFound."""
    if session is None:
        rows = yield "SELECT reply FROM prompts ORDER BY time_ms DESC, reply LIMIT 1", ()
        if rows:
            return cast("bytes", rows[0][0])
        raise NotFound("nothing is kept of any prompt yet", remedy="ask something: ccnode chat")
    for limit in (NEWEST, None):
        said = yield from views.branch(session, limit)
        for message in reversed(said):
            if message.role == "assistant":
                return message.digest
    raise NotFound("there is no reply in that conversation", remedy="see: ccnode session show")


def prompt_of(message: bytes) -> View[tuple[Message, Account]]:
    """A reply, by its own digest or that of its question, and what entered its prompt.

    Raises:
        NotFound: there is no such message, it has no reply, or nothing is kept. StoreCorrupt: what is kept is damaged.
    """
    reply = yield from views.message(message)
    if reply.role == "user":
        answer = yield from views.reply_to(reply.id, reply.session)
        if answer is None:
            raise NotFound("that question has no reply yet", remedy="see: ccnode session show")
        reply = yield from views.message(answer)
    rows = yield "SELECT account, instance, time_ms FROM prompts WHERE reply = ?", (reply.digest,)
    if not rows:
        raise NotFound(
            "what entered the prompt of that message is not kept",
            remedy="it is kept of replies that were given here, for the days that retention.raw_days says",
        )
    packed, instance, time_ms = rows[0]
    known = unpack(packed) if isinstance(packed, bytes) else unpack(b"")
    return reply, replace(known, instance=cast("bytes | None", instance), time_ms=time_ms)
