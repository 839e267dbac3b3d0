"""What was told, what is asked about it, and what lies in between?

The question sets, the filler conversation around them, and the script that mixes both into sessions. See README.md in
this folder for how the sets were made and how to score an answer.
Everything is deterministic: the same set name and seed give the same script on every machine.
"""

from __future__ import annotations

import json
import random
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, TypedDict

Role = Literal["user", "assistant"]
SetName = Literal[
    "a", "b", "c", "d", "e", "f", "g", "h", "i",
    "j", "k", "l", "m", "n", "o", "p", "q", "r", "s", "t", "u",
    "va", "vb", "vc", "vd", "ve", "vf", "vg", "vh", "vi", "vj", "vk", "vl",
]  # fmt: skip

SETS: tuple[SetName, ...] = ("a", "b", "c", "d", "e", "f", "g", "h", "i")
# Written to learn from, each fact with a second question; VK and VL were not learned from.
SETS_MORE: tuple[SetName, ...] = (
    "j", "k", "l", "m", "n", "o", "p", "q", "r", "s", "t", "u",
    "va", "vb", "vc", "vd", "ve", "vf", "vg", "vh", "vi", "vj", "vk", "vl",
)  # fmt: skip
FILLER_MESSAGES = 2000
FILLER_SESSIONS = 150
OWN_SESSION_SHARE = 0.4
_HERE = Path(__file__).parent


class FillerMessage(TypedDict):
    """One filler message: `session` counts from 0 and never falls, `role` alternates starting with the user."""

    session: int
    role: Role
    content: str


@dataclass(frozen=True)
class Fact:
    """One fact: the sentence `told`, a question `asked` about it, substrings of `told` any of which is an answer.

    `level` is how far the question is from the sentence: 1 most key words, 2 one or two, 3 indirect. In set C it is
    counted: 1 two or more shared content words, 2 one, 3 none. `also`: a second question with the same answer, or "".
    """

    id: str
    level: int
    told: str
    asked: str
    answer: tuple[str, ...]
    also: str = ""


@dataclass(frozen=True)
class Unknown:
    """A question nothing in the script answers; `kind` is "near" (its subject was mentioned) or "far"."""

    asked: str
    kind: str


@dataclass(frozen=True)
class Question:
    """A question to put in a new session after the script.

    For a fact: `answer` holds the acceptable substrings and (`session`, `index`) is the message to cite, an index
    into `Script.sessions`. For an unknown: `answer` is empty, the other fields are None.
    """

    asked: str
    answer: tuple[str, ...]
    fact_id: str | None
    level: int | None
    session: int | None
    index: int | None

    @property
    def known(self) -> bool:
        return self.fact_id is not None


@dataclass(frozen=True)
class Script:
    """`sessions` in the order they took place, each a list of (role, content); `questions` come afterwards.

    `also`: the second questions, for those who learn.
    """

    sessions: list[list[tuple[Role, str]]]
    questions: list[Question]
    also: list[Question]


def load_facts(set_name: SetName) -> list[Fact]:
    """The 200 facts of a set, in file order."""
    rows = _read_json(f"facts_{set_name}.json")
    return [Fact(r["id"], r["level"], r["told"], r["asked"], tuple(r["answer"]), r.get("also", "")) for r in rows]


def load_unknowns(set_name: SetName) -> list[Unknown]:
    """The 100 unanswerable questions of a set, in file order."""
    return [Unknown(r["asked"], r["kind"]) for r in _read_json(f"unknowns_{set_name}.json")]


def filler(seed: int, n: int = FILLER_MESSAGES) -> list[FillerMessage]:
    """`n` messages of everyday chat over about n * 150 / 2000 sessions, each on one topic and starting with the user.

    No message states a fact about the user.
    """
    rng = random.Random(seed)
    pieces = _filler_pieces()
    lengths = _session_lengths(rng, n)
    messages: list[FillerMessage] = []
    for session, length in enumerate(lengths):
        topic = pieces["topics"][rng.choice(sorted(pieces["topics"]))]
        kind, subject = "", ""
        for position in range(length):
            if position % 2 == 0:
                kind, subject, text = _user_turn(rng, pieces["frames"], topic, first=position == 0)
                messages.append({"session": session, "role": "user", "content": text})
            else:
                text = _assistant_turn(rng, pieces["frames"], topic, kind, subject)
                messages.append({"session": session, "role": "assistant", "content": text})
    return messages


def script(set_name: SetName, seed: int) -> Script:
    """The whole test: 2,000 filler messages with the set's 200 facts planted, and its 300 questions, shuffled.

    Each fact is a user message followed by a short acknowledgment that does not repeat it. Two in five are told in
    short sessions of their own (one to three facts), the others between two turns of a filler session.
    """
    rng = random.Random(f"{set_name}:{seed}")
    told = load_facts(set_name)
    rng.shuffle(told)
    own_count = int(len(told) * OWN_SESSION_SHARE)
    sessions = _filler_sessions(rng.randrange(2**32))
    for fact in told[own_count:]:
        turns = rng.choice(sessions)
        turns.insert(rng.randrange(len(turns) + 1), _planted(rng, fact))
    own = told[:own_count]
    while own:
        size = rng.randint(1, 3)
        turns = [_planted(rng, fact) for fact in own[:size]]
        own = own[size:]
        sessions.insert(rng.randrange(len(sessions) + 1), turns)
    return _assemble(rng, set_name, sessions)


@dataclass(frozen=True)
class _Turn:
    """One exchange; `fact` is set when its user message is a planted fact."""

    messages: tuple[tuple[Role, str], ...]
    fact: Fact | None = None


def _assemble(rng: random.Random, set_name: SetName, sessions: list[list[_Turn]]) -> Script:
    flat: list[list[tuple[Role, str]]] = []
    questions: list[Question] = []
    also: list[Question] = []
    for number, turns in enumerate(sessions):
        messages: list[tuple[Role, str]] = []
        for turn in turns:
            if turn.fact is not None:
                fact = turn.fact
                place = (fact.answer, fact.id, fact.level, number, len(messages))
                questions.append(Question(fact.asked, *place))
                if fact.also:
                    also.append(Question(fact.also, *place))
            messages.extend(turn.messages)
        flat.append(messages)
    questions.extend(Question(u.asked, (), None, None, None, None) for u in load_unknowns(set_name))
    rng.shuffle(questions)
    return Script(flat, questions, also)


def _planted(rng: random.Random, fact: Fact) -> _Turn:
    ack: str = rng.choice(_filler_pieces()["frames"]["ack"])
    return _Turn((("user", fact.told), ("assistant", ack)), fact)


def _filler_sessions(seed: int) -> list[list[_Turn]]:
    sessions: list[list[_Turn]] = []
    messages = filler(seed)
    for start in range(0, len(messages), 2):
        pair = messages[start : start + 2]
        if pair[0]["session"] == len(sessions):
            sessions.append([])
        sessions[-1].append(_Turn(tuple((m["role"], m["content"]) for m in pair)))
    return sessions


def _session_lengths(rng: random.Random, n: int) -> list[int]:
    """Even message counts that add up to n (one odd last session if n is odd), 13 or so a session."""
    lengths: list[int] = []
    mean_turns = FILLER_MESSAGES / FILLER_SESSIONS / 2
    left = n
    while left > 0:
        length = min(left, 2 * max(1, round(rng.triangular(1, 2 * mean_turns, mean_turns))))
        lengths.append(length)
        left -= length
    return lengths


def _user_turn(
    rng: random.Random, frames: dict[str, list[str]], topic: dict[str, list[str]], *, first: bool
) -> tuple[str, str, str]:
    """(kind of subject, subject, text). Small talk has no subject of its own and is never a session's first word."""
    if not first and rng.random() < 0.15:
        return "", "", rng.choice(frames["chat"])
    kind = rng.choices(["goal", "thing", "claim", "tip"], weights=[4, 3, 2, 1])[0]
    subject = rng.choice(topic[kind])
    frame = rng.choice(frames["ask_text" if kind == "tip" else f"ask_{kind}"])
    text = frame.replace("{" + kind + "}", subject)
    if not first and rng.random() < 0.2:
        remark = rng.choice(frames["chat"])
        text = f"{remark}{'' if remark[-1] in '.?!' else ','} {text}"
    return kind, subject, text


def _assistant_turn(
    rng: random.Random, frames: dict[str, list[str]], topic: dict[str, list[str]], kind: str, subject: str
) -> str:
    parts = [rng.choice(frames["open"])]
    if kind in ("goal", "thing", "claim") and rng.random() < 0.5:
        parts.append(rng.choice(frames[f"on_{kind}"]).replace("{" + kind + "}", subject))
    tips = [tip for tip in topic["tip"] if tip != subject]
    parts.extend(rng.sample(tips, min(len(tips), rng.randint(1, 3))))
    parts.append(rng.choice(frames["close"]))
    return " ".join(part for part in parts if part)


@lru_cache(maxsize=1)
def _filler_pieces() -> dict[str, Any]:
    pieces: dict[str, Any] = _read_json("filler.json")
    return pieces


def _read_json(name: str) -> Any:
    return json.loads((_HERE / name).read_text(encoding="utf-8"))


_STOPWORDS = frozenset(
    re.findall(
        r"\w+",
        """
        a about again all already am an and any anyone are as at be because been before but by
        called can could did do does doing done don down each else ever every for from get got had
        has have he her him his how i if in into is isn it its just know last like ll m me mine more
        most must my name need no not now of off on or our out own re s she should so some something
        still such t tell than that the their them there they thing this to too until up us ve very
        was we were what when where which while who whom whose why will with would you your
        """,
    )
)
_SUFFIXES = ("ations", "ation", "ings", "ing", "ies", "ied", "ers", "ed", "er", "es", "ly", "s", "e", "y")


def content_words(text: str) -> set[str]:
    """The stemmed words of a text that carry meaning; a rough stemmer, good enough to measure overlap."""
    words = re.findall(r"[a-z0-9]+", text.lower().replace("'s", "").replace("\u2019s", ""))
    return {_stem(word) for word in words if word not in _STOPWORDS}


def overlap(fact: Fact) -> float:
    """The share of the question's content words that also occur in the told sentence, 0 to 1."""
    asked = content_words(fact.asked)
    return len(asked & content_words(fact.told)) / len(asked) if asked else 0.0


def _stem(word: str) -> str:
    for suffix in _SUFFIXES:
        if word.endswith(suffix) and len(word) - len(suffix) >= 3:
            word = word[: -len(suffix)]
            break
    if len(word) > 3 and word[-1] == word[-2]:
        word = word[:-1]
    return word
