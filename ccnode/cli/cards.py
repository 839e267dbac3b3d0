"""How are the character cards that are kept listed, and one of them written to a file?"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from ccnode.cli import local as database
from ccnode.cli import shapes
from ccnode.cli.errors import USAGE, CliError
from ccnode.cli.files import written
from ccnode.cli.text import clean, line, local, size
from ccnode.exchange.cards import card_file
from ccnode.store import cards
from ccnode.store.views import ms_of

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Literal

    from ccnode.cli.state import State
    from ccnode.exchange.cardform import Form
    from ccnode.store.cards import KeptCard

ID_DIGITS: int = 12  # of 32: enough to tell a person's cards apart, and to be read


def _shape(card: KeptCard) -> dict[str, Any]:
    return {
        "card_id": card.id.hex(),
        "name": card.name,
        "form": card.form,
        "bytes": card.bytes,
        "kept": shapes.time(card.time),
    }


def list_cards(state: State) -> None:
    """Show which cards there are."""
    found = database.ask(state.node(), cards.cards())
    rows = [
        (one.id.hex()[:ID_DIGITS], one.form, size(one.bytes), local(ms_of(one.time)), line(one.name, 60))
        for one in found
    ]
    none = "No card is kept yet. Bring one in: ccnode import card FILE"
    state.table({"cards": [_shape(one) for one in found]}, ("card", "form", "size", "kept", "name"), rows, none)


def export_card(
    state: State, wanted: str, kind: Literal["json", "png"], form: Form | None, output: Path | None
) -> None:
    """Write one card to a file, or to standard output."""
    card, whole = database.ask(state.node(), cards.card(wanted))
    content = card_file(whole, kind, form)
    data: dict[str, Any] = {**_shape(card), "form": form or card.form, "format": kind}
    if output is not None:
        data["bytes"] = written(output, [content])
        state.emit({**data, "path": str(output.absolute())}, str(output))
        return
    if kind == "png" and (state.json or sys.stdout.isatty()):
        raise CliError("a picture cannot be shown here", code="no_output", remedy="name a file: -o FILE",
                       exit_code=USAGE)  # fmt: skip
    if state.json:
        state.emit({**data, "bytes": len(content), "content": content.decode("utf-8")})
        return
    state.emit({}, None)
    if sys.stdout.isatty():  # a file's text goes out as it is into a pipe; a terminal gets it cleaned
        sys.stdout.write(clean(content.decode("utf-8")))
    else:
        sys.stdout.buffer.write(content)
