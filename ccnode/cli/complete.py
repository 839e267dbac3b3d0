"""Which sessions or messages could the shell mean? Asked of the database directly; any trouble completes nothing."""

from __future__ import annotations

import contextlib
import re
from collections import Counter
from typing import TYPE_CHECKING, Final

from click.shell_completion import CompletionItem

from ccnode.cli.text import line

if TYPE_CHECKING:
    from ccnode.cli.state import State

OFFERED_MAX: Final = 40
MESSAGES_READ: Final = 500
PLAIN: Final = re.compile(
    r"\w[\w.-]*\Z", re.ASCII
)  # a name is of its bearer's choice, and a shell takes what is offered
SHORT: Final = 12  # of a message id's 64 digits: enough to be unique, and to be read


def sessions(state: State, incomplete: str) -> list[CompletionItem[str]]:
    """Session ids that begin so, most recently active first."""
    found: list[CompletionItem[str]] = []
    with contextlib.suppress(Exception):  # a shell that completes nothing is better than one that shows an error
        from ccnode.cli import local
        from ccnode.store import views

        newest = local.ask(state.home, views.sessions(MESSAGES_READ))
        like = [one for one in newest if one.id.startswith(incomplete.lower())]
        found = [CompletionItem(one.id, help=line(one.title, 40)) for one in like]
    if "last".startswith(incomplete):
        found.insert(0, CompletionItem("last", help="the most recently active"))
    return found[:OFFERED_MAX]


def peers(state: State, incomplete: str) -> list[CompletionItem[str]]:
    """Identifiers of other nodes that begin so, and names: those that one node has, and no shell makes more of."""
    found: list[CompletionItem[str]] = []
    with contextlib.suppress(Exception):  # see above
        from ccnode.cli import local
        from ccnode.store.peers import load_peers
        from ccnode_crypto.keys import node_id

        with local.opened(state.home) as connection:
            known = load_peers(connection)
        begun = incomplete.casefold()
        names = Counter(one.name.casefold() for one in known)
        for one in known:
            name, identifier = one.name, node_id(one.node)
            if name.casefold().startswith(begun) and names[name.casefold()] == 1 and PLAIN.match(name):
                found.append(CompletionItem(name, help=identifier[:SHORT]))
            if identifier.startswith(begun):
                found.append(CompletionItem(identifier, help=line(name or one.standing, 40)))
    return found[:OFFERED_MAX]


def packets(state: State, incomplete: str) -> list[CompletionItem[str]]:
    """Beginnings of packets' ids, the last that came first, with the beginnings of what they claim."""
    found: list[CompletionItem[str]] = []
    with contextlib.suppress(Exception):  # see above
        from ccnode.cli import local
        from ccnode.store import knowledge

        length = max(SHORT, len(incomplete))
        known = [
            one for one in local.ask(state.home, knowledge.held()) if one.packet.hex().startswith(incomplete.lower())
        ]
        found += [
            CompletionItem(one.packet.hex()[:length], help=line(f"{one.state}: {one.words}", 40))
            for one in known[:OFFERED_MAX]
        ]
    return found


def erasures(state: State, incomplete: str) -> list[CompletionItem[str]]:
    """Digests of orders to forget that begin so, newest first, with how they stand."""
    found: list[CompletionItem[str]] = []
    with contextlib.suppress(Exception):  # see above
        import time

        from ccnode.store.erasures import of_home

        given = of_home(state.home, b"", time.time_ns() // 1_000_000)
        names = [(one.order.digest.hex(), one.state) for one in given]
        found = [CompletionItem(name[:SHORT], help=told) for name, told in names if name.startswith(incomplete.lower())]
    return found[:OFFERED_MAX]


def messages(state: State, incomplete: str) -> list[CompletionItem[str]]:
    """Beginnings of message ids, newest first, with the beginnings of their texts."""
    found: list[CompletionItem[str]] = []
    with contextlib.suppress(Exception):  # see above
        from ccnode.cli import local
        from ccnode.store import views
        from ccnode_protocol.records import Kind

        with local.opened(state.home) as connection:
            rows = views.run(connection, views.entries(MESSAGES_READ, kind=int(Kind.MESSAGE)))
            wanted = [row.id for row in rows if row.digest.hex().startswith(incomplete.lower())][:OFFERED_MAX]
            for one in views.run(connection, views.messages_by_id(wanted)):
                length = max(SHORT, len(incomplete))
                found.append(CompletionItem(one.digest.hex()[:length], help=line(one.text or "", 40)))
    return found
