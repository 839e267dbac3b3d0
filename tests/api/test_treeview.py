"""Does the list of a tree show every branch where it begins, and stay small?"""

from __future__ import annotations

from ccnode.api.treeview import ENDS, LEVEL_MAX, Row, rows
from ccnode.store.views import Message


def message(name: int, parent: int | None, time: int | None = None) -> Message:
    return Message(
        id=name,
        digest=name.to_bytes(32),
        session=bytes(16),
        parent_id=parent,
        parent=parent.to_bytes(32) if parent is not None else None,
        seq=1,
        role="user",
        text=str(name),
        time=time if time is not None else name,
        model=None,
        state="complete",
        sources=(),
        key=None,
    )


def drawn(found: list[Row]) -> list[tuple[int, int, bool]]:
    return [(row.level, -row.folded if row.folded else row.message.id, row.starts) for row in found]


def way(*names: int) -> frozenset[bytes]:
    return frozenset(name.to_bytes(32) for name in names)


def test_a_branch_stands_below_what_it_branches_from() -> None:
    messages = [message(1, None), message(2, 1), message(3, 2), message(4, 2), message(5, 3), message(6, 4)]
    found = rows(messages, way(1, 2, 3, 5))
    assert drawn(found) == [(0, 1, False), (0, 2, False), (1, 4, True), (1, 6, False), (0, 3, False), (0, 5, False)]
    assert [row.message.id for row in found if row.here] == [1, 2, 3, 5]
    other = rows(messages, way(1, 2, 4, 6))
    assert drawn(other) == [(0, 1, False), (0, 2, False), (1, 3, True), (1, 5, False), (0, 4, False), (0, 6, False)]


def test_a_branch_within_a_branch_is_a_step_further_in_up_to_a_depth() -> None:
    messages = [message(0, None)]
    for depth in range(1, 30):
        messages += [message(depth * 2, max(0, depth * 2 - 2), 1), message(depth * 2 + 1, max(0, depth * 2 - 2), 2)]
    found = rows(messages, frozenset())
    assert max(row.level for row in found) == LEVEL_MAX
    assert sum(row.folded or 1 for row in found) == len(messages)


def test_long_runs_are_folded() -> None:
    messages = [message(0, None), *(message(number, number - 1) for number in range(1, 100_000))]
    found = rows(messages, frozenset())
    assert [row.folded for row in found] == [0] * ENDS + [100_000 - 2 * ENDS] + [0] * ENDS


def test_a_tree_of_nothing_and_of_parts() -> None:
    assert rows([], frozenset()) == []
    assert [row.message.id for row in rows([message(7, 6), message(9, 8)], frozenset())] == [7, 9]
