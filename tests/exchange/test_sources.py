"""Is everything read that an export says, as it says it, and everything else counted?"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest

from ccnode.exchange import sniff
from ccnode_protocol.records import TEXT_BYTES_MAX
from tests.exchange import generate
from tests.exchange.truth import Said, Truth

if TYPE_CHECKING:
    from pathlib import Path

    from ccnode.exchange.model import Conversation

SEED = 20_260_101


def check(conversation: Conversation, truth: Truth) -> None:
    """The conversation is what its maker meant, in every turn and every count."""
    assert conversation.id == truth.id
    assert conversation.title == truth.title
    assert conversation.said_ms == truth.said_ms
    read = {
        turn.id: Said(turn.parent, turn.role, turn.text, turn.said_ms, turn.model, turn.attachments)
        for turn in conversation.turns
    }
    assert len(read) == len(conversation.turns)
    assert read == truth.turns
    assert conversation.current == truth.current
    left: Counter[tuple[str, str]] = Counter()
    for one in conversation.left:
        left[one.why, one.unit] += one.count
        assert one.where.startswith(truth.id)
    assert left == truth.left
    met: set[str | None] = {None}
    for turn in conversation.turns:
        assert turn.parent in met, "parents stand before their children"
        met.add(turn.id)
        assert turn.text.strip() or turn.attachments
        assert len(turn.text.encode()) <= TEXT_BYTES_MAX


@pytest.mark.parametrize("layout", generate.LAYOUTS)
@pytest.mark.parametrize("form", generate.FORMATS)
def test_everything_that_is_written_is_read(tmp_path: Path, form: str, layout: str) -> None:
    number = 1 if (form, layout) == ("claude-code", "file") else 120
    path = generate.write(form, tmp_path / "export", SEED, number, layout)
    source = sniff.open_source(path)
    assert source.format == form
    for _ in range(2):  # reading it again gives the same
        read = list(source.conversations())
        assert len(read) == number
        for conversation, truth in zip(read, generate.truths(form, SEED, number), strict=True):
            check(conversation, truth)
        assert source.position() == source.size > 0
        beside = {one.where for one in source.left}
        assert beside == (set() if layout == "file" else set(generate.BESIDE[form]))
    source.close()
    source.close()


@pytest.mark.parametrize("form", generate.FORMATS)
def test_many_seeds(tmp_path: Path, form: str) -> None:
    for seed in range(10):
        path = generate.write(form, tmp_path / f"{seed}", seed, 12, "folder")
        source = sniff.open_source(path, form)
        for conversation, truth in zip(source.conversations(), generate.truths(form, seed, 12), strict=True):
            check(conversation, truth)


@pytest.mark.parametrize("form", generate.FORMATS)
def test_messages_that_are_too_long_are_left_out_and_counted(tmp_path: Path, form: str) -> None:
    path = generate.write(form, tmp_path / "export", 3, 6, "folder", long=True)
    source = sniff.open_source(path)
    long = 0
    for conversation, truth in zip(source.conversations(), generate.truths(form, 3, 6, long=True), strict=True):
        check(conversation, truth)
        long += truth.left["longer than one message may be (1 MiB)", "message"]
    assert long > 3
