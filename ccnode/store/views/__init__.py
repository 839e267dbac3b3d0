"""What does the ledger say? Questions to the database, each answered from one consistent state.

A view is a generator: it yields SQL with parameters and gets the rows back. So the same view is run by sqlite3 where no
daemon is (`run`), and by aiosqlite within one (readers.py); it neither knows nor cares.

conversations.py, messages.py and record.py have the views by what they are about, asking.py what they share.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccnode.store.views.asking import MATCHES_MAX, Query, Row, T, View, hlc_limit, ms_of, run, text_of
from ccnode.store.views.conversations import (
    IMPORTED,
    PREFIX_SESSION_MIN,
    TITLE_CHARS,
    Session,
    Standing,
    leaf_of,
    resolve_session,
    session,
    sessions,
    standing,
    whole_session,
)
from ccnode.store.views.messages import (
    PREFIX_MESSAGE_MIN,
    Message,
    Said,
    branch,
    branch_to,
    branch_up_to,
    by_key,
    message,
    messages_by_id,
    numbers_of,
    replies,
    reply_to,
    resolve_message,
    said_by_id,
    tree,
    unanswered,
)

if TYPE_CHECKING:
    from ccnode.store.views.record import Chain, EntryRow, Statistics, chains, entries, kind_of, own_nodes, statistics
else:

    def __getattr__(name: str) -> object:
        """What record.py has, loaded on first use: no start and few commands ask for it."""
        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from ccnode.store.views import record

        return getattr(record, name)


__all__ = [
    "IMPORTED",
    "MATCHES_MAX",
    "PREFIX_MESSAGE_MIN",
    "PREFIX_SESSION_MIN",
    "TITLE_CHARS",
    "Chain",
    "EntryRow",
    "Message",
    "Query",
    "Row",
    "Said",
    "Session",
    "Standing",
    "Statistics",
    "T",
    "View",
    "branch",
    "branch_to",
    "branch_up_to",
    "by_key",
    "chains",
    "entries",
    "hlc_limit",
    "kind_of",
    "leaf_of",
    "message",
    "messages_by_id",
    "ms_of",
    "numbers_of",
    "own_nodes",
    "replies",
    "reply_to",
    "resolve_message",
    "resolve_session",
    "run",
    "said_by_id",
    "session",
    "sessions",
    "standing",
    "statistics",
    "text_of",
    "tree",
    "unanswered",
    "whole_session",
]
