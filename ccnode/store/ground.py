"""What is there to make a prompt of? All that the database knows for one question, in one consistent state."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from ccnode.store import bearing, branching, memory, notes, plates, recent, speakers, views

if TYPE_CHECKING:
    from ccnode.mind.prompt_types import Branch
    from ccnode.mind.summaries import Conversation
    from ccnode.store.plates import Version
    from ccnode.store.views import Message, View

HISTORY_MESSAGES: Final = 200


@dataclass(frozen=True, slots=True)
class Ground:
    """What is known. `history`: the newest messages, up to the question, or for a preview to where one would follow.

    `unremembered`: digests of those that may not be shown. `before`: what the conversations before were, where this one
    begins; `merging`: the branches that the question asks to bring together; `others`: who said those messages of the
    history that another person did, by their digests; `answers`: local numbers of the replies that the question had
    already; `character`: what was measured last (bearing.py).
    """

    session: bytes
    question: Message | None
    history: list[Message]
    unremembered: set[bytes]
    plate: Version | None
    before: list[Conversation]
    merging: list[Branch]
    others: dict[bytes, str]
    answers: list[int]
    character: tuple[str, tuple[str, ...]] | None


_ANSWERS: Final = "SELECT id FROM messages WHERE parent_id = ? AND role = 1"


def of_question(digest: bytes) -> View[Ground]:
    """What there is for the reply to a recorded question. Raises NotFound."""
    question, history = yield from views.branch_to(digest, HISTORY_MESSAGES)
    merging = yield from branching.merged(question)
    return (yield from _ground(question.session, question, history, merging))


def preview(session: bytes | None) -> View[Ground]:
    """What there would be for the next question of a session, or of a new one. Raises NotFound."""
    history = (yield from views.branch(session, HISTORY_MESSAGES - 1)) if session is not None else []
    return (yield from _ground(session or b"", None, history, []))


def _ground(session: bytes, question: Message | None, history: list[Message], merging: list[Branch]) -> View[Ground]:
    unremembered = yield from memory.left_out([one.digest for one in history], [one.id for one in history])
    plate = yield from plates.plate_in_force()
    begins = len(history) == (question is not None)
    before = (yield from recent.conversations(session)) if begins else []
    answers: list[int] = []
    if question is not None:
        # Another reply is wanted, on this branch or on one that was begun here: not one that follows what was said.
        answers = [row[0] for row in (yield _ANSWERS, (question.id,))]
        before = [one for one in before if one.first is None or one.first.id != question.digest.hex()]
    if question is not None:
        unremembered = unremembered - {question.digest}
    # What is remembered in other words is shown in these; the question is what is asked, whatever stands for it.
    asked = history[-1:] if question is not None else []
    history = [*(yield from notes.worded(history[: len(history) - len(asked)])), *asked]
    worded = []
    for one in before:
        worded.append((yield from _worded(one)))  # noqa: PERF401 (a comprehension cannot wait for a view)
    others = yield from speakers.others(history)
    character = yield from bearing.current(session)
    return Ground(session, question, history, unremembered, plate, worded, merging, others, answers, character)


def _worded(talk: Conversation) -> View[Conversation]:
    """What a conversation was, in the words in which it is to be remembered."""
    said = [each for each in (talk.first, talk.question, talk.answer) if each is not None]
    standing = yield from notes.standing(bytes.fromhex(each.id) for each in said)
    if not standing:
        return talk
    words = {digest.hex(): note.text for digest, note in standing.items()}
    first, question, answer = (
        replace(each, text=words.get(each.id, each.text)) if each is not None else None
        for each in (talk.first, talk.question, talk.answer)
    )
    return replace(talk, first=first, question=question, answer=answer)
