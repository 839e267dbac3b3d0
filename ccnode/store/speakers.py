"""Who said what a model is shown, where it was not the person who asks? Another node's user, or one in a file.

A conversation with another program that was brought in is the person's own, and says where it is from. An export of
somebody's node that was brought in, and a stranger's conversation that a branch goes on from, hold what another person
said: that is shown as told by them, and is never taken for what the person who asks has said of themselves.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from ccnode_crypto.keys import node_id
from ccnode_protocol import records
from ccnode_protocol.errors import RemoteError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ccnode.mind.prompt_types import Recalled
    from ccnode.store.views import Message, View

EXPORTED: Final = "bundle"  # the origin of what came from an export that was not taken in as ours
SHORT: Final = 12
AT_ONCE: Final = 500
_VOICES: Final = "SELECT session, voice FROM sessions WHERE voice IS NOT NULL AND session IN ({marks})"
_METAS: Final = (
    "SELECT e.digest, e.meta, s.voice FROM entries e JOIN messages m ON m.id = e.id"
    " LEFT JOIN sessions s ON s.session = m.session WHERE e.digest IN ({marks})"
)


def others(messages: Sequence[Message]) -> View[dict[bytes, str]]:
    """For those of these messages that another person, or another's assistant, said: who did, by their digests."""
    sessions = list(dict.fromkeys(message.session for message in messages))
    voices: dict[bytes, bytes] = {}
    for at in range(0, len(sessions), AT_ONCE):
        some = sessions[at : at + AT_ONCE]
        voices |= dict((yield _VOICES.replace("{marks}", ",".join("?" * len(some))), some))
    found = {one.digest: _other(one.role, one.origin, voices.get(one.session)) for one in messages}
    return {digest: who for digest, who in found.items() if who}


def labelled(found: Iterable[Recalled]) -> View[list[Recalled]]:
    """What was recalled, each with who said it where that is another, and with where it was brought in from."""
    items = list(found)
    digests = [bytes.fromhex(one.message_id) for one in items if not one.told_by]
    rows = (yield _METAS.replace("{marks}", ",".join("?" * len(digests))), digests) if digests else []
    known = {digest.hex(): (_origin(meta), voice) for digest, meta, voice in rows}
    return [_labelled(one, *known.get(one.message_id, (None, None))) for one in items]


def _labelled(one: Recalled, origin: str | None, voice: bytes | None) -> Recalled:
    who = _other(one.role, origin, voice)
    if who:
        # Like what another node claims: nobody has said it here.
        return replace(one, told_by=who, role="tool" if one.role == "user" else one.role)
    return replace(one, origin=origin) if origin else one


def _other(role: str, origin: str | None, voice: bytes | None) -> str:
    who = {"user": "its user", "assistant": "its assistant"}.get(role, "its program")
    if voice is not None:
        return f"node {node_id(voice)[:SHORT]}, said there by {who}"
    return f"the export of a node that was brought in, said there by {who}" if origin == EXPORTED else ""


def _origin(meta: bytes) -> str | None:
    try:
        return records.read_message(meta).origin
    except RemoteError:
        return None
