"""Is a header read as it was packed? Are bodies held to it? Where do skip links point?"""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccnode_crypto.entry import (
    CONTENT_BYTES_MAX,
    HEADER_BYTES,
    META_BYTES_MAX,
    SKIP_BLOCK,
    ZERO_DIGEST,
    ChainId,
    Header,
    check_bodies,
    header_digest,
    read_header,
    seal,
    sealed_digest,
    skip_position,
)
from ccnode_crypto.errors import EntryError

DIGEST = st.binary(min_size=32, max_size=32)
U64 = st.integers(0, 2**64 - 1)
CHAINS = st.builds(ChainId, DIGEST, st.binary(min_size=16, max_size=16), st.integers(0, 2))
HEADERS = st.builds(
    Header, CHAINS, DIGEST, DIGEST, DIGEST, DIGEST, U64, U64, st.integers(1, CONTENT_BYTES_MAX), st.integers(0, 65_535)
)


@given(HEADERS)
def test_a_header_is_read_as_it_was_packed(header: Header) -> None:
    data = header.pack()
    assert len(data) == HEADER_BYTES
    assert read_header(data) == header
    assert data.startswith(header.chain.prefix)
    assert header_digest(data) == sha256(data).digest()


@given(st.one_of(st.binary(max_size=250), st.binary(min_size=199, max_size=199).map(lambda rest: b"\x01" + rest)))
def test_any_bytes_are_a_header_or_the_rooms_error(data: bytes) -> None:
    try:
        header = read_header(data)
    except EntryError:
        return
    assert header.pack() == data


@pytest.mark.parametrize(
    ("offset", "part", "match"),
    [
        (0, b"\x00", "version"),
        (0, b"\x02", "version"),
        (1, b"\x03", "audience"),
        (194, (CONTENT_BYTES_MAX + 1).to_bytes(4, "big"), "over the limit"),
        (194, bytes(4), "zeros"),
    ],
)
def test_a_header_outside_its_limits_is_refused(offset: int, part: bytes, match: str) -> None:
    data = replace(header_for(b"", b"s" * 33), content_digest=b"d" * 32).pack()
    read_header(data)
    with pytest.raises(EntryError, match=match):
        read_header(data[:offset] + part + data[offset + len(part) :])


def header_for(meta: bytes, sealed: bytes) -> Header:
    length = max(0, len(sealed) - 32)
    digests = (sha256(meta).digest(), sealed_digest(sealed))
    return Header(ChainId(b"n" * 32, b"e" * 16, 0), ZERO_DIGEST, ZERO_DIGEST, *digests, 1, 1, length, 17)


@given(st.binary(max_size=50), st.binary(max_size=50), st.binary(max_size=50), st.binary(max_size=50))
def test_a_header_takes_its_own_bodies_only(meta: bytes, content: bytes, other: bytes, another: bytes) -> None:
    sealed = seal(b"s" * 32, content)
    header = header_for(meta, sealed)
    check_bodies(header, meta, sealed)
    if content:
        check_bodies(header, meta, None)
    else:
        with pytest.raises(EntryError, match="missing where the header names none"):
            check_bodies(header, meta, None)
    for one, two, name in ((other, sealed, "meta"), (meta, another, "content"), (meta, sealed + b"x", "content")):
        if (one, two) != (meta, sealed):
            with pytest.raises(EntryError, match=name):
                check_bodies(header, one, two)


def test_a_meta_over_the_limit_is_refused() -> None:
    large = b"m" * (META_BYTES_MAX + 1)
    with pytest.raises(EntryError, match="meta"):
        check_bodies(header_for(large, b""), large, b"")


def test_what_is_sealed_has_a_salt() -> None:
    assert seal(b"", b"") == b""
    assert seal(b"s" * 32, b"content") == b"s" * 32 + b"content"
    with pytest.raises(EntryError, match="32 bytes"):
        seal(b"short", b"content")
    with pytest.raises(EntryError, match="over the limit"):
        seal(b"s" * 32, b"c" * (CONTENT_BYTES_MAX + 1))


def test_skip_links_of_the_first_blocks() -> None:
    """By the definition, written another way: the smallest term of the greedy sum of 2^k - 1."""
    for block in range(1, 2000):
        rest, term = block, 0
        while rest:
            term = max(2**k - 1 for k in range(1, 12) if 2**k - 1 <= rest)
            rest -= term
        assert skip_position(block * SKIP_BLOCK) == (block - term) * SKIP_BLOCK
    assert [skip_position(seq) for seq in range(18)] == [0] * 17 + [16]


@given(st.integers(1, 2**64 - 1))
def test_skip_links_lead_down_to_block_starts(seq: int) -> None:
    position = skip_position(seq)
    assert 0 <= position < seq
    assert position % SKIP_BLOCK == 0
