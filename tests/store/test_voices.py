"""Can a stranger do anything to what is ours? His chain is received whole, with every entry that might try."""

from __future__ import annotations

import contextlib
import json
import random
from dataclasses import dataclass
from operator import methodcaller
from typing import TYPE_CHECKING, Any

import pytest

from ccnode.store import audit, cards, erase, memory, orders, rebuild, turns, views, voices
from ccnode.store.errors import Conflict
from ccnode.store.home import Home
from ccnode.store.project import TABLES
from ccnode.store.search import Searcher
from ccnode.store.transaction import Appended
from ccnode_crypto.certificate import Certificate, certify
from ccnode_crypto.chain import ChainState, EntryDraft, Run, append_run
from ccnode_crypto.entry import ChainId
from ccnode_crypto.keys import SigningKey
from ccnode_protocol import hlc, records
from ccnode_protocol.records import Mark, MessageMeta, Role
from tests.store.support import DAY_MS, OWNER, START_MS, Clock, Node, introduce, reader, say, session_id, stored_runs

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ccnode.store.ledger import Ledger
    from ccnode.store.transaction import Transaction

OTHER_OWNER = SigningKey(b"somebody else" + bytes(19))
KEY = bytes(range(16))
FAR_MS = 2**48 - 60_000  # the last minute that a header can name
CARD = json.dumps({"data": {"name": "Evil"}, "spec": "chara_card_v2", "spec_version": "2.0"}, separators=(",", ":"))
EVIL = "My cat is called Evil."


@dataclass
class Ours:
    """A node with a conversation, a branch, an unanswered question, a pinned fact, and an order to forget."""

    home: Home
    node: Node
    ledger: Ledger
    said: dict[str, bytes]
    order: bytes

    def view(self, view: views.View[Any]) -> Any:
        with contextlib.closing(reader(self.home.ledger)) as connection:
            return views.run(connection, view)

    def shown(self) -> dict[str, Any]:
        """Everything that is shown of what is ours."""
        searcher = Searcher(self.home.index, self.home.ledger)
        with contextlib.closing(searcher):
            found = [hit.message.digest for hit in searcher.search("cat called", 50)]
            recalled = searcher.recall("What is my cat called?", [])
        sessions = [self.view(views.session(session_id(number))) for number in (1, 2, 3)]
        return {
            "sessions": sessions,
            "listed": self.view(views.sessions()) + self.view(views.sessions(forgotten=True)),
            "branches": [self.view(views.branch(one.session)) for one in sessions],
            "trees": [self.view(views.tree(one.session)) for one in sessions],
            "messages": [self.view(views.message(digest)) for digest in self.said.values()],
            "waiting": self.view(views.unanswered()),
            "memories": self.view(memory.page()),
            "pinned": self.view(memory.page(wanted="pinned")),
            "left out": self.view(memory.left_out(self.said.values())),
            "cards": self.view(cards.cards()),
            "key": self.view(views.by_key(session_id(1), KEY)),
            "last": self.view(views.resolve_session("last")),
            "found": found,
            "recalled": recalled,
            "orders": [each for each in orders.load_orders(reader(self.home.ledger).execute) if each.voice == b""],
        }

    def receive(self, node: Node) -> None:
        with contextlib.closing(reader(node.path)) as connection:
            for chain, runs in stored_runs(connection).items():
                self.ledger.append_sync(methodcaller("receive", chain, runs))


def make(root: Path, clock: Clock) -> Ours:
    home = Home(root)
    home.make()
    node = Node(home.ledger, 1, clock)
    ledger = node.open()
    introduce(node, ledger)
    said: dict[str, bytes] = {}

    def job(tx: Transaction) -> bytes:
        tx.append(records.session_opened(session_id(1), "cats"))
        said["fact"] = say(tx, 1, "My cat is called Mia.", key=KEY).digest
        said["noted"] = say(tx, 1, "Noted.", said["fact"], Role.ASSISTANT).digest
        said["question"] = say(tx, 1, "What is my cat called?", said["noted"]).digest
        said["reply"] = say(tx, 1, "Mia.", said["question"], Role.ASSISTANT, sources=(said["fact"],)).digest
        tx.append(records.session_opened(session_id(2), "waiting"))
        said["waits"] = say(tx, 2, "Will it rain?").digest
        tx.append(records.session_opened(session_id(3), "to be forgotten"))
        said["secret"] = say(tx, 3, "The safe opens with 77.").digest
        tx.append(records.memory_marked(said["fact"], Mark.PINNED))
        return tx.append(records.forget_ordered(session_id(3), clock.ms + DAY_MS)).digest

    order = ledger.append_sync(job)
    return Ours(home, node, ledger, said, order)


@pytest.fixture
def ours(tmp_path: Path) -> Iterator[Ours]:
    made = make(tmp_path / "ours", Clock())
    yield made
    made.ledger.close()


class Forger:
    """Writes a chain entry by entry, at any time that a header can name, and without any of the ledger's care."""

    def __init__(self, seed: int, clock: Clock) -> None:
        self.key = SigningKey(bytes([seed]) * 32)
        self.clock = clock
        self.chain = ChainId(self.key.public.raw, bytes([seed]) * 16, 0)
        self.runs: list[Run] = []
        self._state = ChainState(self.chain)
        self.append(records.epoch_opened(None))

    def append(self, record: records.Record, meta: MessageMeta | None = None) -> Appended:
        """What a transaction has, for `say`."""
        time = hlc.from_ms(self.clock())
        salt = time.to_bytes(32, "big")
        run, (digest,) = append_run(
            self._state, [EntryDraft(record.kind, time, record.meta, record.content, salt)], self.key
        )
        self.runs.append(run)
        return Appended(0, digest, self.chain, run.first_seq, time)


def attack(ours: Ours, clock: Clock, seed: int = 7) -> Forger:
    """A chain that says everything of ours that can be said."""
    forger, said, due_ms = Forger(seed, clock), ours.said, ours.node.clock.ms + 1000
    tell = forger.append
    for number in (1, 2, 3):
        at = session_id(number)
        tell(records.session_opened(at, "owned", said["fact"], said_ms=0))
        tell(records.session_opened(at, "owned"))
        tell(records.session_titled(at, "owned"))
        tell(records.session_ended(at))
        tell(records.forget_ordered(at, due_ms))
        tell(records.forget_ordered(at, 0))
    more: list[dict[str, Any]] = [{}, {"over": said["reply"]}, {"said_ms": 0}, {"said_ms": records.SAID_MS_MAX}]
    for digest in said.values():
        tell(records.message_forget_ordered(digest, due_ms))
        tell(records.memory_marked(digest, Mark.DISABLED))
        for role in Role:
            for fields in (*more, {"key": KEY}):
                for number in (1, 2):
                    tell(records.message(MessageMeta(session_id(number), role, digest, **fields), EVIL))
    tell(records.message(MessageMeta(session_id(2), Role.ASSISTANT, said["waits"], sources=tuple(said.values())), EVIL))
    tell(records.message(MessageMeta(session_id(1), Role.SYSTEM), EVIL))
    tell(records.card_kept(records.card_id(CARD), "v2", "Evil", CARD))
    tell(records.forget_cancelled(ours.order))
    tell(records.erasure_done(ours.order, 0))
    # Papers: his owner's for himself and for us, ours copied, and ours forged.
    mine, theirs = forger.key.public.raw, ours.node.key.public.raw
    genuine = certify(OWNER, theirs, START_MS)
    forged = Certificate(OWNER.public.raw, mine, START_MS, genuine.signature)
    for paper in (certify(OTHER_OWNER, mine, 1), certify(OTHER_OWNER, theirs, 1), genuine, forged):
        tell(records.node_certified(paper.body, paper.signature))
    return forger


@pytest.mark.parametrize("clock_ms", [1, START_MS, START_MS + 10 * DAY_MS, 2**46, FAR_MS])
def test_a_stranger_changes_nothing_of_ours(ours: Ours, clock_ms: int) -> None:
    before = ours.shown()
    enemy = attack(ours, Clock(clock_ms))
    ours.ledger.append_sync(methodcaller("receive", enemy.chain, enemy.runs))
    assert ours.shown() == before
    ours.node.clock.ms += 10_000
    assert ours.ledger.append_sync(erase.erase_due(ours.node.clock.ms)) != []  # his own, of his own words
    assert ours.shown() == before
    ours.node.clock.ms += DAY_MS
    done = ours.ledger.append_sync(erase.erase_due(ours.node.clock.ms))
    assert [(each.order, each.bodies) for each in done if each.order == ours.order] == [(ours.order, 2)]
    gone = [name for name, digest in ours.said.items() if ours.view(views.message(digest)).text is None]
    assert gone == ["secret"], "our own order is carried out, though he took it back and gave its receipt"
    after = ours.shown()
    ours.ledger.append_sync(rebuild.rebuild())
    assert ours.shown() == after
    with contextlib.closing(reader(ours.home.ledger)) as connection:
        report = audit.verify(connection, now_ms=ours.node.clock.ms)
    assert report.ok, report.problems


def texts(branches: list[list[views.Message]]) -> list[list[str | None]]:
    return [[message.text for message in branch] for branch in branches]


def test_neither_does_one_who_was_here_first(ours: Ours, tmp_path: Path) -> None:
    """On another node of ours, his chain is there before what he attacks; his orders are in force by then."""
    enemy = attack(ours, Clock(FAR_MS))
    second = make(tmp_path / "second", Clock(ours.node.clock.ms + 10 * DAY_MS))
    alone = make(tmp_path / "alone", Clock(ours.node.clock.ms + 10 * DAY_MS))
    for each in (second, alone):
        each.ledger.close()
        each.home.ledger.unlink()
        each.node = Node(each.home.ledger, 3, Clock(ours.node.clock.ms + 100))
        each.ledger = each.node.open()
        introduce(each.node, each.ledger)
        each.said, each.order = ours.said, ours.order
        if each is second:
            each.ledger.append_sync(methodcaller("receive", enemy.chain, enemy.runs))
        each.receive(ours.node)
        each.ledger.append_sync(erase.erase_due(each.node.clock.ms + 5000))
    attacked, as_it_should_be = second.shown(), alone.shown()
    for name in ("sessions", "listed", "found", "left out", "last"):
        assert attacked[name] == as_it_should_be[name]
    for name in ("branches", "trees"):  # local numbers differ: more entries are here
        assert texts(attacked[name]) == texts(as_it_should_be[name])
    assert all(message.text is not None for message in attacked["messages"])
    assert [one.message.digest for one in attacked["pinned"].memories] == [ours.said["fact"]]
    assert attacked["recalled"] == as_it_should_be["recalled"]
    second.ledger.close()
    alone.ledger.close()


def test_what_a_stranger_says_of_himself_is_his(ours: Ours, tmp_path: Path) -> None:
    node = Node(tmp_path / "stranger.sqlite", 7, Clock())
    ledger = node.open()

    def job(tx: Transaction) -> bytes:
        tx.append(records.session_opened(session_id(1), "his own"))
        root = say(tx, 1, "I am somebody else.").digest
        say(tx, 1, "Hello.", root, Role.ASSISTANT)
        return root

    root = ledger.append_sync(job)
    ledger.close()
    ours.receive(node)
    kept_as = voices.session_of(node.key.public.raw, session_id(1))
    his = ours.view(views.session(kept_as))
    assert (his.title, his.messages, his.foreign) == ("his own", 2, True)
    assert [message.text for message in ours.view(views.branch(kept_as))] == ["I am somebody else.", "Hello."]
    assert [message.text for message in ours.view(views.tree(kept_as))] == ["I am somebody else.", "Hello."]
    assert his not in ours.view(views.sessions())
    now_ms = ours.node.clock.ms
    refused = (
        turns.ask(kept_as, "hello?", None),
        turns.rename(kept_as, "ours"),
        turns.end(kept_as),
        turns.forget(kept_as, now_ms),
        turns.undo_forget(kept_as, now_ms),
        memory.forget(root, now_ms),
    )
    for each in refused:
        with pytest.raises(Conflict, match="another's"):
            ours.ledger.append_sync(each)
    # Our order under the same id reaches what is ours alone.
    ours.ledger.append_sync(lambda tx: tx.append(records.forget_ordered(session_id(1), 1)))
    ours.ledger.append_sync(lambda tx: tx.append(records.forget_ordered(kept_as, 1)))
    ours.ledger.append_sync(lambda tx: tx.append(records.message_forget_ordered(root, 1)))
    ours.ledger.append_sync(erase.erase_due(ours.node.clock.ms))
    assert ours.view(views.message(ours.said["fact"])).text is None
    assert ours.view(views.message(root)).text == "I am somebody else."
    with contextlib.closing(reader(ours.home.ledger)) as connection:
        assert audit.verify(connection, now_ms=ours.node.clock.ms).ok
    # But we may say what of his we are to be reminded of, and branch from it.
    ours.ledger.append_sync(memory.mark(root, Mark.DISABLED))
    assert ours.view(views.message(root)).mark == "disabled"
    branch = ours.ledger.append_sync(turns.open_session("ours", root))
    ours.ledger.append_sync(turns.ask(branch, "And who are we?", None))
    assert [one.text for one in ours.view(views.branch(branch))] == ["I am somebody else.", "And who are we?"]
    assert [one.text for one in ours.view(views.tree(branch))] == ["I am somebody else.", "And who are we?"]


def test_what_he_wrote_under_his_own_orders_is_erased(ours: Ours, tmp_path: Path) -> None:
    node = Node(tmp_path / "stranger.sqlite", 7, Clock())
    ledger = node.open()
    said = ledger.append_sync(lambda tx: say(tx, 1, "his").digest)
    kept = ledger.append_sync(lambda tx: say(tx, 1, "kept").digest)
    ledger.append_sync(lambda tx: tx.append(records.message_forget_ordered(said, 1)))
    ledger.close()
    ours.receive(node)
    (done,) = ours.ledger.append_sync(erase.erase_due(ours.node.clock.ms))
    assert (done.message, done.session, done.bodies) == (said, None, 1)
    assert [ours.view(views.message(digest)).text for digest in (said, kept)] == [None, "kept"]


def meanings(ours: Ours) -> dict[str, list[Any]]:
    """The projections that hold no local numbers, and messages by their digests."""
    connection = reader(ours.home.ledger)
    with contextlib.closing(connection):
        return {
            sql: sorted(connection.execute(sql), key=repr)
            for sql in (
                "SELECT e.digest, m.session, m.depth, m.role FROM messages m JOIN entries e ON e.id = m.id",
                "SELECT e.digest, s.session, s.kind FROM session_events s JOIN entries e ON e.id = s.id",
                "SELECT s.session, e.digest, s.due_ms, s.voice FROM sessions s JOIN entries e ON e.id = s.titled",
                "SELECT e.digest, k.mark, k.due_ms FROM marks k JOIN entries e ON e.id = k.id",
                "SELECT session, messages, users FROM activity WHERE messages > 0",
            )
        }


def rows(ours: Ours) -> dict[str, list[tuple[Any, ...]]]:
    with contextlib.closing(reader(ours.home.ledger)) as connection:
        return {table: connection.execute(f"SELECT * FROM {table} ORDER BY 1").fetchall() for table in TABLES}


def test_a_node_that_is_certified_later_was_ours_all_along(tmp_path: Path) -> None:
    """The epoch with the certificate comes last, or first: it makes no difference, nor to a rebuild."""
    found = []
    for late in (True, False):
        ours = make(tmp_path / f"late{late}", Clock())
        second = Node(tmp_path / f"second{late}.sqlite", 2, Clock(START_MS + 1000))
        ledger = second.open()
        introduce(second, ledger)
        ledger.close()
        ledger = second.open()
        said = ours.said

        def job(tx: Transaction, said: dict[str, bytes] = said, order: bytes = ours.order) -> None:
            tx.append(records.session_titled(session_id(1), "renamed"))
            tx.append(records.session_ended(session_id(2)))
            tx.append(records.memory_marked(said["fact"], Mark.DISABLED))
            tx.append(records.message_forget_ordered(said["reply"], 2**50))
            tx.append(records.forget_cancelled(order))
            mine = say(tx, 1, "More.", said["reply"]).digest
            tx.append(records.session_opened(session_id(4), "new"))
            say(tx, 4, "Fresh.", mine)
            tx.append(records.memory_marked(mine, Mark.PINNED))
            tx.append(records.message_forget_ordered(mine, 2**50))

        ledger.append_sync(job)
        ledger.close()
        with contextlib.closing(reader(second.path)) as connection:
            chains = list(stored_runs(connection).items())
        assert len(chains) == 2
        before = ours.shown()
        for number, (chain, runs) in enumerate(reversed(chains) if late else chains):
            ours.ledger.append_sync(methodcaller("receive", chain, runs))
            if late and number == 0:
                assert ours.shown() == before, "till then it is anybody's"
        found.append(meanings(ours))
        assert ours.view(views.session(session_id(1))).title == "renamed"
        assert ours.view(views.session(session_id(2))).ended is not None
        assert ours.view(views.session(session_id(3))).due_ms is None
        assert [one.text for one in ours.view(views.branch(session_id(1)))][-1] == "More."
        assert ours.view(views.message(said["fact"])).mark == "disabled"
        assert ours.view(views.message(said["reply"])).due_ms == 2**50
        incremental = rows(ours)
        with contextlib.closing(reader(ours.home.ledger)) as connection:
            assert audit.verify(connection, now_ms=ours.node.clock.ms).ok
        ours.ledger.append_sync(rebuild.rebuild())
        assert rows(ours) == incremental
        ours.ledger.close()
    assert found[0] == found[1]


def test_what_our_own_key_wrote_elsewhere_is_ours(tmp_path: Path) -> None:
    """The ledger was lost, and comes back from another node before this one writes again; then it does."""
    ours = make(tmp_path / "ours", Clock())
    ours.ledger.close()
    again = Node(tmp_path / "again.sqlite", 1, Clock(ours.node.clock.ms + 1000))
    again.random = random.Random(99)
    ledger = again.open()
    with contextlib.closing(reader(ours.home.ledger)) as connection:
        for chain, runs in stored_runs(connection).items():
            ledger.append_sync(methodcaller("receive", chain, runs))
    ask = reader(again.path)
    assert views.run(ask, views.sessions()) == [], "nobody is anybody yet"
    asked = ledger.append_sync(turns.open_session("new", None))
    assert {one.session for one in views.run(ask, views.sessions())} == {session_id(1), session_id(2), asked}
    assert views.run(ask, views.message(ours.said["fact"])).mark == "pinned"
    assert audit.verify(ask, now_ms=again.clock.ms).ok
    ask.close()
    ledger.close()


def test_a_rollback_forgets_who_was_heard(ours: Ours, tmp_path: Path) -> None:
    second = Node(tmp_path / "second.sqlite", 2, Clock(START_MS + 1000))
    ledger = second.open()
    introduce(second, ledger)
    ledger.append_sync(lambda tx: tx.append(records.session_titled(session_id(1), "renamed")))
    ledger.close()
    with contextlib.closing(reader(second.path)) as connection:
        ((chain, runs),) = stored_runs(connection).items()

    def failing(tx: Transaction) -> None:
        tx.receive(chain, runs[:1])
        assert second.key.public.raw in tx._projector.voices.ours
        raise Conflict("no")

    with pytest.raises(Conflict, match="no"):
        ours.ledger.append_sync(failing)
    assert second.key.public.raw not in ours.ledger._projector.voices.ours
    ours.ledger.append_sync(methodcaller("receive", chain, runs))
    assert ours.view(views.session(session_id(1))).title == "renamed"


def test_a_table_that_was_tampered_with_gives_nobody_a_say(ours: Ours) -> None:
    enemy = attack(ours, Clock())
    ours.ledger.append_sync(methodcaller("receive", enemy.chain, enemy.runs))
    key = enemy.key.public.raw

    def tamper(tx: Transaction) -> None:
        tx.execute("UPDATE certified SET node = ?, owner = ?", (key, OWNER.public.raw))
        tx.execute("INSERT INTO certified SELECT id, ?, ? FROM entries WHERE kind = 23", (key, OWNER.public.raw))

    ours.ledger.append_sync(tamper)
    with contextlib.closing(reader(ours.home.ledger)) as connection:
        assert voices.load(connection.execute).ours == {ours.node.key.public.raw}
        report = audit.verify(connection, now_ms=ours.node.clock.ms)
    assert {problem.field for problem in report.problems} == {"certified"}


def test_ids_of_strangers_never_meet_ours() -> None:
    keys = [bytes([number]) * 32 for number in range(1, 20)]
    ids = [session_id(number) for number in range(20)]
    made = {voices.session_of(voice, session) for voice in keys for session in ids}
    assert len(made) == len(keys) * len(ids)
    assert not made & set(ids)
    assert [voices.session_of(voices.OURS, session) for session in ids] == ids
    meta = records.message(MessageMeta(ids[1], Role.USER), "x").meta
    assert records.read_message(meta).session == ids[1]
