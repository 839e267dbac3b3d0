"""What does a prompt look like in JSON? Its account with the texts, read anew from where they are recorded."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any, Final

from ccnode import clock
from ccnode.mind import context, guidance
from ccnode.mind.prompt_types import Recalled
from ccnode.mind.summaries import Conversation, Said, summarize
from ccnode.store import bearing, knowledge, notes, plates, prompts, shapes, views
from ccnode.store.errors import NotFound
from ccnode_protocol import hlc
from ccnode_protocol.records import Kind

if TYPE_CHECKING:
    from ccnode.mind.context import LeftOut, Part
    from ccnode.store.prompts import Account
    from ccnode.store.views import Message, View

ESTIMATE: Final = (
    f"one token for every {context.BYTES_A_TOKEN} bytes of UTF-8, begun ones too, and {context.AROUND} for what stands"
    " around a message; what is quoted, as it is quoted; services count otherwise"
)
_TITLE: Final = "SELECT sealed FROM entries WHERE digest = ? AND kind IN (?, ?)"
_HISTORY_MAX: Final = 10_000


def kept(message: bytes) -> View[dict[str, Any]]:
    """What GET /api/v1/message/{message_id}/context gives. Raises NotFound, StoreCorrupt: see prompts.prompt_of."""
    reply, account = yield from prompts.prompt_of(message)
    shown = yield from form(account)
    return {
        "message_id": reply.digest.hex(),
        "session_id": str(uuid.UUID(bytes=reply.session)),
        "time": clock.iso(account.time_ms),
        **shown,
    }


def form(account: Account, question: str | None = None) -> View[dict[str, Any]]:
    """The account as JSON. `question`: the text of one that is not recorded, as in a preview."""
    parts = []
    for part in account.parts:
        if part.kind == "question" and not part.source:
            parts.append({**_head(part), "state": "present", "text": question, "sources": []})
        else:
            parts.append((yield from _part(part, account)))
    return {
        "model": account.model,
        "instance_id": str(uuid.UUID(bytes=account.instance)) if account.instance is not None else None,
        "budget_tokens": account.budget,
        "tokens": account.tokens,
        "estimate": ESTIMATE,
        "parts": parts,
        "left_out": [_left_out(one) for one in account.left_out],
    }


def _head(part: Part) -> dict[str, Any]:
    return {"kind": part.kind, "tokens": part.tokens, "count": part.count}


def _left_out(one: LeftOut) -> dict[str, Any]:
    return {
        "kind": one.kind,
        "why": one.why,
        "tokens": one.tokens,
        "count": one.count,
        "sources": [digest for digest in one.source if digest],
    }


def _part(part: Part, account: Account) -> View[dict[str, Any]]:
    """A part with its text. `state`: present, erased, altered, or unknown where it is another program's.

    `cut`: only the text's beginning went in (what branches hold that were brought together).
    """
    head = _head(part)
    if part.kind in ("answering", "guidance", "fence"):
        text = _fixed(part, account)
        return {**head, "state": "unknown" if text is None else "present", "text": text, "sources": []}
    if part.kind == "plate":
        return {**head, **(yield from _plate(part.source, account))}
    if part.kind == "summary":
        return {**head, **(yield from _summary(part.source, account))}
    if part.kind == "conversation":
        return {**head, **(yield from _conversation(part, account))}
    if part.kind == "character":
        text = yield from bearing.again(part.source)
        return {**head, "state": "unknown" if text is None else "present", "text": text, "sources": []}
    message = yield from _message(part.source[0] if part.source else "", account if part.kind == "recalled" else None)
    if message is None and part.kind == "recalled" and part.source:
        return {**head, **(yield from _claim(part.source[0]))}
    if message is None:
        return {**head, "state": "unknown", "text": None, "sources": []}
    cut = message.text is not None and _tokens(message, message.text, part, account) > part.tokens
    return {**head, "state": _state(message), "text": message.text, "cut": cut, "sources": [_source(message)]}


def _tokens(message: Message, text: str, part: Part, account: Account) -> int:
    """How many tokens the message would have had whole, as this account counts; rather too few.

    Only in a fence something is quoted: without one, or in an account of before fences were counted, it was not so.
    """
    if part.kind != "recalled" or all(one.kind != "fence" for one in account.parts):
        return context.tokens_said(text)
    one = Recalled(message.digest.hex(), "", message.role, text, hlc.to_ms(message.time), 0.0)
    return context.tokens_recalled(one, 1)


def _fixed(part: Part, account: Account) -> str | None:
    """What this program tells models itself; None where it told that one something else."""
    if part.kind == "answering":
        return context.SYSTEM_TEXT if account.answering == prompts.answering_digest() else None
    return guidance.named(part.source[0]) if part.source else None


def _claim(digest: str) -> View[dict[str, Any]]:
    """What another node claimed, and the owner had promoted; its words, where it is known still."""
    found = yield from knowledge.of_entries([bytes.fromhex(digest)])
    if not found:
        return {"state": "unknown", "text": None, "sources": []}
    one = found[0]
    text = one.words if one.state == "promoted" else None
    packet = {"packet_id": one.packet.hex(), "told_by": one.told_by, "state": one.state}
    return {"state": "erased" if text is None else "present", "text": text, "sources": [], "packet": packet}


def _message(digest: str, account: Account | None = None) -> View[Message | None]:
    """The message; None where there is none, or no digest. With an account in the words that stood for it then."""
    if not digest:
        return None
    try:
        message = yield from views.message(bytes.fromhex(digest))
    except NotFound:
        return None
    return (yield from _worded([message], account))[0] if account is not None else message


def _worded(messages: list[Message], account: Account) -> View[list[Message]]:
    """Messages in the words in which they were remembered when the prompt was built."""
    return (yield from notes.worded(messages, hlc.from_ms(account.time_ms) if account.time_ms else None))


def _state(message: Message) -> str:
    if message.altered:
        return "altered"
    return "erased" if message.text is None else "present"


def _source(message: Message) -> dict[str, Any]:
    return {
        "message_id": message.digest.hex(),
        "session_id": str(uuid.UUID(bytes=message.session)),
        "role": message.role,
        "time": shapes.time(message.time),
        "mark": message.mark,
    }


def _plate(source: tuple[str, ...], account: Account) -> View[dict[str, Any]]:
    try:
        one = yield from plates.version(source[0])
    except NotFound:
        return {"state": "unknown", "text": None, "sources": [], "plate": {"digest": source[0], "version": None}}
    number: int | None = one.version
    if account.time_ms:  # not of a preview: the version that was in force then
        at = hlc.from_ms(account.time_ms + 1) - 1
        number = (yield from plates.numbered([(one.plate, at)])).get((one.plate, at))
    plate = {"digest": one.plate.hex(), "version": number}
    return {"state": "unknown" if one.text is None else "present", "text": one.text, "sources": [], "plate": plate}


def _summary(source: tuple[str, ...], account: Account) -> View[dict[str, Any]]:
    """An extract, made again from what it quotes."""
    title, *digests = (*source, "", "", "", "")[:4]
    rows = (yield _TITLE, (bytes.fromhex(title), int(Kind.SESSION_OPENED), int(Kind.SESSION_TITLED))) if title else []
    name = views.text_of(rows[0][0], "title") if rows else None
    first, question, answer = digests
    found = [
        (yield from _message(first, account)),
        (yield from _message(question, account)),
        (yield from _message(answer, account)),
    ]
    said = [Said(one.digest.hex(), one.text) if one is not None else None for one in found]
    known = [one for one in found if one is not None]
    made = summarize(Conversation("", 0, Said(title, name) if title else None, *said))
    whole = (not title or name is not None) and all(one.text is not None for one in known)
    return {
        "state": "present" if whole and made is not None else "erased",
        "text": made.content if made is not None else None,
        "sources": [_source(one) for one in known],
    }


def _conversation(part: Part, account: Account) -> View[dict[str, Any]]:
    """Every message of the conversation that went in, oldest first; those that were not to be remembered did not."""
    if not part.source:
        return {"state": "unknown", "text": None, "sources": [], "messages": []}
    unwanted = {one.source[0] for one in account.left_out if one.why in ("not remembered", "erased") and one.source}
    last = yield from _message(part.source[1])
    branch: list[Message] = []
    if last is not None:
        most = min(part.count + len(unwanted), _HISTORY_MAX)
        branch = yield from views.branch_up_to(last.id, most)
    found = yield from _worded([one for one in branch if one.digest.hex() not in unwanted][-part.count :], account)
    lines = [
        {
            **_source(one),
            "state": _state(one),
            "text": one.text,
            "tokens": context.tokens_said(one.text) if one.text is not None else None,
        }
        for one in found
    ]
    whole = len(found) == part.count and all(one.text is not None for one in found)
    return {"state": "present" if whole else "erased", "text": None, "sources": [], "messages": lines}
