"""How does a command reach the daemon? By HTTP over its local socket, or over loopback with the token file.

http.client is enough: the streams are lines of JSON. Everything the daemon sends is bounded, as it may be a broken one.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import socket
import time
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote, urlencode, urlsplit

from ccnode.cli.errors import CliError, Refused, Unreachable
from ccnode.store.home import Home, is_held, read_lock, read_private

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path
    from typing import BinaryIO

CONNECT_S: Final = 5.0
ANSWER_S: Final = 30.0
TURN_S: Final = 660.0  # a model is given 600
WAIT_S_MAX: Final = 7200.0  # of a wait that the daemon tells of
START_S: Final = 20.0  # how long a daemon that is starting is waited for
LOOK_S: Final = 0.05
ANSWER_BYTES_MAX: Final = 64 * 1024 * 1024
LINE_BYTES_MAX: Final = 8 * 1024 * 1024
HTTP_ERROR: Final = 400
PIECE_BYTES: Final = 256 * 1024
UPLOAD_S: Final = 300.0  # for one piece, and for the answer once all is sent: the daemon looks at what it got


class _LocalConnection(http.client.HTTPConnection):
    """HTTP over a Unix socket."""

    def __init__(self, path: Path, timeout: float) -> None:
        super().__init__("localhost", timeout=timeout)
        self._path = path

    def connect(self) -> None:
        """Connect to the socket's file."""
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self._path))


class Stream:
    """The forms of one turn, as they come. Closing it does not stop the turn."""

    def __init__(
        self,
        connection: http.client.HTTPConnection,
        response: http.client.HTTPResponse,
        line: socket.socket | None = None,
    ) -> None:
        """`line`: the socket below, which a connection lets go of once the answer has begun."""
        self._connection = connection
        self._response = response
        self._line = line

    def __iter__(self) -> Iterator[dict[str, Any]]:
        """Yield each form; ends with the stream.

        Raises:
            Unreachable: the daemon went away in the middle.
        """
        try:
            while line := self._response.readline(LINE_BYTES_MAX):
                if not line.strip():
                    continue
                try:
                    form = json.loads(line)
                except ValueError as error:
                    raise Unreachable("the daemon's answer broke off", remedy=_AGAIN) from error
                if isinstance(form, dict):
                    yield form
        except (OSError, http.client.HTTPException) as error:
            raise Unreachable(f"the daemon went away: {error}", remedy=_AGAIN) from error

    def expect_wait(self, seconds: float) -> None:
        """The node has said that it waits so long: that much more patience for the next form."""
        if self._line is not None:
            self._line.settimeout(TURN_S + max(0.0, min(seconds, WAIT_S_MAX)))

    def close(self) -> None:
        """Let the connection go. Idempotent."""
        self._response.close()
        self._connection.close()


_AGAIN: Final = "nothing said so far is lost; start it again with 'ccnode run', then 'ccnode chat last'"


class Client:
    """Speaks to the daemon of one data directory."""

    def __init__(self, home: Home, environment: Mapping[str, str]) -> None:
        self._home = home
        self._environment = dict(environment)

    def get(self, path: str, **query: object) -> dict[str, Any]:
        """The answer to a GET; parameters that are None are left out."""
        given = {name: value for name, value in query.items() if value is not None}
        return self.call("GET", f"{path}?{urlencode(given)}" if given else path)

    def call(self, method: str, path: str, body: object = None, *, timeout_s: float = ANSWER_S) -> dict[str, Any]:
        """The JSON that a request is answered with.

        Raises:
            Unreachable: no daemon answers. Refused: it answers with an error.
        """
        connection, response = self._send(method, path, body, {}, timeout_s)
        try:
            return _json(response)
        finally:
            response.close()
            connection.close()

    def stream(self, path: str, body: object = None, *, key: str | None = None) -> Stream:
        """Begin a turn and return its forms; `key` makes a repetition harmless.

        Raises:
            Unreachable, Refused: see `call`.
        """
        headers = {"Accept": "application/x-ndjson"}
        if key is not None:
            headers["Idempotency-Key"] = key
        lines: list[socket.socket] = []
        given = body if body is not None else {}
        connection, response = self._send("POST", path, given, headers, TURN_S, lines)
        return Stream(connection, response, *lines)

    def upload(
        self, path: str, file: BinaryIO, size: int, move: Callable[[int, int], None] | None, **query: object
    ) -> dict[str, Any]:
        """Send a file of `size` bytes as it is; the JSON that this is answered with. `move`: see progress.bar.

        Raises:
            Unreachable, Refused: see `call`.
        """
        connection, more = self._connect()

        def pieces() -> Iterator[bytes]:
            sent = 0
            while sent < size and (piece := file.read(min(PIECE_BYTES, size - sent))):
                yield piece
                sent += len(piece)
                if move is not None:
                    move(sent, size)

        headers = {"Accept": "application/json", "Content-Type": "application/octet-stream", **more}
        headers["Content-Length"] = str(size)
        try:
            if connection.sock is not None:
                connection.sock.settimeout(UPLOAD_S)
            # It may refuse before it has all; then what it says is still there to be read.
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                connection.request("POST", f"{path}?{urlencode(query)}", pieces(), headers)
            response = connection.getresponse()
            with response:
                if response.status >= HTTP_ERROR:
                    raise _refused(response)
                return _json(response)
        except (OSError, http.client.HTTPException) as error:
            raise Unreachable(f"the daemon does not answer: {str(error) or type(error).__name__}") from error
        finally:
            connection.close()

    def download(self, path: str) -> Iterator[bytes]:
        """The pieces of a file. Raises Unreachable, Refused: see `call`."""
        connection, response = self._send("GET", path, None, {"Accept": "application/octet-stream"}, UPLOAD_S)
        try:
            while piece := response.read(PIECE_BYTES):
                yield piece
        except (OSError, http.client.HTTPException) as error:
            raise Unreachable(f"the daemon went away: {error}") from error
        finally:
            response.close()
            connection.close()

    def running(self) -> bool:
        """Whether a living process holds the data directory."""
        return is_held(self._home)

    def _send(
        self,
        method: str,
        path: str,
        body: object,
        headers: Mapping[str, str],
        timeout_s: float,
        lines: list[socket.socket] | None = None,
    ) -> tuple[http.client.HTTPConnection, http.client.HTTPResponse]:
        data = None if body is None else json.dumps(body, ensure_ascii=False).encode()
        connection, more = self._connect()
        try:
            sent = {"Host": "localhost", "Accept": "application/json", **more, **headers}
            if isinstance(connection, _LocalConnection) is False:
                sent.pop("Host")  # http.client writes the one that the daemon checks
            if data is not None:
                sent["Content-Type"] = "application/json"
            if connection.sock is not None:
                connection.sock.settimeout(timeout_s)
                if lines is not None:
                    lines.append(connection.sock)
            connection.request(method, path, data, sent)
            response = connection.getresponse()
            if response.status >= HTTP_ERROR:
                with response:
                    raise _refused(response)
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            raise Unreachable(f"the daemon does not answer: {str(error) or type(error).__name__}") from error
        except CliError:
            connection.close()
            raise
        return connection, response

    def _connect(self) -> tuple[http.client.HTTPConnection, dict[str, str]]:
        """A connection, and the headers it needs. Waits for a daemon that is starting."""
        deadline = time.monotonic() + START_S
        while True:
            if not is_held(self._home):
                raise Unreachable(f"no daemon runs for {self._home.root}")
            facts = read_lock(self._home) or {}
            for attempt in (self._local, self._loopback):
                found = attempt(facts)
                if found is not None:
                    return found
            if time.monotonic() > deadline:
                raise Unreachable(
                    f"process {facts.get('pid', 'unknown')} holds {self._home.root} but does not answer",
                    remedy="see its output; then end it and run: ccnode run",
                )
            time.sleep(LOOK_S)

    def _local(self, facts: Mapping[str, object]) -> tuple[http.client.HTTPConnection, dict[str, str]] | None:
        from pathlib import Path

        named = facts.get("socket")
        path = Path(named) if isinstance(named, str) else self._home.socket(self._environment)
        connection = _LocalConnection(path, CONNECT_S)
        return (connection, {}) if _opened(connection) else None

    def _loopback(self, facts: Mapping[str, object]) -> tuple[http.client.HTTPConnection, dict[str, str]] | None:
        address = facts.get("api_url")
        if not isinstance(address, str):
            return None
        try:
            parts = urlsplit(address)
            host, port = parts.hostname, parts.port
        except ValueError:
            return None
        if host is None or port is None:
            return None
        connection = http.client.HTTPConnection(host, port, timeout=CONNECT_S)
        if not _opened(connection):
            return None
        try:
            token = read_private(self._home.token).decode("ascii").strip()
        except BaseException:
            connection.close()
            raise
        return connection, {"Authorization": f"Bearer {token}"}


def _opened(connection: http.client.HTTPConnection) -> bool:
    try:
        connection.connect()
    except OSError:
        connection.close()
        return False
    return True


def _json(response: http.client.HTTPResponse) -> dict[str, Any]:
    data = response.read(ANSWER_BYTES_MAX + 1)
    if len(data) > ANSWER_BYTES_MAX:
        raise CliError("the daemon's answer is too large", remedy="ask for less: --limit")
    if not data:
        return {}
    try:
        value = json.loads(data)
    except ValueError as error:
        raise CliError("the daemon's answer is not JSON", code="protocol", remedy="is this its address?") from error
    return value if isinstance(value, dict) else {}


def _refused(response: http.client.HTTPResponse) -> Refused:
    try:
        error = _json(response).get("error")
    except (CliError, OSError, http.client.HTTPException):
        error = None
    told = error if isinstance(error, dict) else {}
    return Refused(
        response.status,
        str(told.get("code", f"http_{response.status}")),
        str(told.get("message", f"the daemon refused: {response.status} {response.reason}")),
        str(told.get("remedy", "")),
    )


def of(text: str) -> str:
    """An identifier as a piece of a path."""
    return quote(text, safe="")
