"""Which model answers, and how is another one chosen?"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from ccnode.cli import ask
from ccnode.cli.params import Group, pass_state
from ccnode.cli.text import clean

if TYPE_CHECKING:
    from ccnode.cli.state import State
    from ccnode.store.home import Home

ADAPTERS: Final = {
    "embedded": "answers offline, from this conversation and what it finds in memory",
    "anthropic": "asks Anthropic's API, or a server that speaks it (models.base_url); needs a key",
}
KEY_FILE: Final = "anthropic.key"
CHOICE: Final = "model.json"  # what the daemon keeps a choice in, and reads at its start


@click.group("model", cls=Group, short_help="Choose which model answers.")
def command() -> None:
    """Choose which model answers. What is remembered stays the same, whichever does."""


@command.command("list")
@pass_state
def list_models(state: State) -> None:
    """List the models, and which one answers."""
    from ccnode.cli.client import Client

    home = state.node()
    client = Client(home, state.environment)
    facts: dict[str, Any]
    if client.running():
        facts = client.get("/api/v1/model")
        current = str(facts.get("current", ""))
    else:
        facts = _unasked(home)
        current = str(facts["current"])
    rows = [("*" if current.partition("/")[0] == name else "", name, text) for name, text in ADAPTERS.items()]
    state.table(facts, ("", "model", ""), rows)
    _warn(state, facts)


def _unasked(home: Home) -> dict[str, Any]:
    """What the daemon would tell, as far as that is known without it."""
    current = "/".join(name for name in chosen(home) if name)
    return {"current": current, "available": list(ADAPTERS), "problem": None}


def _warn(state: State, facts: dict[str, Any]) -> None:
    for name in ("problem", "warning"):
        if facts.get(name):
            state.warn(str(facts[name]))


def chosen(home: Home) -> tuple[str, str | None]:
    """What the daemon would begin with."""
    from ccnode import config

    models = config.load(home.config).settings.models
    kept = choice(home)
    adapter = str(kept.get("adapter", models.adapter))
    return adapter, (kept.get("model") or models.model) if adapter != "embedded" else None


def choice(home: Home) -> dict[str, Any]:
    """What was chosen by `use`, which wins over the settings: "adapter", and "model" where one was named."""
    from ccnode.store.errors import StoreError
    from ccnode.store.home import read_private

    try:
        value = json.loads(read_private(home.root / CHOICE))
    except (StoreError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}


@command.command("use")
@click.argument("adapter", type=click.Choice(list(ADAPTERS)))
@click.option("--model", help="The provider's name of the model; by default models.model, else the adapter's own.")
@click.option(
    "--key-file",
    type=click.Path(path_type=Path, dir_okay=False, exists=True, allow_dash=True),
    metavar="FILE",
    help="The file that holds the API key; - reads it from standard input. Without it, the key is asked for.",
)
@pass_state
def use(state: State, *, adapter: str, model: str | None, key_file: Path | None) -> None:
    """Have a model answer from now on.

    The API key is asked for, and kept in the data directory in a file that only you can read. It is never taken from
    the command line, which every user of the machine can see.
    """
    from ccnode.cli.client import Client
    from ccnode.store.home import write_private

    home = state.node()
    if adapter == "anthropic":
        _keep_key(home, key_file)
    client = Client(home, state.environment)
    facts: dict[str, Any]
    if client.running():
        body = {"adapter": adapter, **({"model": model} if model else {})}
        facts = client.call("PUT", "/api/v1/model", body)
    else:
        write_private(home.root / CHOICE, json.dumps({"adapter": adapter, "model": model}).encode())
        facts = _unasked(home)
    state.emit(facts, f"{clean(str(facts.get('current', adapter)))} answers from now on")
    _warn(state, facts)


def _keep_key(home: Home, given: Path | None) -> None:
    """Put the key into its file, unless one is there already and none was given."""
    from ccnode import config
    from ccnode.models.keys import parse_api_key, read_key_file, store_key_file

    target = config.load(home.config).settings.models.key_file or home.root / KEY_FILE
    if given is None and target.exists():
        read_key_file(target)
        return
    if given is None:
        ask.need_terminal("name the file with the key: --key-file FILE")
        key = parse_api_key(ask.secret("API key"))
    elif str(given) == "-":
        key = parse_api_key(sys.stdin.readline(4096), "standard input")
    else:
        key = read_key_file(given)
    store_key_file(target, key)
