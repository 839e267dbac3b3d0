"""Do two people look at the same link? Four words, of 11 bits each, that both nodes show and people compare.

They are made from both keys and both nonces of a handshake. Whoever stands in the middle of two handshakes has to fix
its nonces before it learns the others' (handshake.py, commitment), so it has one try in 2^44 that both sides show the
same words; and each failed try is seen by people.
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Final

from ccnode_crypto.keys import domain
from ccnode_protocol.wordlist import WORDS

if TYPE_CHECKING:
    from ccnode_protocol.handshake import Transcript

WORD_BITS: Final = 11
WORD_COUNT: Final = 4
_SPARE_BITS: Final = 4  # of the 6 bytes that hold 44 bits


def authentication_words(transcript: Transcript) -> tuple[str, ...]:
    """The four words of a handshake, the same on both sides; in the order in which they are to be read out."""
    said = transcript.client + transcript.server + transcript.client_nonce + transcript.server_nonce
    number = int.from_bytes(sha256(domain("link-words") + said).digest()[:6], "big") >> _SPARE_BITS
    places = (number >> WORD_BITS * at & len(WORDS) - 1 for at in reversed(range(WORD_COUNT)))
    return tuple(WORDS[place] for place in places)
