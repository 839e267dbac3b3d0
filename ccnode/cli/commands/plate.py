"""What can be done with the plate? All but validating works without a daemon; keeping takes the owner key."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

import click

from ccnode.cli.commands import plate_validate
from ccnode.cli.errors import FAILED, NOT_FOUND, USAGE, CliError
from ccnode.cli.params import OUTPUT, Group, pass_state
from ccnode.cli.text import clean, count, local

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ccnode.cli.state import State
    from ccnode.exchange.plate_cards import Mapped
    from ccnode.mind.plate import Finding
    from ccnode.store.home import Home
    from ccnode.store.plates import Version

SHORT: Final = 12
FILE: Final = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.group("plate", cls=Group, short_help="See and change who the assistant is.")
def command() -> None:
    """See and change who the assistant is.

    The plate is a text in Markdown, with sections for identity, relationship, core goal, traits, last breakthrough,
    continuity and instructions. You sign each version with your owner key. Edit consciousnessPlate.md in the data
    directory and keep it, or use `ccnode plate edit`. Whether the model answers as that assistant: `ccnode plate
    validate`, by hand or (plate.validate_on_spawn) before each conversation's first reply.
    """


command.add_command(plate_validate.validate)


def _version(home: Home, wanted: str | None) -> Version:
    from ccnode.cli import local as database
    from ccnode.cli.plates import needed
    from ccnode.store import plates

    return database.ask(home, plates.version(wanted)) if wanted is not None else needed(home)


def _text(one: Version) -> str:
    if one.text is None:
        raise CliError(f"the text of version {one.version} is missing or altered", code="lost",
                       remedy="run: ccnode audit verify", exit_code=NOT_FOUND)  # fmt: skip
    return one.text


def _raw(text: str) -> None:
    """A file's text goes out as it is into a pipe; a terminal gets it cleaned."""
    sys.stdout.write(clean(text) if sys.stdout.isatty() else text)


@command.command("show")
@click.option("--version", "wanted", metavar="N", help="That version: its number, or the beginning of its digest.")
@pass_state
def show(state: State, *, wanted: str | None) -> None:
    """Show the plate in force."""
    from ccnode.cli.plates import file_of, in_force
    from ccnode.store import plate_shapes, views

    home = state.node()
    one = _version(home, wanted)
    current = one if one.in_force else in_force(home)
    found = file_of(home, current)
    last = plate_validate.kept(home)
    data = {
        "plate": plate_shapes.version(one),
        "file": plate_shapes.file(found, str(home.plate)),
        "validation": last,
    }
    text = _text(one)
    state.note(f"version {one.version}, kept {local(views.ms_of(one.time))}, {one.plate.hex()[:SHORT]}"
               f"{', in force' if one.in_force else ''}")  # fmt: skip
    if one.in_force:
        state.note(plate_validate.noted(last, one))
    if state.json:
        state.emit(data)
    else:
        state.emit({}, None)
        _raw(text)
    if found.standing == "differs":
        state.note(f"{home.plate.name} says something else: {plate_shapes.FILE_REMEDY}")
    elif found.standing == "unreadable":
        state.warn(f"{home.plate.name}: {found.problem}")


@command.command("lint", short_help="Say what is wrong with a plate.")
@click.argument("file", required=False, type=FILE)
@pass_state
def lint(state: State, *, file: Path | None) -> int:
    """Say what is wrong with a plate: FILE, or consciousnessPlate.md in the data directory.

    Ends with 1 where something would keep it from being kept.
    """
    from ccnode.cli.plates import said, text_in
    from ccnode.mind.plate import errors, tokens
    from ccnode.store import plate_shapes

    path = file if file is not None else state.node().plate
    text, findings = text_in(path)
    wrong = len(errors(findings))
    lines = [clean(f"{said(one, str(path))}; {one.remedy}") for one in findings]
    facts = plate_shapes.facts(text) if text is not None else {"findings": [*map(plate_shapes.finding, findings)]}
    size = f"{path}: about {count(tokens(text), 'token')}" if text is not None else f"{path}: no plate"
    other = len(findings) - wrong
    lines.append(clean(f"{size}, {count(wrong, 'error')}, {count(other, 'warning')}"))
    state.emit({"path": str(path), "ok": not wrong, **facts}, "\n".join(lines))
    return FAILED if wrong else 0


@command.command("keep", short_help="Make the file in the data directory the plate.")
@pass_state
def keep(state: State) -> None:
    """Make consciousnessPlate.md in the data directory the plate, as it is. Your owner key signs it."""
    from ccnode.cli import plates

    home = state.node()
    if not home.plate.exists():
        raise CliError(f"there is no {home.plate}", code="not_found", remedy=plates.NO_PLATE, exit_code=NOT_FOUND)
    text, findings = plates.text_in(home.plate)
    plates.check(state, findings, home.plate.name)
    plates.told(state, plates.keep(state, home, text or ""))


@command.command("edit", short_help="Edit the plate, look at what changed, and keep it.")
@click.option("--yes", is_flag=True, help="Do not ask whether to keep it.")
@pass_state
def edit(state: State, *, yes: bool) -> None:
    """Open the plate in your editor (VISUAL or EDITOR), show what changed, and keep it as a new version.

    A copy is edited; the file in the data directory changes once you say yes.
    """
    import shutil
    import tempfile

    from ccnode.cli import ask, plates
    from ccnode.cli.identity import read_profile
    from ccnode.mind.plate import NAME, starting
    from ccnode.store import platefile

    home = state.node()
    current = plates.in_force(home)
    before = plates.file_of(home, current)
    if before.standing == "unreadable":
        raise CliError(f"{home.plate}: {before.problem}", code="bad_plate", remedy="mend it, or move it away")
    if not yes:
        ask.need_terminal("use --yes")
    first = before.text or (current.text if current is not None else None)
    folder = Path(tempfile.mkdtemp(prefix="ccnode-plate-"))
    copy = folder / home.plate.name
    given = first or starting(str(read_profile(home).get("name", NAME)))
    copy.write_text(given, encoding="utf-8")
    kept = False
    try:
        text = _edited(state, copy, yes=yes)
        _show_change(state, current, text)
        if not yes and (current is None or text != current.text):
            ask.confirm("Keep this?")
        if plates.file_of(home, current) != before:
            raise CliError(f"{home.plate} was changed meanwhile", code="conflict", exit_code=NOT_FOUND)
        if text != before.text:
            platefile.write(home, text)
        kept = True  # the file holds it now, whatever becomes of the version
        plates.told(state, plates.keep(state, home, text))
    finally:
        if kept or not _was_changed(copy, given):
            shutil.rmtree(folder)
        else:
            state.warn(f"what you wrote is in {copy}")


def _was_changed(copy: Path, given: str) -> bool:
    """Whether there is anything to lose in a copy: not where the editor did not start, or nothing was written."""
    try:
        return copy.read_bytes() != given.encode()
    except FileNotFoundError:
        return False
    except OSError:
        return True


def _edited(state: State, copy: Path, *, yes: bool) -> str:
    """The text once it can be kept; where it cannot, the editor opens again."""
    from ccnode.cli import ask, plates
    from ccnode.mind.plate import errors

    while True:
        plates.edited(state, copy)
        text, findings = plates.text_in(copy)
        if yes or not errors(findings):
            plates.check(state, findings, copy.name)
            return text or ""
        for one in findings:
            state.warn(plates.said(one, copy.name))
        ask.confirm("Edit it again?")


def _show_change(state: State, current: Version | None, text: str) -> None:
    from ccnode.mind.plate_diff import diff

    before = current.text if current is not None and current.text is not None else ""
    names = (f"version {current.version}" if current is not None else "nothing", "new")
    for line in diff(before, text, names).splitlines():
        state.quote(line)


@command.command("history", short_help="List the versions of the plate.")
@click.option("--diff", "with_diff", is_flag=True, help="Show what changed each time.")
@pass_state
def history(state: State, *, with_diff: bool) -> None:
    """List the versions of the plate, the newest first: when each was kept, which owner signed it, on which node."""
    from ccnode.cli import local as database
    from ccnode.mind.plate_diff import diff
    from ccnode.store import plate_shapes, plates, views
    from ccnode_crypto.keys import node_id, owner_id

    home = state.node()
    listed = database.ask(home, plates.versions())
    forms = [plate_shapes.version(one) for one in listed]
    if with_diff:
        after = ""
        for one, form in zip(reversed(listed), reversed(forms), strict=True):
            text = database.ask(home, plates.with_text(one)).text
            form["diff"] = None if text is None else diff(after, text, ("before", f"version {one.version}"))
            after = after if text is None else text
    if with_diff and not state.json:
        pieces = [
            f"version {one.version}  {local(views.ms_of(one.time))}  {one.plate.hex()[:SHORT]}\n"
            + clean(form["diff"] if form["diff"] is not None else "its text is missing or altered\n")
            for one, form in zip(listed, forms, strict=True)
        ]
        state.emit({}, "\n".join(pieces))
        return
    rows = [
        (
            str(one.version),
            local(views.ms_of(one.time)),
            owner_id(one.owner)[:SHORT],
            node_id(one.node)[:SHORT],
            one.plate.hex()[:SHORT],
            "in force" if one.in_force else "lost" if one.lost else "",
        )
        for one in listed
    ]
    head = ("version", "kept", "owner", "node", "digest", "")
    state.table({"versions": forms}, head, rows, none="There is no plate yet: ccnode plate edit")


@command.command("revert", short_help="Make a former version the plate again.")
@click.argument("version")
@pass_state
def revert(state: State, *, version: str) -> None:
    """Make a former VERSION (its number, or the beginning of its digest) the plate again, as a new version."""
    from ccnode.cli import plates
    from ccnode.mind.plate import plain

    home = state.node()
    text = plain(_text(_version(home, version)))  # one that was kept with a mark of files would never be its file's
    current = plates.in_force(home)
    plates.check_nothing_unkept(home, current, text)
    _show_change(state, current, text)
    plates.told(state, plates.keep(state, home, text))


@command.command("discard", short_help="Put the plate in force back into the file.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@pass_state
def discard(state: State, *, yes: bool) -> None:
    """Drop what was changed in consciousnessPlate.md since a version was kept: the file says that version again."""
    from ccnode.cli import ask, plates
    from ccnode.mind.plate_diff import diff
    from ccnode.store import plate_shapes, platefile

    home = state.node()
    current = plates.needed(home)
    before = plates.file_of(home, current)
    if before.standing == "same":
        state.emit({"discarded": False}, "nothing to discard: the file is the plate in force")
        return
    for line in diff(before.text or "", _text(current), ("the file", f"version {current.version}")).splitlines():
        state.quote(line)
    if not yes and before.standing != "missing":
        ask.need_terminal("use --yes")
        ask.confirm("Drop these changes?")
    platefile.write(home, _text(current))
    data = {"discarded": True, "file": plate_shapes.file(plates.file_of(home, current), str(home.plate))}
    state.emit(data, f"{home.plate} is version {current.version} again")


@command.command("import", short_help="Take the plate from a file: Markdown or a character card.")
@click.argument("file", type=FILE)
@click.option("--yes", is_flag=True, help="Do not ask.")
@pass_state
def import_plate(state: State, *, file: Path, yes: bool) -> None:
    """Take the plate from FILE: Markdown, or a character card (V2 or V3, as PNG, JSON or CHARX).

    Shows what changes and what of a card is left out, and asks before the plate is replaced.
    """
    from ccnode.cli import ask, plates
    from ccnode.store import plate_shapes

    home = state.node()
    given, findings, card = _read(file)
    plates.check(state, findings, file.name)
    text, left = given or "", card.left if card is not None else ()
    current = plates.in_force(home)
    plates.check_nothing_unkept(home, current, text)
    for one in left:
        state.note(f"left out: {one.where}: {one.why}{f' ({one.count})' if one.count > 1 else ''}")
    _show_change(state, current, text)
    if not yes and (current is None or current.text != text):
        ask.need_terminal("use --yes")
        ask.confirm("Make this the plate?")
    made = plates.keep(state, home, text)
    told = {
        **made,
        "from": "markdown" if card is None else "plate" if card.whole else "card",
        "left": [{"where": one.where, "why": one.why, "count": one.count, "unit": one.unit} for one in left],
        "findings": [plate_shapes.finding(one) for one in findings],
    }
    plates.told(state, told)


def _read(file: Path) -> tuple[str | None, Sequence[Finding], Mapped | None]:
    """The plate in a file, what is wrong with it, and the card that it was made from (None: it is Markdown)."""
    from ccnode.cli.plates import text_in
    from ccnode.exchange.cards import open_card
    from ccnode.exchange.plate_cards import from_card, is_card
    from ccnode.mind.plate import BYTES_MAX

    if not file.is_file():  # opening a pipe waits for ever
        raise CliError(f"{file} is no file", code="not_found", remedy="save it as a file, then name that",
                       exit_code=NOT_FOUND)  # fmt: skip
    with file.open("rb") as opened:
        head = opened.read(BYTES_MAX + 1)
    if is_card(head):
        mapped = from_card(open_card(file))
        return mapped.text, mapped.lint(), mapped
    return *text_in(file), None


@command.command("export", short_help="Write the plate to a file: Markdown or a character card.")
@click.option("--format", "kind", type=click.Choice(["md", "json", "png"]), default="md", show_default=True,
              help="The text itself, or a character card as JSON or as a picture.")  # fmt: skip
@click.option("--form", type=click.Choice(["v2", "v3"]), help="Which card: V2 or V3. Default: v3; a PNG holds both.")
@click.option("--version", "wanted", metavar="N", help="That version: its number, or the beginning of its digest.")
@click.option("-o", "--output", type=OUTPUT, metavar="FILE", help="Where to write it; without, to standard output.")
@pass_state
def export(
    state: State,
    *,
    kind: Literal["md", "json", "png"],
    form: Literal["v2", "v3"] | None,
    wanted: str | None,
    output: Path | None,
) -> None:
    """Write the plate to a file. A card holds the whole text too, so that importing it gives the same plate again."""
    from ccnode.cli.files import written

    one = _version(state.node(), wanted)
    content = _content(_text(one), kind, form)
    data: dict[str, Any] = {"version": one.version, "digest": one.plate.hex(), "format": kind}
    if output is not None:
        written(output, [content])
        state.emit({**data, "path": str(output.absolute()), "bytes": len(content)}, str(output))
    elif kind == "png" and (state.json or sys.stdout.isatty()):
        raise CliError("a picture cannot be shown here", code="no_output", remedy="name a file: -o FILE",
                       exit_code=USAGE)  # fmt: skip
    elif state.json:
        state.emit({**data, "content": content.decode("utf-8")})
    elif kind == "png":
        state.emit({}, None)
        sys.stdout.buffer.write(content)
    else:
        state.emit({}, None)
        _raw(content.decode("utf-8"))


def _content(text: str, kind: Literal["md", "json", "png"], form: Literal["v2", "v3"] | None) -> bytes:
    if kind == "md":
        return text.encode("utf-8")
    from ccnode.exchange.cards import card_file
    from ccnode.exchange.plate_cards import to_card

    return card_file(to_card(text), kind, form or ("v3" if kind == "json" else None))
