"""Can an order to forget be made to reach more than its giver may? Every bit flipped, every wrong key, every node."""

from __future__ import annotations

import random

import pytest

from ccnode_crypto import canonical
from ccnode_crypto.erasure import BODIES_MAX, RECENT_MS, RULE_MS
from ccnode_crypto.keys import SigningKey
from ccnode_crypto.statements import FORGET, ForgetStatement, sign_statement, state_forget
from ccnode_protocol import records
from ccnode_protocol.errors import RemoteError

OWNER = SigningKey(b"owner" + bytes(27))
NODE = SigningKey(b"n" * 32)
EVE = SigningKey(b"e" * 32)
SESSION = b"s" * 16
TIME = (RULE_MS + 10**9) << 16
TRIES = 10_000


def is_whole(meta: bytes, node: bytes = NODE.public.raw, time: int = TIME) -> bool:
    """Whether an order with this meta reaches what it does not name, or another node's words."""
    try:
        found = records.read_forget(meta, node).reach(node, time, (OWNER.public.raw,))
    except RemoteError:
        return False
    return found is not None and (found.named is None or found.node is None)


def stated() -> bytes:
    said = state_forget(OWNER, NODE.public.raw, SESSION, None, RULE_MS + 10**9, RULE_MS + 2 * 10**9)
    return records.forget_stated(said).meta


def test_the_owners_word_as_it_is_counts() -> None:
    assert is_whole(stated())


def test_no_flipped_bit_leaves_it_standing() -> None:
    good = stated()
    accepted = 0
    for bit in range(len(good) * 8):
        changed = bytearray(good)
        changed[bit // 8] ^= 1 << bit % 8
        accepted += is_whole(bytes(changed))
    assert accepted == 0


@pytest.mark.parametrize("seed", range(4))
def test_ten_thousand_changes_leave_none_standing(seed: int) -> None:
    chance, good, accepted = random.Random(seed), stated(), 0
    for _ in range(TRIES // 4):
        changed = bytearray(good)
        for _ in range(chance.randint(1, 6)):
            changed[chance.randrange(len(changed))] = chance.randrange(256)
        accepted += bytes(changed) != good and is_whole(bytes(changed))
    assert accepted == 0


def test_another_key_node_or_purpose_does_not_do() -> None:
    good = stated()
    assert not is_whole(good, node=EVE.public.raw)  # replayed on another chain
    said = canonical.decode_map(good, size_max=8192)
    for key in (EVE, NODE):
        assert not is_whole(records.forget_stated(state_forget(key, NODE.public.raw, SESSION, None, 1, 2)).meta)
    body = ForgetStatement(OWNER.public.raw, NODE.public.raw, SESSION, None, 5, 6, signature=b"").body
    for purpose in ("plate", "baseline", "forgets"):
        crossed = {**said, "issued_ms": 5, "due_ms": 6, "signature": sign_statement(OWNER, purpose, body)}
        assert not is_whole(canonical.encode(crossed))
    right = {**said, "issued_ms": 5, "due_ms": 6, "signature": sign_statement(OWNER, FORGET, body)}
    assert is_whole(canonical.encode(right))


@pytest.mark.parametrize("count", [BODIES_MAX + 1, 200, 240])
def test_naming_more_does_not_help(count: int) -> None:
    meta = canonical.encode({"session": SESSION, "due_ms": 0, "bodies": [bytes([n % 256]) * 32 for n in range(count)]})
    with pytest.raises(RemoteError):
        records.read_forget(meta)


def test_a_million_names_are_refused_before_they_are_read() -> None:
    with pytest.raises(RemoteError, match="at most 8192"):
        records.read_forget(b"\x81\xa6bodies\xdd\x00\x0f\x42\x40" + (b"\xc4\x20" + bytes(32)) * 10**6)


def test_dating_back_reaches_nothing_since_the_rule() -> None:
    meta = records.forget_ordered(SESSION, 0).meta
    for time in (0, 1, (RULE_MS << 16) - 1):
        found = records.read_forget(meta).reach(NODE.public.raw, time, ())
        assert found is not None
        assert found.until < RULE_MS << 16
    for time in (RULE_MS << 16, TIME, 2**64 - 1):
        assert not is_whole(meta, time=time)
        named = records.read_forget(records.message_forget_ordered(b"m" * 32, 0).meta).reach(NODE.public.raw, time, ())
        assert named is not None
        assert (named.node, named.since) == (NODE.public.raw, max(0, time - (RECENT_MS << 16)))
