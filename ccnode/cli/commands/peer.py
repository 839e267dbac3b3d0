"""What can be done about other nodes? Finding, adding, accepting and removing them; invitations. Needs the daemon."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, Final

import click

from ccnode.cli import ask, peers
from ccnode.cli.client import of
from ccnode.cli.commands import peer_bundle
from ccnode.cli.errors import USAGE, CliError, Refused
from ccnode.cli.params import Group, pass_state
from ccnode.cli.peers import CALL_S, TIERS, PeerName
from ccnode.cli.text import clean, line

if TYPE_CHECKING:
    from ccnode.cli.state import State

TIER: Final = click.Choice(TIERS)
HOURS: Final = click.IntRange(1, 7 * 24)
WITH_YES: Final = click.option("--yes", is_flag=True, help="Do not ask; together with the whole identifier only.")


@click.group("peer", cls=Group, short_help="Find, add and remove other nodes.")
def command() -> None:
    """Find, add and remove other nodes.

    PEER is a node's identifier, a unique beginning of it, or its name. Both people must add the other's node. `core` is
    another node of yours: it reads and writes everything. `sandbox` (or sandbox-in): we take what it shares, and keep
    that apart. `sandbox-out`: it may follow what we share. `external`: questions only.

    A name is of its bearer's choice: what lets a node do more takes its whole identifier, or your look at it.
    """


command.add_command(peer_bundle.command)


@command.command("list")
@click.option("--all", "everything", is_flag=True, help="Also those that are pending or were removed.")
@pass_state
def list_peers(state: State, *, everything: bool) -> None:
    """List the nodes that were added, and how the links stand."""
    found = peers.all_of(state)
    shown = [*found["peers"], *(found["pending"] + found["removed"] if everything else ())]
    data: dict[str, Any] = dict(found) if everything else {"peers": found["peers"]}
    peers.table(state, shown, data, "No node was added: ccnode peer invite, or ccnode peer discover.")
    if found["pending"] and not everything:
        state.note(f"{len(found['pending'])} more wait: ccnode peer pending")


@command.command("pending", short_help="List the nodes that wait to be accepted.")
@pass_state
def pending(state: State) -> None:
    """List the nodes that wait to be accepted, with the words of their links."""
    found = peers.all_of(state)["pending"]
    rows = [
        (
            str(one["node_id"])[: peers.SHORT],
            " ".join(peers.words_of(one)) or "no link",
            line(", ".join(one.get("addresses") or [(one.get("link") or {}).get("address", "")]), 50),
            str(one.get("wished") or ""),
        )
        for one in found
    ]
    state.table({"pending": found}, ("peer", "words", "address", "wished"), rows, "No node waits.")


@command.command("discover")
@pass_state
def discover(state: State) -> None:
    """List the nodes that announce themselves on the local network. That says nothing about who they are."""
    show_discovered(state)


def show_discovered(state: State) -> None:
    """The table of what was discovered."""
    found = peers.client(state).get("/api/v1/federation/discovered").get("discovered") or []
    rows = [
        (str(one["node_id"])[: peers.SHORT], str(one.get("standing") or "new"), ", ".join(one.get("addresses") or []))
        for one in found
    ]
    state.table({"discovered": found}, ("peer", "", "address"), rows, "No other node announces itself here.")


@command.command("add", short_help="Add a node by its identifier or address.")
@click.argument("peer")
@click.option("--tier", type=TIER, default="sandbox", show_default=True, help="What it is to be.")
@click.option("--address", "addresses", multiple=True, metavar="HOST:PORT", help="Where it is; may be given again.")
@WITH_YES
@pass_state
def add(state: State, *, peer: str, tier: str, addresses: tuple[str, ...], yes: bool) -> None:
    """Add the node PEER, its whole identifier or an address (HOST or HOST:PORT).

    By an address alone it is pending, whatever the tier: look at the words that both nodes show (`ccnode peer
    pending`), then accept it. By its identifier, the words are compared now, or with --yes taken for granted.
    """
    add_peer(state, peer, tier, addresses, yes=yes)


def add_peer(state: State, peer: str, tier: str, addresses: tuple[str, ...], *, yes: bool) -> None:
    """What `peer add` and `federation add-peer` do."""
    caller, named = peers.client(state), peers.node_in(peer) is not None
    body: dict[str, Any] = {"peer": peers.compact(peer) if named else peer, "tier": tier, "addresses": list(addresses)}
    if named and yes:
        word = peers.owners_word(state, {"node_id": body["peer"]}) if tier == "core" else {}
        one = caller.call("POST", "/api/v1/peers", {**body, **word, "confirmed": True}, timeout_s=CALL_S)["peer"]
        peers.told(state, one, f"added as {peers.tier_of(one)}")
        return
    one = caller.call("POST", "/api/v1/peers", body, timeout_s=CALL_S)["peer"]
    if named and one["standing"] == "pending" and sys.stdin.isatty():
        _accept(state, peer, one, tier, yes=False)
        return
    peers.told(state, one, _standing(one))
    if one["standing"] == "pending":
        state.note(f"to accept it: ccnode peer accept {one['node_id']} --tier {tier}")


def _standing(one: dict[str, Any]) -> str:
    if one["standing"] != "pending":
        return f"it is {peers.tier_of(one)}"
    words = peers.words_of(one)
    return f"pending; both nodes should show: {' '.join(words)}" if words else "pending; there is no link with it now"


@command.command("accept", short_help="Accept a node that waits.")
@click.argument("peer", type=PeerName())
@click.option("--tier", type=TIER, default="sandbox", show_default=True, help="What it is to be.")
@WITH_YES
@pass_state
def accept(state: State, *, peer: str, tier: str, yes: bool) -> None:
    """Accept PEER, once its words were compared. `core` takes your owner key."""
    one = peers.client(state).get(peers.path(peer))["peer"]
    _accept(state, peer, one, tier, yes=yes)


def _accept(state: State, named: str, one: dict[str, Any], tier: str, *, yes: bool, adopt: bool = False) -> None:
    body: dict[str, Any] = {"tier": tier, "adopt": adopt, **peers.confirmed(state, named, one, yes=yes)}
    if tier == "core" and not adopt:
        body |= peers.owners_word(state, one)
    path = peers.path(str(one["node_id"]), "accept")
    accepted = peers.client(state).call("POST", path, body, timeout_s=CALL_S)["peer"]
    peers.told(state, accepted, f"accepted as {peers.tier_of(accepted)}")


@command.command("pair", short_help="Make another node of yours core.")
@click.argument("peer", type=PeerName())
@click.option("--adopt", is_flag=True, help="This node becomes one of that node's owner, who certifies it there.")
@WITH_YES
@pass_state
def pair(state: State, *, peer: str, adopt: bool, yes: bool) -> None:
    """Make PEER, another node of yours, core: compare the words on both, then run this on both.

    On the node that has your owner key without, on the other with --adopt. PEER may be an address.
    """
    caller, is_named = peers.client(state), peers.node_in(peer) is not None
    one = None
    try:
        one = caller.get(peers.path(peer))["peer"]
    except Refused as error:
        if error.code != "not_found" or (peer.isalnum() and not is_named):
            raise
    if one is None:  # an address, or one that is only discovered: it is called where it was found, and waits
        wanted = peers.compact(peer) if is_named else peer
        one = caller.call("POST", "/api/v1/peers", {"peer": wanted, "tier": "core"}, timeout_s=CALL_S)["peer"]
    _accept(state, peer, one, "core", yes=yes, adopt=adopt)


@command.command("reject")
@click.argument("peer", type=PeerName())
@pass_state
def reject(state: State, *, peer: str) -> None:
    """Reject PEER, which waits: it does not come back by itself."""
    one = peers.client(state).call("DELETE", peers.path(peer))["peer"]
    peers.told(state, one, "rejected")


@command.command("remove", short_help="Remove a node: its links end at once.")
@click.argument("peer", type=PeerName())
@click.option("--keep-key", is_flag=True, help="Of a node of yours: do not take back the owner's word for its key.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@pass_state
def remove(state: State, *, peer: str, keep_key: bool, yes: bool) -> None:
    """Remove PEER: its links end at once, and nothing it writes is taken, by whatever way, until you add it again.

    What it wrote so far stays. Nobody but you brings it back. Of a node of yours the owner's word for its key is taken
    back, too, where the owner key is at hand: then all your nodes refuse it, and it can come back only with a new key.
    """
    one = peers.client(state).get(peers.path(peer))["peer"]
    if not yes:
        ask.need_terminal("give --yes")
        ask.confirm(f"Remove {str(one['node_id'])[: peers.SHORT]} {clean(str(one.get('name') or ''))}?")
    word = peers.taken_back(state, one, yes=yes) if one.get("tier") == "core" and not keep_key else {}
    gone = peers.client(state).call("DELETE", peers.path(str(one["node_id"])), word or None)["peer"]
    peers.told(state, gone, "removed, and its key revoked" if word else "removed")


@command.command("trust", short_help="Give a node another tier.")
@click.argument("peer", type=PeerName())
@click.argument("tier", type=TIER)
@WITH_YES
@pass_state
def trust(state: State, *, peer: str, tier: str, yes: bool) -> None:
    """Give PEER, which was added, another tier. It holds at once, also on open links.

    One that lets it do more takes its whole identifier, or your look at that. Of a node of yours that is core here no
    more, nothing that it writes is taken here, whoever brings it, until it is core again.
    """
    trust_tier(state, peer, tier, yes=yes)


def trust_tier(state: State, peer: str, tier: str, *, yes: bool) -> None:
    """What `peer trust` and `peers trust-tier` do."""
    caller = peers.client(state)
    body: dict[str, Any] = {"tier": tier}
    one = caller.get(peers.path(peer))["peer"]
    if peers.raises(one.get("tier"), tier):
        peers.meant(peer, one, tier, yes=yes)
    if tier == "core":
        body |= peers.owners_word(state, one)
    changed = caller.call("PUT", peers.path(str(one["node_id"]), "tier"), body)["peer"]
    peers.told(state, changed, f"is {peers.tier_of(changed)}")


@command.command("ping")
@click.argument("peer", type=PeerName())
@pass_state
def ping(state: State, *, peer: str) -> None:
    """Ask PEER for a sign of life; it is called if there is no link."""
    one = peers.client(state).call("POST", peers.path(peer, "ping"), {}, timeout_s=CALL_S)["peer"]
    trip = (one.get("link") or {}).get("round_trip_ms")
    peers.told(state, one, f"answers in {trip} ms" if trip is not None else "is there")


@command.command("ask", short_help="Ask a node about itself, its public chains or its consensus.")
@click.argument("peer", type=PeerName())
@click.argument("what", type=click.Choice(["manifest", "heads", "consensus"]))
@pass_state
def ask_peer(state: State, *, peer: str, what: str) -> None:
    """Ask PEER what it says of itself (manifest), how far its public chains go (heads), or for its published consensus.

    That is all that an external node answers, a few times a minute. It is called if there is no link.
    """
    path = peers.path(peer, "ask")
    found = peers.client(state).call("POST", path, {"what": what}, timeout_s=CALL_S)["answer"]
    if what == "heads":
        rows = [
            (str(one["node_id"])[: peers.SHORT], str(one["epoch"])[:8], f"{one['length']:,}", str(one["head"])[:16])
            for one in found["heads"]
        ]
        state.table({"answer": found}, ("node", "epoch", "length", "head"), rows, "It has no public chains.")
        return
    if what == "consensus":
        text = "It has published no consensus." if found["consensus"] is None else "Of a form that is not known here."
        state.emit({"answer": found}, text)
        return
    said = found["manifest"]
    lines = {
        "node": said["node_id"],
        "name": clean(str(said["name"])),
        "owner": said["owner_id"] or "none that it shows",
        "lets you": said["tier"] or "nothing",
        "addresses": clean(", ".join(said["addresses"])),
    }
    state.emit({"answer": found}, "\n".join(f"{name:10}{value}" for name, value in lines.items()))


@command.command("invite", short_help="Make a code by which another node joins this one.")
@click.option("--tier", type=TIER, default="sandbox", show_default=True, help="What the joiner is to be.")
@click.option("--hours", type=HOURS, default=24, show_default=True, help="How long the code is good.")
@click.option("--address", metavar="HOST:PORT", help="Where this node is reached. Default: as it sees itself.")
@click.option("--list", "listed", is_flag=True, help="List the codes that are open instead.")
@click.option("--withdraw", metavar="ID", help="Close the code with this id instead.")
@pass_state
def invite(state: State, *, tier: str, hours: int, address: str | None, listed: bool, withdraw: str | None) -> None:
    """Make a code by which one other node joins this one, once: `ccnode peer join CODE` there.

    Who reads the code can join with it, so pass it on in confidence. It says what it is for: `sandbox` has us take what
    the joiner shares, kept apart until you promote it. `core` takes your owner key: whoever joins is another node of
    yours, and reads and writes everything.
    """
    caller = peers.client(state)
    if withdraw is not None:
        _open(state, caller.call("DELETE", f"/api/v1/invitations/{of(withdraw)}").get("invitations") or [])
        return
    if listed:
        _open(state, caller.get("/api/v1/invitations").get("invitations") or [])
        return
    body: dict[str, Any] = {"tier": tier, "lasts_s": hours * 3600, "address": address}
    if tier == "core":
        body |= _passphrase(state)
    made = caller.call("POST", "/api/v1/invitations", body, timeout_s=CALL_S)["invitation"]
    state.emit({"invitation": made, "code": made["code"]}, str(made["code"]))
    if sys.stderr.isatty() and not state.json and not state.quiet:
        import segno

        segno.make(str(made["code"]).upper(), error="l").terminal(out=sys.stderr, compact=True)
    state.note(f"on the other node: ccnode peer join CODE (once, until {made['expires']}, at {made['address']})")


def _open(state: State, found: list[dict[str, Any]]) -> None:
    rows = [(str(one["id"])[: peers.SHORT], str(one["tier"]), str(one["expires"])) for one in found]
    state.table({"invitations": found}, ("id", "tier", "until"), rows, "No invitation is open.")


def _passphrase(state: State) -> dict[str, Any]:
    """The passphrase of the owner key, where it has one: the joiner's key is not known yet, so the daemon signs."""
    from ccnode.cli import owner_key

    given = owner_key.passphrase(state, state.node())
    return {} if given is None else {"passphrase": given}


@command.command("join", short_help="Join the node that made a code.")
@click.argument("code", nargs=-1, required=True)
@click.option("--tier", type=TIER, help="What you were told that the code is for.")
@click.option("--yes", is_flag=True, help="Do not ask: join as what the code says.")
@pass_state
def join(state: State, *, code: tuple[str, ...], tier: str | None, yes: bool) -> None:
    """Join the node that made CODE, as what the code says; to that you consent, and to no more.

    For `core` this device's owner becomes that of the other node, and each of the two reads and writes everything that
    is on the other. Without a terminal that takes --yes or --tier core. A code of an earlier version does not say what
    it is for: it makes the other node no more than sandbox, unless you say --tier core.
    """
    text = "".join(code)
    said = peers.said_in(text)
    body: dict[str, Any] = {"code": text, "tier": tier or (_consented(state, *said, yes=yes) if said else None)}
    one = peers.client(state).call("POST", "/api/v1/join", body, timeout_s=CALL_S)["peer"]
    peers.told(state, one, f"joined as {peers.tier_of(one)}")
    if said and said[1] == "core" != one.get("tier"):
        state.note("The code was for core, and the other node gives less: ask its owner.")


def _consented(state: State, maker: str, said: str | None, *, yes: bool) -> str | None:
    """To what somebody consents who uses this code. Raises CliError after a no, or where nobody can be asked."""
    if said == "core":
        if not yes:
            if state.json or not ask.is_terminal():
                raise CliError(
                    "this code makes this device one of its maker's owner, who then has all that is here",
                    code="needs_consent",
                    remedy=f"if you know the node {maker} and want that, give --tier core or --yes",
                    exit_code=USAGE,
                )
            click.echo(f"This code is for core, made by the node\n\n    {peers.grouped(maker)}\n", err=True)
            ask.confirm(
                "This device's owner becomes that node's, and each of the two reads and writes everything that is on"
                " the other. Join?"
            )
        return said
    if said is None and not (yes or state.json) and ask.is_terminal():
        click.echo(f"This code does not say what it is for. Made by the node\n\n    {peers.grouped(maker)}\n", err=True)
        if ask.yes(
            "Were you told that it is for core: this device's owner becomes that node's, who has all here then?"
        ):
            return "core"
    return said
