"""How fast is a chain verified, compared with bare hashes, and with a signature for each entry?"""

from __future__ import annotations

import os
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from benches.figures import Figure, timed

if TYPE_CHECKING:
    from collections.abc import Callable


def _chain(count: int, run_length: int) -> Any:
    from ccnode_crypto.chain import ChainState, EntryDraft, append_run
    from ccnode_crypto.entry import ChainId
    from ccnode_crypto.keys import SigningKey
    from ccnode_protocol import records

    key = SigningKey(os.urandom(32))
    state = ChainState(ChainId(key.public.raw, os.urandom(16), 0))
    session, runs, number = os.urandom(16), [], 0
    while number < count:
        drafts = []
        for _ in range(run_length):
            meta = records.MessageMeta(session, records.Role.USER, parent=os.urandom(32), key=os.urandom(16))
            record = records.message(meta, f"she says so for the {number}th time")
            kind = record.kind if number else 1
            drafts.append(EntryDraft(kind, number << 16, record.meta, record.content, os.urandom(32)))
            number += 1
        runs.append(append_run(state, drafts, key)[0])
    return state, runs, key


def _verify_all(state: Any, runs: list[Any], key: Any, at_once: int) -> None:
    from ccnode_crypto.chain import ChainState, verify_runs

    fresh = ChainState(state.chain)
    for at in range(0, len(runs), at_once):
        verify_runs(fresh, runs[at : at + at_once], key.public)
    if fresh.head != state.head:
        raise AssertionError("the verified head is another one")


def _signature_each(pairs: list[tuple[bytes, bytes]], verify: Callable[[bytes, bytes], None]) -> None:
    for signature, message in pairs:
        verify(signature, message)


def bench_verify() -> list[Figure]:
    """Verify 200,000 entries, against two bare SHA-256 an entry, and against a bare signature an entry."""
    from ccnode_crypto.chain import head_message
    from ccnode_crypto.keys import domain

    figures = []
    for run_length in (1_000, 2):
        state, runs, key = _chain(200_000, run_length)
        count = state.length
        bodies = [
            (h, m + (s or b"")) for run in runs for h, m, s in zip(run.headers, run.metas, run.sealed, strict=True)
        ]
        message = domain("head") + head_message(state.chain, 1, state.head)
        pairs = [
            (key._key.sign(message + at.to_bytes(4, "big")), message + at.to_bytes(4, "big")) for at in range(4_000)
        ]
        public = key.public._key

        def hashes(bodies: list[tuple[bytes, bytes]] = bodies) -> None:
            for header, body in bodies:
                sha256(header).digest()
                sha256(body).digest()

        ours, hashed, signed = [], [], []
        for _ in range(5):
            ours.append(timed(lambda: _verify_all(state, runs, key, max(1, 1_000 // run_length))) / count)  # noqa: B023
            hashed.append(timed(hashes) / count)
            signed.append(timed(lambda: _signature_each(pairs, public.verify)) / len(pairs))  # noqa: B023
        mine, hash_cost, sign_cost = min(ours) * 1e6, min(hashed) * 1e6, min(signed) * 1e6
        if run_length == 1_000:
            figures.append(
                Figure(
                    "verify, runs of 1,000, to two SHA-256",
                    1 / mine,
                    1 / hash_cost,
                    "entries/us",
                    hash_cost / mine,
                    0.6,
                    at_most=False,
                )
            )
        target = 60 if run_length == 1_000 else 1.9
        figures.append(
            Figure(
                f"verify, runs of {run_length:,}, to a signature each",
                1 / mine,
                1 / sign_cost,
                "entries/us",
                sign_cost / mine,
                target,
                at_most=False,
            )
        )
    return figures
