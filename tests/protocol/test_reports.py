"""Is a report what its node signed and nothing else, within its bounds, and is the same one of two kept everywhere?"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ccnode_crypto import canonical
from ccnode_protocol import limits
from ccnode_protocol.errors import LocalError, RemoteError
from ccnode_protocol.reports import Place, SignedReport, read_report, sign_report
from tests.protocol.gossiping import NOW, key_of, report_of

KEY = key_of("a")


def changed(**fields: Any) -> bytes:
    """The body of a report with other fields; None leaves one out."""
    body = canonical.decode_map(report_of(KEY).body, size_max=4096) | fields
    return canonical.encode({name: value for name, value in body.items() if value is not None})


def test_it_is_read_as_it_was_said() -> None:
    signed = report_of(KEY)
    again = read_report(signed.body, signed.signature)
    again.verify()
    assert again == signed
    assert len(signed.body) + len(signed.signature) < 500


def test_the_largest_fits() -> None:
    most = report_of(
        KEY,
        limits.SEQUENCE_MAX,
        vector=(1_000_000,) * 64,
        words=2**53,
        ccc=-1_000_000,
        at=Place(bytes(16), 2**53, KEY.seed),
    )
    assert len(most.body) <= limits.REPORT_BYTES_MAX


def test_without_a_baseline() -> None:
    said = report_of(KEY, ccc=None, baseline=None).report
    assert (said.ccc, said.baseline) == (None, None)


def test_what_is_not_known_is_kept() -> None:
    body = changed(later=[1, 2])
    assert read_report(body, KEY.sign("character-report", body)).body == body


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"version": 2}, "version"),
        ({"node": b"short"}, "node"),
        ({"counter": -1}, "counter"),
        ({"counter": True}, "counter"),
        ({"vector": []}, "vector"),
        ({"vector": [1_000_001]}, "vector"),
        ({"vector": [-1]}, "vector"),
        ({"vector": [0] * 65}, "vector"),
        ({"ccc": 1_000_001}, "ccc"),
        ({"ccc": None}, "ccc and baseline"),
        ({"baseline": None}, "ccc and baseline"),
        ({"words": None}, "words"),
        ({"at": [bytes(16), 1, 3, bytes(32)]}, "at"),
        ({"at": [bytes(16), 0, 3]}, "at"),
        ({"expires_ms": NOW}, "expires_ms"),
        ({"expires_ms": NOW + limits.REPORT_LIFE_MS + 1}, "expires_ms"),
        ({"filler": b"x" * 1024}, "report"),
    ],
)
def test_what_is_none_is_refused_by_name(fields: dict[str, Any], named: str) -> None:
    body = changed(**fields)
    with pytest.raises(RemoteError, match=named):
        read_report(body, KEY.sign("character-report", body))


def test_every_changed_bit_is_found() -> None:
    signed = report_of(KEY)
    for at in range(len(signed.body)):
        for bit in range(8):
            other = signed.body[:at] + bytes([signed.body[at] ^ 1 << bit]) + signed.body[at + 1 :]
            with pytest.raises(RemoteError):
                read_report(other, signed.signature).verify()
    for at in range(64):
        other = signed.signature[:at] + bytes([signed.signature[at] ^ 1]) + signed.signature[at + 1 :]
        with pytest.raises(RemoteError, match=r"report\.signature"):
            read_report(signed.body, other).verify()


def test_a_signature_for_another_purpose_is_none() -> None:
    body = report_of(KEY).body
    for purpose in ("head", "link", "peer-manifest"):
        with pytest.raises(RemoteError):
            read_report(body, KEY.sign(purpose, body)).verify()


def test_nobody_speaks_for_another() -> None:
    with pytest.raises(LocalError):
        sign_report(key_of("b"), report_of(KEY).report)
    with pytest.raises(LocalError):
        sign_report(KEY, replace(report_of(KEY).report, baseline=None))
    with pytest.raises(LocalError):
        sign_report(KEY, replace(report_of(KEY).report, words=-1))


def test_of_two_with_one_counter_all_keep_the_same() -> None:
    one, other = report_of(KEY, 5), report_of(KEY, 5, words=7)
    assert one.version != other.version
    assert max(one, other, key=_version) == max(other, one, key=_version)
    assert report_of(KEY, 6).version > max(one.version, other.version)


def _version(signed: SignedReport) -> tuple[int, bytes]:
    return signed.version
