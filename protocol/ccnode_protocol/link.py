"""Is the peer still there, and may it say this? A link from the end of its handshake to its close.

It holds every frame to the bounds of its type before reading it, drops what the peer's tier does not allow, keeps the
link alive and notices when it is dead, and hands on the rest. A tier holds from the moment it is set, also for what was
queued: the caller asks `permits` of every frame that it takes from a queue, or lets `send` make the frame only then.

As in handshake.py, the caller hands in whole messages and the time, does what the effects say, and calls `tick` when
`timer` is due. After a Close nothing more comes.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Final, NamedTuple

from ccnode_crypto.certificate import read_certificate
from ccnode_crypto.errors import CryptoError
from ccnode_protocol import frames, limits, packing, tiers
from ccnode_protocol.effects import Close, Reason, Send
from ccnode_protocol.errors import LocalError, RemoteError
from ccnode_protocol.handshake import Role
from ccnode_protocol.link_frames import (
    ENROL,
    GOODBYE,
    HANDSHAKE_TYPES,
    KEEPING_TYPES,
    MANIFEST,
    PACKED,
    PING,
    PONG,
)
from ccnode_protocol.manifest import Manifest, Signed, is_news, read_manifest
from ccnode_protocol.rates import Rates
from ccnode_protocol.tiers import Tier

if TYPE_CHECKING:
    from ccnode_crypto.canonical import Value
    from ccnode_crypto.certificate import Certificate
    from ccnode_protocol.frames import Frame
    from ccnode_protocol.handshake import Established, Transcript

SEND_SHARE: Final = 2  # the peer's minutes begin at another moment, so we use half of what it allows in ours
CHANCE_MAX: Final = 2**32
_HOPELESS: Final = {Reason.NETWORK, Reason.VERSION, Reason.OWN_KEY, Reason.OTHER_KEY, Reason.UNWANTED, Reason.BUSY}


class State(Enum):
    """How far it is."""

    GREETING = "greeting"  # the peer has not said what it is
    OPEN = "open"
    CLOSED = "closed"


ANY: Final = 0  # no frame has this type
# In this state a frame of this type is taken by this method, and leads there. Anything else ends the link.
TRANSITIONS: Final[dict[tuple[State, int], tuple[str, State]]] = {
    (State.GREETING, PING): ("_take_ping", State.GREETING),
    (State.GREETING, PONG): ("_take_pong", State.GREETING),
    (State.GREETING, MANIFEST): ("_take_manifest", State.OPEN),
    (State.GREETING, GOODBYE): ("_take_goodbye", State.CLOSED),
    (State.OPEN, PING): ("_take_ping", State.OPEN),
    (State.OPEN, PONG): ("_take_pong", State.OPEN),
    (State.OPEN, MANIFEST): ("_take_manifest", State.OPEN),
    (State.OPEN, GOODBYE): ("_take_goodbye", State.CLOSED),
    (State.GREETING, ENROL): ("_take_enrol", State.GREETING),
    (State.OPEN, ENROL): ("_take_enrol", State.OPEN),
    (State.OPEN, PACKED): ("_take_packed", State.OPEN),
    (State.OPEN, ANY): ("_take_other", State.OPEN),
}


class Greet(NamedTuple):
    """Send our manifest with `Link.greet`. `again`: ask for the peer's too, because its last one was dropped."""

    again: bool


class Manifested(NamedTuple):
    """What the peer says of itself, verified; the first of a link opens it. Keep it where `manifest.is_news`."""

    manifest: Manifest
    signed: Signed


class Enrolled(NamedTuple):
    """The peer's owner stands behind our node key from now on, by this certificate. Only where `Link.consent` was."""

    certificate: Certificate


class Deliver(NamedTuple):
    """A frame for sync, gossip or consensus. Its type may pass; what is in it is to be judged kind by kind."""

    frame: Frame


class Wait(NamedTuple):
    """Nothing was sent: it would be more than the peer takes. Try again at that time."""

    until_ms: int


Effect = Send | Close | Greet | Manifested | Enrolled | Deliver | Wait


class Link:
    """One side of a link.

    `established`: what the handshake gave. `tier`: the peer's, with us. Times: milliseconds of a clock that does not
    go back. `dropped`: frames that the tier did not allow. `round_trip_ms`: of the last ping that was answered.
    """

    def __init__(self, established: Established, tier: Tier, now_ms: int) -> None:
        said = established.transcript
        self.peer = established.peer
        self.own = said.client if established.role is Role.CLIENT else said.server
        self.version = established.version
        self.tier = tier
        self.state = State.GREETING
        self.manifest: Manifest | None = None
        self.round_trip_ms: int | None = None
        self.dropped = 0
        self._received = Rates(now_ms)
        self._sent = Rates(now_ms, SEND_SHARE)
        self._opened_ms = now_ms
        self._heard_ms = now_ms
        self._spoke_ms = now_ms
        self._greeted = False
        self._heartbeat_ms = limits.HEARTBEAT_MS if established.role is Role.CLIENT else limits.HEARTBEAT_CALLED_MS
        self._probed_ms = now_ms - limits.PROBE_MS
        self._pings = 0
        self._pinged_ms: int | None = None
        self._consents = False
        self._offered: Certificate | None = None  # the last certificate that came without our consent

    # --- what the caller does ---

    def start(self) -> list[Effect]:
        """Begin: whoever has a tier hears who we are."""
        return [Greet(again=False)] if tiers.may_send(self.tier, MANIFEST) else []

    def set_tier(self, tier: Tier, now_ms: int) -> list[Effect]:
        """The owner decided otherwise about the peer; it holds from the next frame on, in both directions."""
        had_one, self.tier = self.tier is not Tier.UNKNOWN, tier
        if self.state is State.CLOSED:
            return []
        if tier is Tier.UNKNOWN:
            return self.close(Reason.UNWANTED, "the owner took its tier away", now_ms) if had_one else []
        return [Greet(again=not had_one and self.manifest is None)]

    def greet(self, manifest: Signed, now_ms: int, *, again: bool = False) -> list[Effect]:
        """Say who we are; before that nothing else can be said."""
        self._greeted = True
        return self.send(MANIFEST, {**manifest.fields(), **({"again": True} if again else {})}, now_ms)

    def send(self, kind: int, body: dict[str, Value], now_ms: int) -> list[Effect]:
        """The frame to send; nothing where the tier does not allow it; Wait where it would be too much now.

        Raises:
            LocalError: the peer would refuse it; as anything is that comes before both sides have said who they are.
        """
        if self.state is State.CLOSED or not tiers.may_send(self.tier, kind):
            return []
        if kind not in KEEPING_TYPES and (self.state is State.GREETING or not self._greeted):
            raise LocalError(f"about to send {frames.name_of(kind)} before both manifests")
        data = frames.encode(kind, body)
        if self._sent.take(kind, len(data), now_ms) is not None:
            return [Wait(self._sent.until_ms)]
        self._spoke_ms = now_ms
        return [Send(data)]

    def permits(self, data: bytes) -> bool:
        """Whether a frame of ours that waited in a queue may still go to this peer."""
        return self.state is not State.CLOSED and tiers.may_send(self.tier, frames.type_of(data))

    def close(self, reason: Reason, text: str, now_ms: int) -> list[Effect]:
        """Say goodbye and end it."""
        if self.state is State.CLOSED:
            return []
        goodbye = self.send(GOODBYE, {"reason": int(reason), "text": text[: limits.REASON_CHARS_MAX]}, now_ms)
        return [*goodbye, self._end(reason, text)]

    def ping(self, now_ms: int) -> list[Effect]:
        """Ask for a sign of life now; `round_trip_ms` has the answer."""
        effects = self.send(PING, {"number": self._pings + 1}, now_ms)
        if effects and isinstance(effects[0], Send):
            self._pings += 1
            self._pinged_ms = now_ms
        return effects

    @property
    def is_pinging(self) -> bool:
        """Whether a ping waits for its answer."""
        return self._pinged_ms is not None

    def enrol(self, certificate: Certificate, now_ms: int) -> list[Effect]:
        """Give the peer a certificate of our owner for its node key. It is taken where the peer's owner consents."""
        body: dict[str, Value] = {"certificate": certificate.body, "certificate_signature": certificate.signature}
        return self.send(ENROL, body, now_ms)

    def consent(self) -> list[Effect]:
        """Our owner wants this node to become one of the peer's owner: take one certificate, also one that came before.

        That is so where an invitation of this peer for core was redeemed, or people compared words and said so.
        """
        self._consents = True
        return self._enrolled()

    def _enrolled(self) -> list[Effect]:
        offered = self._offered
        if offered is None or not self._consents or self.state is State.CLOSED:
            return []
        self._offered, self._consents = None, False
        return [Enrolled(offered)]

    # --- time ---

    def timer(self) -> int | None:
        """When `tick` is due; None when it is closed."""
        if self.state is State.CLOSED:
            return None
        ends = [self._heard_ms + self._silence_ms, self._spoke_ms + self._heartbeat_ms]
        if not self._is_probed:
            ends.append(self._heard_ms + limits.PROBE_MS)
        return min([*ends, self._opened_ms + limits.UNKNOWN_LINK_MS] if self.tier is Tier.UNKNOWN else ends)

    def tick(self, now_ms: int) -> list[Effect]:
        """What is due: a ping, or the end."""
        if self.state is State.CLOSED:
            return []
        if now_ms >= self._heard_ms + self._silence_ms:
            return [self._end(Reason.SILENT, f"nothing came for {self._silence_ms} ms")]
        if self.tier is Tier.UNKNOWN and now_ms >= self._opened_ms + limits.UNKNOWN_LINK_MS:
            return self.close(Reason.UNWANTED, "nobody has accepted this peer", now_ms)
        is_probe = now_ms >= self._heard_ms + limits.PROBE_MS and not self._is_probed
        if not is_probe and now_ms < self._spoke_ms + self._heartbeat_ms:
            return []
        self._probed_ms = now_ms if is_probe else self._probed_ms
        effects = self.ping(now_ms)
        self._spoke_ms = now_ms  # also where it has to wait, or this would be due for ever
        return [effect for effect in effects if not isinstance(effect, Wait)]

    @property
    def _silence_ms(self) -> int:
        return limits.GREETING_MS if self.state is State.GREETING else limits.SILENCE_MS

    @property
    def _is_probed(self) -> bool:
        """Whether it was asked for a sign of life since it gave one."""
        return self._probed_ms >= self._heard_ms + limits.PROBE_MS

    # --- what comes ---

    def hear(self, now_ms: int) -> None:
        """Some bytes came, perhaps no whole message yet: on a slow line a large one takes longer than silence may."""
        self._heard_ms = now_ms

    def receive(self, data: bytes, now_ms: int) -> list[Effect]:
        """Take one whole message. Whatever it holds, nothing is raised: a Close says what is wrong with it."""
        if self.state is State.CLOSED:
            return []
        self.hear(now_ms)
        try:
            kind = frames.type_of(data)
            over = self._received.take(kind, len(data), now_ms)
            if over is not None:
                return self.close(Reason.OVER_RATE, over, now_ms)
            return self._take(kind, data, now_ms)
        except RemoteError as error:
            return self.close(Reason.MALFORMED, str(error), now_ms)

    def _take(self, kind: int, data: bytes, now_ms: int) -> list[Effect]:
        if kind in frames.FORMS and not tiers.may_receive(self.tier, kind):
            self.dropped += 1
            return []
        frame = frames.decode(data)
        if not frame.is_known:
            return []
        found = TRANSITIONS.get((self.state, kind)) or TRANSITIONS.get((self.state, ANY))
        if found is None or kind in HANDSHAKE_TYPES:
            return self.close(Reason.UNEXPECTED, f"{frame.name} while {self.state.value}", now_ms)
        take, following = found
        effects: list[Effect] = getattr(self, take)(frame, now_ms)
        if self.state is not State.CLOSED:
            self.state = following
        return effects

    def _take_ping(self, frame: Frame, now_ms: int) -> list[Effect]:
        effects = self.send(PONG, {"number": frame.body["number"]}, now_ms)
        return [effect for effect in effects if not isinstance(effect, Wait)]

    def _take_pong(self, frame: Frame, now_ms: int) -> list[Effect]:
        if self._pinged_ms is not None and frame.body["number"] == self._pings:
            self.round_trip_ms = now_ms - self._pinged_ms
            self._pinged_ms = None
        return []

    def _take_manifest(self, frame: Frame, now_ms: int) -> list[Effect]:
        try:
            manifest = read_manifest(frame.body, self.peer, self.own)
        except RemoteError as error:
            return self.close(Reason.UNPROVEN, str(error), now_ms)
        effects: list[Effect] = []
        if is_news(manifest, self.manifest):
            self.manifest = manifest
            effects.append(Manifested(manifest, _signed(frame)))
        if frame.body.get("again") is True and tiers.may_send(self.tier, MANIFEST):
            effects.append(Greet(again=False))
        return effects

    def _take_enrol(self, frame: Frame, now_ms: int) -> list[Effect]:
        body, signature = frame.body["certificate"], frame.body["certificate_signature"]
        try:
            certificate = read_certificate(
                body if isinstance(body, bytes) else b"", signature if isinstance(signature, bytes) else b""
            )
        except CryptoError as error:
            return self.close(Reason.UNPROVEN, f"enrol.certificate: {error}", now_ms)
        if certificate.node != self.own:
            return self.close(Reason.UNPROVEN, "enrol.certificate: it is another node's", now_ms)
        self._offered = certificate
        return self._enrolled()

    def _take_packed(self, frame: Frame, now_ms: int) -> list[Effect]:
        kind = packing.type_in(frame)
        if not tiers.may_receive(self.tier, kind):
            self.dropped += 1
            return []
        data = packing.unpack(frame)
        over = self._received.take(kind, len(data), now_ms, is_inside=True)
        return self.close(Reason.OVER_RATE, over, now_ms) if over is not None else self._take(kind, data, now_ms)

    def _take_goodbye(self, frame: Frame, _now_ms: int) -> list[Effect]:
        number = frame.body["reason"]
        reason = Reason(number) if number in set(Reason) else Reason.DONE
        return [self._end(reason, f"the peer ended it, {number!r}: {frame.body['text']!r}")]

    def _take_other(self, frame: Frame, _now_ms: int) -> list[Effect]:
        return [Deliver(frame)]

    def _end(self, reason: Reason, text: str) -> Close:
        self.state = State.CLOSED
        return Close(reason, text)


def _signed(frame: Frame) -> Signed:
    body, signature = frame.body["body"], frame.body["signature"]
    if not isinstance(body, bytes) or not isinstance(signature, bytes):
        raise LocalError("a field that is not of its form")
    return Signed(body, signature)


def replaces(new: Transcript, old: Transcript) -> bool:
    """Whether, of two links with one peer, the new one is kept; both sides decide alike.

    Two calls from one side: the newer, for whoever calls again has lost the older. Calls from both sides that crossed:
    the one that the smaller key made.
    """
    return new.client == old.client or new.client < new.server


def retry_delay_ms(attempt: int, chance: int, reason: Reason | None = None) -> int:
    """How long to wait before the next call, after `attempt` calls in a row that failed (from 0).

    `chance`: a random integer below CHANCE_MAX, so that nodes that lost the same peer do not call at the same moment.
    `reason`: why the last link ended, where it did. Doubles from RETRY_FIRST_MS to RETRY_MOST_MS; after an end
    that will not mend by itself it is RETRY_UNWANTED_MS. A half of it is chance. There is no last attempt.

    Raises:
        LocalError: `chance` is out of its bounds.
    """
    if not 0 <= chance < CHANCE_MAX or attempt < 0:
        raise LocalError(f"retry: an attempt from 0 and a chance below {CHANCE_MAX} are expected")
    doublings = min(attempt, limits.RETRY_MOST_MS.bit_length())
    most = min(limits.RETRY_FIRST_MS << doublings, limits.RETRY_MOST_MS)
    if reason in _HOPELESS:
        most = limits.RETRY_UNWANTED_MS
    return most // 2 + (most - most // 2) * chance // CHANCE_MAX
