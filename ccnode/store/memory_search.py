"""What of memory is about this? The best of what a search finds that is a memory, page after page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ccnode.mind.memory import states
from ccnode.store import knowledge, memory, views
from ccnode.store.memory import Page
from ccnode.store.search import LIMIT_MAX, Filters

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

    from ccnode.store.knowledge import Known
    from ccnode.store.memory import Memory, Wanted
    from ccnode.store.search import Hit, Searcher
    from ccnode.store.views import View

LOOKS: Final = 5  # times that one page asks for hits, so that it takes a bounded time
FORGETTING_READ: Final = 200  # of those to be forgotten, or with notes, which no search finds, that a page looks at


def search(
    searcher: Searcher,
    connection: sqlite3.Connection,
    text: str,
    limit: int,
    *,
    wanted: Wanted | None = None,
    after: bytes | None = None,
) -> Page:
    """The memories that say words of `text`, best first, from those after the message `after` on.

    Like any page of memories it may hold fewer than `limit`, or none, and still have a `next`. Those to be forgotten
    are only found where they are wanted, then newest first and by all the words as they are written. So is, newest
    first, what other nodes claim and the owner promoted.

    Raises:
        NotFound: `after` is no message.
        StoreError: the ledger cannot be read.
    """
    if wanted == "forgetting":
        return views.run(connection, _forgetting(text, limit, after))
    if wanted == "noted":
        return views.run(connection, _noted(text, limit, after))
    filters = Filters(role=None if wanted else "user")
    # The index knows what was said; what is remembered in other words comes first, where it says all that is asked.
    is_first = after is None and wanted is None
    found = views.run(connection, _noted(text, limit, None)).memories if is_first else []
    known = views.run(connection, _claimed(text, limit)) if is_first else []
    first = {one.message.digest for one in found}
    for _ in range(LOOKS):
        hits = searcher.search(text, LIMIT_MAX, filters, after=after)
        full, last = len(hits) == LIMIT_MAX, hits[-1].message.digest if hits else None
        hits = [hit for hit in hits if hit.message.digest not in first]
        page = views.run(connection, among(hits, max(1, limit - len(found)), wanted=wanted, more=full))
        found += page.memories
        if page.next is not None or not full:
            return Page(found, page.next, known)
        after = last
    return Page(found, after, known)


def among(hits: Sequence[Hit], limit: int, *, wanted: Wanted | None = None, more: bool | None = None) -> View[Page]:
    """The memories among messages that a search found by their own words, in its order.

    `next` is the last one that was looked at, where more of the hits, or of what a search may find, come after it;
    `more`: whether it may find more, where these are not all that it found.
    """
    found: list[Memory] = []
    titles: dict[bytes, views.Session] = {}
    for at, hit in enumerate(hits):
        message = hit.message
        if message.text is None or (wanted is not None and message.mark != wanted):
            continue
        if hit.why and all(reason.where == "context" for reason in hit.why):
            continue
        if wanted is None and (message.role != "user" or not (message.mark != "none" or states(message.text))):
            continue
        found.append((yield from memory.described(message, titles)))
        if len(found) == limit:
            follows = at + 1 < len(hits) or (len(hits) == LIMIT_MAX if more is None else more)
            return Page(found, message.digest if follows else None)
    return Page(found)


def _claimed(text: str, limit: int) -> View[list[Known]]:
    words = text.casefold().split()
    numbers = yield from knowledge.newest()
    read = yield from knowledge.texts(numbers)
    holding = [number for number in numbers if all(word in read.get(number, "").casefold() for word in words)]
    return (yield from knowledge.standing(holding[:limit]))


def _noted(text: str, limit: int, after: bytes | None) -> View[Page]:
    words = text.casefold().split()
    page = yield from memory.page(FORGETTING_READ, before=after, wanted="noted")
    holding = [
        one
        for one in page.memories
        if one.note is not None and one.note.stands and all(word in one.note.text.casefold() for word in words)
    ]
    if len(holding) > limit:
        return Page(holding[:limit], holding[limit - 1].message.digest)
    return Page(holding, page.next)


def _forgetting(text: str, limit: int, after: bytes | None) -> View[Page]:
    words = text.casefold().split()
    page = yield from memory.page(FORGETTING_READ, before=after, wanted="forgetting")
    holding = [one for one in page.memories if all(word in (one.message.text or "").casefold() for word in words)]
    if len(holding) > limit:
        return Page(holding[:limit], holding[limit - 1].message.digest)
    return Page(holding, page.next)
