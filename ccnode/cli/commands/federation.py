"""How does this node stand to others, and how is that switched on and off? And the older names of what `peer` does."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final

import click

from ccnode.cli import peers
from ccnode.cli.commands import peer as peer_commands
from ccnode.cli.errors import INTERRUPTED
from ccnode.cli.params import Group, pass_state
from ccnode.cli.peers import TIERS, PeerName
from ccnode.cli.text import clean, count

if TYPE_CHECKING:
    from ccnode.cli.state import State

LOOK_S: Final = 0.3


@click.group("federation", cls=Group, short_help="See how this node stands to others, and switch that on and off.")
def command() -> None:
    """See how this node stands to others, and switch that on and off."""


@command.command("status")
@pass_state
def status(state: State) -> None:
    """Show where this node is reached, its links, and what is wrong."""
    _told(state, peers.client(state).get("/api/v1/federation"))


def _told(state: State, found: dict[str, Any]) -> None:
    links = found.get("links") or []
    where = ", ".join(found.get("addresses") or []) or "nowhere"
    left = sum(int(one.get("entries_left") or 0) for one in links)
    known, waiting = int(found.get("known") or 0), int(found.get("pending") or 0)
    nearby = len(found.get("discovered") or [])
    counts = f"{count(len(links), 'link')}, {count(known, 'peer')}, {waiting} pending, {nearby} discovered"
    lines = [
        f"federation is {found.get('state')}; reached at {where}",
        counts,
        f"{count(left, 'entry', 'entries')} still to come" if left else "",
        _told_characters(found.get("reports") or []),
    ]
    lines += [f"{one['code']}: {one['message']}" for one in found.get("problems") or []]
    state.emit(found, clean("\n".join(each for each in lines if each)))


def _told_characters(reports: list[dict[str, Any]]) -> str:
    """How many nodes said what their character is, and how far the furthest of ours is away."""
    ours = [one for one in reports if not one["apart"] and not one["is_own"]]
    drifts = [one["drift"] for one in ours if one["drift"] is not None]
    apart = sum(bool(one["apart"]) for one in reports)
    if not ours and not apart:
        return ""
    text = f"{count(len(ours), 'other node')} told its character: ccnode character nodes"
    if len(ours) != 1:
        text = f"{len(ours)} other nodes told their characters: ccnode character nodes"
    text += f" (drift from ours at most {max(drifts):.3f})" if drifts else ""
    return text + (f"; {apart} kept apart" if apart else "")


@command.command("start", short_help="Listen for other nodes, and call those that were added.")
@pass_state
def start(state: State) -> None:
    """Listen for other nodes and call those that were added, until the daemon ends."""
    _told(state, peers.client(state).call("POST", "/api/v1/federation/start", {}))


@command.command("stop", short_help="End all links and listen no more, for now.")
@pass_state
def stop(state: State) -> None:
    """End all links and listen no more, until the next start of the daemon, or `ccnode federation start`."""
    _told(state, peers.client(state).call("POST", "/api/v1/federation/stop", {}))


@command.command("discover", short_help="Look for other nodes.")
@click.option("--subnet", metavar="PREFIX", help="Look at every address of it, as 192.168.1.0/24.")
@pass_state
def discover(state: State, *, subnet: str | None) -> int:
    """List the nodes that announce themselves on the local network, or look for them at the addresses of a subnet."""
    if subnet is None:
        peer_commands.show_discovered(state)
        return 0
    from ccnode.cli.progress import bar

    caller = peers.client(state)
    found = caller.call("POST", "/api/v1/federation/sweep", {"subnet": subnet})
    try:
        with bar(state, "looking") as move:
            while (sweep := found.get("sweep") or {}).get("state") == "running":
                if move is not None:
                    move(int(sweep.get("done") or 0), int(sweep.get("total") or 0))
                time.sleep(LOOK_S)
                found = caller.get("/api/v1/federation")
    except KeyboardInterrupt:
        caller.call("DELETE", "/api/v1/federation/sweep")
        return INTERRUPTED
    rows = [(str(one.get("address")), str(one.get("node_id") or "")[: peers.SHORT]) for one in sweep.get("found") or []]
    state.table({"sweep": sweep}, ("address", "peer"), rows, "No node answers there.")
    return 0


@command.command("add-peer", short_help="The same as `ccnode peer add`.")
@click.argument("peer")
@click.option("--tier", type=click.Choice(TIERS), default="sandbox", show_default=True, help="What it is to be.")
@click.option("--address", "addresses", multiple=True, metavar="HOST:PORT", help="Where it is; may be given again.")
@click.option("--yes", is_flag=True, help="Do not ask; together with the whole identifier only.")
@pass_state
def add_peer(state: State, *, peer: str, tier: str, addresses: tuple[str, ...], yes: bool) -> None:
    """Add the node PEER, its whole identifier or an address. The same as `ccnode peer add`."""
    peer_commands.add_peer(state, peer, tier, addresses, yes=yes)


@command.command("auto-sync", short_help="Have core nodes kept alike at every start, or not.")
@click.argument("wanted", required=False, type=click.Choice(["on", "off"]))
@pass_state
def auto_sync(state: State, *, wanted: str | None) -> None:
    """Have this node meet the others by itself whenever the daemon runs (`on`, which is the default), or not (`off`).

    Without an argument: show which. Links bring what each tier allows, at once and again every minute.
    """
    from ccnode import config
    from ccnode.store.home import write_private

    home = state.node()
    if wanted is not None:
        text = config.changed(config.read(home.config), "federation.enabled", "true" if wanted == "on" else "false")
        write_private(home.config, text.encode())
        caller = peers.client(state)
        if caller.running():
            caller.call("POST", f"/api/v1/federation/{'start' if wanted == 'on' else 'stop'}", {})
    enabled = config.load(home.config).settings.federation.enabled
    state.emit({"auto_sync": enabled}, f"auto-sync is {'on' if enabled else 'off'}")


@click.group("peers", cls=Group, short_help="The same as `ccnode peer list` and `ccnode peer trust`.")
def also() -> None:
    """The same as `ccnode peer list` and `ccnode peer trust`."""


@also.command("list")
@pass_state
def list_peers(state: State) -> None:
    """List the nodes that were added. The same as `ccnode peer list`."""
    found = peers.all_of(state)
    peers.table(state, found["peers"], {"peers": found["peers"]}, "No node was added: ccnode peer invite.")


@also.command("trust-tier", short_help="The same as `ccnode peer trust`.")
@click.argument("peer", type=PeerName())
@click.argument("tier", type=click.Choice(TIERS))
@click.option("--yes", is_flag=True, help="Do not ask; together with the whole identifier only.")
@pass_state
def trust_tier(state: State, *, peer: str, tier: str, yes: bool) -> None:
    """Give PEER another tier. The same as `ccnode peer trust`."""
    peer_commands.trust_tier(state, peer, tier, yes=yes)
