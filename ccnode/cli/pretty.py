"""How do results look on a terminal? Tables by rich, imported only where there is one to look at."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from rich.console import Console
from rich.table import Table
from rich.text import Text
from rich.tree import Tree

from ccnode.cli.folding import columns, folded
from ccnode.cli.text import clean

TREE_WIDTH: Final = 200  # where no terminal tells its own
LEVEL_MAX: Final = 8
GAP: Final = 2  # columns between those of a table
LAST_MIN: Final = 20  # of a table's last column
BELOW_MAX: Final = 500  # characters of a cell beneath its row: one long text must not push all others off the screen


Leaf = tuple[str, Sequence[int]]  # a label, and the numbers of those below it


def draw_tree(title: str, roots: Sequence[int], leaves: Sequence[Leaf], *, color: bool) -> str:
    """A tree as text, each of `roots` a branch of the title; labels are text, never markup."""
    top = Tree(Text(title))
    waiting = [(number, top, 1) for number in reversed(roots)]
    while waiting:
        number, above, level = waiting.pop()
        label, below = leaves[number]
        node = above.add(Text(label, style="bold" if label.startswith("* ") else ""))
        # What lies deeper is drawn at one depth: every step in takes from the width, and there may be any number.
        following = (node, level + 1) if level < LEVEL_MAX else (above, level)
        waiting += [(one, *following) for one in reversed(below)]
    console = Console(no_color=not color, force_terminal=color, highlight=False, width=None if color else TREE_WIDTH)
    with console.capture() as written:
        console.print(top)
    return "\n".join(line.rstrip() for line in written.get().splitlines())


def print_table(head: Sequence[str], rows: Sequence[Sequence[str]], *, color: bool, below: int | None = None) -> None:
    """Print a table; the cells are text, never markup. The column `below` stands under its row, over all the width."""
    cells = [[" ".join(clean(cell).split()) for cell in row] for row in rows]
    console = Console(no_color=not color, highlight=False, soft_wrap=False)
    widths = _widths([head, *cells])
    if below is None and sum(widths[:-1]) + GAP * (len(head) - 1) + min(LAST_MIN, widths[-1]) > console.width:
        below = len(head) - 1  # half an identifier is of no use
    if below is not None:
        _print_blocks(console, head, cells, below)
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for index, name in enumerate(head):
        # The last column gives way: identifiers, which stand first, must stay whole.
        table.add_column(name, no_wrap=index < len(head) - 1, overflow="fold")
    for row in cells:
        table.add_row(*map(Text, row))
    console.print(table)


def _widths(rows: Sequence[Sequence[str]]) -> list[int]:
    return [max(map(columns, column)) for column in zip(*rows, strict=True)]


def _print_blocks(console: Console, head: Sequence[str], rows: Sequence[Sequence[str]], below: int) -> None:
    """Each row as a line, and one of its cells folded beneath it."""
    first = [[cell for index, cell in enumerate(row) if index != below] for row in [head, *rows]]
    widths = _widths(first)
    for number, row in enumerate(first):
        cells = [cell + " " * (width - columns(cell)) for cell, width in zip(row, widths, strict=True)]
        console.print(Text((" " * GAP).join(cells).rstrip(), style="bold" if number == 0 else "dim"), soft_wrap=True)
        if number and (cell := rows[number - 1][below]):
            shown = cell if len(cell) <= BELOW_MAX else cell[:BELOW_MAX].rstrip() + "..."
            console.print(Text(folded(" " * GAP + shown, console.width)), soft_wrap=True)


def print_lines(lines: Sequence[Sequence[tuple[str, str]]]) -> None:
    """Print lines of (text, style) pieces; the texts are cleaned, and never markup."""
    console = Console(highlight=False, soft_wrap=True)
    for line in lines:
        console.print(Text.assemble(*line))
