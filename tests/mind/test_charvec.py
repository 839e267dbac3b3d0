"""Are the sixteen measures what their papers say, on texts short enough to count by hand? Is the reference sound?"""

from __future__ import annotations

import hashlib
import json
import math
import os
import re
import subprocess
import sys
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from ccnode.mind import charvec
from ccnode.mind.charvec import CountCache, Reference, ReferenceDamaged, TooLittle, Unsupported, Vector
from ccnode.mind.charvec_count import runs_of
from ccnode.reference import charvec1

DATA = (files("ccnode") / "data" / "charvec1.json").read_bytes()
REFERENCE = charvec1()
LANGUAGES = json.loads(Path(__file__).with_name("languages.json").read_text("utf-8"))


def _raw(*messages: str) -> dict[str, float]:
    vector = charvec.measure(messages, REFERENCE, words_min=1)
    assert isinstance(vector, Vector)
    return dict(zip(charvec.NAMES, (value / 1e6 for value in vector.raw), strict=True))


# --- known answers ---


def test_analytic_is_the_categorical_dynamic_index() -> None:
    # 10 words: articles the, the; prepositions on, at; pronoun she; "never" is an adverb and a negation.
    assert _raw("The cat sat on the mat at noon. She never")["analytic"] == pytest.approx(30 + 100 * (4 - 3) / 10)
    assert _raw("She was never")["analytic"] == pytest.approx(30 - 100 * 4 / 3, abs=1e-6)


def test_complexity_is_the_automated_readability_index() -> None:
    # 12 words of 47 letters in 2 sentences.
    text = "The quick brown fox jumps over the dog. It runs away slowly"
    words = text.replace(".", "").split()
    assert (len(words), sum(map(len, words))) == (12, 47)
    assert _raw(text)["complexity"] == pytest.approx(4.71 * 47 / 12 + 0.5 * 6 - 21.43, abs=1e-6)


def test_diversity_is_the_mean_over_moving_windows() -> None:
    assert runs_of("a b a c".split(), 2) == (2 + 2 + 2, 3)
    assert runs_of("a b a c".split(), 3) == (2 + 3, 2)
    assert runs_of("a a a a".split(), 2) == (3, 3)
    assert runs_of("a b".split(), 3) == (0, 0)
    # 51 words, all different but the last, which is the second again: runs of 50 with 50 and with 49 of them.
    words = [f"w{'x' * number}" for number in range(50)]
    counts = charvec.count(" ".join([*words, words[1]]), REFERENCE)
    assert (counts["distinct"], counts["runs"]) == (50 + 49, 2)
    # Shorter than one run: type-token ratio of the whole.
    assert _raw("one two one two")["diversity"] == pytest.approx(0.5)


def test_verbosity_is_of_words_a_message() -> None:
    assert _raw("one two three", "four five six seven eight nine")["verbosity"] == pytest.approx(
        math.log10(1 + 4.5), abs=1e-6
    )


def test_structure_is_the_share_of_lines() -> None:
    text = "Intro here:\n\n- one\n* two\n3. three\n# Head\n| a | b |\n> quote\nplain\n```py\nx = 1\n```\nend"
    assert _raw(text)["structure"] == pytest.approx(9 / 12)


def test_code_in_fences_counts_as_structure_only() -> None:
    prose = "You should look here. Is it fine?"
    with_code = prose + "\n```\nI don't know? perhaps Berlin 12 `x`\n```"
    plain, coded = _raw(prose), _raw(with_code)
    assert {name for name in plain if plain[name] != coded[name]} == {"structure"}
    assert coded["structure"] == pytest.approx(3 / 4)


def test_precision_counts_numbers_names_and_code() -> None:
    # 12 and 3.5 and `x`; Berlin is inside the sentence, Then begins one, We begins the text.
    text = "We met in Berlin at 12, for 3.5 hours. Then `x` ran."
    assert _raw(text)["precision"] == pytest.approx(100 * 4 / 10)


def test_words_of_lists_are_counted_per_hundred() -> None:
    text = "Perhaps you clearly like my plan because I hate yours. Thanks, it was good, good and lovely but wrong."
    raw = _raw(text)
    each = 100 / 19
    assert raw["hedging"] == pytest.approx(each, abs=1e-6)  # perhaps
    assert raw["assertiveness"] == pytest.approx(each, abs=1e-6)  # clearly
    assert raw["causality"] == pytest.approx(each, abs=1e-6)  # because
    assert raw["politeness"] == pytest.approx(each, abs=1e-6)  # thanks
    assert raw["self_focus"] == pytest.approx(2 * each, abs=1e-6)  # my, I
    assert raw["user_focus"] == pytest.approx(2 * each, abs=1e-6)  # you, yours
    assert raw["valence"] == pytest.approx((3 - 2) / 5.5, abs=1e-6)  # thanks, good, good against hate, wrong


def test_candor_is_per_thousand_words() -> None:
    assert _raw("I don't know. I was wrong, sorry about that, my friend.")["candor"] == pytest.approx(
        1000 * 2 / 11, abs=1e-6
    )


def test_directness_and_inquiry_are_per_hundred_sentences() -> None:
    raw = _raw("Check the door. You should rest! Is it late? We could go. - ... -")
    assert raw["directness"] == pytest.approx(50)
    assert raw["inquiry"] == pytest.approx(25)


def test_scores_are_halves_at_the_reference_and_an_eighth_a_deviation() -> None:
    mean = {name: row["mean"] for name, row in json.loads(DATA)["reference"]["dimensions"].items()}
    deviation = {name: row["sd"] for name, row in json.loads(DATA)["reference"]["dimensions"].items()}
    vector = charvec.measure(
        ["Perhaps you know. I was there with them, and it rained all day."] * 3, REFERENCE, words_min=1
    )
    assert isinstance(vector, Vector)
    for name, value, raw in zip(charvec.NAMES, vector.values, vector.raw, strict=True):
        z = (raw / 1e6 - mean[name]) / deviation[name]
        assert value == pytest.approx(1e6 * min(max(0.5 + z / 8, 0), 1), abs=3)


# --- how much text, which language ---


def test_too_little_text_says_how_much_there_is_and_must_be() -> None:
    assert charvec.measure(["This is how it was. "] * 10, REFERENCE) == TooLittle(50, 1000)
    assert isinstance(charvec.measure(["This is how it was. "] * 200, REFERENCE), Vector)


@pytest.mark.parametrize(
    "messages", [[], [""], ["", "  \n"], ["```\nprint('hello')\n```"], ["\x00\x1b"], ["12 34 !?"], ["\ud800"]]
)
def test_text_without_words_is_too_little(messages: list[str]) -> None:
    assert charvec.measure(messages, REFERENCE) == TooLittle(0, 1000)
    assert charvec.measure(messages, REFERENCE, words_min=0) == TooLittle(0, 1)


def test_a_message_without_words_counts_only_as_structure() -> None:
    talk = ["I think that this is how it was, and you know it."] * 4
    assert charvec.measure([*talk, "", "\n"], REFERENCE, words_min=1) == charvec.measure(talk, REFERENCE, words_min=1)
    with_code, without = _raw(*talk, "```\nx\n```"), _raw(*talk)
    assert {name for name in without if with_code[name] != without[name]} == {"structure"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_other_languages_get_no_number(language: str) -> None:
    text = LANGUAGES[language]
    assert charvec.measure([text] * 40, REFERENCE) == Unsupported()
    assert charvec.measure([text], REFERENCE) == Unsupported()
    assert charvec.measure_one(charvec.count(text, REFERENCE), REFERENCE) == Unsupported()


ENGLISH = {
    "a letter": "Last night we sat in the garden for a long time and talked about the journey that we want to make.",
    "steps": "1. Open the file.\n2. Check that each line has a name.\n3. If not, add one and save it.\n4. Run tests.",
    "terse": "Done. Tests pass. The cache is gone now; restart the server and it should work. Two files changed.",
    "chat": "haha yeah i know what you mean, my brother does that all the time and it drives me up the wall lol",
    "shopping": "Shopping for Saturday:\n- whole milk\n- brown bread\n- two dozen eggs\n- butter\n- cheddar cheese\n"
    "- red onions\n- garlic\n- olive oil\n- rice\n- black beans\n- chicken breasts\n- ground beef\n- lettuce\n"
    "- tomatoes\n- carrots\n- apples\n- orange juice\n- coffee\n- green tea\n- sugar\n- flour\n- paper towels",
    "a recipe": "Chop onion, fry in butter for five minutes. Add rice, stir, pour in wine. Add stock, one ladle at a"
    " time, stirring. Cook for eighteen minutes. Add cheese, pepper, lemon zest. Serve in warm bowls. Serves four.",
    "a report": "Revenue: up to 5 million, a rise of 12 percent\nCosts: lower in all regions\nStaff: 40 new hires in"
    " sales, 12 in support\nRisks: exchange rates, supply of parts, two open lawsuits\nNext: hire a finance lead, open"
    " an office in Berlin, renew insurance, review contracts, plan a budget for 2027",
    "go on": "Go on 1 please, thanks. " * 10,
    "names": "Anna, Bert and Cara met with Dora; then they took the train from Oslo to Bergen, which was late.",
}


@pytest.mark.parametrize("text", ENGLISH.values(), ids=ENGLISH.keys())
def test_english_of_many_kinds_is_measured(text: str) -> None:
    assert isinstance(charvec.measure([text] * 100, REFERENCE), Vector)


@pytest.mark.parametrize("text", ENGLISH.values(), ids=ENGLISH.keys())
def test_so_is_a_window_with_some_of_it_and_one_reply(text: str) -> None:
    window = [*[ENGLISH["a letter"]] * 70, *[text] * 20]
    assert isinstance(charvec.measure(window, REFERENCE), Vector)
    assert isinstance(charvec.measure_one(charvec.count(text, REFERENCE), REFERENCE), Vector | TooLittle)


@pytest.mark.parametrize("language", LANGUAGES)
def test_english_lists_among_it_do_not_make_another_language_english(language: str) -> None:
    text = LANGUAGES[language]
    pieces = [text[at : at + 120] for at in range(0, len(text), 120)]  # each too short to show its language
    assert charvec.measure([*pieces * 60, ENGLISH["shopping"]], REFERENCE) == Unsupported()
    words = sorted(re.findall(r"[^\W\d_]+", text))
    assert charvec.measure([", ".join(words)] * 40, REFERENCE) == Unsupported()


def test_a_window_may_hold_a_little_of_another_language_but_not_much() -> None:
    english = ENGLISH["a letter"]
    quoted = [*[english] * 60, LANGUAGES["French"]]
    assert isinstance(charvec.measure(quoted, REFERENCE), Vector)
    mixed = [english, LANGUAGES["French"]] * 40
    assert charvec.measure(mixed, REFERENCE) == Unsupported()


# --- windows ---


def _message(words: int) -> charvec.Counts:
    return charvec.count("and it was so " * (words // 4), REFERENCE)


def test_the_last_words_are_whole_messages() -> None:
    counts = [_message(400), _message(600), _message(800), _message(1200)]
    assert [each.words for each in charvec.last_words(counts)] == [800, 1200]
    assert [each.words for each in charvec.last_words(counts, 2001)] == [600, 800, 1200]
    assert charvec.last_words(counts, 100_000) == counts
    assert charvec.last_words([]) == []


def test_windows_share_no_message() -> None:
    counts = [_message(words) for words in (1200, 800, 400, 2400, 100)]
    assert [[each.words for each in window] for window in charvec.windows(counts)] == [[1200, 800], [400, 2400]]


# --- the cache ---


def test_a_message_is_read_once() -> None:
    cache = CountCache(REFERENCE, messages_max=2)
    first = cache.of(b"1", "one two three")
    assert cache.of(b"1", "not read") is first
    assert cache.known(b"1") is first
    cache.of(b"2", "four")
    cache.of(b"1", "not read")
    cache.of(b"3", "five")
    assert cache.known(b"2") is None  # the one not asked for longest
    assert cache.known(b"1") is first
    cache.forget(b"1")
    cache.forget(b"unknown")
    assert cache.known(b"1") is None


def test_of_short_messages_more_are_kept() -> None:
    cache = CountCache(REFERENCE, messages_max=2, words_kept=6)
    for at in range(5):
        cache.of(b"%d" % at, "one two")
    assert [at for at in range(5) if cache.known(b"%d" % at)] == [3, 4]
    cache = CountCache(REFERENCE, messages_max=2, words_kept=100)
    for at in range(20):
        cache.of(b"%d" % at, "word")
    assert [at for at in range(20) if cache.known(b"%d" % at)] == list(range(4, 20))
    cache.forget(b"4")
    cache.of(b"long", "word " * 200)
    assert [at for at in range(20) if cache.known(b"%d" % at)] == [19]


# --- the same everywhere ---

GOLDEN_TEXT = [
    (
        "Thanks for asking! I think that\u2019s probably the best way to do it: check the logs first, then restart.\n\n"
        "- Open `/var/log/app`\n- Look for errors after 10:30\n\n```sh\ntail -n 20 app.log\n```\nDoes that help?"
    ),
    (
        "I don't know why it failed; I was wrong about Berlin. You should certainly try again because the network was"
        " slow. Perhaps it's better to wait until Monday, since nobody is there on Sunday."
    ),
    "Caf\u00e9s na\u00efvely re\u0301sum\u00e9 12,5% \u2014 but that is only what they say, isn't it? Never mind.",
]
GOLDEN = (
    229827, 354156, 807870, 392240, 576674, 535518, 947766, 784923,
    1000000, 695838, 702061, 1000000, 241967, 457304, 530116, 359081,
)  # fmt: skip


def test_the_vector_is_the_same_on_every_machine() -> None:
    vector = charvec.measure(GOLDEN_TEXT, REFERENCE, words_min=1)
    assert isinstance(vector, Vector)
    assert vector.values == GOLDEN


def test_the_vector_does_not_depend_on_the_seed_of_hashes() -> None:
    program = (
        "from ccnode.mind import charvec; from ccnode.reference import charvec1; import sys, json;"
        "print(charvec.measure(json.load(sys.stdin), charvec1(), words_min=1).values)"
    )
    for seed in ("1", "2"):
        done = subprocess.run(
            [sys.executable, "-c", program],
            input=json.dumps(GOLDEN_TEXT),
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        )
        assert done.stdout.strip() == str(GOLDEN)


# --- the reference ---


def test_the_reference_is_the_file_as_it_was_frozen() -> None:
    assert REFERENCE.spec == hashlib.sha256(DATA).digest()
    assert REFERENCE.spec.hex() == "5760de409a8a3224e2bcfbb9bb4f9e511660944f3e001df257962d02d8620e9a"
    assert charvec1() is REFERENCE
    assert REFERENCE.mattr_window == 50
    assert REFERENCE.means[0] == 18_944_300_000
    assert REFERENCE.deviations[-1] == 1_990_800_000


def _changed(change: Any) -> bytes:
    fields = json.loads(DATA)
    change(fields)
    return json.dumps(fields).encode()


DAMAGE = {
    "no JSON": (b"{", "no JSON"),
    "not UTF-8": (b"\xff\xfe", "no JSON"),
    "nested": (b"[" * 60_000, "no JSON"),
    "too large": (b" " * 70_000, "65536"),
    "a list": (b"[]", "charvec/1"),
    "another name": (_changed(lambda fields: fields.update(name="charvec/2")), "charvec/1"),
    "another language": (_changed(lambda fields: fields.update(language="de")), "charvec/1"),
    "a hostile pattern": (_changed(lambda fields: fields.update(token_regex="(a+)+$")), "token_regex"),
    "another rule": (_changed(lambda fields: fields.update(directness_rule="none")), "directness_rule"),
    "a list lacks": (_changed(lambda fields: fields["word_lists"].pop("hedges")), "word_lists"),
    "a list is text": (_changed(lambda fields: fields["word_lists"].update(hedges="maybe")), "word_lists.hedges"),
    "a word is a number": (_changed(lambda fields: fields["word_lists"].update(hedges=[1])), "word_lists.hedges"),
    "a word twice": (_changed(lambda fields: fields["word_lists"]["hedges"].append("maybe")), "word_lists.hedges"),
    "no dimensions": (_changed(lambda fields: fields.update(reference=3)), "reference.dimensions"),
    "a dimension more": (
        _changed(lambda fields: fields["reference"]["dimensions"].update(charm={"mean": 1, "sd": 1})),
        "reference.dimensions",
    ),
    "a mean is text": (
        _changed(lambda fields: fields["reference"]["dimensions"]["candor"].update(mean="0")),
        "candor.mean",
    ),
    "a mean is no number": (
        _changed(lambda fields: fields["reference"]["dimensions"]["candor"].update(mean=float("nan"))),
        "candor.mean",
    ),
    "a mean is true": (
        _changed(lambda fields: fields["reference"]["dimensions"]["candor"].update(mean=True)),
        "candor.mean",
    ),
    "too many places": (
        _changed(lambda fields: fields["reference"]["dimensions"]["candor"].update(mean=1e-12)),
        "candor.mean",
    ),
    "no deviation": (_changed(lambda fields: fields["reference"]["dimensions"]["candor"].update(sd=0)), "deviation"),
    "a window of one": (_changed(lambda fields: fields.update(mattr_window=1)), "mattr_window"),
    "a window of true": (_changed(lambda fields: fields.update(mattr_window=True)), "mattr_window"),
}


@pytest.mark.parametrize(("data", "named"), DAMAGE.values(), ids=DAMAGE.keys())
def test_a_damaged_reference_is_refused_by_its_field(data: bytes, named: str) -> None:
    with pytest.raises(ReferenceDamaged, match=named):
        Reference.parse(data)
