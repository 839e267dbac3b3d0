"""Is every endpoint in docs/API.md, and is every endpoint there one that is served?"""

from __future__ import annotations

import importlib
import inspect
import re
from pathlib import Path

from ccnode.api.app import _routes

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "API.md"


def test_the_document_and_the_routes_name_the_same_endpoints() -> None:
    served = {f"{'WS' if path.startswith('/ws/') else method} {path}" for method, path, _ in _routes()}
    written = set(re.findall(r"`((?:GET|POST|PUT|PATCH|DELETE|WS) /[^`\s]*)`", DOCUMENT.read_text(encoding="utf-8")))
    assert served - written == set(), "not documented"
    assert written - served == set(), "documented, but not served"


def test_each_route_names_a_function_that_takes_a_request() -> None:
    for _method, path, name in _routes():
        module, function = name.split(".")
        handler = getattr(importlib.import_module(f"ccnode.api.{module}"), function)
        assert inspect.iscoroutinefunction(handler), path
