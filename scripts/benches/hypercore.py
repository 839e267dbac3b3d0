"""What does it cost hypercore to take in as many blocks? The yardstick from npm, over a socket into storage on disk."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Final

PACKAGE: Final = "hypercore@10"
BLOCK_BYTES: Final = 300
INSTALL_S: Final = 180
TAKE_S: Final = 300
SCRIPT: Final = str(Path(__file__).with_name("hypercore.cjs"))


def missing() -> str:
    """Why it cannot be had, or ""."""
    gone = [name for name in ("node", "npm") if shutil.which(name) is None]
    return f"{' and '.join(gone)} not here: apt-get install nodejs npm" if gone else ""


def take(folder: Path, blocks: int) -> tuple[float, str]:
    """The receiver's CPU-seconds for so many blocks, and hypercore's version. Raises OSError, SubprocessError."""
    subprocess.run(
        ["npm", "install", "--no-audit", "--no-fund", PACKAGE],
        cwd=folder, check=True, capture_output=True, timeout=INSTALL_S,
    )  # fmt: skip
    module = folder / "node_modules" / "hypercore"
    version = next(line for line in (module / "package.json").read_text().splitlines() if '"version"' in line)
    command = ("node", SCRIPT, str(module))
    with subprocess.Popen(
        [*command, "give", str(folder), str(blocks), str(BLOCK_BYTES)], stdout=subprocess.PIPE, text=True
    ) as giver:
        try:
            port, key = giver.stdout.readline().split() if giver.stdout is not None else ("", "")
            done = subprocess.run(
                [*command, "take", str(folder), port, key, str(blocks)],
                check=True, capture_output=True, text=True, timeout=TAKE_S,
            )  # fmt: skip
        finally:
            giver.kill()
    return float(done.stdout), version.split('"')[3]
