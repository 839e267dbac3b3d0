"""How do results look on a terminal? Tables by rich, imported only where there is one to look at."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from rich.console import Console
from rich.table import Table
from rich.text import Text
from rich.tree import Tree

from ccnode.cli.text import clean

TREE_WIDTH: Final = 200  # where no terminal tells its own
LEVEL_MAX: Final = 8


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


def print_table(head: Sequence[str], rows: Sequence[Sequence[str]], *, color: bool) -> None:
    """Print a table; the cells are text, never markup."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for index, name in enumerate(head):
        # The last column gives way: identifiers, which stand first, must stay whole.
        table.add_column(name, no_wrap=index < len(head) - 1, overflow="fold")
    for row in rows:
        table.add_row(*(Text(" ".join(clean(cell).split())) for cell in row))
    Console(no_color=not color, highlight=False, soft_wrap=False).print(table)


def print_lines(lines: Sequence[Sequence[tuple[str, str]]]) -> None:
    """Print lines of (text, style) pieces; the texts are cleaned, and never markup."""
    console = Console(highlight=False, soft_wrap=True)
    for line in lines:
        console.print(Text.assemble(*line))
