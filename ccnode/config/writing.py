"""How is one setting of config.toml changed, and all else in it left as it is?"""

from __future__ import annotations

import re
import tomllib

from pydantic import ValidationError

from ccnode.config.errors import ConfigError, Problem
from ccnode.config.lines import HEADER, KEY, line_of, plain_key
from ccnode.config.reading import nearest
from ccnode.config.settings import described, sections


def changed(text: str, key: str, value: str) -> str:
    """The text of a settings file in which `key` is `value` (as in TOML, or a text without quotes).

    What stands in the file's other lines stays, comments too. The environment is left out of it.

    Raises:
        ConfigError: there is no such setting, the value does not fit, or the file is written in a way that has to be
            changed by hand.
    """
    known = {setting.key: setting for setting in described()}
    if key not in known:
        problem = Problem("config", key, f"there is no such setting{nearest(key)}")
        raise ConfigError([problem], remedy="see: ccnode config show")
    before = tomllib.loads(text) if text else {}
    literal = _literal(key, value)
    result = _put(text, key, literal)
    section, _, name = key.partition(".")
    wanted = {**before, section: {**before.get(section, {}), name: tomllib.loads(f"x = {literal}")["x"]}}
    try:
        fits = tomllib.loads(result) == wanted
    except tomllib.TOMLDecodeError:
        fits = False
    if not fits:
        raise ConfigError(
            [Problem("config.toml", key, "the file is written in a way that cannot be changed from here")],
            remedy="change it in an editor; see: ccnode config path",
        )
    try:
        sections()[section].model_validate(wanted[section])
    except ValidationError as error:
        problems = [Problem("config", key, str(one["msg"]).removeprefix("Value error, ")) for one in error.errors()]
        raise ConfigError(problems, remedy="see: ccnode config show") from error
    return result


def _literal(key: str, value: str) -> str:
    """The value as TOML: as given where that fits the setting, else as a text."""
    section, _, name = key.partition(".")
    quoted = '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    for candidate in (value, quoted):
        try:
            parsed = tomllib.loads(f"x = {candidate}")
            if list(parsed) != ["x"] or "\n" in candidate:
                continue
            sections()[section].model_validate({name: parsed["x"]})
        except (tomllib.TOMLDecodeError, ValidationError):
            continue
        return candidate
    try:
        tomllib.loads(f"x = {quoted}")
    except tomllib.TOMLDecodeError as error:
        raise ConfigError([Problem("config", key, "the value has control characters")]) from error
    return value if re.fullmatch(r"-?\d{1,18}|true|false", value) else quoted


def _put(text: str, key: str, literal: str) -> str:
    section, _, name = key.partition(".")
    lines = text.splitlines()
    at = line_of(text, [section, name])
    if at is not None and (match := re.match(KEY, lines[at - 1])) and plain_key(match[1]).endswith(name):
        indent = lines[at - 1][: len(lines[at - 1]) - len(lines[at - 1].lstrip())]
        lines[at - 1] = f"{indent}{match[1]} = {literal}"
    else:
        headers = {plain_key(m[1]): number for number, line in enumerate(lines) if (m := re.match(HEADER, line))}
        header = headers.get(section)
        if header is None:
            lines += [*([""] if lines else []), f"[{section}]", f"{name} = {literal}"]
        else:
            lines.insert(header + 1, f"{name} = {literal}")
    return "\n".join(lines) + "\n"
