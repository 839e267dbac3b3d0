"""Who is at the other end? Both sides prove their node keys over one transcript, in four frames.

    client                                   server
    client-hello  (key, commitment)   ->
                                      <-     server-hello (key, nonce)
    client-proof  (nonce, signature)  ->
                                      <-     server-proof (signature)

TLS certificates are self-signed, so TLS keeps others out and says nothing about who is there. Each side signs, for the
purpose "link": the network, who signs, both keys, both nonces, the versions offered and chosen, the fingerprint of the
server's certificate as that side sees it, the bytes of all frames before, and whatever else its own proof holds.
Somebody in the middle has another certificate, so what he passes on does not verify.

The client commits to its nonce before it sees the server's. So nobody in the middle can choose nonces until the words
that people compare (words.py) come out alike on both sides.

The caller hands in the bytes of whole WebSocket messages, does what the effects say, and calls `tick` when `timer` is
due. Times are milliseconds of any clock that does not go back. Nonces are 32 random bytes, never used twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from ccnode_crypto import canonical
from ccnode_crypto.errors import CryptoError
from ccnode_crypto.keys import PublicKey, domain
from ccnode_protocol import frames, limits
from ccnode_protocol.effects import Close, Reason, Send
from ccnode_protocol.errors import LocalError, RemoteError
from ccnode_protocol.invitation import Join, join_with
from ccnode_protocol.link_frames import CLIENT_HELLO, CLIENT_PROOF, SERVER_HELLO, SERVER_PROOF

if TYPE_CHECKING:
    from ccnode_crypto.canonical import Value
    from ccnode_crypto.keys import SigningKey

NETWORK: Final = "ccnode/1"
VERSIONS: Final = (1,)
FINGERPRINT_BYTES: Final = 32


class Role(Enum):
    """Who called whom."""

    CLIENT = "client"
    SERVER = "server"


class State(Enum):
    """How far it is."""

    NEW = "new"
    HELLO_SENT = "hello sent"
    PROOF_SENT = "proof sent"
    LISTENING = "listening"
    HELLO_ANSWERED = "hello answered"
    DONE = "done"
    FAILED = "failed"


# In this state this type of frame is taken by this method, and leads there. Anything else fails.
TRANSITIONS: Final[dict[tuple[State, int], tuple[str, State]]] = {
    (State.HELLO_SENT, SERVER_HELLO): ("_take_server_hello", State.PROOF_SENT),
    (State.PROOF_SENT, SERVER_PROOF): ("_take_server_proof", State.DONE),
    (State.LISTENING, CLIENT_HELLO): ("_take_client_hello", State.HELLO_ANSWERED),
    (State.HELLO_ANSWERED, CLIENT_PROOF): ("_take_client_proof", State.DONE),
}


@dataclass(frozen=True, slots=True)
class Transcript:
    """What both sides must have seen alike."""

    client: bytes
    server: bytes
    client_nonce: bytes
    server_nonce: bytes
    client_versions: tuple[int, ...]
    server_versions: tuple[int, ...]
    version: int
    fingerprint: bytes

    @property
    def fields(self) -> dict[str, Value]:
        """By name, as they are signed."""
        return {
            "network": NETWORK,
            "client": self.client,
            "server": self.server,
            "client_nonce": self.client_nonce,
            "server_nonce": self.server_nonce,
            "client_versions": list(self.client_versions),
            "server_versions": list(self.server_versions),
            "version": self.version,
            "fingerprint": self.fingerprint,
        }

    @property
    def binding(self) -> bytes:
        """32 bytes that name this handshake and no other; for proofs that are to hold in it alone."""
        return sha256(domain("link-binding") + canonical.encode(self.fields)).digest()

    def signed_by(self, role: Role, before: tuple[bytes, ...], rest: dict[str, Value]) -> bytes:
        """The message that this side signs. `before`: all frames so far; `rest`: its own proof but the signature."""
        seen = b"".join(len(data).to_bytes(4, "big") + data for data in before)
        return canonical.encode(
            {
                **self.fields,
                "signer": role.value,
                "frames": sha256(seen).digest(),
                "rest": sha256(canonical.encode(rest)).digest(),
            }
        )


@dataclass(frozen=True, slots=True)
class Established:
    """Effect: the peer holds this node key, and the link is bound to both. `join`: shown by it, not yet checked."""

    peer: bytes
    role: Role
    transcript: Transcript
    join: Join | None = None

    @property
    def version(self) -> int:
        """The version that both speak from here on."""
        return self.transcript.version


Effect = Send | Close | Established


class _Refused(Exception):  # it says what happened
    """Ends the handshake; never leaves this module."""

    def __init__(self, reason: Reason, text: str) -> None:
        super().__init__(text)
        self.close = Close(reason, text)


def commitment(key: bytes, nonce: bytes) -> bytes:
    """What a client shows of its nonce before it has seen the server's."""
    return sha256(domain("link-nonce") + key + nonce).digest()


class Handshake:
    """One side of one handshake.

    `fingerprint`: SHA-256 of the server's TLS certificate (DER) on this very connection: for a client the one it was
    shown, for a server its own. `expected`: the only peer that a client wants to meet. `secret`: of the invitation that
    a client redeems; then `expected` is the inviter.
    """

    def __init__(
        self,
        role: Role,
        key: SigningKey,
        nonce: bytes,
        fingerprint: bytes,
        now_ms: int,
        *,
        versions: tuple[int, ...] = VERSIONS,
        expected: bytes | None = None,
        secret: bytes | None = None,
    ) -> None:
        if len(nonce) != limits.NONCE_BYTES or len(fingerprint) != FINGERPRINT_BYTES:
            raise LocalError("handshake: a nonce and a fingerprint of 32 bytes each are expected")
        if secret is not None and (expected is None or role is Role.SERVER):
            raise LocalError("handshake: only a client redeems an invitation, and it knows whose it is")
        self.role = role
        self.state = State.NEW
        self._key = key
        self._nonce = nonce
        self._fingerprint = fingerprint
        self._versions = versions
        self._expected = expected
        self._secret = secret
        self._deadline_ms = now_ms + limits.HANDSHAKE_MS
        self._frames: tuple[bytes, ...] = ()
        self._commitment = b""
        self._transcript: Transcript | None = None

    def start(self) -> list[Effect]:
        """Begin: a client says hello, a server listens."""
        if self.state is not State.NEW:
            raise LocalError("handshake: it has begun")
        if self.role is Role.SERVER:
            self.state = State.LISTENING
            return []
        own = self._key.public.raw
        body: dict[str, Value] = {
            "network": NETWORK,
            "versions": list(self._versions),
            "key": own,
            "commitment": commitment(own, self._nonce),
        }
        self.state = State.HELLO_SENT
        return [self._send(CLIENT_HELLO, body)]

    def timer(self) -> int | None:
        """When `tick` is due; None when this is over."""
        return None if self.state in {State.DONE, State.FAILED} else self._deadline_ms

    def tick(self, now_ms: int) -> list[Effect]:
        """Give up when the time is over."""
        due = self.timer()
        if due is None or now_ms < due:
            return []
        return [self._fail(Close(Reason.TIMEOUT, f"no handshake within {limits.HANDSHAKE_MS} ms"))]

    def receive(self, data: bytes, now_ms: int) -> list[Effect]:
        """Take one whole message. Whatever it holds, nothing is raised: a Close says what is wrong with it."""
        if self.state is State.FAILED:
            return []
        late = self.tick(now_ms)
        if late:
            return late
        try:
            kind = frames.type_of(data)
            if (self.state, kind) not in TRANSITIONS:
                raise _Refused(Reason.UNEXPECTED, f"{frames.name_of(kind)} while {self.state.value}")
            take, following = TRANSITIONS[self.state, kind]
            effects: list[Effect] = getattr(self, take)(data, frames.decode(data).body)
        except _Refused as refused:
            return [self._fail(refused.close)]
        except RemoteError as error:
            return [self._fail(Close(Reason.MALFORMED, str(error)))]
        self.state = following
        return effects

    def _fail(self, close: Close) -> Close:
        self.state = State.FAILED
        return close

    def _send(self, kind: int, body: dict[str, Value]) -> Send:
        data = frames.encode(kind, body)
        self._frames += (data,)
        return Send(data)

    # --- the four frames ---

    def _take_client_hello(self, data: bytes, body: dict[str, Value]) -> list[Effect]:
        client, offered = self._greeted(body)
        common = set(offered) & set(self._versions)
        if not common:
            raise _Refused(Reason.VERSION, f"it speaks versions {offered}, we {list(self._versions)}: update one side")
        self._commitment = _bytes(body["commitment"])
        own = self._key.public.raw
        self._transcript = Transcript(
            client, own, b"", self._nonce, offered, self._versions, max(common), self._fingerprint
        )
        self._frames += (data,)
        hello: dict[str, Value] = {
            "network": NETWORK,
            "versions": list(self._versions),
            "version": max(common),
            "key": own,
            "nonce": self._nonce,
        }
        return [self._send(SERVER_HELLO, hello)]

    def _take_server_hello(self, data: bytes, body: dict[str, Value]) -> list[Effect]:
        server, offered = self._greeted(body)
        if self._expected is not None and server != self._expected:
            raise _Refused(Reason.OTHER_KEY, f"node {server.hex()} answers, {self._expected.hex()} was called")
        version, common = body["version"], set(offered) & set(self._versions)
        if not common or version != max(common):
            raise _Refused(Reason.VERSION, f"version {version!r} chosen, of {offered} and {list(self._versions)}")
        transcript = Transcript(
            self._key.public.raw,
            server,
            self._nonce,
            _bytes(body["nonce"]),
            self._versions,
            offered,
            max(common),
            self._fingerprint,
        )
        self._transcript = transcript
        self._frames += (data,)
        proof: dict[str, Value] = {"nonce": self._nonce}
        if self._secret is not None:
            join = join_with(self._secret, transcript.binding)
            proof |= {"invitation": join.invitation, "join": join.proof}
        message = transcript.signed_by(Role.CLIENT, self._frames, proof)
        return [self._send(CLIENT_PROOF, {**proof, "signature": self._key.sign("link", message)})]

    def _take_client_proof(self, data: bytes, body: dict[str, Value]) -> list[Effect]:
        hello = self._agreed
        nonce = _bytes(body["nonce"])
        if commitment(hello.client, nonce) != self._commitment:
            raise _Refused(Reason.UNPROVEN, "client-proof.nonce: not the one that was committed to")
        if ("invitation" in body) != ("join" in body):
            raise _Refused(Reason.MALFORMED, "client-proof: invitation and join belong together")
        transcript = Transcript(
            hello.client,
            hello.server,
            nonce,
            hello.server_nonce,
            hello.client_versions,
            hello.server_versions,
            hello.version,
            hello.fingerprint,
        )
        self._transcript = transcript
        self._verify(transcript.client, Role.CLIENT, body)
        self._frames += (data,)
        join = Join(_bytes(body["invitation"]), _bytes(body["join"])) if "join" in body else None
        signature = self._key.sign("link", transcript.signed_by(Role.SERVER, self._frames, {}))
        send = self._send(SERVER_PROOF, {"signature": signature})
        return [send, Established(transcript.client, self.role, transcript, join)]

    def _take_server_proof(self, _data: bytes, body: dict[str, Value]) -> list[Effect]:
        transcript = self._agreed
        self._verify(transcript.server, Role.SERVER, body)
        return [Established(transcript.server, self.role, transcript)]

    # --- checks ---

    @property
    def _agreed(self) -> Transcript:
        if self._transcript is None:
            raise LocalError("handshake: no hello was taken")
        return self._transcript

    def _greeted(self, body: dict[str, Value]) -> tuple[bytes, tuple[int, ...]]:
        """The key and the versions of a hello, if it is of our network and well formed."""
        if body["network"] != NETWORK:
            raise _Refused(Reason.NETWORK, f"network {body['network']!r}, ours is {NETWORK!r}")
        key, offered = _bytes(body["key"]), body["versions"]
        versions = tuple(item for item in offered if isinstance(item, int)) if isinstance(offered, list) else ()
        if list(versions) != sorted(set(versions)):
            raise _Refused(Reason.MALFORMED, "hello.versions: each once, in ascending order, is expected")
        if key == self._key.public.raw:
            raise _Refused(Reason.OWN_KEY, "our own key came back: this node, or a copy of it")
        return key, versions

    def _verify(self, key: bytes, role: Role, body: dict[str, Value]) -> None:
        rest = {name: value for name, value in body.items() if name != "signature"}
        message = self._agreed.signed_by(role, self._frames, rest)
        try:
            PublicKey(key).verify("link", message, _bytes(body["signature"]))
        except CryptoError as error:
            raise _Refused(Reason.UNPROVEN, f"{role.value}-proof.signature: {error}") from error


def _bytes(value: Value) -> bytes:
    """A field that its form has shown to be bytes."""
    if not isinstance(value, bytes):
        raise LocalError("a field that is not of its form")
    return value
