"""Do the parts make one way from a code that somebody typed to a link on which chains may flow, and back to nothing?"""

from __future__ import annotations

from ccnode_crypto.certificate import certify
from ccnode_crypto.keys import SigningKey
from ccnode_protocol import frames, invitation, link, tiers
from ccnode_protocol.effects import Close, Reason, Send
from ccnode_protocol.handshake import Established, Handshake, Role
from ccnode_protocol.link import Deliver, Greet, Link, Manifested
from ccnode_protocol.manifest import Manifest, sign_manifest
from ccnode_protocol.tiers import Tier
from ccnode_protocol.words import authentication_words
from tests.attacks.handshakes import nonce
from tests.protocol.test_frames import sample

OWNER, INVITER, JOINER = (SigningKey(bytes([number]) * 32) for number in (21, 22, 23))
WALL_MS = 1_700_000_000_000
CERTIFICATE = b"f" * 32


class Side:
    """What `net` will be: it does what effects say. Here sending is a list."""

    def __init__(self, key: SigningKey, established: Established, tier: Tier) -> None:
        self.key = key
        self.link = Link(established, tier, 0)
        self.out: list[bytes] = []
        self.got: list[object] = []
        self.sequence = 0
        self.do(self.link.start())

    def do(self, effects: list[link.Effect]) -> None:
        for effect in effects:
            if isinstance(effect, Send):
                self.out.append(effect.data)
            elif isinstance(effect, Greet):
                self.sequence += 1
                paper = certify(OWNER, self.key.public.raw, 1)
                said = Manifest(
                    self.key.public.raw, self.link.peer, self.sequence, tier=self.link.tier, certificate=paper
                )
                self.do(self.link.greet(sign_manifest(self.key, said), 1, again=effect.again))
            else:
                self.got.append(effect)


def exchange(one: Side, other: Side) -> None:
    """Carry what is to be sent until both are quiet."""
    while one.out or other.out:
        for giver, taker in ((one, other), (other, one)):
            sent, giver.out = giver.out, []
            for data in sent:
                taker.do(taker.link.receive(data, 2))


def test_from_a_code_to_a_link_and_back() -> None:
    # The inviter opens an invitation and shows its code; the joiner types it.
    made = invitation.Code(INVITER.public.raw, b"sixteen secrets!", WALL_MS + 60_000, "192.0.2.1:8101", Tier.CORE)
    book = invitation.Invitations()
    book.add(made.key, Tier.CORE, made.expires_ms, WALL_MS)
    text = invitation.write_code(made)
    code = invitation.read_code(text.upper())

    # The joiner calls that address, and nobody else than the inviter may answer.
    caller = Handshake(Role.CLIENT, JOINER, nonce("joiner"), CERTIFICATE, 0, expected=code.node, secret=code.key)
    called = Handshake(Role.SERVER, INVITER, nonce("inviter"), CERTIFICATE, 0)
    called.start()
    (hello,) = caller.start()
    assert isinstance(hello, Send)
    (answer,) = called.receive(hello.data, 1)
    assert isinstance(answer, Send)
    (proof,) = caller.receive(answer.data, 1)
    assert isinstance(proof, Send)
    last, at_inviter = called.receive(proof.data, 1)
    assert isinstance(last, Send)
    assert isinstance(at_inviter, Established)
    (at_joiner,) = caller.receive(last.data, 1)
    assert isinstance(at_joiner, Established)
    assert authentication_words(at_joiner.transcript) == authentication_words(at_inviter.transcript)

    # The inviter spends the invitation, and that is the joiner's tier; the joiner knew whom it joined.
    assert at_inviter.join is not None
    granted = book.redeem(at_inviter.join, at_inviter.transcript.binding, WALL_MS + 5)
    one, other = Side(INVITER, at_inviter, granted.tier), Side(JOINER, at_joiner, Tier.CORE)
    exchange(one, other)
    for side, peer in ((one, JOINER), (other, INVITER)):
        (said,) = side.got
        assert isinstance(said, Manifested)
        assert (said.manifest.node, said.manifest.tier) == (peer.public.raw, Tier.CORE)
        assert said.manifest.certificate is not None
        assert said.manifest.certificate.owner == OWNER.public.raw

    # Frames of sync pass in both directions.
    kind = min(kind for kind in frames.FORMS if kind >= 32)
    for giver, taker in ((one, other), (other, one)):
        giver.do(giver.link.send(kind, sample(frames.FORMS[kind]), 3))
        exchange(one, other)
        assert isinstance(taker.got[-1], Deliver)

    # The inviter makes it external: what only core is given is neither sent nor taken, at once.
    core_only = next(kind for kind in sorted(frames.FORMS) if kind >= 32 and not tiers.may_receive(Tier.EXTERNAL, kind))
    late = other.link.send(core_only, sample(frames.FORMS[core_only]), 4)
    one.do(one.link.set_tier(Tier.EXTERNAL, 4))
    heard = len(one.got)
    other.do(late)
    exchange(one, other)
    assert len(one.got) == heard
    assert one.link.dropped == 1
    assert other.link.manifest is not None
    assert other.link.manifest.tier is Tier.EXTERNAL

    # Then it removes it: both ends are closed, and the joiner knows why.
    one.do(one.link.set_tier(Tier.UNKNOWN, 5))
    exchange(one, other)
    for side in (one, other):
        end = side.got[-1]
        assert isinstance(end, Close)
        assert end.reason is Reason.UNWANTED
    assert link.retry_delay_ms(0, 0, Reason.UNWANTED) >= 30_000
