"""Do views say what the ledger says, and nothing that was not signed?"""

from __future__ import annotations

import os
import sqlite3
from typing import TYPE_CHECKING

from ccnode import clock
from ccnode.store import turns as jobs
from ccnode.store import views
from ccnode.store.ledger import Ledger, Ports, connect
from ccnode_crypto.keys import SigningKey

if TYPE_CHECKING:
    from pathlib import Path


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
    hidden = views.run(connection, views.message(altered))
    connection.close()
    assert (shown.text, shown.altered) == ("My sister Nora lives in Lisbon", False)
    assert (hidden.text, hidden.altered) == (None, True)
