"""What must be on paper, so that a lost machine is no lost owner? The recovery kit: two secrets, and their use."""

from __future__ import annotations

import html
import io
import os
from typing import TYPE_CHECKING, Final

from ccnode.cli.errors import NOT_FOUND, CliError

if TYPE_CHECKING:
    from pathlib import Path

    from ccnode.cli.identity import Identity
    from ccnode.store.home import Home

DEFAULT_NAME: Final = "recovery-kit.html"
MADE: Final = "kit.made"  # an empty file in the data directory: a kit was written once

STEPS: Final = (
    "Print this page (or copy both codes by hand) and keep the paper where you keep other important papers.",
    "Then delete the file: whoever reads it can act as you, and can read your backups.",
    "To make a node for the same owner on another machine: ccnode init --recover, and type the recovery code.",
    "To put a backup back: ccnode backup restore FILE, and type the backup key when asked.",
)


def check_target(path: Path, home: Home) -> Path:
    """See that the kit may be written there.

    Raises:
        CliError: it would lie in the data directory (and be lost with it), or would replace a file (exit 5).
    """
    target = path.expanduser().absolute()
    if target.resolve().is_relative_to(home.root.resolve()):
        raise CliError(
            "the recovery kit must not lie in the data directory: it would be lost together with it",
            code="bad_place",
            remedy="name another place for it",
        )
    if target.suffix not in {".html", ".txt"}:
        raise CliError(f"{target.name} must end in .html or .txt", code="bad_place", remedy="name another file")
    if target.exists():
        raise CliError(
            f"{target} exists already",
            code="exists",
            remedy="move it away, or name another file",
            exit_code=NOT_FOUND,
        )
    if not target.parent.is_dir():
        raise CliError(f"there is no folder {target.parent}", code="not_found", exit_code=NOT_FOUND)
    return target


def write_kit(target: Path, identity: Identity) -> None:
    """Write the kit for this user's eyes only. Raises OSError."""
    content = as_html(identity) if target.suffix == ".html" else as_text(identity)
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def as_text(identity: Identity) -> str:
    """The kit as plain text, with the recovery code as a picture of blocks to scan."""
    import segno

    picture = io.StringIO()
    segno.make(identity.recovery_code, error="m", micro=False).save(picture, kind="txt", border=2)
    blocks = picture.getvalue().replace("0", "  ").replace("1", "##")
    steps = "\n".join(f"{number}. {step}" for number, step in enumerate(STEPS, 1))
    return (
        f"RECOVERY KIT of the node {identity.name}, made {identity.created}\n\n"
        f"Owner    {identity.owner_id}\nNode     {identity.node_id}\n\n"
        f"Owner recovery code\n\n    {identity.recovery_code}\n\n"
        f"Backup key\n\n    {identity.backup_key}\n\n{steps}\n\nThe recovery code, to scan:\n\n{blocks}\n"
    )


def as_html(identity: Identity) -> str:
    """The kit as one page that needs nothing from anywhere."""
    steps = "".join(f"<li>{html.escape(step)}</li>" for step in STEPS)
    return _PAGE.format(
        name=html.escape(identity.name),
        created=html.escape(identity.created),
        owner=html.escape(identity.owner_id),
        node=html.escape(identity.node_id),
        code=html.escape(identity.recovery_code),
        backup=html.escape(identity.backup_key),
        code_picture=_picture(identity.recovery_code),
        backup_picture=_picture(identity.backup_key),
        steps=steps,
    )


def _picture(text: str) -> str:
    import segno

    return segno.make(text, error="m", micro=False).svg_inline(scale=4, border=4, dark="#000", light="#fff")


_PAGE: Final = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Recovery kit: {name}</title>
<style>
body {{ font: 12pt/1.45 Georgia, serif; max-width: 46em; margin: 2em auto; padding: 0 1em }}
h1 {{ font-size: 1.5em }} h2 {{ font-size: 1.1em; margin-top: 1.6em }}
code {{ font: 13pt/1.6 "DejaVu Sans Mono", Menlo, Consolas, monospace; overflow-wrap: anywhere }}
.secret {{ border: 2px solid #000; padding: .6em 1em; break-inside: avoid }}
small code {{ font-size: 9pt }}
</style>
</head>
<body>
<h1>Recovery kit of the node &ldquo;{name}&rdquo;</h1>
<p>Made {created}. Print this page, then delete the file.</p>
<h2>Owner recovery code</h2>
<div class="secret"><code>{code}</code><br>{code_picture}</div>
<h2>Backup key</h2>
<div class="secret"><code>{backup}</code><br>{backup_picture}</div>
<h2>What to do with it</h2>
<ol>{steps}</ol>
<p><small>Owner <code>{owner}</code><br>Node <code>{node}</code></small></p>
</body>
</html>
"""
