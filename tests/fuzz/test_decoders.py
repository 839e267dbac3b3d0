"""Do decoders parse, or raise the room's error, never another? The corpus, and random changes of it.

The suite tries some thousand; `pytest tests/fuzz --long` 10^6. A failure prints the bytes: add them to the corpus.
"""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

import pytest

from tests.fuzz.decoders import CORPUS, DECODERS, Decoder
from tests.fuzz.make_corpus import seeds, wire_seeds
from tests.fuzz.mutate import mutate

if TYPE_CHECKING:
    from pathlib import Path

SHORT, LONG = 1_500, 1_000_000
SLOW = {
    "export": 15,
    "fork": 4,
    "run": 2,
    "certificate": 2,
    "revocation": 2,
    "handshake": 4,
    "manifest": 2,
}  # how many times fewer
FILES = sorted(path for path in CORPUS.glob("*/*") if path.is_file())


def attempt(decoder: Decoder, data: bytes) -> bool:
    """Whether it is accepted; fails on any error that is not the room's."""
    try:
        decoder.read(data)
    except decoder.errors:
        return False
    except Exception as error:  # noqa: BLE001  # this is what is looked for
        pytest.fail(f"{type(error).__name__}: {error}\nbytes.fromhex({data.hex()!r})")
    return True


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_the_corpus(path: Path) -> None:
    attempt(DECODERS[path.parent.name], path.read_bytes())


def test_the_corpus_is_current_and_begins_with_what_is_valid() -> None:
    accepted = set()
    for folder, name, data in (*seeds(), *wire_seeds()):
        assert (CORPUS / folder / name).read_bytes() == data, "run python -m tests.fuzz.make_corpus"
        if attempt(DECODERS[folder], data):
            accepted.add(folder)
    assert accepted == set(DECODERS)


def hammer(name: str, times: int, seed: int) -> None:
    chance = Random(seed)
    corpus = [path.read_bytes() for path in FILES if path.parent.name == name]
    assert corpus
    for _ in range(times):
        attempt(DECODERS[name], mutate(chance, chance.choice(corpus), corpus))


@pytest.mark.parametrize("name", DECODERS)
def test_changed_bytes(name: str) -> None:
    hammer(name, SHORT // SLOW.get(name, 1), seed=1)


@pytest.mark.long
@pytest.mark.timeout(0)
@pytest.mark.parametrize("name", DECODERS)
def test_a_million_changed_bytes(name: str) -> None:
    """10^6 in all."""
    hammer(name, -(-LONG // len(DECODERS)), seed=2)
