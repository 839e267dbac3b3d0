"""Does a text answer a question? Read token by token, by a small reader that was learned on top of the encoder.

Two texts can be about the same thing without one answering the other, and their two vectors say little of that. The
encoder also gives a vector for each token in its place. Here the tokens of the text attend to those of the question,
then those of the question to what came of it (cross-attention: Parikh et al. 2016, arXiv:1606.01933), and one number
is read off: log odds to be added to what else speaks for the text. It costs some 4 ms a question.

The 87,000 weights are in `answers.npz` (tests/memory/learn_reader.py); they fit the encoder of `meaning.py` alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

FILE: Final = Path(__file__).with_name("answers.npz")
QUESTION_TOKENS_MAX: Final = 28
TEXT_TOKENS_MAX: Final = 100


@dataclass(frozen=True, slots=True)
class Tokens:
    """What is kept of a text: its tokens' states, made small (float16 [tokens, 64]), and their ids (int32 [tokens]).

    The ids say which words it has: whoever keeps them keeps a text that may be erased, and must let go of them soon.
    """

    states: Any
    ids: Any


class Reader:
    """The weights, and what they make of a question and texts. It keeps nothing; any thread may use it."""

    def __init__(self, path: Path = FILE) -> None:
        """Raises OSError, ValueError or KeyError for a file that is not the reader's."""
        with np.load(path, allow_pickle=False) as file:
            self._of: dict[str, Floats] = {name: file[name].astype(np.float32) for name in file.files}
        self._width = float(np.sqrt(self._of["attend"].shape[0]))

    def small(self, states: Floats, ids: Sequence[int]) -> Tokens:
        """What of the encoder's states of a text ([tokens, 384]) is needed here."""
        kept = states[:TEXT_TOKENS_MAX] @ self._of["project"] + self._of["project bias"]
        return Tokens(kept.astype(np.float16), np.asarray(ids[:TEXT_TOKENS_MAX], np.int32))

    def answers(self, question: Tokens, texts: Sequence[Tokens]) -> list[float]:
        """For each text the log odds that it answers the question, beside what else is known of both."""
        if not texts:
            return []
        w = self._of
        asked = _normed(question.states[:QUESTION_TOKENS_MAX].astype(np.float32) + w["asked"])
        asked_ids = question.ids[:QUESTION_TOKENS_MAX]
        told = _normed(np.concatenate([text.states for text in texts]).astype(np.float32) + w["told"])
        same = (np.concatenate([text.ids for text in texts])[:, None] == asked_ids[None, :]).astype(np.float32)
        near = told @ w["attend"] @ asked.T / self._width + w["same"][0] * same
        told = self._understood(told, _softmax(near) @ asked, same.max(1))
        back = asked @ w["attend back"] @ told.T / self._width + w["same"][1] * same.T
        marked = told @ w["mark"]
        weighs = _softmax((asked @ w["weigh"])[None, :])[0]
        ends = np.cumsum([len(text.ids) for text in texts])
        seen, read = [], []
        for text, end in zip(texts, ends, strict=True):
            part = slice(end - len(text.ids), end)
            seen.append(_softmax(back[:, part]) @ told[part])
            found, most = marked[part], marked[part].max()
            total = most + np.log(np.exp(found - most).sum())
            read.append(np.concatenate([_softmax(found[None, :])[0] @ told[part], [most, total]]))
        known = np.concatenate([same[end - len(text.ids) : end].max(0) for text, end in zip(texts, ends, strict=True)])
        matched = _together(np.tile(asked, (len(texts), 1)), np.concatenate(seen), known)
        matched = _gelu(matched @ w["compare"] + w["compare bias"]) @ w["compared"]
        matched = np.einsum("q,tqd->td", weighs, matched.reshape(len(texts), len(asked), -1))
        whole = np.stack(read).astype(np.float32)
        size = matched.shape[1]
        whole = np.hstack([whole[:, :size], matched, whole[:, :size] * matched, whole[:, size:]])
        result: list[float] = (_gelu(whole @ w["decide"] + w["decide bias"]) @ w["decided"]).tolist()
        return result

    def _understood(self, told: Floats, asked: Floats, same: Floats) -> Floats:
        """Each token of the texts, with that of the question which it attends to."""
        w = self._of
        seen = _gelu(_together(told, asked, same) @ w["understand"] + w["understand bias"])
        return _normed(told + seen @ w["understood"] + w["understood bias"])


def _together(one: Floats, other: Floats, same: Floats) -> Floats:
    return np.hstack([one, other, one * other, np.abs(one - other), same[:, None]])


def _normed(rows: Floats) -> Floats:
    rest: Any = rows - rows.mean(-1, keepdims=True)
    result: Floats = rest / np.sqrt((rest * rest).mean(-1, keepdims=True) + 1e-5)
    return result


def _softmax(rows: Floats) -> Floats:
    odds = np.exp(rows - rows.max(-1, keepdims=True))
    result: Floats = odds / odds.sum(-1, keepdims=True)
    return result


def _gelu(values: Floats) -> Floats:
    """Hendrycks & Gimpel 2016, arXiv:1606.08415, by the hyperbolic tangent."""
    bent: Any = np.tanh(0.7978845608 * (values + 0.044715 * values * values * values))
    result: Floats = 0.5 * values * (1.0 + bent)
    return result


__all__ = ["FILE", "Reader", "Tokens"]
