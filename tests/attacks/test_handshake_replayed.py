"""Is what was recorded, reflected, relayed or signed for something else of no use? 0 accepted in 10,000 each."""

from __future__ import annotations

from random import Random
from typing import Any

from ccnode_crypto import canonical
from ccnode_crypto.keys import Purpose, SigningKey, StatementPurpose
from ccnode_protocol import frames, link_frames
from ccnode_protocol.effects import Close, Reason, Send
from ccnode_protocol.handshake import Established, Handshake, Role, commitment
from tests.attacks.handshakes import (
    ALICE,
    BOB,
    CERTIFICATE,
    MALLORY,
    TRIES,
    client,
    fooled,
    nonce,
    play,
    recorded,
    server,
)

PURPOSES: tuple[Purpose, ...] = ("head", "owner-certificate", "owner-revocation", "peer-manifest", "parcel")
PURPOSES += (StatementPurpose("owner-statement plate"), StatementPurpose("owner-statement baseline"))
Signer = tuple[Handshake, SigningKey, Role]
RECORDED = [recorded(number) for number in range(50)]


def answers(machine: Handshake, data: bytes) -> list[Any]:
    return list(machine.receive(data, 1))


def ends_badly(effects: list[Any]) -> bool:
    return not any(isinstance(effect, Established) for effect in effects)


def test_frames_of_earlier_handshakes_said_to_a_server() -> None:
    chance = Random(1)
    for number in range(TRIES):
        hello, _, proof, _ = chance.choice(RECORDED)
        bob = server(("fresh", number))
        bob.start()
        assert ends_badly(answers(bob, hello))
        effects = answers(bob, proof)
        assert ends_badly(effects)
        assert effects[0].reason is Reason.UNPROVEN


def test_frames_of_earlier_handshakes_said_to_a_client() -> None:
    chance = Random(2)
    for number in range(TRIES):
        _, hello, _, proof = chance.choice(RECORDED)
        alice = client(("fresh", number))
        alice.start()
        assert ends_badly(answers(alice, hello))
        assert ends_badly(answers(alice, proof))


def test_single_frames_of_earlier_handshakes_in_a_fresh_one() -> None:
    chance, accepted = Random(3), 0
    for number in range(TRIES):
        place, old = chance.randrange(4), chance.choice(RECORDED)

        def replay(at: int, data: bytes, place: int = place, old: list[bytes] = old) -> bytes:
            return old[place] if at == place else data

        outcome = play(client(("single", number)), server(("single", number)), replay)
        accepted += fooled(outcome, place)
    assert accepted == 0


def test_somebody_in_the_middle_with_a_certificate_of_her_own() -> None:
    """She passes every frame on unaltered; each side sees another certificate."""
    chance, accepted = Random(4), 0
    for number in range(TRIES):
        hers = (
            chance.randbytes(32)
            if number % 2
            else bytes(CERTIFICATE[:-1]) + bytes([CERTIFICATE[-1] ^ 1 + number % 255])
        )
        outcome = play(client(number, fingerprint=hers), server(number))
        accepted += isinstance(outcome.client, Established) + isinstance(outcome.server, Established)
        assert isinstance(outcome.server, Close)
        assert outcome.server.reason is Reason.UNPROVEN
    assert accepted == 0


def test_somebody_in_the_middle_with_a_key_of_her_own_is_not_who_was_called() -> None:
    for number in range(100):
        outcome = play(client(number, expected=BOB.public.raw), server(number, key=MALLORY))
        assert isinstance(outcome.client, Close)
        assert outcome.client.reason is Reason.OTHER_KEY
        assert outcome.server is None
        assert len(outcome.frames) == 2  # nothing was proven to her, or shown of an invitation


def test_signatures_for_other_purposes() -> None:
    """The right key over the right bytes, but asked for as something else: a head, a certificate, a manifest ..."""
    chance, accepted = Random(5), 0
    for number in range(TRIES):
        place, purpose = chance.choice((2, 3)), chance.choice(PURPOSES)
        one, other = client(number), server(number)
        signer = (one, ALICE, Role.CLIENT) if place == 2 else (other, BOB, Role.SERVER)

        def alter(
            at: int, data: bytes, place: int = place, purpose: Purpose = purpose, signer: Signer = signer
        ) -> bytes:
            if at != place:
                return data
            side, key, role = signer
            kind, body = frames.decode(data)
            rest = {name: value for name, value in body.items() if name != "signature"}
            message = side._agreed.signed_by(role, side._frames[:place], rest)
            assert canonical.encode([kind, {**rest, "signature": key.sign("link", message)}]) == data
            return canonical.encode([kind, {**rest, "signature": key.sign(purpose, message)}])

        accepted += fooled(play(one, other, alter), place)
    assert accepted == 0


def test_what_a_client_signed_said_back_to_it() -> None:
    """Mallory has no key worth anything and reflects: hello for hello, signature for signature."""
    for number in range(TRIES // 10):
        alice = client(number)
        (hello,) = (effect.data for effect in alice.start() if isinstance(effect, Send))
        body = frames.decode(hello).body
        answer = {name: body[name] for name in ("network", "versions", "key")}
        effects = answers(alice, frames.encode(2, {**answer, "version": 1, "nonce": nonce("mirror", number)}))
        assert [effect.reason for effect in effects] == [Reason.OWN_KEY]

        alice = client(number)
        alice.start()
        named = {**answer, "key": BOB.public.raw, "version": 1, "nonce": nonce("mirror", number)}
        (proof,) = answers(alice, frames.encode(link_frames.SERVER_HELLO, named))
        signature = frames.decode(proof.data).body["signature"]
        effects = answers(alice, frames.encode(link_frames.SERVER_PROOF, {"signature": signature}))
        assert [effect.reason for effect in effects] == [Reason.UNPROVEN]


def test_a_relayed_handshake_of_a_server_that_also_calls() -> None:
    """Mallory calls Bob while Alice calls her, and passes Bob's proof off as an answer to Alice: keys differ."""
    for number in range(TRIES // 10):
        alice, bob = client(number), server(number)
        bob.start()
        (hello,) = (effect.data for effect in alice.start() if isinstance(effect, Send))
        (answer,) = answers(bob, hello)
        (proof,) = answers(alice, answer.data)
        hers = {**frames.decode(hello).body, "key": MALLORY.public.raw}
        hers["commitment"] = commitment(MALLORY.public.raw, nonce("hers", number))
        bob = server(number)
        bob.start()
        answers(bob, frames.encode(link_frames.CLIENT_HELLO, hers))
        theirs = {**frames.decode(proof.data).body, "nonce": nonce("hers", number)}
        effects = answers(bob, frames.encode(link_frames.CLIENT_PROOF, theirs))
        assert [effect.reason for effect in effects] == [Reason.UNPROVEN]


def test_a_client_that_chooses_its_nonce_after_it_has_seen_the_servers() -> None:
    """Its signature is right, over the nonce that it shows; but that is not the one it committed to."""
    for number in range(TRIES):
        mallory, bob = client(number, key=MALLORY), server(number)
        bob.start()
        (hello,) = (effect.data for effect in mallory.start() if isinstance(effect, Send))
        (answer,) = answers(bob, hello)
        mallory._nonce = nonce("better", number)
        (proof,) = answers(mallory, answer.data)
        effects = answers(bob, proof.data)
        assert [effect.reason for effect in effects] == [Reason.UNPROVEN]
        assert "committed" in effects[0].text


def test_a_downgrade_is_refused_by_both() -> None:
    """Both speak 1 and 3; somebody in the middle wants 1, by any of the fields that could bring it about."""
    both = {"versions": (1, 3)}

    def first_only(at: int, data: bytes) -> bytes:
        kind, body = frames.decode(data)
        return canonical.encode([kind, {**body, "versions": [1]}]) if at == 0 else data

    def chosen_only(at: int, data: bytes) -> bytes:
        kind, body = frames.decode(data)
        return canonical.encode([kind, {**body, "version": 1}]) if at == 1 else data

    def hello_only(at: int, data: bytes) -> bytes:
        kind, body = frames.decode(data)
        if at == 0:
            return canonical.encode([kind, {**body, "versions": [1]}])
        return canonical.encode([kind, {**body, "versions": [1]}]) if at == 1 else data

    for change in (first_only, chosen_only, hello_only):
        outcome = play(client(**both), server(**both), change)
        assert not isinstance(outcome.client, Established)
        assert not isinstance(outcome.server, Established)
    honest = play(client(**both), server(**both))
    assert isinstance(honest.client, Established)
    assert honest.client.version == 3
