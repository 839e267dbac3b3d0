"""Does Markdown come out as elements of ours alone, whatever it holds and however it is cut?"""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccnode.api import markdown, sockets

ELEMENTS = {
    *("p", "br", "h3", "h4", "h5", "h6", "ul", "ol", "li", "blockquote", "hr", "em", "strong", "s", "code", "pre", "a"),
    *("div", "table", "thead", "tbody", "tr", "th", "td", "figure", "figcaption", "span"),
}
ATTRIBUTES = {"href", "title", "rel", "target", "class", "tabindex", "role", "start"}
CLASSES = {"scrolls", "code", "plain", "right", "center"}
BAD = (
    "javascript:",
    "vbscript:",
    "data:",
    "file:",
    "ccnode:",
    "//example.org",
    "/api",
    "\x01javascript:",
    "jAvA\tscript:",
)


class Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in ELEMENTS, tag
        values = dict(attrs)
        assert set(values) <= ATTRIBUTES, values
        assert values.get("class") in {None, *CLASSES}
        if tag == "a":
            assert (values["rel"], values["target"]) == ("noopener noreferrer nofollow", "_blank")
            self.links.append(values["href"] or "")


def links(text: str) -> list[str]:
    reader = Reader()
    reader.feed(markdown.html(text))
    reader.close()
    assert all(link.lower().startswith(markdown.SCHEMES) for link in reader.links), reader.links
    return reader.links


@pytest.mark.parametrize("scheme", BAD)
def test_an_address_of_another_scheme_is_no_link(scheme: str) -> None:
    for form in ("[x]({0}a)", "![x]({0}a)", "<{0}a>", "[x][r]\n\n[r]: {0}a", "[x](<{0}a>)", "[x](&#106;avascript:a)"):
        assert links(form.format(scheme)) == []


@pytest.mark.parametrize("address", ["https://example.org/a?b=1&c=2", "http://example.org", "mailto:me@example.org"])
def test_an_address_of_these_is(address: str) -> None:
    assert links(f"[x]({address})") == [address]
    assert links(f"<{address}>") == [address]


def test_a_picture_is_a_link_and_never_loaded() -> None:
    assert links('![a "cat"](https://example.org/cat.png)') == ["https://example.org/cat.png"]
    assert "image: a &#34;cat&#34;" in markdown.html('![a "cat"](https://example.org/cat.png)')


def test_html_is_text() -> None:
    assert "&lt;script&gt;" in markdown.html("<script>alert(1)</script>")
    assert links('<a href="https://example.org">x</a>\n\n<img src=x onerror=alert(1)>') == []


def test_the_parts_that_are_wanted() -> None:
    html = markdown.html(
        "# A\n\n| a | b |\n|:-:|--:|\n| 1 | ~~2~~ |\n\n```py extra\n<x>\n```\n\n- *a*\n- **b**\n\none\ntwo"
    )
    for part in ("<h3>A</h3>", '<th class="center">', '<td class="right"><s>2</s>', "<span>py</span>", "&lt;x&gt;"):
        assert part in html
    assert "one<br />" in html
    assert "style=" not in html


PARTS = "[ ] ( ) < > ! ` ``` | - # * _ \\ & ; \" ' javascript: https://e.org a onload= <img&#32;src=x> &#106; ~~ :-:"
ALPHABET = st.sampled_from([*PARTS.split(), "\n", "\n\n", " ", "    ", "> ", "1. ", "<img src=x>"])


@given(st.lists(ALPHABET, max_size=40).map("".join) | st.text(max_size=60))
def test_whatever_is_written_only_our_elements_come_out(text: str) -> None:
    links(text)


def test_no_text_takes_long() -> None:
    """Their work is bounded by their size; these are the known ways to make a parser of Markdown slow."""
    for hostile in ("[" * 20_000, "> " * 20_000 + "x", "*a" * 20_000, "`" * 20_001, "|" * 20_000, "- " * 10_000):
        links(hostile)
    long = "<b>" * 200_000
    assert markdown.html(long).startswith('<p class="plain">&lt;b&gt;')


@pytest.mark.parametrize("hostile", ["![", "[", "- a\n  ", "a**b", "> a\n\n"])
def test_a_text_full_of_marks_is_shown_as_it_was_typed(hostile: str) -> None:
    text = (hostile * markdown.DRESSED_CHARS_MAX)[: markdown.DRESSED_CHARS_MAX]
    assert markdown.html(text).startswith('<p class="plain">')
    words = ("plain words, with a *mark* here and there\n" * 3_000)[: markdown.DRESSED_CHARS_MAX]
    assert "<em>mark</em>" in markdown.html(words)


def test_a_page_parses_no_more_than_its_room() -> None:
    room = markdown.Room()
    hostile = "![" * 25_000
    shown = [markdown.html(hostile, room).startswith('<p class="plain">') for _ in range(100)]
    assert shown == [False] * 3 + [True] * 97
    assert "<strong>b</strong>" in markdown.html("**b**", markdown.Room(4))
    assert "**bb**!" in markdown.html("**bb**!", markdown.Room(4))


@pytest.mark.parametrize(
    "deep", ["> " * 25 + "treasure", "\n".join("  " * at + "- level" for at in range(25)) + " treasure"]
)
def test_what_is_nested_too_deep_is_shown_as_it_was_typed(deep: str) -> None:
    assert "treasure" in markdown.html(deep)


def test_nothing_is_kept_after_an_erasure() -> None:
    markdown.html("a secret *word*")
    assert markdown._kept.cache_info().currsize > 0
    markdown.forget()
    assert markdown._kept.cache_info().currsize == 0


def test_what_loading_takes_is_not_counted_as_the_texts(monkeypatch: pytest.MonkeyPatch) -> None:
    """The next pieces of a reply waited ten times as long as the first look at one: seconds, after a start."""
    clock = [0.0]
    monkeypatch.setattr("ccnode.api.sockets.time.thread_time", lambda: clock[0])
    monkeypatch.setattr(markdown, "load", lambda: clock.append(clock.pop() + 5.0))
    assert sockets._dressed("some *words*") == ("<p>some <em>words</em></p>\n", 0.0)
