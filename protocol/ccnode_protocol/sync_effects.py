"""What does sync ask of whoever runs it, beside closing the link? To say, load, store, and heed what was proven."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ccnode_protocol.effects import Close

if TYPE_CHECKING:
    from ccnode_crypto.entry import ChainId
    from ccnode_protocol.sync_index import Frozen
    from ccnode_protocol.sync_values import Contents, Message, SentRun


class Say(NamedTuple):
    """Send this (`Link.send` takes its `kind` and `body()`), after all that was said before.

    Where the link says Wait, keep it and what comes after it in a queue. That stays short: runs and contents are
    bounded by credit, questions by how many may wait for an answer, and news are gathered.
    """

    message: Message


class Load(NamedTuple):
    """Read what answers the question from the store, and give it to `Sync.loaded`.

    want: runs (SentRun) from `first` on, up to the one that holds `upto` - 1, as many as `bytes_max` holds by weight
        and at least one; each may join runs that follow each other. `bare`: every content that there is as None.
    want-contents: one Contents, of as many positions as `bytes_max` holds, None where a content is not here.
    want-digests: one Digests. want-path: one Path (side None where the chain does not reach so far).
    `is_own`: it is for this machine itself, not for the peer.
    """

    question: Message
    is_own: bool
    bytes_max: int


class Store(NamedTuple):
    """Verify and store this in one transaction, orders before bodies, then tell `Sync.settled`.

    A run that does not follow what is stored by then, because another link was faster, is passed over without an error;
    so is what is there already, what the peer's tier no longer lets in, and each content that is not what its header
    names, because the peer may hold another history of the chain. `is_quarantined`: it is kept apart until
    the owner promotes it.
    """

    item: SentRun | Contents
    is_quarantined: bool


class Restored(NamedTuple):
    """The peer has proven that this node wrote more than it knows of: its data directory is an old copy.

    `is_live`: it is about the epoch that is being written now. Then open another epoch before anything else is
    appended, and in any case call `Sync.guarded`; until then nothing is offered.
    """

    chain: ChainId
    length: int
    is_live: bool


class Forked(NamedTuple):
    """A chain was written twice at a position: keep the proof, `Index.freeze`, then tell all links (`Sync.forked`)."""

    chain: ChainId
    found: Frozen


Effect = Say | Close | Load | Store | Restored | Forked
