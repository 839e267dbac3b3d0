"""Is anything stored or believed of a frame of sync that was changed? 0 of 10,000 each, and of what is thought out."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import Final

import pytest

from ccnode_crypto.chain import head_message
from ccnode_crypto.errors import CryptoError
from ccnode_crypto.keys import SigningKey, StatementPurpose
from ccnode_crypto.proof import ForkProof
from ccnode_protocol import frames
from ccnode_protocol import sync_values as values
from ccnode_protocol.errors import LocalError, RemoteError
from ccnode_protocol.sync import Sync
from ccnode_protocol.sync_effects import Effect, Forked, Restored, Store
from ccnode_protocol.sync_values import Known, Message, SentRun
from ccnode_protocol.tiers import Tier
from tests.attacks.handshakes import TRIES
from tests.protocol.syncing import Party

MALLORY: Final = SigningKey(bytes([3]) * 32)


class Victim(Party):
    """A node that holds the first run of a chain of its peer, without one content, and has an open link with it."""

    def __init__(self) -> None:
        super().__init__("victim")
        self.author = Party("author")
        self.chain_ = self.author.chain()
        self.shelf.receive(self.author.write(self.chain_, 3))
        self.shelf.chains[self.chain_].sealed[2] = None
        self.shelf.tell(self.index, self.chain_)
        self.index.certified |= {self.node, self.author.node}

    def listen(self, *before: Message) -> Sync:
        """A new link, on which the peer has said this."""
        sync = Sync(self.index, self.author.node, Tier.CORE)
        sync.start(0)
        for message in before:
            sync.receive(frames.Frame(message.kind, message.body()), 0)
        return sync

    def believes(self, sync: Sync, data: bytes) -> list[object]:
        """What it would do on that frame that it must not; what is to be stored is tried on the real store."""
        try:
            effects: list[Effect] = sync.receive(frames.decode(data), 0)
        except RemoteError:
            return []
        return [effect for effect in effects if isinstance(effect, Forked | Restored) or self.stores(effect)]

    def stores(self, effect: Effect) -> bool:
        if not isinstance(effect, Store):
            return False
        if isinstance(effect.item, SentRun):
            try:
                return self.shelf.receive(effect.item)
            except CryptoError:
                return False
        stored = self.shelf.chains[self.chain_].sealed
        before = list(stored)
        try:
            self.shelf.receive_contents(effect.item)
        except RemoteError:
            return False
        return stored != before


def level(victim: Victim) -> Known:
    """The peer says that it has what we have."""
    return Known((), 0, bytes(32), victim.listen().flow.common())


def forked() -> values.Fork:
    """A proof against a chain of the author's."""
    one, other = Party("author"), Party("author")
    chain = one.chain(5)
    for party, text in ((one, b"a"), (other, b"b")):
        party.write(chain, 3)
        party.write(chain, 4, words=b"\x81\xa4text\xa1" + text)
    sides = [party.shelf.side(chain, 3) for party in (one, other)]
    assert sides[0] is not None
    assert sides[1] is not None
    return values.Fork(chain, ForkProof(sides[0], sides[1]))


def run_case() -> tuple[Victim, Message, tuple[Message, ...]]:
    victim = Victim()
    return victim, victim.author.write(victim.chain_, 2), (level(victim),)


def contents_case() -> tuple[Victim, Message, tuple[Message, ...]]:
    victim = Victim()
    sealed = victim.author.shelf.chains[victim.chain_].sealed[2]
    return victim, values.Contents(victim.chain_, ((2, sealed),)), (level(victim),)


def fork_case() -> tuple[Victim, Message, tuple[Message, ...]]:
    victim = Victim()
    return victim, forked(), (level(victim),)


def path_case() -> tuple[Victim, Message, tuple[Message, ...]]:
    """The peer claims to know a chain of ours."""
    victim, before = Victim(), Party("victim")
    chain = before.chain(7)
    run = before.write(chain, 20)
    claim = Known((values.Row(chain, 20, run.head),), 0, bytes(32), bytes(32))
    return victim, values.Path(chain, 19, before.shelf.side(chain, 19)), (claim,)


CASES = {"run": run_case, "contents": contents_case, "fork": fork_case, "path": path_case}


@pytest.mark.parametrize("name", CASES)
def test_unchanged_it_is_believed(name: str) -> None:
    victim, message, before = CASES[name]()
    assert victim.believes(victim.listen(*before), frames.encode(message.kind, message.body()))


@pytest.mark.parametrize("name", CASES)
def test_no_changed_byte_is_believed(name: str) -> None:
    victim, message, before = CASES[name]()
    data, random, accepted = frames.encode(message.kind, message.body()), Random(name), 0
    for number in range(TRIES):
        at = number % len(data)
        changed = data[:at] + bytes([data[at] ^ random.randrange(1, 256)]) + data[at + 1 :]
        accepted += bool(victim.believes(victim.listen(*before), changed))
    assert accepted == 0


def test_no_run_is_taken_that_is_not_the_one_that_follows() -> None:
    victim, run, before = run_case()
    assert isinstance(run, SentRun)
    author, chain = victim.author, victim.chain_
    other = author.write(author.chain(1), 5)
    later = author.write(chain, 2)
    message = head_message(chain, run.end - 1, run.head)
    purposes = ("owner-certificate", StatementPurpose("owner-statement plate"), StatementPurpose("link"))
    swapped = [
        later,
        replace(run, signature=later.signature),
        replace(run, signature=MALLORY.sign("head", message)),
        *(replace(run, signature=author.key.sign(purpose, message)) for purpose in purposes),  # type: ignore[arg-type]
        replace(run, headers=run.headers[::-1]),
        replace(run, metas=run.metas[::-1]),
        replace(run, sealed=run.sealed[::-1]),
        replace(run, headers=run.headers[:1], metas=run.metas[:1], sealed=run.sealed[:1]),
        replace(run, headers=(*run.headers, *later.headers), metas=(*run.metas, *later.metas),
                sealed=(*run.sealed, *later.sealed)),
        replace(run, chain=author.chain(1)),
        replace(other, chain=chain),
        replace(run, metas=(run.metas[0], other.metas[1])),
        replace(run, sealed=(run.sealed[0], b"")),
    ]  # fmt: skip
    for number, changed in enumerate(swapped):
        try:
            data = frames.encode(changed.kind, changed.body())
        except LocalError:
            continue
        assert not victim.believes(victim.listen(*before), data), number
    # And in the end the true one is.
    assert victim.believes(victim.listen(*before), frames.encode(run.kind, run.body()))
