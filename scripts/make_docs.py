"""What do the commands and settings look like on paper? Writes docs/COMMANDS.md and the kept first page of help.

python scripts/make_docs.py           writes them
python scripts/make_docs.py --check   says which are not current, and fails
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ccnode import config
from ccnode.cli import app, errors
from ccnode.cli import main as entry

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parent.parent
COMMANDS = ROOT / "docs" / "COMMANDS.md"
HELP = Path(entry.HELP)
WIDTH = 78  # what click makes of a terminal of 80 columns

EXIT_CODES = {
    errors.OK: "done",
    errors.FAILED: "failed; an audit that found something wrong, too",
    errors.USAGE: "not understood",
    errors.UNREACHABLE: "the daemon is needed and does not answer",
    errors.DENIED: "not allowed",
    errors.NOT_FOUND: "not found, or in conflict with what is there",
    errors.DEGRADED: "works, but something is wrong (`ccnode status`)",
    errors.INTERRUPTED: "stopped by Ctrl-C",
}

HEAD = """# Commands

Written by `python scripts/make_docs.py` from the commands themselves; do not change it by hand.

```
{help}```

The global options stand before or after a command's name. With `--json` every command prints one line,
`{{"schema_version": 1, "command": "session list", "data": {{...}}}}`, and on failure `"error"` with `code`, `message`
and `remedy` beside empty data. Results go to standard output, everything else to standard error.

| exit code | meaning |
|---|---|
{codes}"""

SETTINGS = """## Settings

In `config.toml` in the data directory (`ccnode config set api.port 8001`), or in the environment, which wins.
A change takes effect when the daemon starts again.

| setting | variable | type | default | meaning |
|---|---|---|---|---|
"""


def contexts(command: click.Command, parent: click.Context) -> Iterator[click.Context]:
    """The command and all below it, each with its full name."""
    context = click.Context(command, info_name=command.name, parent=parent, terminal_width=WIDTH)
    yield context
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            child = command.get_command(context, name)
            if child is not None:
                yield from contexts(child, context)


def root() -> click.Context:
    """The context of `ccnode` alone, as wide as the kept page of help."""
    return click.Context(app.cli, info_name=app.PROGRAM, terminal_width=WIDTH, **app.cli.context_settings)


def every_command() -> list[click.Context]:
    """All commands, in the order of the help."""
    top = root()
    found = []
    for name in app.cli.list_commands(top):
        command = app.cli.get_command(top, name)
        if command is not None:
            found += list(contexts(command, top))
    return found


def first_page() -> str:
    """What `ccnode --help` prints."""
    return root().get_help() + "\n"


def reference() -> str:
    """The text of docs/COMMANDS.md."""
    codes = "".join(f"| {code} | {text} |\n" for code, text in EXIT_CODES.items())
    parts = [HEAD.format(help=first_page(), codes=codes)]
    parts += [f"## {context.command_path}\n\n```\n{context.get_help()}\n```\n" for context in every_command()]
    return "\n".join([*parts, SETTINGS + "".join(map(row, config.described()))])


def row(one: config.Described) -> str:
    """A setting's line in the table."""
    kind = one.type.replace("|", "or")
    return f"| `{one.key}` | `{one.variable}` | {kind} | {shown(one.default)} | {one.description} |\n"


def shown(default: object) -> str:
    """A default as the table shows it."""
    return "-" if default is None else f"`{default}`"


def main() -> int:
    """Write the files, or check them."""
    wanted = {COMMANDS: reference(), HELP: first_page()}
    stale = [path for path, text in wanted.items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    if "--check" in sys.argv[1:]:
        for path in stale:
            print(f"{path.relative_to(ROOT)} is not current: run python scripts/make_docs.py", file=sys.stderr)
        return 1 if stale else 0
    for path in stale:
        path.parent.mkdir(exist_ok=True)
        path.write_text(wanted[path], encoding="utf-8")
        print(f"wrote {path.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
