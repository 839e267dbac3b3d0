"""What becomes of a question? Pure decisions: what the ledger says comes in, what to append comes out.

A question is recorded before the model hears of it, and a reply before anyone is told that it is complete. Between
the two the turn is unanswered: shown as such, and answered again on request. A retry with the same idempotency key
finds the question, and its reply where there is one, and appends nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal

from ccnode_protocol import records
from ccnode_protocol.records import MessageMeta, Role, State

if TYPE_CHECKING:
    from collections.abc import Sequence

RefusalCode = Literal[
    "ended",
    "forgotten",
    "key_reused",
    "nothing_to_answer",
    "nothing_to_replace",
    "nothing_to_continue",
    "empty",
    "too_long",
]
REPLY_BYTES_MAX: Final = records.TEXT_BYTES_MAX
ROOM_BYTES_MIN: Final = 1024  # a reply with less room than this left in it is not continued


@dataclass(frozen=True, slots=True)
class Known:
    """A recorded message, as far as decisions need it."""

    digest: bytes
    role: Role
    text: str | None = None
    interrupted: bool = False
    sources: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class Facts:
    """What the ledger says of a session at the moment of the decision.

    `leaf`: its newest message, or the one it branches from; `asked`: the question with the same key, `answer`: the
    reply to that question that is its way on.
    """

    session: bytes
    ended: bool = False
    to_be_forgotten: bool = False
    leaf: Known | None = None
    leaf_parent: Known | None = None
    asked: Known | None = None
    answer: bytes | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """Nothing is appended; why, and what to do."""

    code: RefusalCode
    message: str
    remedy: str


@dataclass(frozen=True, slots=True)
class AppendMessage:
    """Append this message."""

    meta: MessageMeta
    text: str


@dataclass(frozen=True, slots=True)
class AlreadyAsked:
    """The question is recorded already; `answer` is the digest of its reply, None while it waits for one."""

    question: bytes
    answer: bytes | None


@dataclass(frozen=True, slots=True)
class Answer:
    """Let the model answer this question; `over` is the reply that the new one takes the place of.

    `begun`, with its `sources`, is what that one says already: the new one begins with it.
    """

    question: bytes
    over: bytes | None = None
    begun: str = ""
    sources: tuple[bytes, ...] = ()


def _closed(facts: Facts) -> Refused | None:
    if facts.to_be_forgotten:
        return Refused(
            "forgotten", "the session is to be forgotten", "take that back first: ccnode session forget --undo"
        )
    if facts.ended:
        return Refused("ended", "the session has ended", "go on in a branch of it: ccnode session fork")
    return None


def ask(
    facts: Facts, text: str, key: bytes | None, sources: Sequence[bytes] = ()
) -> AppendMessage | AlreadyAsked | Refused:
    """A person says something; `sources`: the heads of the branches that it asks to bring together."""
    if facts.asked is not None:
        if facts.asked.text != text:
            return Refused("key_reused", "the idempotency key was used for another message", "use a new key")
        return AlreadyAsked(facts.asked.digest, facts.answer)
    if refused := _closed(facts):
        return refused
    if not text.strip():
        return Refused("empty", "the message is empty", "write something")
    if len(text.encode("utf-8", "surrogatepass")) > records.TEXT_BYTES_MAX:
        return Refused("too_long", f"the message is over {records.TEXT_BYTES_MAX} bytes", "send it in parts")
    parent = facts.leaf.digest if facts.leaf else None
    return AppendMessage(MessageMeta(facts.session, Role.USER, parent=parent, key=key, sources=tuple(sources)), text)


def resume(facts: Facts) -> Answer | Refused:
    """A person wants the unanswered question answered."""
    if refused := _closed(facts):
        return refused
    if facts.leaf is None or facts.leaf.role != Role.USER:
        return Refused("nothing_to_answer", "every question of this session has its answer", "ask something")
    return Answer(facts.leaf.digest)


def regenerate(facts: Facts) -> Answer | Refused:
    """A person wants another reply to the last question."""
    if refused := _closed(facts):
        return refused
    if facts.leaf is not None and facts.leaf.role == Role.USER:
        return Answer(facts.leaf.digest)
    if facts.leaf is None or facts.leaf_parent is None or facts.leaf_parent.role != Role.USER:
        return Refused("nothing_to_replace", "there is no reply to make anew", "ask something first")
    return Answer(facts.leaf_parent.digest, over=facts.leaf.digest)


def go_on(facts: Facts) -> Answer | Refused:
    """A person wants the rest of a reply that was interrupted."""
    if refused := _closed(facts):
        return refused
    leaf, question = facts.leaf, facts.leaf_parent
    if leaf is None or question is None or leaf.role != Role.ASSISTANT or question.role != Role.USER:
        return Refused("nothing_to_continue", "there is no reply to continue", "ask something first")
    if not leaf.interrupted:
        return Refused("nothing_to_continue", "the last reply came to its end", "ask something, or for another reply")
    if leaf.text is None:
        return Refused("nothing_to_continue", "the words of the last reply were erased", "ask for another reply")
    if is_full(leaf.text):
        return Refused("too_long", "the reply is as long as one can be", "ask for the rest in a new message")
    return Answer(question.digest, over=leaf.digest, begun=leaf.text, sources=leaf.sources)


def is_full(text: str) -> bool:
    """Whether a reply is as long as one can be: there is no room in it for a rest."""
    return len(text.encode("utf-8", "replace")) > REPLY_BYTES_MAX - ROOM_BYTES_MIN


@dataclass(slots=True)
class Reply:
    """A reply on its way: pieces are gathered, after what was begun, and at the end become one message.

    `plate`: the digest of the plate that it is given under, where there is one.
    """

    session: bytes
    answer: Answer
    model: str
    plate: bytes | None = None
    pieces: list[str] = field(default_factory=list)
    size: int = 0
    grown: bool = False

    def __post_init__(self) -> None:
        if self.answer.begun:
            self.add(self.answer.begun)
            self.grown = False

    def fitting(self, piece: str) -> str:
        """As much of a piece as there is room for."""
        data, room = piece.encode("utf-8", "replace"), REPLY_BYTES_MAX - self.size
        return piece if len(data) <= room else data[:room].decode("utf-8", "ignore")

    def add(self, piece: str) -> bool:
        """Take a piece; False where the reply has become too long to be kept, and must be stopped."""
        size = len(piece.encode("utf-8", "replace"))
        if self.size + size > REPLY_BYTES_MAX:
            return False
        self.pieces.append(piece)
        self.size += size
        self.grown = self.grown or bool(piece.strip())  # white space alone says nothing
        return True

    @property
    def text(self) -> str:
        """What there is so far. Text that is not valid Unicode (a lone surrogate) is replaced, for it has no bytes."""
        return "".join(self.pieces).encode("utf-8", "replace").decode("utf-8")

    def close(self, sources: Sequence[bytes], state: State) -> AppendMessage:
        """The message to append: whole, or interrupted with what there is."""
        known = tuple(dict.fromkeys((*self.answer.sources, *sources)))[: records.SOURCES_MAX]
        meta = MessageMeta(
            self.session,
            Role.ASSISTANT,
            parent=self.answer.question,
            over=self.answer.over,
            sources=known,
            model=self.model[: records.MODEL_CHARS_MAX],
            state=state,
            plate=self.plate,
        )
        return AppendMessage(meta, self.text)


def answered_meanwhile(answer: Answer, present: bytes | None) -> bool:
    """Whether the question has a reply already (not the one to be replaced), so that ours must not double it."""
    return present is not None and present != answer.over
