"""How does Markdown become HTML without danger? By a parser that lets no HTML through, and a short list of links.

What comes out holds only elements made here: no script, no style, no image, no address but http, https and mailto. An
image is shown as a link to it, for loading one would tell a stranger when the message is read.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import MutableMapping, Sequence

    from markdown_it import MarkdownIt
    from markdown_it.renderer import RendererHTML
    from markdown_it.token import Token
    from markdown_it.utils import OptionsDict

SCHEMES: Final = ("http://", "https://", "mailto:")
KEPT_CHARS_MAX: Final = 16_384  # longer texts are rendered each time, so that what is kept stays within bounds
DRESSED_CHARS_MAX: Final = 262_144  # beyond that a text is shown as it was typed: parsing it would hold up the others
MARKS_MAX: Final = 60_000  # of one text; parsing takes up to 50 microseconds for each, and hardly any for words
MARKS_TOGETHER_MAX: Final = 150_000  # of all texts of a page; ordinary replies have one mark for ten characters
KEPT: Final = 512
NESTING_MAX: Final = 20
LANGUAGE_CHARS_MAX: Final = 20


_NO_MARKS: Final = re.compile(r"[\w ]+")


@dataclass(slots=True)
class Room:
    """How much may still be parsed for one page: others wait for it, and what is written there may be hostile."""

    marks: int = MARKS_TOGETHER_MAX


def html(text: str, room: Room | None = None, *, breaks: bool = True) -> str:
    """The text as HTML; as it was typed where it is very long or full of marks, or where `room` is used up.

    `breaks`: a line's end is shown as one, as in what people say; else it is a space, as in a text that was wrapped.
    """
    room = Room() if room is None else room
    if len(text) > DRESSED_CHARS_MAX:
        return _plain(text)
    marks = len(_NO_MARKS.sub("", text))
    if marks > min(MARKS_MAX, room.marks):
        return _plain(text)
    room.marks -= marks
    return _kept(text, breaks) if len(text) <= KEPT_CHARS_MAX else _render(text, breaks)


@lru_cache(KEPT)
def _kept(text: str, breaks: bool) -> str:  # noqa: FBT001  # a part of the cache's key
    return _render(text, breaks)


def _render(text: str, breaks: bool) -> str:  # noqa: FBT001
    parser = _parser(breaks)
    env: dict[str, Any] = {}
    tokens = parser.parse(text, env)
    if any(token.nesting == 1 and token.level + 1 >= NESTING_MAX for token in tokens):
        return _plain(text)  # the parser leaves out what is nested deeper, without a word
    rendered: str = parser.renderer.render(tokens, parser.options, env)
    return rendered


def load() -> None:
    """Load what parses, which takes longer than most texts do, so that it is not counted as theirs."""
    _parser(True)  # noqa: FBT003  # as `_render` asks for it, or the cache would hold it twice


def forget() -> None:
    """Keep no text: after an erasure, what was erased is in memory no longer."""
    _kept.cache_clear()


def _plain(text: str) -> str:
    from markupsafe import escape

    return f'<p class="plain">{escape(text)}</p>'


def _allowed(url: str) -> bool:
    return url.strip().lower().startswith(SCHEMES)


@cache
def _parser(breaks: bool) -> MarkdownIt:  # noqa: FBT001
    from markdown_it import MarkdownIt

    # js-default would let links of any harmless scheme through; the list above is closed.
    parser = MarkdownIt("commonmark", {"html": False, "breaks": breaks, "linkify": False, "maxNesting": NESTING_MAX})
    parser.enable(["table", "strikethrough"])
    parser.validateLink = _allowed  # type: ignore[method-assign]  # the library's way of setting it
    for name, rule in (("link_open", _link), ("image", _image), ("fence", _code), ("code_block", _code)):
        parser.add_render_rule(name, rule)
    parser.add_render_rule("table_open", lambda *_: '<div class="scrolls" tabindex="0" role="group"><table>\n')
    parser.add_render_rule("table_close", lambda *_: "</table></div>\n")
    for part in ("th_open", "td_open"):
        parser.add_render_rule(part, _cell)
    for part in ("heading_open", "heading_close"):
        parser.add_render_rule(part, _heading)
    return parser


def _link(
    renderer: RendererHTML, tokens: Sequence[Token], at: int, options: OptionsDict, env: MutableMapping[str, Any]
) -> str:
    token = tokens[at]
    token.attrs["rel"] = "noopener noreferrer nofollow"
    token.attrs["target"] = "_blank"
    return renderer.renderToken(tokens, at, options, env)


def _image(
    renderer: RendererHTML, tokens: Sequence[Token], at: int, options: OptionsDict, env: MutableMapping[str, Any]
) -> str:
    from markupsafe import Markup

    token = tokens[at]
    words = renderer.renderInlineAsText(token.children, options, env) if token.children else ""
    return str(
        Markup('<a href="{}" rel="noopener noreferrer nofollow" target="_blank">image: {}</a>').format(
            str(token.attrs.get("src", "")), words or "without a description"
        )
    )


def _code(_renderer: RendererHTML, tokens: Sequence[Token], at: int, *_: object) -> str:
    from markupsafe import Markup

    token = tokens[at]
    words = token.info.split()
    language = words[0][:LANGUAGE_CHARS_MAX] if words else ""
    return str(
        Markup(
            '<figure class="code"><figcaption><span>{}</span></figcaption>'
            '<pre tabindex="0"><code>{}</code></pre></figure>\n'
        ).format(language, token.content)
    )


def _cell(
    renderer: RendererHTML, tokens: Sequence[Token], at: int, options: OptionsDict, env: MutableMapping[str, Any]
) -> str:
    token = tokens[at]
    aligned = str(token.attrs.pop("style", ""))  # the policy lets no inline style in
    if aligned.endswith((":right", ":center")):
        token.attrs["class"] = aligned.rpartition(":")[2]
    return renderer.renderToken(tokens, at, options, env)


def _heading(
    renderer: RendererHTML, tokens: Sequence[Token], at: int, options: OptionsDict, env: MutableMapping[str, Any]
) -> str:
    """A message's headings stand beneath the page's and the message's own: h1 becomes h3, and nothing is above it."""
    token = tokens[at]
    token.tag = f"h{min(6, int(token.tag[1]) + 2)}"
    return renderer.renderToken(tokens, at, options, env)
