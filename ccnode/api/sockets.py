"""How does a page talk? A WebSocket for each conversation: forms in, forms out, live for all who look at it."""

from __future__ import annotations

import asyncio
import contextlib
import time
from typing import TYPE_CHECKING, Any, Final, cast

from aiohttp import WSCloseCode, WSMsgType, web

from ccnode.api import markdown
from ccnode.api.bodies import parse_json, session_id_of, validated
from ccnode.api.context import HUB, PLACE, caller_of, limits_of, node_of
from ccnode.api.errors import ApiError, BadRequest, encode, from_store
from ccnode.api.forms import metrics_form
from ccnode.api.hub import Follower, stopping
from ccnode.api.models import MessageForm, OrderForm
from ccnode.api.security import ACCESS, OUTWARD, is_still_in, signins_of, unexpected
from ccnode.store.errors import StoreError

if TYPE_CHECKING:
    from ccnode.api.hub import Hub, Item
    from ccnode.api.live import Notices
    from ccnode.api.outward import Outward
    from ccnode.api.ports import Node
    from ccnode.api.settings import Limits

CLOSE_WAIT_S: Final = 2.0
LOOK_S: Final = 86_400.0  # between looks at how long a sign-in lasts: a loop's timer is not to run for a month
SIGNED_OUT: Final = b"signed out"
_ending: Final[set[asyncio.Task[None]]] = set()  # a task that nobody holds may be gone before it is done
DRESS_EVERY_S: Final = 0.08
DRESS_SHARE: Final = 10.0  # at most a tenth of a processor's time goes into the look of one reply
DRESSED_CHARS_MAX: Final = 65_536
FOLLOW: Final = {"type": "status", "message": "a reply is being written; resume to follow it", "running": True}
FOLLOWING: Final = {"type": "status", "message": "you are following the reply that is being written", "running": True}


async def conversation_socket(request: web.Request) -> web.StreamResponse:
    """WS /ws/conversation/{session_id}."""
    session_id = await session_id_of(request)
    return await open_socket(request, (await node_of(request).session(session_id)).id)


async def open_socket(
    request: web.Request, session_id: str | None, notices: Notices | None = None
) -> web.StreamResponse:
    """A WebSocket on a conversation, on what changes in the node, or on both. Raises ApiError where it cannot be."""
    place, limits = request.app[PLACE], limits_of(request)
    socket = web.WebSocketResponse(
        timeout=CLOSE_WAIT_S,
        heartbeat=limits.heartbeat_s,
        max_msg_size=limits.body_bytes_max,
        compress=False,  # a small compressed frame can be a large one
    )
    if not socket.can_prepare(request):
        raise ApiError(426, "upgrade_required", "this address speaks WebSocket only", "connect with a WebSocket client")
    if place.stopping:
        raise stopping()
    if len(place.sockets) >= limits.sockets_max:
        raise ApiError(
            503,
            "too_many_sockets",
            f"{limits.sockets_max} WebSockets are open",
            "close one",
            headers={"Retry-After": "5"},
        )
    place.sockets[socket] = caller_of(request).signin
    try:
        await socket.prepare(request)
        if not is_still_in(request):  # the sign-in ended while the conversation was looked up
            await socket.close(code=WSCloseCode.POLICY_VIOLATION, message=SIGNED_OUT)
            return socket
        _end_with_signin(request, socket)
        await _Line(request, socket, session_id, notices).run()
    finally:
        place.sockets.pop(socket, None)
        if (look := place.looks.pop(socket, None)) is not None:
            look.cancel()
    return socket


async def close_all(app: web.Application) -> None:
    """Say goodbye on every open WebSocket."""
    goodbyes = [socket.close(code=WSCloseCode.GOING_AWAY, message=b"the node stops") for socket in app[PLACE].sockets]
    await asyncio.gather(*goodbyes, return_exceptions=True)


def sign_all_out(app: web.Application) -> None:
    """End every sign-in, of this machine's browsers and of other devices, and close what they have open."""
    app[ACCESS].signins.clear()
    if (outward := app.get(OUTWARD)) is not None:
        cast("Outward", outward).signins.clear()
    close_signed_out(app)


def close_signed_out(app: web.Application, signin: bytes | None = None) -> None:
    """Close the WebSockets of one sign-in that ended, or of all sign-ins; those of programs stay open."""
    for socket, came_by in app[PLACE].sockets.items():
        if came_by is not None and signin in {None, came_by}:
            task = asyncio.get_running_loop().create_task(_sign_out(socket))
            _ending.add(task)
            task.add_done_callback(_ending.discard)


def close_ended(app: web.Application) -> None:
    """Close the WebSockets of sign-ins that have ended by themselves, or made room for new ones."""
    outward = cast("Outward | None", app.get(OUTWARD))
    doors = [app[ACCESS].signins, *([outward.signins] if outward is not None else [])]
    signins = {came_by for came_by in app[PLACE].sockets.values() if came_by is not None}
    for signin in signins:
        if not any(door.holds_digest(signin) for door in doors):
            close_signed_out(app, signin)


def _end_with_signin(request: web.Request, socket: web.WebSocketResponse) -> None:
    """Close the WebSocket when the sign-in by which it came ends; until then look again when it would."""
    signin = caller_of(request).signin
    if signin is None or socket.closed or socket not in request.app[PLACE].sockets:
        return
    left_s = signins_of(request).left_s(signin)
    if left_s <= 0:
        close_signed_out(request.app, signin)
    else:
        again = asyncio.get_running_loop().call_later(min(left_s, LOOK_S), _end_with_signin, request, socket)
        request.app[PLACE].looks[socket] = again


async def _sign_out(socket: web.WebSocketResponse) -> None:
    with contextlib.suppress(RuntimeError, ConnectionError):  # not open yet (it will find out), or gone
        await socket.close(code=WSCloseCode.POLICY_VIOLATION, message=SIGNED_OUT)


class _Line:
    """One open WebSocket. With `notices` it is a page's: pieces of a reply come with how the whole looks so far."""

    def __init__(
        self, request: web.Request, socket: web.WebSocketResponse, session_id: str | None, notices: Notices | None
    ) -> None:
        self._request, self._socket, self._given, self._notices = request, socket, session_id, notices
        self._written: list[str] = []
        self._hub: Hub = request.app[HUB]
        self._node: Node = node_of(request)
        self._limits: Limits = limits_of(request)
        self._follower: Follower = self._hub.follower()
        self._bad_frames = 0
        self._close_code = WSCloseCode.OK

    async def run(self) -> None:
        """Serve until either side closes; a turn that runs goes on."""
        if self._notices is not None:
            self._notices.follow(self._follower)
        if self._given is not None:
            self._hub.follow(self._given, self._follower)
            if self._hub.running(self._given) is not None:
                self._follower.give(FOLLOW)
        sender = asyncio.create_task(self._send_all())
        try:
            await self._receive_all()
        finally:
            if self._notices is not None:
                self._notices.unfollow(self._follower)
            self._follower.close()
            if self._given is not None:
                self._hub.unfollow(self._given, self._follower)
            if not self._socket.closed and self._request.transport is not None:
                await asyncio.wait([sender], timeout=CLOSE_WAIT_S)  # the last answers go out first
                await self._socket.close(code=self._close_code)
            sender.cancel()
            await asyncio.gather(sender, return_exceptions=True)

    async def _receive_all(self) -> None:
        async for frame in self._socket:
            if frame.type is WSMsgType.ERROR:
                return  # too large, not UTF-8, or gone: the library has closed with the code that says so
            if frame.type is not WSMsgType.TEXT:
                await self._refuse(BadRequest("the frame: only text is understood", "send JSON in text frames"))
                self._close_code = WSCloseCode.UNSUPPORTED_DATA
                return
            try:
                await self._take(frame.data)
            except ApiError as error:
                await self._refuse(error)
            except StoreError as error:
                await self._refuse(from_store(error))
            except Exception as error:  # noqa: BLE001  # a form's last door: it is logged and answered
                await self._refuse(unexpected(error, "a form"))
            if self._bad_frames >= self._limits.bad_frames_max:
                self._close_code = WSCloseCode.POLICY_VIOLATION
                return

    @property
    def _session_id(self) -> str:
        if self._given is None:
            raise BadRequest("type: this line belongs to no conversation", "connect with ?session=ID")
        return self._given

    async def _refuse(self, error: ApiError) -> None:
        self._bad_frames += error.status in {400, 413}
        await self._follower.give_in_turn(error)

    async def _take(self, data: str) -> None:
        value = parse_json(data, self._limits, "the form")
        kind = value.get("type") if isinstance(value, dict) else None
        if kind == "message":
            form = validated(MessageForm, value)
            self._say(form)
            return
        if kind not in ("resume", "stop", "regenerate", "continue"):
            raise BadRequest(
                "type: must be message, resume, stop, regenerate or continue", "see the API's documentation"
            )
        match validated(OrderForm, value).type:
            case "resume":
                await self._resume()
            case "stop":
                if not await self._node.stop_turn(self._session_id):
                    await self._follower.give_in_turn({"type": "status", "message": "no reply is being written"})
            case "regenerate":
                self._check_free()
                self._hub.ask(self._session_id, self._node.regenerate(self._session_id), self._follower)
            case "continue":
                self._check_free()
                self._hub.ask(self._session_id, self._node.go_on(self._session_id), self._follower)

    def _check_free(self) -> None:
        if self._hub.running(self._session_id) is not None:
            raise ApiError(
                409, "busy", "a reply is being written in this conversation", "wait for it, or stop it (form 'stop')"
            )

    def _say(self, form: MessageForm) -> None:
        key = form.idempotency_key
        running = self._hub.running(self._session_id)
        if running is not None and key is not None and running.key == key:
            self._hub.join(running, self._follower)  # sent again after the connection broke
            return
        self._check_free()
        self._hub.ask(self._session_id, self._node.say(self._session_id, form.content, key), self._follower, key)

    async def _resume(self) -> None:
        running = self._hub.running(self._session_id)
        if running is None:
            self._hub.ask(self._session_id, self._node.resume(self._session_id), self._follower)
        elif self._follower in running.audience:
            await self._follower.give_in_turn(FOLLOWING)
        else:
            self._hub.join(running, self._follower)

    async def _send_all(self) -> None:
        try:
            while (item := await self._follower.take()) is not None:
                pause = 0.0
                for form in _forms(item):
                    if self._notices is not None:
                        pause = await self._dress(form)
                    async with asyncio.timeout(self._limits.send_timeout_s):
                        await self._socket.send_frame(encode(form), WSMsgType.TEXT)
                if pause and not self._follower.closed:
                    await asyncio.sleep(pause)  # what comes meanwhile is joined in the queue
            if self._follower.lost:
                self._abort()
        except (TimeoutError, ConnectionError):
            self._abort()

    async def _dress(self, form: dict[str, Any]) -> float:
        """Give a piece the look of the reply so far; return how long to wait before the next is dressed."""
        if form["type"] == "accepted":
            self._written.clear()
        if form["type"] != "delta":
            return 0.0
        self._written.append(form["content"])
        text = "".join(self._written)
        if len(text) > DRESSED_CHARS_MAX:
            return 0.0
        form["html"], took_s = await asyncio.to_thread(_dressed, text)
        return max(DRESS_EVERY_S, DRESS_SHARE * took_s)

    def _abort(self) -> None:
        """Let go of a reader who does not read: a closing frame would wait behind all the rest."""
        self._follower.close()
        if self._request.transport is not None:
            self._request.transport.abort()


def _dressed(text: str) -> tuple[str, float]:
    """The look of a text, and the seconds of processor time that it took: a busy machine is not the text's fault."""
    markdown.load()
    begun = time.thread_time()
    return markdown.html(text), time.thread_time() - begun


def _forms(item: Item) -> list[dict[str, Any]]:
    if isinstance(item, ApiError):
        return [item.form()]
    return [item, metrics_form(item)] if item["type"] == "response" else [item]
