"""Do views say what the ledger says, and nothing that was not signed?"""

from __future__ import annotations

import os
import sqlite3
import uuid
from typing import TYPE_CHECKING

import pytest

from ccnode import clock
from ccnode.core.turns import Answer, Reply
from ccnode.store import turns as jobs
from ccnode.store import views
from ccnode.store.errors import NotFound
from ccnode.store.ledger import Ledger, Ports, connect
from ccnode.store.transaction import view
from ccnode_crypto.keys import SigningKey
from ccnode_protocol.records import State

if TYPE_CHECKING:
    from pathlib import Path

    from ccnode.store.ledger import Job


def test_a_text_that_was_altered_on_the_disk_is_not_shown_as_if_it_were_whole(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    ledger = Ledger(path, SigningKey(os.urandom(32)), Ports(clock.now_ms, clock.chance))
    session = ledger.append_sync(jobs.open_session("talk", None))
    whole = ledger.append_sync(jobs.ask(session, "My sister Nora lives in Lisbon", None)).question
    altered = ledger.append_sync(jobs.ask(session, "My sister Nora lives in London", None)).question
    ledger.close()
    outside = sqlite3.connect(path)
    (sealed,) = outside.execute("SELECT sealed FROM entries WHERE digest = ?", (altered,)).fetchone()
    forged = sealed.replace(b"London", b"Berlin")
    outside.execute("UPDATE entries SET sealed = ? WHERE digest = ?", (forged, altered))
    outside.commit()
    outside.close()
    connection = connect(path, writable=False)
    shown = views.run(connection, views.message(whole))
    for limit in (1, 2, 9):
        said, way = views.run(connection, views.branch_to(whole, limit))
        assert (said, way) == (shown, views.run(connection, views.branch_up_to(shown.id, limit)))
    with pytest.raises(NotFound, match=f"there is no message {bytes(32).hex()}"):
        views.run(connection, views.branch_to(bytes(32), 9))
    hidden = views.run(connection, views.message(altered))
    connection.close()
    assert (shown.text, shown.altered) == ("My sister Nora lives in Lisbon", False)
    assert (hidden.text, hidden.altered) == (None, True)


def test_replies_are_those_of_the_branch_from_the_newest_on(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    ledger = Ledger(path, SigningKey(os.urandom(32)), Ports(clock.now_ms, clock.chance))
    session = ledger.append_sync(jobs.open_session("talk", None))
    places = []
    for number in range(3):
        asked = ledger.append_sync(jobs.ask(session, f"question {number}", None))
        places.append(asked.seq)
        reply = Reply(session, Answer(asked.question), "model")
        assert reply.add(f"answer {number}")
        ledger.append_sync(jobs.close(reply, (), State.COMPLETE))
    branch = ledger.append_sync(jobs.open_session(None, ledger.append_sync(_newest(session))))
    again = ledger.append_sync(jobs.ask(session, "question 3", b"k" * 16))
    assert ledger.append_sync(jobs.ask(session, "question 3", b"k" * 16)).seq == again.seq == 7
    ledger.close()
    connection = connect(path, writable=False)
    said = views.run(connection, views.branch(session))
    expected = [one.digest for one in reversed(said) if one.role == "assistant"]
    found = [views.run(connection, views.replies(one, among=100)) for one in (session, branch)]
    last = views.run(connection, views.replies(session, among=4))
    connection.close()
    assert places == [1, 3, 5]
    assert found == [expected, expected]
    assert last == expected[:2]


def _newest(session: bytes) -> Job[bytes]:
    return lambda tx: view(tx, views.branch(session))[-1].digest


def test_only_a_whole_identifier_needs_no_looking_up() -> None:
    session = uuid.uuid4()
    for text in (str(session), session.hex, str(session).upper()):
        assert views.whole_session(text) == session.bytes
    for text in ("", "last", session.hex[:31], f"{session.hex}0", "g" * 32, "\u0660" * 32):
        assert views.whole_session(text) is None
