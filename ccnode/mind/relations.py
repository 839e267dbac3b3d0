"""How do the two of a conversation meet? Seven measures over the turn pairs of a session: a user's message, its reply.

Each pair is added once, from the counts of its two messages (`charvec.count`), to a tally whose size does not grow
with the session but for the user's different words, of which it keeps so many at most. So measuring after another
reply costs the same however long the session is, and a tally made anew from the same pairs is equal.
"""

from __future__ import annotations

import re
from copy import deepcopy
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from ccnode.mind import charvec_count, charvec_patterns
from ccnode.mind.charvec_count import AT, NOTHING, Counts
from ccnode.mind.charvec_data import FUNCTION_LISTS
from ccnode.mind.measured import FINE, MILLION, TooLittle, Unsupported, ln, millionths, nearest, root

if TYPE_CHECKING:
    from collections.abc import Iterable

NAMES: Final = (
    "lsm", "coordination", "balance", "responsiveness", "affect_alignment", "common_ground", "repair_free",
)  # fmt: skip

SPEAKER_WORDS_MIN: Final = 100
PAIRS_MIN: Final = 5
CORRELATION_PAIRS_MIN: Final = 10
MARKER_MESSAGES_MIN: Final = 3  # of the user's messages with a marker, before anyone can be said to take it up
WORDS_KEPT_MAX: Final = 50_000
_LSM_GUARD: Final = 10_000  # 1/0.0001, Ireland's guard against two speakers who use none

# What opens a repair by the other (Schegloff, Jefferson & Sacks 1977): the user says that the reply was not right, or
# what was meant. Only the beginning of the message is read; every alternative is a fixed string.
_REPAIR: Final = re.compile(
    r"\b(?:"
    r"(?:that's|that is|that was|you're|you are|you were) (?:not (?:right|correct|true)|wrong|incorrect|mistaken)"
    r"|(?:that|this|it)(?: isn't| wasn't|'s not| is not| was not) (?:right\b(?! for| to| now)|correct|what i)"
    r"|not what i (?:said|meant|asked)|i (?:didn't|did not|never) (?:say|said|ask|asked|mean)\b(?! to)|i meant\b(?! to)"
    r"|(?:no|sorry|actually),? i (?:said|asked)"
    r"|you (?:misunderstood|misread|misheard|got (?:it|that|this|me) wrong|made a mistake)"
    r"|correction:|wrong answer"
    r")",
    re.ASCII,
)
_REPAIR_START: Final = re.compile(r"\s*+(?:nope|wrong|incorrect|not quite|no, not)\b", re.ASCII)
_REPAIR_CHARS: Final = 400


def corrects(text: str) -> bool:
    """Whether a user's message corrects the reply before it, as far as its wording at the beginning shows."""
    start = charvec_patterns.plain(text[:_REPAIR_CHARS]).lower()
    return _REPAIR_START.match(start) is not None or _REPAIR.search(start) is not None


@dataclass(frozen=True, slots=True)
class Pair:
    """A user's message and its reply.

    `corrects`: whether the user's message corrects the reply before it. `grounded`: whether the reply cites at least
    one stored memory whose hash was verified.
    """

    user: Counts
    reply: Counts
    corrects: bool = False
    grounded: bool = False


@dataclass(frozen=True, slots=True)
class Relations:
    """The seven measures: each in millionths, or why there is no number."""

    lsm: int | TooLittle | Unsupported
    coordination: int | TooLittle | Unsupported
    balance: int | TooLittle | Unsupported
    responsiveness: int | TooLittle | Unsupported
    affect_alignment: int | TooLittle | Unsupported
    common_ground: int | TooLittle | Unsupported
    repair_free: int | TooLittle | Unsupported

    def named(self) -> dict[str, int | TooLittle | Unsupported]:
        """Each measure by its name."""
        return {name: getattr(self, name) for name in NAMES}


@dataclass(slots=True)
class Tally:
    """What the pairs of a session add up to; `add` them oldest first, then `measure`."""

    pairs: int = 0
    grounded: int = 0
    corrected: int = 0
    user: list[int] = field(default_factory=lambda: list(NOTHING))
    reply: list[int] = field(default_factory=lambda: list(NOTHING))
    asked: list[int] = field(default_factory=lambda: [0] * len(FUNCTION_LISTS))
    answered: list[int] = field(default_factory=lambda: [0] * len(FUNCTION_LISTS))
    both: list[int] = field(default_factory=lambda: [0] * len(FUNCTION_LISTS))
    reused: int = 0
    reusable: int = 0
    messages_with: dict[str, int] = field(default_factory=dict)
    user_messages: int = 0
    tones: list[int] = field(default_factory=lambda: [0] * 5)
    tones_seen: tuple[set[int], set[int]] = field(default_factory=lambda: (set(), set()))
    other: int = 0

    def add(self, pair: Pair) -> None:
        """Add the next pair."""
        self.pairs += 1
        self.grounded += pair.grounded
        self.corrected += pair.corrects and self.pairs > 1
        self.user = [a + b for a, b in zip(self.user, pair.user.sums, strict=True)]
        self.reply = [a + b for a, b in zip(self.reply, pair.reply.sums, strict=True)]
        for sums in (pair.user.sums, pair.reply.sums):
            self.other += charvec_count.weight(sums) if charvec_count.shows_other_language(sums) else 0
        for marker in range(len(FUNCTION_LISTS)):
            asked, answered = pair.user.sums[marker] > 0, pair.reply.sums[marker] > 0
            self.asked[marker] += asked
            self.answered[marker] += answered
            self.both[marker] += asked and answered
        self._reuse(pair)
        self._tone(_valence(pair.user), _valence(pair.reply))

    def _reuse(self, pair: Pair) -> None:
        """Weigh the user's words by how few of the user's messages so far have them, and what the reply takes up."""
        if not pair.user.vocabulary:
            return
        self.user_messages += 1
        most = ln(self.user_messages + 1)
        share = whole = 0
        for word in sorted(pair.user.vocabulary):  # in one order, whichever words the limit leaves out
            have = self.messages_with.get(word)
            if have is not None or len(self.messages_with) < WORDS_KEPT_MAX:
                self.messages_with[word] = (have or 0) + 1
            weight = most - ln((have or 0) + 1)
            whole += weight
            if word in pair.reply.vocabulary:
                share += weight
        self.reused += nearest(share * FINE, whole)
        self.reusable += 1

    def _tone(self, user: int, reply: int) -> None:
        for number, value in enumerate((user, reply, user * user, reply * reply, user * reply)):
            self.tones[number] += value
        for seen, tone in zip(self.tones_seen, (user, reply), strict=True):
            if len(seen) < 2:
                seen.add(tone)

    def measure(self) -> Relations:
        """The seven measures of the pairs so far."""
        other = None if self._is_english() else Unsupported()
        return Relations(
            lsm=other or self._lsm(),
            coordination=other or self._coordination(),
            balance=other or self._balance(),
            responsiveness=other or self._responsiveness(),
            affect_alignment=other or self._affect_alignment(),
            common_ground=self._share(self.grounded, self.pairs),
            repair_free=other or self._share(self.pairs - 1 - self.corrected, self.pairs - 1),
        )

    def copy(self) -> Tally:
        """Another tally of the same pairs, to go on from where a conversation branches."""
        return deepcopy(self)

    def _is_english(self) -> bool:
        whole = charvec_count.weight(self.user) + charvec_count.weight(self.reply)
        return not (
            charvec_count.shows_other_language(self.user)
            or charvec_count.shows_other_language(self.reply)
            or 100 * self.other > charvec_count.OTHER_PERCENT_MAX * whole
        )

    def _lsm(self) -> int | TooLittle:
        """Language style matching: mean over the lists of 1 - |a - b|/(a + b + 0.0001), a and b in % of words.

        Ireland et al. 2011, Psychol. Sci. 22:39; here are eight lists, its ninth (quantifiers) is not in charvec/1.
        """
        users, replies = self.user[_WORDS], self.reply[_WORDS]
        if min(users, replies) < SPEAKER_WORDS_MIN:
            return TooLittle(min(users, replies), SPEAKER_WORDS_MIN)
        match = 0
        for marker in range(len(FUNCTION_LISTS)):
            a, b = self.user[marker] * replies, self.reply[marker] * users  # shares times users * replies
            guarded = 100 * _LSM_GUARD * (a + b) + users * replies
            match += FINE - nearest(100 * _LSM_GUARD * abs(a - b) * FINE, guarded)
        return nearest(match * MILLION, len(FUNCTION_LISTS) * FINE)

    def _coordination(self) -> int | TooLittle:
        """Mean over the markers of P(reply has it | user's message has it) - P(reply has it).

        Danescu-Niculescu-Mizil et al. 2012, Echoes of Power (WWW); a marker counts from three messages of the user on.
        """
        if self.pairs < CORRELATION_PAIRS_MIN:
            return TooLittle(self.pairs, CORRELATION_PAIRS_MIN, "turn pairs")
        found = [
            nearest((both * self.pairs - answered * asked) * FINE, asked * self.pairs)
            for asked, answered, both in zip(self.asked, self.answered, self.both, strict=True)
            if asked >= MARKER_MESSAGES_MIN
        ]
        if not found:
            return TooLittle(max(self.asked), MARKER_MESSAGES_MIN, "messages with a marker")
        return nearest(sum(found) * MILLION, len(found) * FINE)

    def _balance(self) -> int | TooLittle:
        """4 p (1 - p), p the user's share of all words: 1 where both say as much."""
        users, replies = self.user[_WORDS], self.reply[_WORDS]
        words = users + replies
        if words < SPEAKER_WORDS_MIN:
            return TooLittle(words, SPEAKER_WORDS_MIN)
        return millionths(4 * users * replies, words * words)

    def _responsiveness(self) -> int | TooLittle:
        """Mean share of the user's words that the reply takes up, each weighing log((n + 1)/messages that have it).

        Inverse document frequency: Sparck Jones 1972; the documents are the user's n messages so far, with this one.
        """
        if self.reusable < PAIRS_MIN:
            return TooLittle(self.reusable, PAIRS_MIN, "turn pairs")
        return nearest(self.reused * MILLION, self.reusable * FINE)

    def _affect_alignment(self) -> int | TooLittle:
        """Pearson's r of the valence of the two messages of each pair."""
        if self.pairs < CORRELATION_PAIRS_MIN:
            return TooLittle(self.pairs, CORRELATION_PAIRS_MIN, "turn pairs")
        if min(map(len, self.tones_seen)) < 2:
            return TooLittle(min(map(len, self.tones_seen)), 2, "different valences on each side")
        n, (x, y, xx, yy, xy) = self.pairs, self.tones
        shared, spread = n * xy - x * y, (n * xx - x * x) * (n * yy - y * y)
        size = root(shared * shared * MILLION * MILLION, spread)
        return size if shared >= 0 else -size

    def _share(self, part: int, whole: int) -> int | TooLittle:
        return millionths(part, whole) if whole >= PAIRS_MIN else TooLittle(max(whole, 0), PAIRS_MIN, "turn pairs")


def relate(pairs: Iterable[Pair]) -> Relations:
    """The seven measures of these pairs, oldest first."""
    tally = Tally()
    for pair in pairs:
        tally.add(pair)
    return tally.measure()


_WORDS: Final = AT["words"]


def _valence(counts: Counts) -> int:
    """(positive - negative)/(positive + negative + 0.5) of one message, in millionths."""
    positive, negative = counts["positive"], counts["negative"]
    return millionths(2 * (positive - negative), 2 * (positive + negative) + 1)
