"""How does a node start, and how does it end? `run` is what `ccnode run` calls; it returns when the node stopped."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import os
import secrets
import signal
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import structlog

from ccnode import clock
from ccnode.api.app import make_app
from ccnode.api.errors import ServeError
from ccnode.api.serve import Servers
from ccnode.api.settings import ApiSettings, Limits, OutwardSettings
from ccnode.cli import outward
from ccnode.config import names_in
from ccnode.core.identity import Presence, meet
from ccnode.daemon import backing, memory, presence, workers
from ccnode.daemon.choice import ModelChoice
from ccnode.daemon.costs import account_of
from ccnode.daemon.identity import introduce, read_key, read_profile, take_new_key
from ccnode.daemon.importing import Importing
from ccnode.daemon.node import RunningNode
from ccnode.daemon.upkeep import Upkeep
from ccnode.later import is_made, later, made_later
from ccnode.store import instances
from ccnode.store.errors import StoreError
from ccnode.store.home import DirectoryLock, Home, read_private, write_private
from ccnode.store.index import Index
from ccnode.store.ledger import Ledger, Ports, connect, lost_end
from ccnode.store.probe import probe
from ccnode.store.readers import Readers
from ccnode_crypto.certificate import read_certificate
from ccnode_crypto.errors import CryptoError
from ccnode_crypto.keys import node_id, owner_id

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from ccnode.api import markdown
    from ccnode.config import Api, Settings
    from ccnode.daemon import turns as chat
    from ccnode.store import search
    from ccnode.store.search import Searcher
    from ccnode_crypto.keys import SigningKey
else:
    chat = later("ccnode.daemon.turns")
    markdown = later("ccnode.api.markdown")
    search = later("ccnode.store.search")

log = structlog.get_logger()

TOKEN_BYTES: Final = 32
TOKEN_CHARS_MIN: Final = 32  # what is shorter is no secret
STOP_GRACE_S: Final = 10.0
COLLECTED_AFTER: Final = 10_000  # objects that are made before garbage is looked for among them
EXIT_OK: Final = 0
COPY_NOTICE: Final = "this directory is a copy of a node that runs on this machine; it has taken a node key of its own"


@dataclass(slots=True)
class _Opened:
    """What a start has opened so far, so that a failure later closes it again."""

    lock: DirectoryLock
    key: SigningKey
    profile: dict[str, Any]
    ledger: Ledger
    claim: presence.Claim | None
    notices: dict[str, str] = field(default_factory=dict)


def run(home: Home, settings: Settings, *, announce: Callable[[str], None] = print, program: str = "ccnode") -> int:
    """Run the node until it is asked to stop (SIGINT, SIGTERM, or the API); return the exit code.

    `program` is what a person types for the command line, as `announce` tells them.

    Raises:
        StoreError: it cannot start; nothing is left open.
        ConfigError: other devices are to be served, without a password or TLS.
    """
    if not home.exists():
        raise StoreError(f"there is no node in {home.root}", remedy="make one: ccnode init")
    if (why_not := outward.why_not(home, settings.api, then="ccnode run")) is not None:
        raise why_not
    os.umask(0o077)  # whatever a node writes is for its owner alone
    memory.bound()
    _configure_log(settings.log.level)
    return asyncio.run(_main(home, settings, lambda node: _announce(node, home, announce, program)))


def _configure_log(level: str) -> None:
    """Plain lines on stderr, of that weight or more. No message content is ever logged."""
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(level),
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.LogfmtRenderer(key_order=["timestamp", "level", "event"]),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )


def _open(home: Home) -> _Opened:
    """Lock the directory, read the key, open the ledger, and see whether the key is ours alone."""
    lock = DirectoryLock(home)
    try:
        key, profile = read_key(home.node_key), read_profile(home)
        ports = Ports(clock.now_ms, clock.chance)
        ledger = Ledger(home.ledger, key, ports, backups=home.backups)
        opened = _Opened(lock, key, profile, ledger, None)
        try:
            _look_at_identity(opened)
            _look_at_end(home, opened)
            _meet_others(home, opened, ports)
        except BaseException:
            opened.ledger.close()
            raise
    except BaseException:
        lock.release()
        raise
    return opened


def _look_at_identity(opened: _Opened) -> None:
    """Key, profile and certificate should speak of the same node."""
    own = node_id(opened.key.public.raw)
    if opened.profile.get("node_id") != own:
        opened.notices["identity"] = f"node.key is that of {own}, but node.json names another node: see ccnode doctor"
        return
    given = opened.profile.get("certificate")
    if given is None:
        return
    try:
        certificate = read_certificate(bytes.fromhex(given["body"]), bytes.fromhex(given["signature"]))
        fits = certificate.node == opened.key.public.raw and owner_id(certificate.owner) == opened.profile["owner_id"]
    except (ValueError, KeyError, TypeError, CryptoError):
        fits = False
    if not fits:
        opened.notices["certificate"] = "the owner's certificate in node.json does not hold: see ccnode doctor"


def _look_at_end(home: Home, opened: _Opened) -> None:
    try:
        probe(home.ledger)
    except StoreError as error:
        opened.notices["database"] = f"{error}: {error.remedy}"
    connection = connect(home.ledger, writable=False)
    try:
        missing = lost_end(home.ledger, connection)
    finally:
        connection.close()
    if missing:
        opened.notices["lost_end"] = f"{missing}: the database was cut or replaced. Restore the newest backup"


def _meet_others(home: Home, opened: _Opened, ports: Ports) -> None:
    """Where another living node has our key, the later one of the two takes a new one."""
    folder = presence.meeting_place(os.environ)
    started_ms = clock.now_ms()
    mine = Presence(opened.key.public.raw, opened.ledger.chains.epoch, started_ms)
    try:
        met = presence.claim(folder, mine)
    except (OSError, StoreError) as error:
        log.warning("meeting_place_unusable", folder=str(folder), error=str(error))
        return
    if isinstance(met, presence.Claim):
        opened.claim = met
        return
    # It holds the place, so it came first, whatever the clocks say.
    mine = Presence(mine.node, mine.epoch, max(started_ms, met.started_ms + 1))
    if meet(mine, met) != "take_new_key":
        return
    opened.ledger.close()
    opened.key, opened.profile, certificate = take_new_key(home, opened.profile)
    opened.ledger = Ledger(home.ledger, opened.key, ports, backups=home.backups)
    opened.ledger.append_sync(introduce(certificate, str(opened.profile.get("name", ""))))
    opened.notices["copy"] = COPY_NOTICE + (
        "" if certificate else ". It has no certificate yet: ccnode init --certify, with the owner's passphrase"
    )
    mine = Presence(opened.key.public.raw, opened.ledger.chains.epoch, started_ms)
    second = presence.claim(folder, mine)
    opened.claim = second if isinstance(second, presence.Claim) else None


def _token(home: Home) -> str:
    """The bearer token for programs on this machine; made once."""
    if not home.token.exists():
        write_private(home.token, secrets.token_urlsafe(TOKEN_BYTES).encode())
    token = read_private(home.token).decode("ascii", "replace").strip()
    if len(token) < TOKEN_CHARS_MIN:
        raise StoreError(
            f"{home.token} does not hold a token", remedy=f"remove it, and the next start makes one: rm {home.token}"
        )
    return token


def _api_settings(home: Home, settings: Settings, socket: Path) -> ApiSettings:
    limits = Limits(sockets_max=settings.limits.websockets, stop_grace_s=STOP_GRACE_S)
    others = _for_others(home, settings.api)
    return ApiSettings(_token(home), socket, settings.api.host, settings.api.port, limits=limits, outward=others)


def _for_others(home: Home, api: Api) -> OutwardSettings | None:
    """How other devices are to be served, None where they are not."""
    if not api.is_beyond:
        return None
    certificate, key = (home.root / path.expanduser() if path else None for path in (api.certificate, api.key))
    return OutwardSettings(home, api.bind, api.bind_port, names_in(api.names), certificate, key)


async def _serve_others(node: RunningNode, servers: Servers) -> None:
    """Serve other devices, where that is wanted; what keeps them from it is shown, and stops nothing."""
    if servers.outward is None:
        return

    def told(problem: str) -> None:
        if problem:
            node.problems["outward"] = problem
            log.warning("outward", problem=problem)
        else:
            node.problems.pop("outward", None)
            log.info("outward", state="on")

    servers.outward.on_problem = told
    await servers.start_outward()


async def _main(home: Home, settings: Settings, ready: Callable[[RunningNode], None]) -> int:
    opened = _open(home)
    loop = asyncio.get_running_loop()
    readers = Readers(home.ledger)
    searcher = made_later(lambda: search.Searcher(home.index, home.ledger))
    costs = account_of(opened.ledger, readers, settings.models)
    choice = ModelChoice(home, settings.models, costs, owner=str(opened.profile.get("owner_id") or ""))
    turns = made_later(
        lambda: chat.Turns(
            opened.ledger,
            readers,
            searcher,
            choice.current,
            settings.models.output_tokens_max,
            prompt_tokens_max=settings.models.prompt_tokens_max,
            validate_on_spawn=settings.plate.validate_on_spawn,
            precedence=node.precedence,
        )
    )
    upkeep = Upkeep(home, settings, readers, opened.key.public.raw)
    imports = Importing(home, opened.ledger, settings.limits.upload_bytes_max)
    node = RunningNode(home, opened.profile, opened.ledger, readers, searcher, turns, choice, upkeep, imports)
    upkeep.on_change = imports.on_change = node.changes.tell
    node.pid = os.getpid()
    node.problems.update(opened.notices)
    node.set_backup(lambda output: backing.back_up(home, output))
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, node.request_stop)
    socket = home.socket(dict(os.environ))
    servers = Servers(make_app(node, _api_settings(home, settings, socket)))
    tasks: list[asyncio.Task[None]] = []
    try:
        await _open_models(choice, readers, opened.ledger)
        node.api_url = await _serve(servers)
        facts: dict[str, object] = {"pid": node.pid, "api_url": node.api_url, "socket": str(socket), "state": "ready"}
        opened.lock.write(facts)
        tasks = _start_workers(home, node, opened.ledger, searcher, loop)
        await _serve_others(node, servers)
        node.ready = True
        ready(node)
        _keep_what_is_loaded()
        await node.stopping.wait()
        opened.lock.write({**facts, "state": "stopping"})
        log.info("stopping")
    finally:
        for task in tasks:
            task.cancel()
        await node.leave_federation()
        if is_made(turns):
            await turns.close()
        await imports.close()
        await upkeep.close()
        await servers.stop()
        await asyncio.gather(*tasks, return_exceptions=True)
        await choice.close()
        await readers.close()
        if is_made(searcher):
            searcher.close()
        opened.ledger.close()
        if opened.claim is not None:
            opened.claim.release()
        opened.lock.release()
    return EXIT_OK


async def _open_models(choice: ModelChoice, readers: Readers, ledger: Ledger) -> None:
    """Read what was spent today, and close what an earlier start has left open of instances. Raises StoreError."""
    await choice.open()
    if await readers.run(instances.any_living()):
        await ledger.append(instances.end_all("lost", clock.now_ms()))


async def _serve(servers: Servers) -> str:
    """Open the doors of this machine; the address. Raises StoreError."""
    try:
        return await servers.start()
    except ServeError as error:
        raise StoreError(str(error), remedy=error.remedy) from error


def _keep_what_is_loaded() -> None:
    """What a start has made stays: later collections of garbage need not look at it, which took them 50 to 100 ms."""
    gc.collect()
    gc.freeze()
    # A question makes some 50,000 objects that live for its turn: looked at every 700, they take a tenth of its time.
    gc.set_threshold(COLLECTED_AFTER)


async def _warm(node: RunningNode) -> None:
    await node.warm_model()
    _keep_what_is_loaded()  # a client library is as large as all the rest


def _start_workers(
    home: Home, node: RunningNode, ledger: Ledger, searcher: Searcher, loop: asyncio.AbstractEventLoop
) -> list[asyncio.Task[None]]:
    wake = asyncio.Event()

    def committed(_run: int) -> None:
        with contextlib.suppress(RuntimeError):  # the loop is closing: nobody waits any more
            loop.call_soon_threadsafe(wake.set)

    def taken_off(numbers: Sequence[int]) -> None:
        ledger.append_sync(lambda tx: [tx.execute("DELETE FROM reindex WHERE id = ?", (number,)) for number in numbers])

    def open_index() -> Index:
        return Index(home.index, home.ledger, taken_off, lambda: is_made(searcher) and searcher.found_damage())

    ledger.on_commit(committed)
    ledger.on_commit(node.changes.committed)

    eraser, orders_came, erased = workers.Eraser(ledger, home), asyncio.Event(), asyncio.Event()
    node.imports.on_done = orders_came.set
    node.erasing.soon = orders_came.set

    async def erase() -> None:
        if await eraser.step():
            markdown.forget()
            await node.forget_read()
            if node.others.federating is not None:
                node.others.federating.erased()
            erased.set()
            wake.set()
        if told := await asyncio.to_thread(node.erasing.problem):
            node.problems["receipts"] = told
        else:
            node.problems.pop("receipts", None)

    async def back_up() -> None:
        wanted = node.upkeep.settings.backup  # it may be changed meanwhile
        await asyncio.to_thread(backing.back_up_if_due, home, wanted.every_hours, wanted.keep)

    return [
        asyncio.create_task(node.federate(orders_came.set), name="federation"),
        asyncio.create_task(node.changes.follow(), name="changes"),
        asyncio.create_task(_warm(node), name="model"),
        asyncio.create_task(node.imports.start(), name="imports"),
        asyncio.create_task(node.plates.open(), name="plate"),
        asyncio.create_task(node.measuring.run(), name="measuring"),
        asyncio.create_task(
            workers.follow_with_index(node, open_index, wake, lambda: node.imports.busy, erased), name="index"
        ),
        asyncio.create_task(workers.every(workers.ERASE_EVERY_S, "erasing", node, erase, orders_came), name="erase"),
        asyncio.create_task(workers.every(workers.BACKUP_LOOK_S, "backing up", node, back_up), name="backup"),
        asyncio.create_task(workers.every(workers.REST_LOOK_S, "resting", node, node.rest_model), name="rest"),
        asyncio.create_task(workers.every(workers.TIDY_EVERY_S, "tidying", node, node.tidy), name="tidy"),
    ]


def _announce(node: RunningNode, home: Home, announce: Callable[[str], None], program: str) -> None:
    announce(f"ccnode {node.profile.get('name', '')} is {node.state} at {node.api_url}")
    announce(f"  node  {node.id}")
    announce(f"  data  {home.root}")
    announce(f"  talk  {program} chat    in another terminal")
    announce(f"  page  {program} open    signs your browser in")
    announce(f"  stop  Ctrl-C, or {program} stop")
    for text in node.problems.values():
        announce(f"  note  {text}")

    def told(text: str) -> None:  # damage is found when it is read, which may be after the first words
        with contextlib.suppress(OSError):  # whoever read our output may have gone
            announce(f"ccnode {node.profile.get('name', '')} is degraded: {' '.join(text.split())}")

    node.problems.on_new = told
