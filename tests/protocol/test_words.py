"""Are the words told apart by eye and ear, the same on both sides, and others whoever stands between?"""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256
from itertools import pairwise
from typing import Any

from ccnode_protocol.handshake import Established, Transcript
from ccnode_protocol.wordlist import WORDS
from ccnode_protocol.words import authentication_words
from tests.attacks.handshakes import MALLORY, client, nonce, play, server

SAID = Transcript(b"c" * 32, b"s" * 32, nonce("c"), nonce("s"), (1,), (1,), 1, b"f" * 32)


def test_the_list() -> None:
    assert len(WORDS) == 2_048
    assert all(first < second for first, second in pairwise(WORDS))
    assert all(3 <= len(word) <= 8 and word.isascii() and word.isalpha() and word.islower() for word in WORDS)
    assert len({word[:4] for word in WORDS}) == len(WORDS)


def test_no_two_differ_in_one_letter() -> None:
    holes: dict[str, str] = {}
    for word in WORDS:
        shorter = {word[:at] + word[at + 1 :] for at in range(len(word))}
        assert not shorter & set(WORDS), word
        for at in range(len(word)):
            hole = f"{word[:at]}_{word[at + 1 :]}"
            assert hole not in holes, f"{word} and {holes[hole]}"
            holes[hole] = word


def test_the_list_is_the_protocols() -> None:
    digest = sha256(" ".join(WORDS).encode()).hexdigest()
    assert digest == "7e930abe1769c179c8bcfafb40054c76330dc7e10bf16a90a25fd0bc78f46e80"


def test_words_by_the_specification() -> None:
    said = b"ccnode/1 link-words\0" + SAID.client + SAID.server + SAID.client_nonce + SAID.server_nonce
    bits = f"{int.from_bytes(sha256(said).digest(), 'big'):0256b}"
    assert authentication_words(SAID) == tuple(WORDS[int(bits[at : at + 11], 2)] for at in (0, 11, 22, 33))


def test_both_sides_show_the_same() -> None:
    seen = set()
    for number in range(100):
        outcome = play(client(number), server(number))
        assert isinstance(outcome.client, Established)
        assert isinstance(outcome.server, Established)
        words = authentication_words(outcome.client.transcript)
        assert words == authentication_words(outcome.server.transcript)
        seen.add(words)
    assert len(seen) == 100


def test_somebody_in_the_middle_shows_others() -> None:
    """Mallory is a server to Alice and a client to Bob, with her own key: both handshakes stand, the words differ."""
    for number in range(100):
        to_alice = play(client(number), server(number, key=MALLORY)).client
        to_bob = play(client(number, key=MALLORY), server(number)).server
        assert isinstance(to_alice, Established)
        assert isinstance(to_bob, Established)
        assert authentication_words(to_alice.transcript) != authentication_words(to_bob.transcript)


def test_they_hang_on_both_keys_and_both_nonces() -> None:
    words = authentication_words(SAID)
    for name in ("client", "server", "client_nonce", "server_nonce"):
        changed: dict[str, Any] = {name: b"x" * 32}
        assert authentication_words(replace(SAID, **changed)) != words
    swapped = replace(SAID, client=SAID.server, server=SAID.client)
    assert authentication_words(swapped) != words


def test_all_bits_are_used() -> None:
    seen = [authentication_words(replace(SAID, client_nonce=nonce(number))) for number in range(4_000)]
    for place in range(4):
        assert len({words[place] for words in seen}) > 1_600  # of 2,048; 1,757 are to be expected
