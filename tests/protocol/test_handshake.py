"""Do two nodes prove themselves in four frames, in time, and does everything that is out of order end it?"""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from ccnode_crypto import canonical
from ccnode_protocol import frames, limits
from ccnode_protocol.effects import Close, Reason, Send
from ccnode_protocol.errors import LocalError
from ccnode_protocol.handshake import TRANSITIONS, Established, Role, State
from ccnode_protocol.invitation import join_with
from tests.attacks.handshakes import ALICE, BOB, SECRET, client, nonce, play, recorded, server
from tests.fuzz.mutate import mutate


def reason(end: object) -> Reason:
    assert isinstance(end, Close)
    return end.reason


def test_both_are_established_over_one_transcript() -> None:
    outcome = play(client(), server())
    assert isinstance(outcome.client, Established)
    assert isinstance(outcome.server, Established)
    assert (outcome.client.peer, outcome.server.peer) == (BOB.public.raw, ALICE.public.raw)
    assert (outcome.client.role, outcome.server.role) == (Role.CLIENT, Role.SERVER)
    assert outcome.client.transcript == outcome.server.transcript
    assert outcome.client.transcript.binding == outcome.server.transcript.binding
    assert (outcome.client.version, outcome.server.join) == (1, None)


def test_bindings_differ_from_handshake_to_handshake() -> None:
    ends = [play(client(number), server(number)).client for number in range(5)]
    assert len({end.transcript.binding for end in ends if isinstance(end, Established)}) == 5


def test_an_invitation_is_shown_to_the_inviter() -> None:
    outcome = play(client(expected=BOB.public.raw, secret=SECRET), server())
    assert isinstance(outcome.server, Established)
    assert outcome.server.join == join_with(SECRET, outcome.server.transcript.binding)


def test_the_highest_version_in_common_is_spoken() -> None:
    outcome = play(client(versions=(1, 2, 4)), server(versions=(2, 3, 4, 9)))
    assert isinstance(outcome.client, Established)
    assert outcome.client.version == 4


def test_no_version_in_common() -> None:
    outcome = play(client(versions=(1,)), server(versions=(2,)))
    assert reason(outcome.server) is Reason.VERSION
    assert outcome.client is None


def altered(number: int, **fields: Any) -> Any:
    """A change of one frame's fields."""

    def change(at: int, data: bytes) -> bytes:
        kind, body = frames.decode(data)
        return canonical.encode([kind, {**body, **fields}]) if at == number else data

    return change


@pytest.mark.parametrize(
    ("number", "fields", "expected"),
    [
        (0, {"network": "ccnode/2"}, Reason.NETWORK),
        (0, {"versions": [2, 1]}, Reason.MALFORMED),
        (0, {"versions": [1, 1]}, Reason.MALFORMED),
        (0, {"versions": []}, Reason.MALFORMED),
        (0, {"versions": list(range(1, 18))}, Reason.MALFORMED),
        (0, {"key": b"short"}, Reason.MALFORMED),
        (0, {"key": BOB.public.raw}, Reason.OWN_KEY),
        (1, {"key": ALICE.public.raw}, Reason.OWN_KEY),
        (1, {"version": 2}, Reason.VERSION),
        (1, {"versions": [2]}, Reason.VERSION),
        (1, {"versions": [1, 2]}, None),  # in itself it fits; the server finds that it did not say so
        (2, {"nonce": nonce("another")}, Reason.UNPROVEN),
        (2, {"invitation": b"i" * 16}, Reason.MALFORMED),
        (2, {"join": b"j" * 32}, Reason.MALFORMED),
        (2, {"invitation": b"i" * 16, "join": b"j" * 32}, Reason.UNPROVEN),
        (3, {"signature": bytes(64)}, Reason.UNPROVEN),
        (3, {"unknown": 1}, Reason.UNPROVEN),
    ],
)
def test_refused(number: int, fields: dict[str, Any], expected: Reason | None) -> None:
    outcome = play(client(), server(), altered(number, **fields))
    end = outcome.client if number % 2 else outcome.server
    if expected is None:
        assert end is None
        assert reason(outcome.server) is Reason.UNPROVEN
    else:
        assert reason(end) is expected


@pytest.mark.parametrize("number", [0, 1])
def test_a_key_of_small_order_proves_nothing(number: int) -> None:
    outcome = play(client(), server(), altered(number, key=bytes(32)))
    assert Reason.UNPROVEN in {end.reason for end in (outcome.client, outcome.server) if isinstance(end, Close)}


def test_unknown_fields_are_signed_with_the_rest() -> None:
    """A later version's field in a hello survives where both sides see the same bytes, and only there."""
    outcome = play(client(), server(), altered(0, later="x"))
    assert reason(outcome.server) is Reason.UNPROVEN


def machine_in(state: State) -> Any:
    """A machine that stands in this state."""
    one, other = client(), server()
    told = recorded(0)
    if state is State.NEW:
        return one
    one.start()
    other.start()
    if state is State.PROOF_SENT or state is State.DONE:
        one.receive(told[1], 1)
    if state is State.DONE:
        one.receive(told[3], 1)
    if state is State.FAILED:
        one.receive(b"", 1)
    if state is State.HELLO_ANSWERED:
        other.receive(told[0], 1)
    chosen = other if state in {State.LISTENING, State.HELLO_ANSWERED} else one
    assert chosen.state is state
    return chosen


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("kind", [*sorted(frames.FORMS)[:8], 200])
def test_every_cell_of_the_table(state: State, kind: int) -> None:
    """What the table has leads on with the recorded frame; all else ends it, whatever else it holds."""
    machine = machine_in(state)
    if (state, kind) in TRANSITIONS:
        effects = machine.receive(recorded(0)[kind - 1], 1)
        assert machine.state is TRANSITIONS[state, kind][1]
        assert not any(isinstance(effect, Close) for effect in effects)
        return
    (*_, end) = machine.receive(canonical.encode([kind, {}]), 1) or [None]
    assert machine.state is State.FAILED
    if state is not State.FAILED:
        assert reason(end) is Reason.UNEXPECTED


def test_it_takes_five_seconds_at_most() -> None:
    for machine in (client(), server()):
        assert machine.timer() == limits.HANDSHAKE_MS == 5_000
        machine.start()
        assert machine.tick(4_999) == []
        assert reason(machine.tick(5_000)[0]) is Reason.TIMEOUT
        assert machine.timer() is None
        assert machine.tick(5_001) == []
        assert machine.receive(recorded(0)[0], 5_002) == []


def test_a_frame_that_comes_too_late_is_not_looked_at() -> None:
    bob = server()
    bob.start()
    assert reason(bob.receive(recorded(0)[0], 5_000)[0]) is Reason.TIMEOUT


def test_done_has_no_timer() -> None:
    one, other = client(), server()
    play(one, other)
    assert one.state is other.state is State.DONE
    assert one.timer() is other.timer() is None


def test_nothing_is_proven_to_who_was_not_called() -> None:
    outcome = play(client(expected=b"x" * 32, secret=SECRET), server())
    assert reason(outcome.client) is Reason.OTHER_KEY
    assert len(outcome.frames) == 2


def test_a_hello_shows_no_nonce() -> None:
    alice = client()
    (hello,) = alice.start()
    assert isinstance(hello, Send)
    assert nonce("client", 0) not in hello.data


@pytest.mark.parametrize("state", [State.HELLO_SENT, State.PROOF_SENT, State.LISTENING, State.HELLO_ANSWERED])
def test_any_bytes_end_it_or_lead_on_and_nothing_is_raised(state: State) -> None:
    chance, told = Random(state.value), recorded(0)
    for number in range(300):
        data = mutate(chance, chance.choice(told), told) if number % 3 else chance.randbytes(chance.randrange(40))
        machine = machine_in(state)
        machine.receive(data, 1)
        assert machine.state in {State.FAILED, *(following for _, following in TRANSITIONS.values())}


def test_misuse_is_our_bug() -> None:
    with pytest.raises(LocalError, match="nonce"):
        client(fingerprint=b"short")
    with pytest.raises(LocalError, match="invitation"):
        client(secret=SECRET)
    with pytest.raises(LocalError, match="begun"):
        machine_in(State.PROOF_SENT).start()
