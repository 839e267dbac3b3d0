"""Is a question answered as the tier allows, so many a minute, and is no answer believed that does not prove itself?"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from ccnode_crypto.entry import ChainId
from ccnode_crypto.keys import SigningKey
from ccnode_crypto.proof import SignedHead
from ccnode_protocol import frames, limits, query_frames
from ccnode_protocol.errors import LocalError, RemoteError
from ccnode_protocol.manifest import Manifest, sign_manifest
from ccnode_protocol.query import Account, Answered, Late, Queries, Respond
from ccnode_protocol.query_frames import Answer, Ask, Message, What
from ccnode_protocol.tiers import Tier
from tests.protocol.syncing import Party

if TYPE_CHECKING:
    from ccnode_crypto.canonical import Value
    from ccnode_protocol.frames import Frame

OWN, PEER = SigningKey(b"o" * 32), SigningKey(b"p" * 32)


def framed(message: Message) -> Frame:
    """As it is read from the wire."""
    frame = frames.decode(frames.encode(message.kind, message.body()))
    assert query_frames.read(frame.type, frame.body) == message
    return frame


def queries(account: Account | None = None) -> Queries:
    return Queries(OWN.public.raw, PEER.public.raw, account or Account())


def head(number: int = 0, length: int = 2) -> SignedHead:
    """The head of a public chain."""
    party = Party("author")
    run = party.write(party.chain(number, audience=2), length)
    return SignedHead(run.chain, run.end - 1, run.head, run.signature)


def said(number: int, key: SigningKey = PEER, to: SigningKey = OWN) -> Answer:
    signed = sign_manifest(key, Manifest(key.public.raw, to.public.raw, 3, "Ada"))
    return Answer(number, manifest=(signed.body, signed.signature))


@pytest.mark.parametrize("tier", [Tier.CORE, Tier.SANDBOX_IN, Tier.SANDBOX_OUT, Tier.EXTERNAL])
@pytest.mark.parametrize("what", What)
def test_whoever_has_a_tier_may_ask(tier: Tier, what: What) -> None:
    ask = Ask(1, int(what), ChainId(bytes(range(32)), bytes(16), 2))
    assert queries().receive(framed(ask), tier, 0) == [Respond(ask)]


@pytest.mark.parametrize("what", [0, 1, 2, 3, 255])
def test_a_stranger_and_what_nobody_knows_get_no_answer(what: int) -> None:
    asked = queries()
    assert asked.receive(framed(Ask(1, what)), Tier.UNKNOWN, 0) == []
    assert asked.receive(framed(Ask(1, max(3, what))), Tier.CORE, 0) == []
    assert asked.dropped == 2


def test_so_many_a_minute_are_answered_on_however_many_links() -> None:
    account = Account()
    answered = 0
    for link in range(100):
        asked = queries(account)
        answered += sum(len(asked.receive(framed(Ask(each, 2)), Tier.EXTERNAL, link)) for each in range(100))
    assert answered == limits.ASKED_MINUTE
    assert queries(account).receive(framed(Ask(1, 2)), Tier.EXTERNAL, limits.WINDOW_MS) != []
    assert queries().receive(framed(Ask(1, 2)), Tier.EXTERNAL, 5) != []  # another peer's account


def test_an_answer_is_taken_once_and_only_to_what_was_asked() -> None:
    asked = queries()
    ask = asked.ask(What.CONSENSUS, 0)
    none = Answer(ask.number, has_consensus=True)
    assert asked.receive(framed(replace(none, number=9)), Tier.EXTERNAL, 1) == []
    assert asked.receive(framed(none), Tier.EXTERNAL, 1) == [Answered(ask.number, none, None)]
    assert asked.receive(framed(none), Tier.EXTERNAL, 1) == []
    again = asked.ask(What.CONSENSUS, 0)
    assert asked.receive(framed(replace(none, number=again.number)), Tier.UNKNOWN, 1) == []


def test_what_is_not_answered_is_given_up() -> None:
    asked = queries()
    ask = asked.ask(What.MANIFEST, 5)
    assert asked.timer() == 5 + limits.ASKED_MS
    assert asked.tick(4 + limits.ASKED_MS) == []
    assert asked.tick(5 + limits.ASKED_MS) == [Late(ask.number)]
    assert asked.timer() is None
    assert asked.receive(framed(said(ask.number)), Tier.CORE, 0) == []
    for _ in range(limits.ASKED_OPEN_MAX):
        asked.ask(What.MANIFEST, 0)
    with pytest.raises(LocalError, match="wait for an answer"):
        asked.ask(What.MANIFEST, 0)


def test_a_manifest_is_the_peers_own_and_for_us() -> None:
    asked = queries()
    answer = said(asked.ask(What.MANIFEST, 0).number)
    (taken,) = asked.receive(framed(answer), Tier.EXTERNAL, 0)
    assert isinstance(taken, Answered)
    assert taken.manifest is not None
    assert taken.manifest.name == "Ada"
    body, signature = answer.manifest or (b"", b"")
    for wrong in (
        said(2, OWN, PEER),
        said(2, PEER, SigningKey(b"x" * 32)),
        replace(answer, manifest=(body, bytes([signature[0] ^ 1]) + signature[1:])),
        replace(answer, manifest=None),
    ):
        number = asked.ask(What.MANIFEST, 0).number
        with pytest.raises(RemoteError):
            asked.receive(framed(replace(wrong, number=number)), Tier.EXTERNAL, 0)


def test_heads_are_signed_by_their_chains() -> None:
    asked = queries()
    one, other = sorted((head(1), head(2)), key=lambda each: each.chain)
    answer = Answer(asked.ask(What.PUBLIC_HEADS, 0).number, heads=(one, other), more=True)
    (taken,) = asked.receive(framed(answer), Tier.EXTERNAL, 0)
    assert isinstance(taken, Answered)
    assert taken.answer.heads == (one, other)
    empty = Answer(asked.ask(What.PUBLIC_HEADS, 0).number, heads=())
    assert asked.receive(framed(empty), Tier.EXTERNAL, 0) == [Answered(empty.number, empty, None)]
    for wrong in (replace(one, seq=7), replace(one, digest=bytes(32)), replace(one, signature=bytes(64))):
        number = asked.ask(What.PUBLIC_HEADS, 0).number
        with pytest.raises(RemoteError):
            asked.receive(framed(Answer(number, heads=(wrong,))), Tier.EXTERNAL, 0)
    for refused in (Answer(1, heads=(other, one)), Answer(1, heads=(one, one)), Answer(1, more=True)):
        with pytest.raises(RemoteError, match=r"answer\.heads"):
            asked.receive(frames.Frame(refused.kind, refused.body()), Tier.EXTERNAL, 0)


def test_no_consensus_is_said_and_not_left_out() -> None:
    asked = queries()
    with pytest.raises(RemoteError, match="nil where there is none"):
        asked.receive(framed(Answer(asked.ask(What.CONSENSUS, 0).number)), Tier.EXTERNAL, 0)
    later = Answer(asked.ask(What.CONSENSUS, 0).number, has_consensus=True, consensus=b"of a later version")
    assert asked.receive(framed(later), Tier.EXTERNAL, 0) == [Answered(later.number, later, None)]


@pytest.mark.parametrize("audience", [0, 1])
def test_chains_that_are_not_public_are_not_named(audience: int) -> None:
    body: dict[str, Value] = {"number": 1, "what": 1, "after": [bytes(32), bytes(16), audience]}
    with pytest.raises(LocalError, match=r"ask\.after"):
        frames.encode(query_frames.ASK, body)
    row: list[Value] = [bytes(32), bytes(16), audience, 1, bytes(32), bytes(64)]
    with pytest.raises(LocalError, match=r"answer\.heads"):
        frames.encode(query_frames.ANSWER, {"number": 1, "heads": [row]})
