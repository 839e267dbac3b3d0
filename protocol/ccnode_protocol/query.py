"""What may a peer ask, how often, and which answers are ours to take? Questions on one link, both ways.

Nobody is trusted by an answer: what a node says of itself it signs, a head is signed by its chain's key, and of
consensus there is nothing yet that could be said.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from ccnode_crypto.errors import CryptoError
from ccnode_protocol import limits, query_frames, tiers
from ccnode_protocol.errors import LocalError, RemoteError
from ccnode_protocol.manifest import Manifest, read_manifest
from ccnode_protocol.query_frames import Answer, Ask, What
from ccnode_protocol.tiers import Kind, Rule

if TYPE_CHECKING:
    from ccnode_crypto.entry import ChainId
    from ccnode_protocol.frames import Frame
    from ccnode_protocol.tiers import Tier

State = Literal["asked", "answered", "late"]
Event = Literal["answer", "time"]

# A question of ours; whoever is not in the state "asked" is forgotten, and what comes then is passed over.
STATES: Final[dict[tuple[State, Event], State]] = {
    ("asked", "answer"): "answered",
    ("asked", "time"): "late",
}

KINDS: Final = {
    What.MANIFEST: Kind.MANIFEST,
    What.PUBLIC_HEADS: Kind.PUBLIC_HEADS,
    What.CONSENSUS: Kind.CONSENSUS,
}


class Respond(NamedTuple):
    """The peer may know that: answer it with an Answer of this number."""

    ask: Ask


class Answered(NamedTuple):
    """What the peer answers to a question of ours, verified. `manifest`: what it said of itself, if that was asked."""

    number: int
    answer: Answer
    manifest: Manifest | None


class Late(NamedTuple):
    """No answer came to a question of ours."""

    number: int


Effect = Respond | Answered | Late


class Account:
    """How many questions of one peer were answered in this minute; kept for longer than a link."""

    def __init__(self) -> None:
        self._from_ms = 0
        self._count = 0

    def take(self, now_ms: int) -> bool:
        """Count one, if there is room for it."""
        if now_ms >= self._from_ms + limits.WINDOW_MS:
            self._from_ms, self._count = now_ms, 0
        if self._count >= limits.ASKED_MINUTE:
            return False
        self._count += 1
        return True


class Queries:
    """One link's questions and answers. `own`: our node key. Times: milliseconds of a clock that does not go back.

    `dropped`: questions that were too many, or not to be answered for a peer of its tier.
    """

    def __init__(self, own: bytes, peer: bytes, account: Account) -> None:
        self.dropped = 0
        self._own = own
        self._peer = peer
        self._account = account
        self._last = 0
        self._asked: dict[int, tuple[What, int, State]] = {}

    def ask(self, what: What, now_ms: int, after: ChainId | None = None) -> Ask:
        """A question to send. Raises LocalError where too many wait for their answers."""
        if len(self._asked) >= limits.ASKED_OPEN_MAX:
            raise LocalError(f"{limits.ASKED_OPEN_MAX} questions wait for an answer of this peer")
        self._last += 1
        self._asked[self._last] = (what, now_ms + limits.ASKED_MS, "asked")
        return Ask(self._last, int(what), after)

    def receive(self, frame: Frame, tier: Tier, now_ms: int) -> list[Effect]:
        """Take in a frame. Raises RemoteError where an answer does not hold, which ends the link."""
        message = query_frames.read(frame.type, frame.body)
        if isinstance(message, Answer):
            return self._answered(message, tier)
        if message.what not in set(What) or tiers.given(tier, KINDS[What(message.what)]) is Rule.NO:
            self.dropped += 1
            return []
        if not self._account.take(now_ms):
            self.dropped += 1
            return []
        return [Respond(message)]

    def _answered(self, answer: Answer, tier: Tier) -> list[Effect]:
        found = self._step(answer.number, "answer")
        if found is None or tiers.taken(tier, KINDS[found]) is Rule.NO:
            return []
        manifest = None
        match found:
            case What.MANIFEST:
                if answer.manifest is None:
                    raise RemoteError("answer.manifest: is missing")
                body, signature = answer.manifest
                manifest = read_manifest({"body": body, "signature": signature}, self._peer, self._own)
            case What.PUBLIC_HEADS:
                self._verify_heads(answer)
            case What.CONSENSUS:
                if not answer.has_consensus:
                    raise RemoteError("answer.consensus: is missing; nil where there is none")
        return [Answered(answer.number, answer, manifest)]

    def _verify_heads(self, answer: Answer) -> None:
        if answer.heads is None:
            raise RemoteError("answer.heads: are missing")
        for one in answer.heads:
            try:
                one.verify()
            except CryptoError as error:
                raise RemoteError(f"answer.heads: {error}") from error

    def _step(self, number: int, event: Event) -> What | None:
        """Forget the question if that ends it; what it was about, None where there is none of that number."""
        what, _, state = self._asked.pop(number, (None, 0, "late"))
        return what if (state, event) in STATES else None

    def tick(self, now_ms: int) -> list[Effect]:
        """Give up what was not answered in time."""
        late = [number for number, (_, until_ms, _) in self._asked.items() if now_ms >= until_ms]
        return [Late(number) for number in late if self._step(number, "time") is not None]

    def timer(self) -> int | None:
        """When `tick` is due."""
        return min((until_ms for _, until_ms, _ in self._asked.values()), default=None)
