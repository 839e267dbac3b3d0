"""How is one setting of config.toml changed or taken out, and all else in it left as it is?"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from pydantic import ValidationError

from ccnode.config.errors import ConfigError, Problem
from ccnode.config.lines import HEADER, KEY, line_of, plain_key
from ccnode.config.reading import nearest
from ccnode.config.settings import described, sections
from ccnode.later import later

if TYPE_CHECKING:
    import tomllib
else:
    tomllib = later("tomllib")

LINES_MAX: Final = 1_000  # of one value


def changed(text: str, key: str, value: str) -> str:
    """The text of a settings file in which `key` is `value` (as in TOML, or a text without quotes).

    What stands in the file's other lines stays, and comments too. The environment is left out of it.

    Raises:
        ConfigError: there is no such setting, the value does not fit, or the file is written in a way that has to be
            changed by hand.
    """
    section, name, before = _found(text, key)
    literal = _literal(key, value)
    parsed = tomllib.loads(f"x = {literal}")["x"]
    wanted = {**before, section: {**before.get(section, {}), name: parsed}}
    result = _checked(_put(text, key, literal), wanted, key)
    try:
        sections()[section].model_validate(wanted[section])
    except ValidationError as error:
        problems = [
            Problem("config", ".".join((section, *map(str, one["loc"]))), str(one["msg"]).removeprefix("Value error, "))
            for one in error.errors()
        ]
        raise ConfigError(problems, remedy="see: ccnode config show") from error
    return result


def removed(text: str, key: str) -> str:
    """The text of a settings file without `key`, which has its default then.

    Raises:
        ConfigError: there is no such setting, it is not in the file, or it has to be taken out by hand.
    """
    section, name, before = _found(text, key)
    if name not in before.get(section, {}):
        raise ConfigError([Problem("config.toml", key, "is not set there")], remedy="see: ccnode config show")
    rest = {one: value for one, value in before[section].items() if one != name}
    lines = _lines(text)
    at = line_of(text, [section, name])
    if at is not None:
        del lines[at - 1 : at - 1 + _extent(lines, at - 1)]
    result = _joined(lines, text)
    # The section's header stays where there is one, and is gone with the last dotted key.
    wanted = {**before, section: rest}
    if not rest and _parsed(result) == {one: value for one, value in before.items() if one != section}:
        return result
    return _checked(result, wanted, key)


def _found(text: str, key: str) -> tuple[str, str, dict[str, Any]]:
    """Section and name of the key, and what the file says. Raises ConfigError."""
    if key not in {setting.key for setting in described()}:
        problem = Problem("config", key, f"there is no such setting{nearest(key)}")
        raise ConfigError([problem], remedy="see: ccnode config show")
    try:
        before = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError([Problem("config.toml", "", str(error))]) from error
    section, _, name = key.partition(".")
    if not isinstance(before.get(section, {}), dict):
        raise ConfigError([Problem("config.toml", section, f"a section is expected: [{section}]")])
    return section, name, before


def _parsed(text: str) -> dict[str, Any] | None:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return None


def _checked(result: str, wanted: dict[str, Any], key: str) -> str:
    """The text, if it says what is wanted and nothing else. Raises ConfigError."""
    if _parsed(result) != wanted:
        raise ConfigError(
            [Problem("config.toml", key, "the file is written in a way that cannot be changed from here")],
            remedy="change it in an editor; see: ccnode config path",
        )
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
    lines = _lines(text)
    at = line_of(text, [section, name])
    if at is not None and (match := re.match(KEY, lines[at - 1])) and plain_key(match[1]).endswith(name):
        indent = lines[at - 1][: len(lines[at - 1]) - len(lines[at - 1].lstrip())]
        count = _extent(lines, at - 1)
        comment = _comment(lines[at - 1][match.end() :]) if count == 1 else ""
        lines[at - 1 : at - 1 + count] = [f"{indent}{match[1]} = {literal}{comment}"]
    else:
        headers = {plain_key(m[1]): number for number, line in enumerate(lines) if (m := re.match(HEADER, line))}
        header = headers.get(section)
        if header is None:
            lines += [*([""] if lines else []), f"[{section}]", f"{name} = {literal}"]
        else:
            lines.insert(header + 1, f"{name} = {literal}")
    return _joined(lines, text)


def _lines(text: str) -> list[str]:
    """Lines as TOML has them: other characters that break lines may stand in comments."""
    return text.replace("\r\n", "\n").removesuffix("\n").split("\n") if text else []


def _joined(lines: list[str], before: str) -> str:
    """The lines as a text whose lines end as those before."""
    end = "\r\n" if "\r\n" in before else "\n"
    return end.join(lines) + end if lines else ""


def _extent(lines: list[str], at: int) -> int:
    """How many lines the value has that begins in this one."""
    for count in range(1, min(LINES_MAX, len(lines) - at) + 1):
        if _parsed("\n".join(lines[at : at + count])) is not None:
            return count
    return 1


def _comment(after: str) -> str:
    """The comment behind a value of one line, with the space before it."""
    for place in (match.start() for match in re.finditer("#", after)):
        value = after[:place]
        if _parsed(f"x = {value}") is not None:
            return after[len(value.rstrip()) :]
    return ""
