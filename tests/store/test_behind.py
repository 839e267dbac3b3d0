"""Is all of what a reply may have its words from found, its own words aside?"""

from __future__ import annotations

from operator import methodcaller
from typing import TYPE_CHECKING

from ccnode.store import behind, notes
from ccnode_protocol import records
from ccnode_protocol.records import Role
from tests.store.places import Place, ask
from tests.store.support import say, session_id, talk

if TYPE_CHECKING:
    import pytest

    from ccnode.store.transaction import Transaction


def put(place: Place, session: int, text: str, parent: bytes | None, role: Role, *sources: bytes) -> bytes:
    def job(tx: Transaction) -> bytes:
        return say(tx, session, text, parent, role, sources=sources).digest

    return place.ledger.append_sync(job)


def said(place: Place, session: int, text: str, parent: bytes | None = None) -> bytes:
    return put(place, session, text, parent, Role.USER)


def answered(place: Place, session: int, text: str, parent: bytes, *sources: bytes) -> bytes:
    return put(place, session, text, parent, Role.ASSISTANT, *sources)


def test_what_others_said_before_it_and_what_it_rests_on(place: Place) -> None:
    for number in (1, 2, 3):
        place.ledger.append_sync(methodcaller("append", records.session_opened(session_id(number))))
    fact = said(place, 1, "My cat is Mia.")
    noted = answered(place, 1, "Noted.", fact)
    later = said(place, 1, "Not before the reply.", noted)
    second = said(place, 2, "Which cat?")
    told = answered(place, 2, "Mia.", second, fact)
    third = said(place, 3, "Again?", noted)  # a branch
    reply = answered(place, 3, "Mia, of course.", third, told)
    assert sorted(ask(place, behind.texts(reply)) or []) == ["Again?", "My cat is Mia.", "My cat is Mia.", "Which cat?"]
    assert ask(place, behind.texts(noted)) == ["My cat is Mia."]
    assert ask(place, behind.texts(later)) == ["Not before the reply."]
    place.ledger.append_sync(notes.keep(fact, "My cat is Rex."))
    assert "My cat is Rex." in (ask(place, behind.texts(noted)) or [])
    assert ask(place, behind.texts(b"x" * 32)) == []


def test_what_leads_too_far_is_not_followed(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    end = talk(place.ledger, 1, 3)
    earlier = [answered(place, 1, f"again {number}", said(place, 1, "And?", end)) for number in range(4)]
    reply = answered(place, 1, "So.", said(place, 1, "And?", end), *earlier)
    assert len(ask(place, behind.texts(reply)) or []) == 20
    monkeypatch.setattr(behind, "FOLLOWED_MAX", 4)
    assert ask(place, behind.texts(reply)) is None


def test_a_long_conversation_is_read_as_far_as_a_prompt_reaches(place: Place) -> None:
    end = talk(place.ledger, 1, behind.HISTORY)
    assert len(ask(place, behind.texts(end)) or []) == behind.HISTORY // 2
