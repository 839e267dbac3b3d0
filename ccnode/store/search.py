"""Which stored messages are about this, and why? The ranking is bm25 (ranking.py), over all that is stored."""

from __future__ import annotations

import sqlite3
import threading
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Literal, NamedTuple, TypeVar

from ccnode.mind import lexicon
from ccnode.mind.stemming import words
from ccnode.store import memory, notes, views
from ccnode.store.corpus import TAIL_MAX, Corpus, Missing, Moment
from ccnode.store.errors import translated
from ccnode.store.noted import NotedWords
from ccnode.store.query import Query, holds_phrase, parse
from ccnode.store.ranking import Allowed, Ranked, Request, Wanted
from ccnode.store.shown import IDS_AT_ONCE, Filters, shown
from ccnode.store.snippets import snippet
from ccnode_protocol import hlc, records

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence
    from collections.abc import Set as AbstractSet
    from pathlib import Path

    from ccnode.mind.prompt_types import PromptMessage, Recalled
    from ccnode.mind.recall import Candidate, Compare, RecallPlan
    from ccnode.store.knowledge import Known
    from ccnode.store.notes import Note
    from ccnode.store.views import Message, Said

__all__ = ["LIMIT_MAX", "About", "Filters", "Hit", "Searcher", "Why"]

T = TypeVar("T")
LIMIT_MAX: Final = 200
BUSY: Final = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
DEPTHS: Final = (3_000, 20_000)  # how far down the ranking a later page is looked for; there it ends
PHRASE_LOOKS: Final = (200, 2_000)  # candidates whose words are read for a phrase
PINNED: Final = 1  # as a mark is stored
PINNED_MAX: Final = 10_000  # the newest of them that are looked among


@dataclass(frozen=True, slots=True)
class Why:
    """A word of the query that a hit is found by, its share of the hit's score, and where it is said.

    `where`: "text", the message itself; "context", only the two turns before it.
    """

    word: str
    share: float
    where: Literal["text", "context"]


@dataclass(frozen=True, slots=True)
class Hit:
    """A message that was found; `score` is higher for better, `why` says what it is made of, the most first.

    `highlights` are the places of the words in `snippet`: (start, end) in characters, in order, without overlap.
    """

    message: Message
    score: float
    snippet: str
    why: tuple[Why, ...]
    highlights: tuple[tuple[int, int], ...] = ()


class About(NamedTuple):
    """What memory is asked: a question, the conversation before it, and local numbers of messages left out."""

    question: str
    conversation: Sequence[PromptMessage] = ()
    exclude: Collection[int] = ()


@dataclass(frozen=True, slots=True)
class _Found:
    """A message that was found, with its score and what that is made of."""

    number: int
    score: float = 0.0
    why: tuple[Why, ...] = ()


class Searcher:
    """Searches one node's messages on connections of its own; one search at a time, from any thread."""

    def __init__(self, index: Path, ledger: Path) -> None:
        self._corpus = Corpus(index, ledger)
        self._noted = NotedWords()
        self._turn = threading.Lock()
        self._damage = threading.Event()

    def search(
        self, text: str, limit: int = 20, filters: Filters | None = None, *, after: bytes | None = None
    ) -> list[Hit]:
        """The messages that hold words of `text`, best first (the more and the rarer the words, the better).

        "words in quotes" must be said so, words joined by AND must be there, and a -word must not. Stop words count
        where nothing else is asked for, then only among the newest messages. `after`: only those that come after this
        message, whether it is a hit (any more) or not.

        Raises:
            NotFound: `after` is no message.
            StoreError: the ledger cannot be read. Without an index only the newest messages are searched.
        """
        query = parse(text)
        limit = max(1, min(limit, LIMIT_MAX))
        if not query.said:
            return []
        with self._turn:
            return self._ask(lambda moment: self._found(moment, query, limit, filters or Filters(), after))

    def _found(self, moment: Moment, query: Query, limit: int, filters: Filters, after: bytes | None) -> list[Hit]:
        found = _Search(self._corpus, moment, query, filters).run(limit, after)
        messages = {message.id: message for message in _messages(moment, [one.number for one in found])}
        weights = self._weights(query, found)
        return [self._hit(messages[one.number], one, weights) for one in found if one.number in messages]

    def _weights(self, query: Query, found: Sequence[_Found]) -> dict[str, float]:
        """How much each term of the query tells: what it brought to the hits."""
        told = dict.fromkeys(query.words or query.said, 1.0)
        for one in found:
            for reason in one.why:
                told[reason.word] += one.score * reason.share
        known = self._corpus.tokenizer.of(told)
        return {term: told[word] for word in told for term in known[word]}

    def _hit(self, message: Message, found: _Found, weights: dict[str, float]) -> Hit:
        piece = snippet(message.text or "", weights, self._corpus.tokenizer)
        return Hit(message, found.score, piece.text, found.why, piece.highlights)

    def recall(
        self,
        question: str,
        conversation: Sequence[PromptMessage],
        *,
        exclude: Collection[bytes] = (),
        limit: int = 6,
        compare: Compare | None = None,
    ) -> list[Recalled]:
        """What the stored messages, but those excluded, have to say on a question; see mind/recall.py.

        What is left out of memory (memory.py) has no say; what is pinned is among the candidates wherever it matches.
        `compare` tells how alike in meaning texts are to a question (None: unknown). Without it words alone decide, and
        what may only be of use is offered as well: see mind/offering.py.

        Raises:
            StoreError: the ledger cannot be read.
        """
        return self.recall_for(
            lambda moment: moment.ask(views.numbers_of(exclude)),
            lambda numbers: About(question, conversation, numbers),
            limit=limit,
            compare=compare,
        )[1]

    def recall_for(
        self,
        read: Callable[[Moment], T],
        about: Callable[[T], About | None],
        *,
        limit: int = 6,
        compare: Compare | None = None,
    ) -> tuple[T, list[Recalled]]:
        """What is read of the ledger, and what memory has to say on what that asks (None: nothing is asked).

        Both are of one moment: what is said meanwhile is in neither. The rest is as in `recall`.

        Raises:
            StoreError: the ledger cannot be read, or what `read` raises.
        """
        from ccnode.mind import offering, recall  # much is made of it, and most starts recall nothing

        def ask(moment: Moment) -> tuple[T, list[Candidate], RecallPlan | None]:
            known = read(moment)
            asked = about(known)
            plan = recall.plan(asked.question, asked.conversation, brief=compare is None) if asked else None
            if asked is None or plan is None or not plan.sought:
                return known, [], None
            return known, *self._recalled(moment, plan, frozenset(asked.exclude))

        with self._turn:
            known, candidates, plan = self._ask(ask)
        if plan is None:
            return known, []
        if compare is None:
            return known, offering.offered(plan, candidates, limit)
        comparison = recall.to_compare(plan, candidates)
        likeness = compare(comparison.question, comparison.texts)
        return known, recall.rank(plan, candidates, limit, likeness)

    def at_once(self, read: Callable[[Moment], T]) -> T:
        """What is read at one moment. Raises StoreError: the ledger cannot be read, or what `read` raises."""
        with self._turn:
            return self._ask(read)

    def _recalled(self, moment: Moment, plan: RecallPlan, skip: AbstractSet[int]) -> tuple[list[Candidate], RecallPlan]:
        """The candidates of the plan and, where these tell who is who, of the wider one."""
        from ccnode.mind import recall

        candidates = self._candidates(moment, plan, skip)
        wider = recall.refine(plan, list(candidates.values()))
        if wider is not plan:
            candidates |= self._candidates(moment, wider, skip)
        return list(candidates.values()), wider

    def _candidates(self, moment: Moment, plan: RecallPlan, skip: AbstractSet[int]) -> dict[int, Candidate]:
        """The messages that may account for a question."""
        from ccnode.mind import recall

        known = self._corpus.tokenizer.of([sought.word for sought in plan.sought])
        wanted: dict[Wanted, float] = {}
        for sought in plan.sought:
            for term in known[sought.word]:
                one = Wanted(term, sought.prefix)
                wanted[one] = wanted.get(one, 0) + sought.times
        lists = tuple(
            (count, Allowed(None if role is None else int(records.ROLES[role]))) for role, count in plan.lists
        )
        pinned = moment.connection.execute(
            "SELECT id FROM marks WHERE mark = 1 ORDER BY time DESC LIMIT ?", (PINNED_MAX,)
        ).fetchall()
        if pinned:
            lists += ((recall.CANDIDATES_MORE, Allowed(numbers=frozenset(row[0] for row in pinned))),)
        ranked = shown(moment, Request(wanted, lists, skip=skip, likely=plan.brief), Filters(remembered=True))
        numbers = list(dict.fromkeys(one.number for taken in ranked for one in taken))  # many are in two lists
        noted = [number for number in self._noted.saying(moment, plan) if number not in skip]
        messages = [one for some in _in_parts(numbers + noted) for one in moment.ask(views.said_by_id(some))]
        unwanted = moment.ask(memory.left_out_among(messages, set(numbers)))
        standing = moment.ask(notes.standing(message.digest for message in messages))
        found = {
            message.id: _candidate(recall.Candidate, message, standing.get(message.digest))
            for message in messages
            if message.digest not in unwanted
        }
        return found | {one.entry: _claimed(one) for one in self._noted.claiming(moment, plan)}

    def unsearched(self) -> int:
        """How many messages a search does not look at: the index has not come to them, and they are not the newest.

        Raises:
            StoreError: the ledger cannot be read.
        """
        with self._turn:
            return self._ask(_unsearched)

    def found_damage(self) -> bool:
        """Whether a search since this was asked last found the index damaged, for its writer to make it anew."""
        found = self._damage.is_set()
        self._damage.clear()
        return found

    def close(self) -> None:
        """Close the connections. Idempotent."""
        with self._turn:
            self._corpus.close()

    def _ask(self, ask: Callable[[Moment], T]) -> T:
        """Ask what is stored now; without the index where that is missing or damaged: it is made anew by its writer."""
        try:
            with self._corpus.moment() as moment:
                return ask(moment)
        except sqlite3.Error as error:  # whatever it was: where the ledger is the cause, the next fails as well
            damaged = not isinstance(error, Missing) and getattr(error, "sqlite_errorcode", None) not in BUSY
        try:
            with self._corpus.moment_without_index() as moment:
                found = ask(moment)
        except sqlite3.Error as error:
            raise translated(error) from error
        if damaged:
            self._damage.set()
        return found


def _unsearched(moment: Moment) -> int:
    beyond = "SELECT count(*) FROM (SELECT 1 FROM messages WHERE id > ?)"
    behind: int = moment.connection.execute(beyond, (moment.position,)).fetchone()[0]
    return behind if behind > TAIL_MAX else 0


class _Search:
    """One search at one moment."""

    def __init__(self, corpus: Corpus, moment: Moment, query: Query, filters: Filters) -> None:
        self._tokenizer = corpus.tokenizer
        self._moment, self._query, self._filters = moment, query, filters
        self._terms = {word: self._tokenizer.terms([word]) for word in query.words}
        self._words: dict[str, str] = {}
        for word, terms in self._terms.items():
            for term in terms:
                self._words.setdefault(term, word)

    def run(self, limit: int, after: bytes | None = None) -> list[_Found]:
        """At most `limit` hits, best first, of those after a message. Raises NotFound where that is none."""
        last = self._moment.ask(views.message(after)).id if after is not None else None
        if not self._words:
            return [_Found(number) for number in self._newest(limit, last)]
        ranked: list[Ranked] = []
        for count in (limit,) if last is None else (LIMIT_MAX * 2, *DEPTHS):
            request = self._request(count)
            if self._query.phrases:
                found = self._with_phrases(request, count)
            else:
                (found,) = shown(self._moment, request, self._filters)
            ranked = found if last is None else self._after(found, last, request)
            if len(ranked) >= limit or len(found) < count:
                break
        return [self._found(one, request) for one in ranked[:limit]]

    def _request(self, count: int) -> Request:
        return Request(
            dict.fromkeys(map(Wanted, self._words), 1.0),
            ((count, self._allowed()),),
            required=frozenset(term for word in self._query.required for term in self._terms[word]),
            excluded=frozenset(self._tokenizer.terms(self._query.excluded)),
        )

    def _after(self, ranked: list[Ranked], number: int, request: Request) -> list[Ranked]:
        """Those that come after a message, even where that is hidden by now."""
        for at, one in enumerate(ranked):
            if one.number == number:
                return ranked[at + 1 :]
        place = Ranked(sum(part.score for part in self._moment.parts(number, request)), number)
        return [one for one in ranked if one < place]

    def _allowed(self) -> Allowed:
        allowed = self._filters.allowed()
        if self._filters.session is None:
            return allowed
        rows = self._moment.connection.execute("SELECT id FROM messages WHERE session = ?", (self._filters.session,))
        return replace(allowed, numbers=frozenset(row[0] for row in rows))

    def _found(self, ranked: Ranked, request: Request) -> _Found:
        """Why a message was found: its words with their shares."""
        scores: dict[str, float] = {}
        said: set[str] = set()
        for part in self._moment.parts(ranked.number, request):
            word = self._words[part.wanted.term]
            scores[word] = scores.get(word, 0.0) + part.score
            if part.in_text:
                said.add(word)
        total = sum(scores.values())
        why = tuple(
            Why(word, scores[word] / total, "text" if word in said else "context")
            for word in sorted(scores, key=scores.__getitem__, reverse=True)
        )
        return _Found(ranked.number, total, why)

    def _with_phrases(self, request: Request, limit: int) -> list[Ranked]:
        """Those of the ranking whose text says the phrases: the best by their words are looked at, then more of them.

        The first look is at what ranks best by words; where too few of that say the phrase, FTS5 tells where the words
        stand beside each other (the index holds no stop words, so that is not all there is to a phrase).
        """
        found: list[Ranked] = []
        allowed = request.lists[0][1]
        for count in PHRASE_LOOKS:
            ranked = shown(self._moment, replace(request, lists=((count, allowed),)), self._filters)[0]
            found = self._saying(ranked)
            if len(found) >= limit or len(ranked) < count:
                break
            beside = self._beside()
            if beside is not None:
                numbers = beside if allowed.numbers is None else beside & allowed.numbers
                allowed = replace(allowed, numbers=frozenset(numbers))
        return found

    def _beside(self) -> set[int] | None:
        """The messages that hold the telling words of each phrase side by side; None where that tells nothing."""
        telling = [[word for word in phrase if word not in lexicon.STOP] for phrase in self._query.phrases]
        parts = ['"' + " ".join(phrase) + '"' for phrase in telling if len(phrase) > 1]
        if not parts or not self._moment.position:
            return None
        sql = "SELECT rowid FROM message_index WHERE message_index MATCH ?"
        found = {row[0] for row in self._moment.connection.execute(sql, ("text : (" + " AND ".join(parts) + ")",))}
        beyond = self._moment.connection.execute(
            "SELECT id FROM messages WHERE id > ? UNION SELECT id FROM reindex", (self._moment.position,)
        )
        return found.union(row[0] for row in beyond)

    def _saying(self, ranked: Sequence[Ranked]) -> list[Ranked]:
        """Those whose text holds all phrases."""
        texts: dict[int, str] = {}
        numbers = [one.number for one in ranked]
        for at in range(0, len(numbers), IDS_AT_ONCE):
            some = numbers[at : at + IDS_AT_ONCE]
            marks = ",".join("?" * len(some))
            rows = self._moment.connection.execute(f"SELECT id, sealed FROM entries WHERE id IN ({marks})", some)
            texts |= {number: views.text_of(sealed, "text") or "" for number, sealed in rows}
        return [one for one in ranked if self._says(texts.get(one.number, ""))]

    def _says(self, text: str) -> bool:
        said = list(words(text))
        return all(holds_phrase(said, phrase) for phrase in self._query.phrases)

    def _newest(self, limit: int, last: int | None) -> list[int]:
        """Where only stop words are asked for, which no index holds: the newest messages that say them all."""
        condition, parameters = self._filters.sql()
        if last is not None:
            condition, parameters = f"{condition} AND m.id < ?", (*parameters, last)
        rows = self._moment.connection.execute(
            "SELECT m.id, e.sealed FROM messages m JOIN entries e ON e.id = m.id"
            " JOIN sessions s ON s.session = m.session LEFT JOIN marks k ON k.id = m.id"
            f" WHERE {condition} ORDER BY m.id DESC LIMIT ?",
            (*parameters, TAIL_MAX),
        )
        found: list[int] = []
        for number, sealed in rows:
            said = list(words(views.text_of(sealed, "text") or ""))
            if set(said).issuperset(self._query.said) and all(holds_phrase(said, one) for one in self._query.phrases):
                found.append(number)
                if len(found) == limit:
                    break
        return found


def _messages(moment: Moment, numbers: Sequence[int]) -> list[Message]:
    """These messages, but those whose words are gone, or are not as they were signed."""
    found = [one for some in _in_parts(numbers) for one in moment.ask(views.messages_by_id(some))]
    return [message for message in found if message.text]


def _in_parts(numbers: Sequence[int]) -> Iterator[list[int]]:
    for at in range(0, len(numbers), IDS_AT_ONCE):
        yield list(dict.fromkeys(numbers[at : at + IDS_AT_ONCE]))


def _claimed(known: Known) -> Candidate:
    from ccnode.mind.recall import Candidate

    return Candidate(known.digest.hex(), "", "tool", known.words, known.said_ms, told_by=known.told_by)


def _as_uuid(session: bytes) -> str:
    """The same as `str(uuid.UUID(bytes=session))`, in a tenth of the time."""
    text = session.hex()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def _candidate(make: type[Candidate], message: Said, note: Note | None) -> Candidate:
    _, digest, session, role, text, time, mark = message
    pinned = mark == PINNED or (note is not None and note.pinned)
    words = note.text if note is not None else text
    return make(digest.hex(), _as_uuid(session), role, words, hlc.to_ms(time), "", pinned)
