"""How do results look on a terminal? Tables by rich, imported only where there is one to look at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from rich.text import Text

from ccnode.cli.text import clean

if TYPE_CHECKING:
    from collections.abc import Sequence


def print_table(head: Sequence[str], rows: Sequence[Sequence[str]], *, color: bool) -> None:
    """Print a table; the cells are text, never markup."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for index, name in enumerate(head):
        # The last column gives way: identifiers, which stand first, must stay whole.
        table.add_column(name, no_wrap=index < len(head) - 1, overflow="fold")
    for row in rows:
        table.add_row(*(Text(" ".join(clean(cell).split())) for cell in row))
    Console(no_color=not color, highlight=False, soft_wrap=False).print(table)
