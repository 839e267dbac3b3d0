"""What can be asked about other nodes? Who they are, what each may do, invitations, and how the links stand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Final

from pydantic import Field, StringConstraints

from ccnode.api.bodies import read_json
from ccnode.api.context import node_of
from ccnode.api.errors import BadRequest, answer
from ccnode.api.models import CLEAN, Body, Nothing
from ccnode.api.peer_ports import OwnersWord, Question, TierName, Wish
from ccnode_crypto.certificate import (
    CERTIFICATE_BYTES_MAX,
    REVOCATION_BYTES_MAX,
    read_certificate,
    read_revocation,
)
from ccnode_crypto.errors import CryptoError
from ccnode_protocol import limits

if TYPE_CHECKING:
    from aiohttp import web

    from ccnode.api.peer_ports import Peers

NAME_CHARS_MAX: Final = 200  # of an identifier, with its hyphens, or an address
PASSPHRASE_CHARS_MAX: Final = 1_000
LASTS_S: Final = 24 * 3600

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=NAME_CHARS_MAX), CLEAN]
Address = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=limits.ADDRESS_CHARS_MAX), CLEAN
]
Words = Annotated[str, StringConstraints(strip_whitespace=True, max_length=100), CLEAN]
Passphrase = Annotated[str, StringConstraints(max_length=PASSPHRASE_CHARS_MAX), CLEAN]


class CertificateBody(Body):
    """The owner's word for a node key (crypto, section 10), made where the owner key is."""

    body: Annotated[str, StringConstraints(pattern=rf"^([0-9a-f]{{2}}){{1,{CERTIFICATE_BYTES_MAX}}}$")]
    signature: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{128}$")]


class OwnerBody(Body):
    """What core takes: the passphrase of the owner key on the node's machine, or a certificate."""

    passphrase: Passphrase | None = Field(default=None, repr=False)
    certificate: CertificateBody | None = None


class AddBody(OwnerBody):
    """POST /api/v1/peers: a whole identifier, or an address."""

    peer: Name
    tier: TierName = "sandbox"
    addresses: Annotated[list[Address], Field(max_length=limits.ADDRESSES_MAX)] = Field(default_factory=list)
    confirmed: bool = False


class AcceptBody(OwnerBody):
    """POST /api/v1/peers/{peer}/accept: with the words that two people compared, or its whole identifier."""

    tier: TierName = "sandbox"
    words: Words = ""
    confirmed: bool = False
    adopt: bool = False


class TierBody(OwnerBody):
    """PUT /api/v1/peers/{peer}/tier."""

    tier: TierName


class AskBody(Body):
    """POST /api/v1/peers/{peer}/ask."""

    what: Question


class RevocationBody(Body):
    """The owner's word that a node key is theirs no more (crypto, section 10), made where the owner key is."""

    body: Annotated[str, StringConstraints(pattern=rf"^([0-9a-f]{{2}}){{1,{REVOCATION_BYTES_MAX}}}$")]
    signature: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{128}$")]


class RemoveBody(Body):
    """DELETE /api/v1/peers/{peer}."""

    revocation: RevocationBody | None = None


class InviteBody(OwnerBody):
    """POST /api/v1/invitations."""

    tier: TierName = "sandbox"
    lasts_s: Annotated[int, Field(ge=60, le=limits.INVITATION_MS_MAX // 1000)] = LASTS_S
    address: Address | None = None
    picture: bool = False


class JoinBody(Body):
    """POST /api/v1/join."""

    code: Annotated[str, StringConstraints(min_length=1, max_length=2 * limits.CODE_CHARS_MAX), CLEAN]
    tier: TierName | None = None


class SweepBody(Body):
    """POST /api/v1/federation/sweep."""

    subnet: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=64), CLEAN]


def _word(body: OwnerBody) -> OwnersWord:
    said = body.certificate
    if said is None:
        return OwnersWord(body.passphrase)
    try:
        certificate = read_certificate(bytes.fromhex(said.body), bytes.fromhex(said.signature))
    except CryptoError as error:
        raise BadRequest(f"certificate: {error}", "make it anew") from error
    return OwnersWord(body.passphrase, certificate)


def _peers(request: web.Request) -> tuple[Peers, str]:
    """The node's peers, and the one that the address names."""
    return node_of(request).peers, request.match_info["peer"][:NAME_CHARS_MAX]


async def listed(request: web.Request) -> web.Response:
    """GET /api/v1/peers: known ones, pending ones and those that were removed."""
    found = await node_of(request).peers.listed()
    by: dict[str, list[dict[str, Any]]] = {"known": [], "pending": [], "removed": []}
    for one in found:
        by[one["standing"]].append(one)
    return answer({"peers": by["known"], "pending": by["pending"], "removed": by["removed"]})


async def one(request: web.Request) -> web.Response:
    """GET /api/v1/peers/{peer}."""
    peers, peer = _peers(request)
    return answer({"peer": await peers.one(peer)})


async def add(request: web.Request) -> web.Response:
    """POST /api/v1/peers: add a node; by an address alone it is pending."""
    body = await read_json(request, AddBody)
    wish = Wish(body.tier, is_named=body.confirmed, word=_word(body))
    return answer({"peer": await node_of(request).peers.add(body.peer, wish, body.addresses)}, 201)


async def accept(request: web.Request) -> web.Response:
    """POST /api/v1/peers/{peer}/accept: give one that is pending a tier."""
    peers, peer = _peers(request)
    body = await read_json(request, AcceptBody)
    words = tuple(body.words.lower().replace("-", " ").split())
    wish = Wish(body.tier, words, is_named=body.confirmed, adopt=body.adopt, word=_word(body))
    return answer({"peer": await peers.accept(peer, wish)})


async def retier(request: web.Request) -> web.Response:
    """PUT /api/v1/peers/{peer}/tier: give one that is known another tier."""
    peers, peer = _peers(request)
    body = await read_json(request, TierBody)
    return answer({"peer": await peers.retier(peer, body.tier, _word(body))})


async def remove(request: web.Request) -> web.Response:
    """DELETE /api/v1/peers/{peer}: remove a known one, or reject a pending one; one of ours by the owner's word."""
    peers, peer = _peers(request)
    said = (await read_json(request, RemoveBody)).revocation
    try:
        paper = read_revocation(bytes.fromhex(said.body), bytes.fromhex(said.signature)) if said is not None else None
    except CryptoError as error:
        raise BadRequest(f"revocation: {error}", "make it anew") from error
    return answer({"peer": await peers.remove(peer, paper)})


async def ping(request: web.Request) -> web.Response:
    """POST /api/v1/peers/{peer}/ping: ask it for a sign of life."""
    peers, peer = _peers(request)
    await read_json(request, Nothing)
    return answer({"peer": await peers.ping(peer)})


async def ask(request: web.Request) -> web.Response:
    """POST /api/v1/peers/{peer}/ask: what it says of itself, its public heads, or its consensus."""
    peers, peer = _peers(request)
    body = await read_json(request, AskBody)
    return answer({"answer": await peers.ask(peer, body.what)})


async def invitations(request: web.Request) -> web.Response:
    """GET /api/v1/invitations: those that are open, without their codes."""
    return answer({"invitations": await node_of(request).peers.invitations()})


async def invite(request: web.Request) -> web.Response:
    """POST /api/v1/invitations: open one."""
    body = await read_json(request, InviteBody)
    made = await node_of(request).peers.invite(body.tier, body.lasts_s, body.address, _word(body))
    if body.picture:
        import segno

        code = segno.make(str(made["code"]).upper(), error="l")
        made["picture"] = code.svg_data_uri(scale=4, border=4, light="white")
    return answer({"invitation": made}, 201)


async def withdraw(request: web.Request) -> web.Response:
    """DELETE /api/v1/invitations/{invitation}: close one."""
    peers = node_of(request).peers
    await peers.withdraw(request.match_info["invitation"][:NAME_CHARS_MAX])
    return answer({"invitations": await peers.invitations()})


async def join(request: web.Request) -> web.Response:
    """POST /api/v1/join: redeem a code."""
    body = await read_json(request, JoinBody)
    return answer({"peer": await node_of(request).peers.join(body.code, body.tier)})


async def federation(request: web.Request) -> web.Response:
    """GET /api/v1/federation: how things stand between this node and others."""
    return answer(node_of(request).peers.federation())


async def start(request: web.Request) -> web.Response:
    """POST /api/v1/federation/start: listen and call."""
    await read_json(request, Nothing)
    peers = node_of(request).peers
    await peers.start()
    return answer(peers.federation())


async def stop(request: web.Request) -> web.Response:
    """POST /api/v1/federation/stop: end all links, until the next start."""
    await read_json(request, Nothing)
    peers = node_of(request).peers
    await peers.stop()
    return answer(peers.federation())


async def discovered(request: web.Request) -> web.Response:
    """GET /api/v1/federation/discovered: who announces itself nearby."""
    return answer({"discovered": node_of(request).peers.discovered()})


async def sweep(request: web.Request) -> web.Response:
    """POST /api/v1/federation/sweep: look at every address of a subnet."""
    body = await read_json(request, SweepBody)
    return answer(await node_of(request).peers.sweep(body.subnet), 202)


async def stop_sweep(request: web.Request) -> web.Response:
    """DELETE /api/v1/federation/sweep: end that."""
    peers = node_of(request).peers
    await peers.stop_sweep()
    return answer(peers.federation())
