"""What do plates, their flaws and their validation look like in JSON? The same from the command line and the API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ccnode.clock import iso
from ccnode.mind import plate
from ccnode.store.shapes import time
from ccnode_crypto.keys import node_id, owner_id

if TYPE_CHECKING:
    from ccnode.mind.validation import Verdict
    from ccnode.store.platefile import PlateFile
    from ccnode.store.plates import Version

FILE_REMEDY = "keep it as a version: ccnode plate keep; or take the plate in force again: ccnode plate discard"


def version(one: Version) -> dict[str, Any]:
    """A version; with its text, and what that says, only where it was read. `digest` is that of the text."""
    form: dict[str, Any] = {
        "version": one.version,
        "digest": one.plate.hex(),
        "previous": one.previous.hex() if one.previous is not None else None,
        "issued": iso(one.issued_ms),
        "time": time(one.time),
        "owner_id": owner_id(one.owner),
        "node_id": node_id(one.node),
        "in_force": one.in_force,
        "lost": one.lost,
    }
    return form if one.text is None else {**form, "text": one.text, **facts(one.text)}


def facts(text: str) -> dict[str, Any]:
    """What a text says as a plate, and what is wrong with it."""
    parsed = plate.parse(text[: plate.BYTES_MAX])
    return {
        "name": parsed.name,
        "tokens": plate.tokens(text),
        "sections": [{"kind": one.kind, "heading": one.heading, "line": one.line} for one in parsed.sections],
        "traits": [one.name for one in parsed.traits],
        "findings": [finding(one) for one in plate.lint(text)],
    }


def finding(one: plate.Finding) -> dict[str, Any]:
    """What is wrong with a plate; `line` from 1, 0 for the whole."""
    return {"line": one.line, "severity": one.severity, "message": one.message, "remedy": one.remedy}


def file(one: PlateFile, path: str) -> dict[str, Any]:
    """The file that people edit, against the version in force."""
    return {
        "path": path,
        "state": one.standing,
        "digest": one.plate.hex() if one.plate is not None else None,
        "problem": one.problem,
    }


def verdict(one: Verdict) -> dict[str, Any]:
    """One of the six questions, its answer and how that was judged."""
    return {
        "question": one.probe.kind,
        "text": one.probe.text,
        "answer": one.answer,
        "passed": one.passed,
        "reason": one.reason,
        "found": list(one.found),
        "missing": list(one.missing),
        "needed": len(one.probe.must) + one.probe.least,
        "chars_max": one.probe.chars_max,
    }


__all__ = ["FILE_REMEDY", "facts", "file", "finding", "verdict", "version"]
