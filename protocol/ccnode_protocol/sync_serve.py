"""What does a peer get of what it may follow? Its questions answered one after the other, and news when there are some.

A question of a chain takes turns with the others, a batch each. Runs and contents take credit, and nothing is loaded
before there is credit for the largest of them; so a slow receiver costs no memory here.
"""

from __future__ import annotations

from collections import deque
from dataclasses import replace
from typing import TYPE_CHECKING

from ccnode_protocol import limits
from ccnode_protocol.errors import RemoteError
from ccnode_protocol.sync_effects import Effect, Load, Say
from ccnode_protocol.sync_values import (
    Contents,
    Credit,
    Digests,
    End,
    Fork,
    Heads,
    List,
    Listed,
    Message,
    Path,
    Row,
    SentRun,
    Want,
    WantContents,
    WantDigests,
    WantFork,
    WantPath,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ccnode_crypto.entry import ChainId
    from ccnode_protocol.sync_index import Flow

Question = List | Want | WantContents | WantDigests | WantPath | WantFork


class Serve:
    """One peer's questions, how far it is, and how much it can take."""

    def __init__(self, flow: Flow) -> None:
        self._flow = flow
        self._index = flow.index
        self._credit = limits.WINDOW_BYTES
        self._jobs: deque[Question] = deque()
        self._loading: Load | None = None
        self._reached: dict[ChainId, int] = {}  # also what was sent, and may not be stored there yet
        self.acknowledged: dict[ChainId, int] = {}  # how far the peer's copies go by its own word
        self._news: set[ChainId] = set()
        self._relay_ms = limits.RELAY_MS
        self._relayed: set[ChainId] = set()  # others' chains that the peer was told of last
        self.news_ms: int | None = None  # when news are to be told

    def ask(self, question: Question) -> None:
        """The peer wants something. Raises RemoteError where too many of its questions wait already."""
        if len(self._jobs) >= limits.JOBS_MAX:
            raise RemoteError(f"questions: more than {limits.JOBS_MAX} wait for an answer")
        if isinstance(question, Want) and question.chain in self._relayed:
            self._relay_ms = limits.NEWS_MS  # it hears of others by us alone
            self._relayed.discard(question.chain)
        self._jobs.append(question)

    def credited(self, credit: Credit) -> None:
        """The peer has stored what it got. Raises RemoteError where it grants more than there is."""
        self._credit += credit.bytes
        if self._credit > limits.WINDOW_BYTES:
            raise RemoteError(f"credit.bytes: more than the window of {limits.WINDOW_BYTES:,} in all")

    def reached(self, rows: Iterable[Row]) -> None:
        """The peer says how far it is."""
        rows = tuple(rows)
        for row in rows:
            if row.chain in self._reached or len(self._reached) < limits.OFFERED_MAX:
                self._reached[row.chain] = row.length
        self.acknowledge(rows)

    def acknowledge(self, rows: Iterable[Row]) -> None:
        """The peer holds that, by its own word."""
        for row in rows:
            known = row.chain in self.acknowledged or len(self.acknowledged) < limits.OFFERED_MAX
            if known and self._flow.gives(row.chain):
                self.acknowledged[row.chain] = row.length

    @property
    def entries_owed(self) -> int:
        """How many entries the peer may have and, as far as it has said, has not."""
        given = (chain for chain in self._index.all() if self._flow.gives(chain))
        return sum(max(0, self._end_of(chain) - self._reached.get(chain, 0)) for chain in given)

    def is_level(self) -> None:
        """The peer holds exactly what we do."""
        self.reached(self._index.rows(chain for chain in self._index.all() if self._flow.gives(chain)))

    def step(self, *, is_open: bool) -> list[Effect]:
        """Answer what can be answered now.

        Before the link is open, only what is asked about the asker's own chains: that offers nothing of ours.
        """
        effects: list[Effect] = []
        for _ in range(len(self._jobs)):
            job = self._jobs.popleft()
            is_theirs = (job.node if isinstance(job, List) else job.chain.node) == self._flow.peer
            waits_for_load = self._loading is not None and not isinstance(job, List | WantFork)
            waits_for_credit = isinstance(job, Want | WantContents) and self._credit < limits.RUN_WEIGHT_MAX
            if (is_open or is_theirs) and not (waits_for_load or waits_for_credit):
                effects += self._answer(job, may_know=is_theirs)
            else:
                self._jobs.append(job)
        return effects

    def _answer(self, job: Question, *, may_know: bool) -> list[Effect]:
        """An answer at once, or what is to be loaded for it. What it may not follow is as if it were not there."""
        if isinstance(job, List):
            return [Say(self._listed(job))]
        is_here = self._index.length(job.chain) > 0
        may = is_here and self._flow.gives(job.chain)
        may_know = is_here and may_know
        match job:
            case WantFork(chain=chain):
                frozen = self._index.frozen.get(chain)
                tells = frozen is not None and self._flow.forks(chain, giving=True)
                return [Say(Fork(chain, frozen.proof))] if frozen is not None and tells else []
            case Want(chain=chain, first=first):
                if not may or self._end_of(chain) <= first:
                    return [Say(End(chain, first))]
            case WantContents(chain=chain):
                if not may:
                    return [Say(End(chain, 0))]
            case WantDigests(chain=chain):
                if not (may or may_know):
                    return [Say(Digests(chain, ()))]
            case WantPath(chain=chain, seq=seq):
                if not (may or may_know):
                    return [Say(Path(chain, seq, None))]
        self._loading = Load(job, is_own=False, bytes_max=limits.RUN_WEIGHT_MAX)
        return [self._loading]

    def _end_of(self, chain: ChainId) -> int:
        """How far runs of it are sent: a run that begins after a fork is not."""
        frozen = self._index.frozen.get(chain)
        length = self._index.length(chain)
        return length if frozen is None else min(length, frozen.seq)

    def _listed(self, job: List) -> Listed:
        chains = [
            chain
            for chain in self._index.chains_of(job.node)
            if (chain.epoch, chain.audience) > (job.epoch, job.audience)
            and (self._flow.gives(chain) or job.node == self._flow.peer)
        ]
        rows = self._index.rows(chains)
        return Listed(job.node, tuple(rows[: limits.ROWS_MAX]), len(rows) > limits.ROWS_MAX)

    def loaded(self, load: Load, answer: tuple[Message, ...]) -> list[Effect]:
        """What was asked for is here: send it, as far as credit goes."""
        if load is not self._loading:
            return []  # the peer's tier has changed meanwhile
        self._loading = None
        job = load.question
        if isinstance(job, Want):
            return self._send_runs(job, [item for item in answer if isinstance(item, SentRun)])
        self._credit -= sum(item.weight for item in answer if isinstance(item, Contents))
        return [Say(item) for item in answer]

    def _send_runs(self, job: Want, runs: list[SentRun]) -> list[Effect]:
        effects: list[Effect] = []
        at = job.first
        for run in runs:
            if run.weight > self._credit or run.first != at or run.first >= self._end_of(job.chain):
                break
            self._credit -= run.weight
            at = run.end
            effects.append(Say(run))
        self._reached[job.chain] = max(at, self._reached.get(job.chain, 0))
        if at == job.first or at >= min(job.upto, self._end_of(job.chain)):
            return [*effects, Say(End(job.chain, at))]
        self._jobs.append(replace(job, first=at))
        return effects

    def grew(self, chain: ChainId, run: SentRun | None, now_ms: int, *, is_open: bool) -> list[Effect]:
        """A chain is longer. `run`, if we wrote it, goes at once to a peer that is just so far; else it is told."""
        if not self._flow.gives(chain):
            return []
        reached = self._reached.get(chain, 0)
        if reached >= self._index.length(chain):
            return []
        if run is not None and is_open and reached == run.first and self._credit >= limits.RUN_WEIGHT_MAX:
            self._credit -= run.weight
            self._reached[chain] = run.end
            return [Say(run)]
        self._news.add(chain)
        due_ms = now_ms + (limits.NEWS_MS if chain.node == self._index.own else self._relay_ms)
        self.news_ms = due_ms if self.news_ms is None else min(due_ms, self.news_ms)
        return []

    def tell(self, now_ms: int, *, is_open: bool) -> list[Effect]:
        """The news that are due, in one frame; those that it does not hold come next time."""
        if self.news_ms is None or now_ms < self.news_ms or not is_open:
            return []
        due = sorted(self._news)[: limits.ROWS_MAX]
        self._news -= set(due)
        self.news_ms = now_ms + limits.NEWS_MS if self._news else None
        rows = [
            row
            for row in self._index.rows(due)
            if self._flow.gives(row.chain) and self._reached.get(row.chain, 0) < row.length
        ]
        if relayed := {row.chain for row in rows if row.chain.node != self._index.own}:
            # Whoever needed none of the last ones gets the next ones later, and so more of them in one frame.
            self._relay_ms = min(2 * self._relay_ms, limits.RELAY_MOST_MS) if self._relayed else self._relay_ms
            self._relayed = relayed
        return [Say(Heads(tuple(rows)))] if rows else []

    def told_all(self) -> None:
        """All that the peer may follow was just offered, so there is no other news."""
        self._news.clear()
        self.news_ms = None

    def recheck(self) -> None:
        """The peer's tier has changed: what was loaded for it is not sent, and what waits is judged anew."""
        if self._loading is not None and not isinstance(self._loading.question, List):
            self._jobs.appendleft(self._loading.question)  # type: ignore[arg-type]  # it was a question of the peer
        self._loading = None
