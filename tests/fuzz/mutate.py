"""How does a seed become hostile? Small changes that formats break at, chosen by a seeded generator."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from random import Random

SIZE_MAX = 20_000
EDGES = (b"\x00", b"\xff", b"\x7f", b"\x80", b"\xc1", b"\xdd\xff\xff\xff\xff", b"\xdf\xff\xff\xff\xff", b"\x91" * 20)
WORDS = (b"null", b'"', b"{", b"}", b"[", b"\n", b"\r\n", b"\x0b", b"\xe2\x80\xa8", b"-1", b"1e999", b"NaN", b"\\ud800")


def mutate(chance: Random, data: bytes, corpus: Sequence[bytes]) -> bytes:
    """Return the data with one to four changes."""
    out = bytearray(data)
    for _ in range(chance.choice((1, 1, 2, 4))):
        at = chance.randrange(len(out) + 1)
        match chance.randrange(8):
            case 0 if out:
                out[at % len(out)] ^= 1 << chance.randrange(8)
            case 1 if out:
                out[at % len(out)] = chance.randrange(256)
            case 2:
                del out[at : at + chance.choice((1, 1, 4, 32, 200))]
            case 3:
                out[at:at] = chance.randbytes(chance.choice((1, 2, 32)))
            case 4:
                out[at:at] = chance.choice(EDGES + WORDS)
            case 5:
                end = at + chance.choice((1, 16, 64, 200))
                out[at:at] = out[at:end]
            case 6:
                other = chance.choice(corpus)
                start = chance.randrange(len(other) + 1)
                out[at:] = other[start:]
            case _:
                del out[at:]
    return bytes(out[:SIZE_MAX])
