"""Another device on the LAN, as a program: it looks at a node's page and tries passwords, and says what it saw as JSON.

python phone.py URL look | sign-in PASSWORD | sign-in-late PASSWORD | guess COUNT
"""

from __future__ import annotations

import asyncio
import http.client
import json
import socket
import ssl
import sys
import time
from collections import Counter
from hashlib import sha256
from typing import Any
from urllib.parse import urlencode, urlsplit

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
PATIENCE_S = 20


def trusting() -> ssl.SSLContext:
    """Takes any certificate, as a person does who compared the fingerprint."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


class Phone:
    """One device, looking at one address."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        assert parts.hostname
        assert parts.port
        self.host, self.port, self.url = parts.hostname, parts.port, url

    def ask(self, method: str, path: str, body: str | None = None, **headers: str) -> tuple[int, Any, str]:
        """Status, headers and text of an answer."""
        connection = http.client.HTTPSConnection(self.host, self.port, context=trusting(), timeout=PATIENCE_S)
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read().decode()
        finally:
            connection.close()

    def look(self) -> dict[str, Any]:
        """What a stranger sees."""
        with (
            socket.create_connection((self.host, self.port), PATIENCE_S) as line,
            trusting().wrap_socket(line) as secure,
        ):
            certificate, version = secure.getpeercert(binary_form=True), secure.version()
        plain = http.client.HTTPConnection(self.host, self.port, timeout=PATIENCE_S)
        plain.request("GET", "/memory")
        sent_on = plain.getresponse()
        status, _, text = self.ask("GET", "/")
        return {
            "fingerprint": sha256(certificate or b"").digest().hex(":").upper(),
            "version": version,
            "plain": [sent_on.status, sent_on.headers["Location"]],
            "form": status == 200 and 'action="/login"' in text,
            "status": self.ask("GET", "/api/v1/status")[0],
        }

    def sign_in(self, password: str) -> dict[str, Any]:
        """Sign in, and look at the page."""
        status, headers, _ = self.ask("POST", "/login", urlencode({"password": password}), **FORM, Origin=self.url)
        cookie = (headers["Set-Cookie"] or "").split(";")[0]
        page = self.ask("GET", "/", Cookie=cookie)[2] if cookie else ""
        return {"status": status, "wait": headers["Retry-After"], "page": 'id="app"' in page}

    def sign_in_late(self, password: str) -> dict[str, Any]:
        """Sign in with the right password while a wrong one has to wait."""
        while int(self.sign_in("wrong")["wait"] or 0) < 2:
            time.sleep(0.1)
        return self.sign_in(password)

    async def guess(self, count: int) -> dict[str, Any]:
        """Try so many wrong passwords, forty at a time."""
        seen: Counter[str] = Counter()
        room = asyncio.Semaphore(40)

        async def one(number: int) -> None:
            async with room:
                try:
                    answer = await asyncio.to_thread(self.ask, "POST", "/login", f"password=guess{number}", **FORM)
                    seen[str(answer[0])] += 1
                except OSError:
                    seen["cut"] += 1

        await asyncio.gather(*(one(number) for number in range(count)))
        return dict(seen)


def main(url: str, what: str, *more: str) -> dict[str, Any]:
    """Do what is asked."""
    phone = Phone(url)
    match what:
        case "look":
            return phone.look()
        case "sign-in":
            return phone.sign_in(*more)
        case "sign-in-late":
            return phone.sign_in_late(*more)
        case _:
            return asyncio.run(phone.guess(int(more[0])))


if __name__ == "__main__":
    print(json.dumps(main(*sys.argv[1:])))  # noqa: T201
