"""How much memory does a whole daemon take while it brings in a large file, its index included?

The file is a made ChatGPT export with the words of a long life: some hundred thousand different ones, most of them
rare, and messages from a word to many pages. Memory is the daemon's own high-water mark, as the kernel keeps it.
"""

from __future__ import annotations

import http.client
import json
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from benches.figures import Figure, figure, scratch
from benches.process import ccnode, environment, make_node, start, stop

if TYPE_CHECKING:
    from collections.abc import Iterator

SEED: Final = 23
VOCABULARY: Final = 400_000
ZIPF: Final = 1.25  # how much rarer each next word is
TEXT_WORDS: Final = 4_000_000  # of the stream that messages are cut from, anew for each part of the file
WORDS_MEDIAN: Final = 60
WORDS_SPREAD: Final = 1.1  # of the logarithm: one message in a thousand has more than 1,800 words
WORDS_MAX: Final = 20_000
MESSAGES_MEAN: Final = 24
GB: Final = 1_000_000_000
PEAK_MB: Final = 200
LOOK_S: Final = 1.0


def write_export(path: Path, size: int) -> int:
    """Write conversations until the file has `size` bytes; return how many messages they hold."""
    chance = np.random.default_rng(SEED)
    written = messages = 0
    with path.open("w", encoding="ascii", buffering=1 << 20) as file:
        written += file.write("[")
        for number, texts in enumerate(_conversations(chance)):
            written += file.write((",\n" if number else "") + _conversation(number, texts))
            messages += len(texts)
            if written >= size:
                break
        file.write("]\n")
    return messages


def _conversations(chance: np.random.Generator) -> Iterator[list[str]]:
    """The texts of one conversation after the other, without end."""
    letters = np.array(list("eeeetaaoinshrdlucmfwypvbgk"))
    words = ["".join(letters[chance.integers(0, len(letters), size)]) for size in chance.integers(2, 11, VOCABULARY)]
    ranks = 1.0 / np.arange(1, VOCABULARY + 1) ** ZIPF
    shares = np.cumsum(ranks / ranks.sum())
    while True:
        said = [words[at] for at in np.searchsorted(shares, chance.random(TEXT_WORDS)).clip(0, VOCABULARY - 1).tolist()]
        at = 0
        while at < len(said):
            count = int(chance.geometric(1 / MESSAGES_MEAN))
            lengths = np.exp(chance.normal(np.log(WORDS_MEDIAN), WORDS_SPREAD, count)).clip(1, WORDS_MAX).astype(int)
            texts = []
            for length in lengths.tolist():
                texts.append(" ".join(said[at : at + length]))
                at += length
            yield [text for text in texts if text]


def _conversation(number: int, texts: list[str]) -> str:
    """As ChatGPT exports it. The words need no escapes, so that writing takes no longer than reading."""
    began = 1_500_000_000 + number
    name = f"{number:08x}-{{:04x}}-4000-8000-000000000000"
    nodes = ['"root":{"id":"root","message":null,"parent":null,"children":[]}']
    before = "root"
    for turn, text in enumerate(texts):
        own = name.format(turn + 1)
        role = "assistant" if turn % 2 else "user"
        nodes.append(
            f'"{own}":{{"id":"{own}","message":{{"id":"{own}","author":{{"role":"{role}","name":null,"metadata":{{}}}},'
            f'"create_time":{began + 7.25 * turn},"update_time":null,"content":{{"content_type":"text",'
            f'"parts":["{text}"]}},"status":"finished_successfully","end_turn":true,"weight":1.0,'
            f'"metadata":{{"timestamp_":"absolute"}},"recipient":"all","channel":null}},'
            f'"parent":"{before}","children":[]}}'
        )
        before = own
    title, whole = json.dumps(" ".join(texts[0].split()[:5]) if texts else ""), name.format(0)
    return (
        f'{{"title":{title},"create_time":{began},"update_time":{began + 8 * len(texts)},'
        f'"mapping":{{{",".join(nodes)}}},'
        f'"moderation_results":[],"current_node":"{before}","conversation_id":"{whole}","id":"{whole}"}}'
    )


def bench_import_file(gigabytes: float) -> list[Figure]:
    """Import a file of so many GB into a running daemon, until its index is up; the peak of memory, at 200 MB."""
    with scratch() as folder:
        path = folder / "conversations.json"
        messages = write_export(path, int(gigabytes * GB))
        make_node(folder, 0)
        process, _ = start(folder)
        try:
            idle = _peak_mb(process)
            began = time.perf_counter()
            done = _imported(folder, path)
            seconds, after_import = time.perf_counter() - began, _peak_mb(process)
            if done["messages"]["added"] != messages:
                raise AssertionError(f"not every message arrived: {done['messages']} of {messages}")
            _wait_for_index(folder)
            notes = {
                "messages": f"{messages:,}",
                "messages a second": round(messages / seconds),
                "CPU us a message, with its index": round(_cpu_s(process) / messages * 1e6, 1),
                "MB at the start": round(idle, 1),
                "MB at the peak of the import": round(after_import, 1),
                "seconds until all was found by search": round(time.perf_counter() - began),
            }
            peak = _peak_mb(process)
        finally:
            stop(process)
    return [figure(f"import of {gigabytes:g} GB, daemon's peak", peak, PEAK_MB, "MB", 1.0, at_most=True, **notes)]


def _imported(folder: Path, path: Path) -> dict[str, Any]:
    """Import through the command line, as anybody does; what it reports."""
    command = [ccnode(), "import", "chatgpt", str(path), "--json"]
    done = subprocess.run(command, env=environment(folder), check=True, stdout=subprocess.PIPE, text=True)
    found: dict[str, Any] = json.loads(done.stdout)["data"]
    return found


def _wait_for_index(folder: Path) -> None:
    address = json.loads((folder / "data" / "daemon.lock").read_bytes())["api_url"].removeprefix("http://")
    headers = {"Authorization": f"Bearer {(folder / 'data' / 'api.token').read_text().strip()}"}
    settled = 0
    while settled < 3:  # what it says is renewed every two seconds
        connection = http.client.HTTPConnection(address, timeout=60)
        connection.request("GET", "/api/v1/status", headers=headers)
        behind = json.loads(connection.getresponse().read())["index"]["behind"]
        connection.close()
        settled = settled + 1 if behind == 0 else 0
        time.sleep(LOOK_S)


def _peak_mb(process: subprocess.Popen[bytes]) -> float:
    """The most memory that the daemon ever held."""
    for line in Path(f"/proc/{process.pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024 / 1e6
    raise RuntimeError("no VmHWM")


def _cpu_s(process: subprocess.Popen[bytes]) -> float:
    """The CPU time that the daemon has taken so far."""
    fields = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100
