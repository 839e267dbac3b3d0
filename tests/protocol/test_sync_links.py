"""Do sync and links fit together: is all that sync says let through by both links, at the rates that they keep?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ccnode_protocol import limits
from ccnode_protocol.effects import Send
from ccnode_protocol.handshake import Established
from ccnode_protocol.link import Deliver, Link
from ccnode_protocol.manifest import Manifest, sign_manifest
from ccnode_protocol.sync_index import Index
from ccnode_protocol.tiers import Tier
from tests.attacks.handshakes import ALICE, BOB, client, play, server
from tests.protocol.syncing import Pair, Party

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ccnode_crypto.keys import SigningKey
    from ccnode_protocol.sync_values import Message


class Linked(Party):
    """A node whose sync speaks through a real link."""

    def __init__(self, name: str, key: SigningKey, established: Established, tier: Tier) -> None:
        super().__init__(name)
        self.key = key
        self.index = Index(key.public.raw, self.index.epoch)
        self.link = Link(established, tier, 0)

    def greet(self, peer: bytes, tier: Tier) -> None:
        manifest = Manifest(self.node, peer, 1, tier=tier)
        self.send(self.link.greet(sign_manifest(self.key, manifest), 0))

    def send(self, effects: Sequence[object]) -> None:
        """What the link makes of it: all that is said goes out, and at once."""
        (effect,) = effects
        assert isinstance(effect, Send)
        self.outbox.append(effect.data)

    def say(self, message: Message) -> None:
        self.said.append(message)
        self.send([*self.link.send(message.kind, message.body(), self.now_ms)])

    def hear(self, data: bytes) -> None:
        for effect in self.link.receive(data, self.now_ms):
            if isinstance(effect, Deliver):
                self.do(self.sync.receive(effect.frame, self.now_ms))
        assert self.link.dropped == 0


@pytest.mark.parametrize(
    "tiers", [(Tier.CORE, Tier.CORE), (Tier.SANDBOX_OUT, Tier.SANDBOX_IN)], ids=["core", "sandbox"]
)
def test_a_catch_up_goes_through_two_links(tiers: tuple[Tier, Tier]) -> None:
    outcome = play(client(), server())
    assert isinstance(outcome.client, Established)
    assert isinstance(outcome.server, Established)
    alice, bob = Linked("a", ALICE, outcome.client, tiers[0]), Linked("b", BOB, outcome.server, tiers[1])
    alice.greet(bob.node, tiers[0])
    bob.greet(alice.node, tiers[1])
    pair = Pair(*tiers)
    pair.a, pair.b = alice, bob
    pair.cross()
    for number in range(100):
        alice.write(alice.chain(number, 1), 1, 3, 5)
        bob.write(bob.chain(number, 1), 10)
    alice.write(alice.chain(0, 2), *[300] * 12, words=bytes(3000))
    pair.meet()
    pair.run()
    theirs = {chain: row for chain, row in bob.rows().items() if chain.node == alice.node}
    assert theirs == {chain: row for chain, row in alice.rows().items() if chain.node == alice.node}
    assert (bob.chain(7, 1) in alice.rows()) == (tiers[0] is Tier.CORE)
    assert alice.now_ms < limits.WINDOW_MS, "within the rates of one minute"
