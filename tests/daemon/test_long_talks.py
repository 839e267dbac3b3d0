"""Is a conversation of enormous messages given in parts, by a real daemon, so that no answer is enormous?"""

from __future__ import annotations

import http.client
import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from ccnode.store.paging import PAGE_BYTES
from tests.cli.helpers import call, make_node, running, say

LONG = 1_000_000
TURNS = 15
ANSWER_MAX = PAGE_BYTES + LONG  # a page has its texts and what stands around them


def test_no_answer_is_enormous_and_nothing_is_left_out(tmp_path: Path) -> None:
    home = make_node(tmp_path / "node")
    session, said = say(home, [(f"{turn} ".ljust(LONG, "a"), f"{turn} ".ljust(LONG, "b")) for turn in range(TURNS)])
    with running(home):
        status = call("status", "--json", "--data-dir", str(home.root)).data
        token = Path(status["token_file"]).read_text().strip()
        address = urlsplit(status["api_url"])

        def get(path: str) -> bytes:
            line = http.client.HTTPConnection(str(address.hostname), address.port)
            try:
                line.request("GET", path, headers={"Authorization": f"Bearer {token}"})
                response = line.getresponse()
                body = response.read()
            finally:
                line.close()
            assert response.status == 200
            assert len(body) < ANSWER_MAX, path
            return body

        for path in (f"/api/v1/conversation/{session}", f"/api/v1/conversation/{session}/tree"):
            found: list[dict[str, Any]] = []
            first: int | None = 1
            while first is not None:
                part = json.loads(get(f"{path}?first={first}"))
                assert part["total"] == 2 * TURNS
                found += part["messages"]
                first = part["next"]
            assert [one["message_id"] for one in found] == [digest.hex() for digest in said]
            assert {len(one["text"]) for one in found} == {LONG}
        shown: list[str] = []
        path, pages = f"/chat/{session}", 0
        while path:
            page = get(path).decode()
            shown = re.findall(r'id="m-([0-9a-f]{64})"', page) + shown
            earlier = re.search(r'data-earlier="(\d+)"', page)
            path = f"/chat/{session}?first={earlier.group(1)}" if earlier else ""
            pages += 1
        assert list(dict.fromkeys(shown)) == [digest.hex() for digest in said]
        assert pages > 5
