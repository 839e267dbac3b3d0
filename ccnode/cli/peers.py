"""How does the command line speak of other nodes? Asks the daemon, compares words with a person, has the owner sign."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final

import click

from ccnode.cli import ask
from ccnode.cli.client import Client, of
from ccnode.cli.errors import NOT_FOUND, USAGE, CliError
from ccnode.cli.text import clean, count, line, size

if TYPE_CHECKING:
    from collections.abc import Sequence

    from click.shell_completion import CompletionItem

    from ccnode.cli.state import State

SHORT: Final = 12  # of an identifier's 56 characters
TIERS: Final = ("core", "sandbox", "sandbox-in", "sandbox-out", "external")
HEIGHT: Final = {"external": 1, "sandbox": 2, "sandbox-in": 2, "sandbox-out": 2, "core": 3}  # what each lets do
CALL_S: Final = 90.0  # a link is called, proven, and says who it is
HEAD: Final = ("peer", "name", "tier", "link", "behind", "traffic")


class PeerName(click.ParamType[str]):
    """A peer: its identifier, a unique beginning of it, or its name. Completed from the database."""

    name = "peer"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:  # noqa: ANN401, ARG002
        """As it is: what it means is looked up by the daemon."""
        return str(value)

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem[str]]:  # noqa: ARG002
        """Identifiers that begin so, with what their nodes call themselves."""
        from ccnode.cli.complete import peers
        from ccnode.cli.params import state_of

        return peers(state_of(ctx), incomplete)


def client(state: State) -> Client:
    """The daemon of this node."""
    return Client(state.node(), state.environment)


def all_of(state: State) -> dict[str, list[dict[str, Any]]]:
    """Peers by standing, as the daemon lists them."""
    found = client(state).get("/api/v1/peers")
    return {name: found.get(name) or [] for name in ("peers", "pending", "removed")}


def node_in(text: str) -> bytes | None:
    """The node key in a whole identifier; None where the text is none (an address, or the beginning of one)."""
    from ccnode_crypto import keys
    from ccnode_crypto.errors import KeyFormatError

    try:
        return keys.from_text("node", text)
    except KeyFormatError:
        return None


def path(peer: str, *more: str) -> str:
    """The address of a peer in the API; `peer`: its identifier, a beginning of that, or its name."""
    named = compact(peer) if node_in(peer) is not None else peer.strip()
    return "/".join(("/api/v1/peers", of(named), *more))


def compact(peer: str) -> str:
    """An identifier as the API has it: without the hyphens and capitals that help people to compare."""
    return "".join(peer.split()).replace("-", "").lower()


def owners_word(state: State, peer: dict[str, Any]) -> dict[str, Any]:
    """What core takes: the owner's certificate for this peer, signed here; nothing where there is one already."""
    if peer.get("certified"):
        return {}
    from ccnode.cli.owner_key import signing_key
    from ccnode_crypto.certificate import certify

    node = node_in(str(peer.get("node_id")))
    if node is None:
        raise CliError("the daemon names no node", code="protocol")
    made = certify(signing_key(state, state.node()), node, time.time_ns() // 1_000_000)
    return {"certificate": {"body": made.body.hex(), "signature": made.signature.hex()}}


def taken_back(state: State, peer: dict[str, Any], *, yes: bool) -> dict[str, Any]:
    """The owner's revocation of a node's key, where the owner key is at hand; else what that leaves undone is told."""
    from ccnode.cli import local
    from ccnode.cli.forgetting import own_node
    from ccnode.cli.owner_key import PASSPHRASE_VARIABLE, key_of
    from ccnode.store import forgetting, owner, revoking

    home, node = state.node(), node_in(str(peer.get("node_id")))
    if node is None:
        raise CliError("the daemon names no node", code="protocol")
    guard, passphrase, remedy = owner.guard(home), state.environment.get(PASSPHRASE_VARIABLE), ""
    if guard == "absent":
        remedy = forgetting.where(home, own_node(home))
    elif guard == "passphrase" and passphrase is None:
        if yes or not ask.is_terminal():
            remedy = f"give the passphrase in {PASSPHRASE_VARIABLE}"
        else:
            state.note("Taking back the owner's word for its key takes the owner key.")
            passphrase = ask.secret("Owner passphrase (empty: its key stays certified)", empty=True)
            remedy = "" if passphrase else "remove it again, with the passphrase"
    if remedy:
        state.note(f"Its key stays certified: your other nodes still take what it writes. To end that, {remedy}.")
        return {}
    heads = local.ask(home, revoking.last_good(node))
    paper = revoking.revoked(key_of(home, passphrase), node, heads, time.time_ns() // 1_000_000)
    return {"revocation": {"body": paper.body.hex(), "signature": paper.signature.hex()}}


def confirmed(state: State, wanted: str, peer: dict[str, Any], *, yes: bool) -> dict[str, Any]:
    """How it is known that the peer is the one that is meant: words that a person compared, or its whole identifier.

    Raises:
        CliError: neither is to be had, or the words are not the same.
    """
    if yes:
        if node_in(wanted) is None:
            raise CliError(
                "without comparing words, the whole identifier is needed",
                code="usage",
                remedy=f"compare it with what the other node says it is, then give all of it: {peer.get('node_id')}",
                exit_code=USAGE,
            )
        return {"confirmed": True}
    ask.need_terminal("give the whole identifier, and --yes")
    introduce(peer)
    words = words_of(peer)
    if not words:
        found = client(state).call("POST", path(str(peer["node_id"]), "ping"), {}, timeout_s=CALL_S)["peer"]
        words = words_of(found)
    if not words:
        raise CliError(
            "there is no link with this peer now, so there are no words to compare",
            code="no_link",
            remedy="have it call this node (there: ccnode peer add ADDRESS), or give its whole identifier and --yes",
            exit_code=NOT_FOUND,
        )
    click.echo(f"\n    {'  '.join(words)}\n", err=True)
    if not ask.yes("Does the other node show the same four words (there: ccnode peer pending)?"):
        raise CliError(
            "nothing was changed: somebody may stand between the two nodes",
            code="declined",
            remedy="try again; where the words differ again, do not go on",
        )
    return {"words": " ".join(words)}


def grouped(identifier: str) -> str:
    """An identifier for people to compare."""
    from ccnode_crypto import keys

    return keys.grouped(identifier)


def introduce(peer: dict[str, Any]) -> None:
    """Show a person of which node is spoken: a name is of its bearer's choice, an identifier is not."""
    name = clean(str(peer.get("name") or "it has no name"))
    click.echo(f"{grouped(str(peer['node_id']))}  {name}", err=True)


def meant(wanted: str, peer: dict[str, Any], tier: str, *, yes: bool) -> None:
    """Have a person confirm who is to be let do more, where it was not named by its whole identifier.

    Raises:
        CliError: nobody can be asked, or it is not the one that was meant.
    """
    if node_in(wanted) is not None:
        return
    if yes:
        raise CliError(
            "a name is of its bearer's choice: without a question, the whole identifier is needed",
            code="usage",
            remedy=f"compare it with what the other node says it is, then give all of it: {peer.get('node_id')}",
            exit_code=USAGE,
        )
    ask.need_terminal("give the whole identifier")
    introduce(peer)
    if words := words_of(peer):
        click.echo(f"Its link shows on both nodes now: {'  '.join(words)}", err=True)
    ask.confirm(f"Is this the node that is to be {tier}?")


def raises(now: str | None, tier: str) -> bool:
    """Whether a tier lets a peer do something that it may not do now."""
    same = {"sandbox": "sandbox-in"}.get(tier, tier) == now
    return not same and HEIGHT[tier] >= HEIGHT.get(now or "", 0)


def words_of(peer: dict[str, Any]) -> list[str]:
    """The four words of a peer's link, where it has one."""
    link = peer.get("link") or {}
    return [str(word) for word in link.get("words") or []]


def row(one: dict[str, Any]) -> tuple[str, ...]:
    """A peer as a line of the table."""
    link = one.get("link") or {}
    traffic = f"{size(int(link['bytes_in']))} in, {size(int(link['bytes_out']))} out" if link else ""
    left = int(link.get("entries_left") or 0)
    return (
        str(one.get("node_id"))[:SHORT],
        line(str(one.get("name") or ""), 24),
        tier_of(one),
        str(link.get("state") or ("removed" if one.get("standing") == "removed" else "none")),
        count(left, "entry", "entries") if left else "",
        traffic,
    )


def tier_of(one: dict[str, Any]) -> str:
    """A peer's tier, and what it waits for."""
    tier, now = one.get("tier"), one.get("in_force")
    if one.get("standing") == "pending":
        return f"pending ({one['wished']} wished)" if one.get("wished") else "pending"
    if tier is None:
        return "asked for"
    return str(tier) if tier == now else f"{tier} (waits for the owner's certificate)"


def told(state: State, one: dict[str, Any], text: str) -> None:
    """Give a peer as a command's result."""
    name = f" ({clean(str(one['name']))})" if one.get("name") else ""
    state.emit({"peer": one}, f"{str(one.get('node_id'))[:SHORT]}{name}: {text}")
    if problem := one.get("problem"):
        state.note(f"its last link ended: {problem}")


def said_in(code: str) -> tuple[str, str | None] | None:
    """Who made an invitation code, and for what tier (None: it does not say); None where it is none.

    What is wrong with one that is none, the daemon tells.
    """
    from ccnode_crypto.keys import node_id
    from ccnode_protocol.errors import RemoteError
    from ccnode_protocol.invitation import read_code

    try:
        said = read_code(code)
    except RemoteError:
        return None
    tier = said.tier.name.lower().replace("_", "-") if said.tier is not None else None
    return node_id(said.node), tier


def table(state: State, found: Sequence[dict[str, Any]], data: dict[str, Any], none: str) -> None:
    """Peers as a table."""
    state.table(data, HEAD, [row(one) for one in found], none)
