"""How does the offline model speak? As an adapter like any other, without a network, a thread or a loaded model.

What it says is decided in `ccnode.mind.answering`; here the reply only becomes a stream.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from ccnode.models.base import Delta, Finished, ModelError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping, Sequence

    from ccnode.mind.prompt_types import Prompt
    from ccnode.models.base import Notice
    from ccnode.models.meaning import Meaning

NAME = "embedded/1"


class EmbeddedModel:
    """Finds and quotes what was told. One instance serves all conversations at once."""

    def __init__(self, meaning: Meaning | None = None) -> None:
        """`meaning`: what compares texts by their meaning; without it words alone decide."""
        self._meaning = meaning

    @property
    def name(self) -> str:
        """Always "embedded/1"; the number grows when its answers change."""
        return NAME

    async def stream(
        self,
        prompt: Prompt,
        *,
        status: Callable[[Notice], None] | None = None,  # noqa: ARG002 (nothing to wait for)
    ) -> AsyncIterator[Delta | Finished]:
        """Yield the reply word by word, then Finished with the cited messages.

        Raises ModelError("bad_request") if the prompt does not end with a message of the user.
        """
        if not prompt.messages or prompt.messages[-1].role != "user":
            raise ModelError(
                "bad_request", "prompt.messages does not end with a user message", remedy="send the user's message last"
            )
        from ccnode.mind.answering import pieces, reply_to, to_compare  # much is made of it, and no start answers

        comparison = to_compare(prompt)
        likeness = await asyncio.to_thread(self.likeness, comparison.question, comparison.texts)
        reply = reply_to(prompt, likeness)
        text = reply.text
        if prompt.continues:
            # Memory may have changed since: then what follows is all that is known now.
            begun = text.startswith(prompt.continues)
            text = text[len(prompt.continues) :] if begun else f"\n\n{text}"
        if not text:
            yield Delta("")
        count = 0
        cut = False
        for piece in pieces(text):
            if count >= max(1, prompt.output_tokens_max):
                cut = True
                break
            count += 1
            yield Delta(piece)
            await asyncio.sleep(0)  # lets other conversations speak between two words
        yield Finished(NAME, "max_tokens" if cut else "end", output_tokens=count, sources=reply.sources)

    def likeness(self, question: str, texts: Sequence[str]) -> Mapping[str, float] | None:
        """How alike in meaning each text is to the question, for what is recalled; None if that is not known here."""
        return self._meaning.likeness(question, texts) if self._meaning is not None and texts else None

    def rest(self) -> bool:
        """Let go of what was loaded and has not been used for a while; whether there was any."""
        return self._meaning is not None and self._meaning.rest()

    def forget(self) -> None:
        """Keep nothing of any text that was read: one of them has been erased."""
        if self._meaning is not None:
            self._meaning.forget()

    async def close(self) -> None:
        """Nothing to release."""


__all__ = ["NAME", "EmbeddedModel"]
