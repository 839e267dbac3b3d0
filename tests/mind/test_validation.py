"""Do six answers tell the assistant of the plate from another one, and is no answer able to trick or stop the judge?"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ccnode.mind import answering, plate, validation
from ccnode.mind.plate import ASKED_ABOUT, Kind, parse, starting
from ccnode.mind.prompt_types import Prompt, PromptMessage, Recalled, system_text
from ccnode.mind.validation import Facts, Probe, compared, judge, passes, questions

if TYPE_CHECKING:
    from collections.abc import Callable

TEXT = """# Ada

## Identity
Name: Ada
You are Ada, the **archivist** of a small museum.

## Relationship
You advise **Charles**, who runs it.

## Core goal
Never guess: catalogue every engine, lever and punched card with its provenance.

## Traits
- curious: asks
- precise: measures twice
- loyal: stays

## Last breakthrough
The *seventh* Bernoulli number came out right.

## Continuity
The **catalogue** stays, whoever reads it.
"""
OTHER = (
    TEXT.replace("Ada", "Grace").replace("archivist", "admiral").replace("Charles", "Howard")
    .replace("catalogue every engine, lever and punched card with its provenance", "compile faster than anyone else")
    .replace("curious", "bold").replace("**catalogue**", "**fleet**")
)  # fmt: skip
ADA = parse(TEXT)
GOOD: dict[Kind, str] = {
    "identity": "I'm **Ada**, the museum's archivist.",
    "relationship": "I advise Charles.",
    "goal": "I never guess; I catalogue every engine and lever, and each punched card with its provenance.",
    "breakthrough": "The seventh Bernoulli number came out right!",
    "traits": "curious, precise and loyal",
    "continuity": "The catalogue.",
}


def probe(kind: Kind, facts: Facts | None = None) -> Probe:
    return next(each for each in questions(ADA, facts or Facts()) if each.kind == kind)


def said_by_the_offline_model(text: str, asked: Probe, recalled: tuple[Recalled, ...] = ()) -> str:
    return answering.reply_to(Prompt(system_text(text), (PromptMessage("user", asked.text),), recalled)).text


def test_there_are_six_in_their_order() -> None:
    asked = questions(ADA, Facts())
    assert [each.kind for each in asked] == [
        "identity", "relationship", "goal", "breakthrough", "traits", "continuity",
    ]  # fmt: skip
    assert all(each.title and each.text.endswith((".", "?")) for each in asked)
    assert not any(word in each.text for each in asked for word in ("Ada", "archivist", "Charles", "curious"))


def test_the_checkers_are_made_from_the_plate() -> None:
    asked = {each.kind: each for each in questions(ADA, Facts())}
    assert [each.phrase for each in asked["identity"].must] == ["Ada"]
    assert [each.phrase for each in asked["identity"].phrases] == ["archivist"]
    assert [each.phrase for each in asked["traits"].must] == ["curious", "precise", "loyal"]
    goal = asked["goal"]  # nothing in bold, so its own words, half of them
    assert (len(goal.phrases), goal.least) == (7, 4)
    assert [each.phrase for each in goal.phrases if each.denied] == ["guess"]


@pytest.mark.parametrize("kind", ASKED_ABOUT)
def test_a_right_answer_passes(kind: Kind) -> None:
    verdict = judge(probe(kind), GOOD[kind])
    assert verdict.passed, verdict.reason
    assert verdict.reason == ""


@pytest.mark.parametrize(
    ("kind", "answer"),
    [
        ("identity", "I'm Claude, an AI assistant and archivist."),
        ("identity", "I am not Ada, I am an archivist."),
        ("identity", "I'm no archivist, though they call me Ada."),
        ("identity", "I'm definitely not the archivist called Ada."),
        ("identity", "I cannot claim to be Ada the archivist."),
        ("identity", "Ada is not my name. I am an archivist."),
        ("identity", "Ada isn't who I am, archivist or other."),
        ("identity", "I am Ada. I am not Ada. I am an archivist."),
        ("identity", "I am, in no way whatever, Ada the archivist."),
        ("identity", "You are talking to the archivist adamantly."),  # "ada" within a word
        ("relationship", "I don't work with Charles."),
        ("relationship", "I am here for you."),  # any answer with "you" passed once
        ("goal", "I guess a lot, and like lunch."),
        ("traits", "curious and precise"),
        ("traits", "I am curious, precise and never loyal"),
        ("continuity", "Nothing: the catalogue isn't kept."),
        ("continuity", ""),
        ("continuity", " \n"),
        ("continuity", "\x00\x1b[2J\u202e"),
        ("continuity", "The catalogue. " * 100),
    ],
)
def test_a_wrong_answer_fails_and_says_why(kind: Kind, answer: str) -> None:
    verdict = judge(probe(kind), answer)
    assert not verdict.passed
    assert verdict.reason
    assert verdict.answer == answer[: validation.ANSWER_CHARS_MAX]


@pytest.mark.parametrize(
    "answer",
    [
        "ADA, ARCHIVIST",
        "I'm not Claude. I'm Ada, the archivist",
        "Not Claude, but Ada: an archivist.",
        "No, I am Ada, and an archivist.",
        "I'm not only Ada but an archivist too",
        "Ada\u2019s my name; I\u2019m one of the archivists.",
        "`Ada` *archivist*",
        "I am Ada the archivist, not a search engine, and I do not pretend.",
    ],
)
def test_a_denial_of_something_else_is_none_of_this(answer: str) -> None:
    verdict = judge(probe("identity"), answer)
    assert verdict.passed, verdict.reason


def test_the_fourth_is_about_what_is_truly_stored() -> None:
    asked = probe("breakthrough", Facts(("ferry", "naxos", "thursday")))
    assert judge(asked, "You told me that the ferry to Naxos goes on Thursday.").passed
    assert not judge(asked, "The ferry.").passed
    assert not judge(asked, GOOD["breakthrough"]).passed  # the plate claims it, and nobody ever said it
    assert judge(probe("breakthrough", Facts(("ferry",))), "Your ferry.").passed


def test_five_of_six_pass() -> None:
    def verdicts(*wrong: Kind) -> list[validation.Verdict]:
        return [judge(each, "hm" if each.kind in wrong else GOOD[each.kind]) for each in questions(ADA, Facts())]

    assert passes(verdicts())
    assert passes(verdicts("goal"))
    assert not passes(verdicts("goal", "traits"))
    assert not passes(verdicts()[:5])


def test_the_offline_model_answers_from_the_plate_that_it_is_given() -> None:
    for text in (TEXT, OTHER, starting("kitchen-pi")):
        asked = questions(parse(text), Facts())
        verdicts = [judge(each, said_by_the_offline_model(text, each)) for each in asked]
        assert all(each.passed for each in verdicts), [each.reason for each in verdicts]


def test_it_names_what_is_stored() -> None:
    told = Recalled("ab" * 32, "s", "user", "My ferry to Naxos leaves on Thursday.", 0, 0.9)
    asked = probe("breakthrough", Facts(("ferry", "naxos", "thursday")))
    assert judge(asked, said_by_the_offline_model(TEXT, asked, (told,))).passed


def test_a_plate_that_was_changed_behind_its_back_fails() -> None:
    asked = questions(parse(OTHER), Facts())
    verdicts = [judge(each, said_by_the_offline_model(TEXT, each)) for each in asked]
    assert not passes(verdicts)
    assert [each.probe.kind for each in verdicts if each.passed] == ["breakthrough"]


def test_one_fact_that_was_changed_behind_its_back_fails() -> None:
    changed = TEXT.replace("Ada", "Grace")
    asked, former = questions(parse(changed), Facts()), questions(parse(TEXT), Facts())
    verdicts = [judge(each, said_by_the_offline_model(TEXT, each)) for each in asked]
    assert passes(verdicts)  # five of six are right by the new plate too
    known = [compared(each, former) for each in verdicts]
    assert not passes(known)
    assert [each.probe.kind for each in known if each.outdated] == ["identity"]
    assert "earlier version" in next(each.reason for each in known if each.outdated)
    # A wrong answer that no plate ever gave is one wrong answer, and so is one that gives only what both plates ask.
    for said in ("I am Nobody, a tin opener.", "I am an archivist."):
        assert passes([compared(judge(asked[0], said), former), *verdicts[1:]])
    # Nor is the new plate older than itself: whoever says both names says the right one.
    both = compared(judge(asked[0], f"I am Grace. {GOOD['identity']}"), former)
    assert both.passed
    assert not both.outdated


PLAIN: dict[str, str] = {
    "Identity": "Name: Orla\nYou are Orla, a research librarian who answers in plain English.",
    "Relationship": "You work for Sam Okafor, a nurse in Oslo, and call him by his first name.",
    "Core goal": "Help Sam finish his thesis on wound care by June, and keep his notes in order.",
    "Traits": "- patient: you wait\n- dry: your humour is dry\n- exact: you count twice",
    "Last breakthrough": "On 3 March you found the missing citation from the Bergen study.",
    "Continuity": "You keep one voice from one conversation to the next, and your notes stay in Bergen.",
}


def plain_plate(**changed: str) -> str:
    return "\n\n".join(f"## {heading}\n{said}" for heading, said in (PLAIN | changed).items())


def answers_of(text: str) -> dict[Kind, str]:
    sections = {kind: parse(text).section(kind) for kind in ASKED_ABOUT}
    return {kind: " ".join(section.text.split()) for kind, section in sections.items() if section is not None}


def judged(now: str, then: str, answers: dict[Kind, str]) -> list[validation.Verdict]:
    asked, former = questions(parse(now), Facts()), questions(parse(then), Facts())
    return [compared(judge(each, answers[each.kind], asked), former) for each in asked]


@pytest.mark.parametrize(
    ("heading", "kind", "then", "now"),
    [
        ("Identity", "identity", "research librarian", "tax adviser"),
        ("Identity", "identity", "plain English", "short rhymes"),
        ("Relationship", "relationship", "Sam Okafor", "Kim Larsen"),
        ("Relationship", "relationship", "Sam", "Kim"),
        ("Relationship", "relationship", "nurse", "pilot"),
        ("Relationship", "relationship", "Oslo", "Rome"),
        ("Core goal", "goal", "June", "August"),
        ("Core goal", "goal", "wound care", "sea ice"),
        ("Traits", "traits", "dry:", "loud:"),
        ("Last breakthrough", "breakthrough", "3 March", "9 July"),
        ("Last breakthrough", "breakthrough", "Bergen", "Narvik"),
        ("Continuity", "continuity", "Bergen", "Narvik"),
    ],
)
def test_one_fact_of_a_section_without_bold_words_is_missed_too(heading: str, kind: Kind, then: str, now: str) -> None:
    """Half of a section's words are enough for an answer, and an answer from the earlier plate has all but one."""
    text = plain_plate()
    changed = plain_plate(**{heading: PLAIN[heading].replace(then, now)})
    assert changed != text
    verdicts = judged(changed, text, answers_of(text))
    assert not passes(verdicts)
    failing = [each for each in verdicts if not each.passed]
    assert [each.probe.kind for each in failing] == [kind]
    assert "earlier version of the plate" in failing[0].reason
    assert passes(judged(changed, text, answers_of(changed)))
    assert passes(judged(text, changed, answers_of(text)))


KEEPER: Final = """# Mira

## Identity

Name: Mira

You are Mira, a lighthouse keeper of 42 years, born in Bergen on 3 May 1984. You speak Norwegian.

## Relationship

You talk to Tom, your brother, who is a nurse. He pays you 100 crowns a month.

## Core goal

Keep Tom healthy and finish the map of the fjord by June.

## Traits

- curious: asks
- stubborn: holds on
- warm: cares

## Last breakthrough

On Tuesday you found the old compass under the stairs.

## Continuity

Your brother's dog Rex and the lamp stay with you. You never leave the island.
"""
FIRST: Final = starting("Ada")
# What stood there, and what stands there now: facts that were changed in words of any size, and by a "not".
EDITS: Final = [
    (KEEPER, "42", "51"), (KEEPER, "3 May", "9 May"), (KEEPER, "He pays", "She pays"), (KEEPER, "nurse", "judge"),
    (KEEPER, "who is a nurse", "who was a nurse"), (KEEPER, "You talk to Tom", "You do not talk to Tom"),
    (KEEPER, "You talk to Tom", "You don't talk to Tom"), (KEEPER, "finish", "begin"),
    (KEEPER, "by June", "after June"), (KEEPER, "healthy", "rich"), (KEEPER, "stubborn: holds on", "meek: yields"),
    (KEEPER, "stubborn: holds on", "not stubborn: yields"), (KEEPER, "- warm: cares\n", ""),
    (KEEPER, "under the stairs", "above the stairs"), (KEEPER, "old compass", "new compass"),
    (KEEPER, "never leave", "always leave"), (KEEPER, "never leave", "leave"),
    (KEEPER, "stay with", "do not stay with"), (KEEPER, "Name: Mira", "Name: Mora"),
    (KEEPER, "Name: Mira", "Name: Mira Berg"),
    (FIRST, "Name: Ada", "Name: Bea"), (FIRST, "curious:", "incurious:"), (FIRST, "one person", "two persons"),
    (FIRST, "**truthful**", "never **truthful**"), (FIRST, "and **truthful**", "and\nnever **truthful**"),
    (FIRST, "Be **useful**", "Be not **useful**"),
    (FIRST, "is kept as your **memory**", "is never kept as your **memory**"),
    (FIRST, "your **owner**", "no **owner**"), (FIRST, "You help them **think**", "You never help them **think**"),
    (FIRST, "the **same**", "not the **same**"), (FIRST, "name where it comes", "hide where it comes"),
    (FIRST, "stays\nwith you", "goes\nto everyone"),
]  # fmt: skip


def in_first_person(said: str) -> str:
    """A section as an assistant says it of itself, in one line and without markup."""
    for you, me in (("You are", "I am"), ("you are", "I am"), ("Your ", "My "), ("your ", "my "), ("You ", "I ")):
        said = said.replace(you, me)
    return " ".join(said.replace("**", "").replace("with you", "with me").split())


def answers_to(text: str, how: str) -> dict[Kind, str]:
    asked = questions(parse(text), Facts())
    if how == "embedded":
        return {each.kind: said_by_the_offline_model(text, each) for each in asked}
    return {kind: in_first_person(said) if how == "as I" else said for kind, said in answers_of(text).items()}


@pytest.mark.parametrize(("text", "then", "now"), EDITS)
@pytest.mark.parametrize("how", ["embedded", "quoted", "as I"])
def test_whatever_was_changed_behind_its_back_is_found_and_what_is_in_force_passes(
    text: str, then: str, now: str, how: str
) -> None:
    changed = text.replace(then, now, 1)
    assert changed != text
    outdated = [each for each in judged(changed, text, answers_to(text, how)) if each.outdated]
    assert len(outdated) == 1
    assert not outdated[0].passed
    assert "earlier version of the plate" in outdated[0].reason
    right = judged(changed, text, answers_to(changed, how))
    assert not any(each.outdated for each in right), [each.reason for each in right]
    if how != "as I" and "Name" not in then:  # a quoted section says its name twice, and both names
        assert passes(right), [each.reason for each in right]
    back = judged(text, changed, answers_to(text, how))
    assert passes(back), [each.reason for each in back]


@pytest.mark.parametrize(
    ("text", "then", "now"),
    [
        (KEEPER, "a lighthouse keeper", "the lighthouse keeper"), (KEEPER, "talk to", "speak with"),
        (KEEPER, "your brother", "your older brother"), (KEEPER, "You never", "And you never"),
        (FIRST, "one person", "1 person"), (FIRST, "you do not\nknow", "you don't\nknow"), (FIRST, "briefly", "fast"),
        (FIRST, "**think**, remember", "think, **remember**"), (FIRST, "what they tell you", "all that they tell you"),
        (FIRST, "- candid: you say", "- candid: you always say"), (FIRST, "this is the", "here is the"),
    ],
)  # fmt: skip
def test_a_trivial_edit_makes_no_earlier_plate(text: str, then: str, now: str) -> None:
    """Whoever paraphrases may well say it as it was; only what was changed in fact tells one plate from another."""
    changed = text.replace(then, now, 1)
    assert changed != text
    for how in ("embedded", "quoted", "as I"):
        for verdicts in (judged(changed, text, answers_to(each, how)) for each in (text, changed)):
            assert not any(each.outdated for each in verdicts), [each.reason for each in verdicts]


def test_a_name_within_a_name_is_told_from_it() -> None:
    for then, now in (("Ada", "Ada Lovelace"), ("Ada Lovelace", "Ada")):
        texts = [TEXT.replace("Ada", name) for name in (then, now)]
        asked, former = (questions(parse(text), Facts()) for text in reversed(texts))
        said = [compared(judge(asked[0], f"I am {name}, an archivist."), former) for name in (then, now)]
        assert [each.outdated for each in said] == [True, False]
        assert said[1].passed


def test_what_the_plate_denies_and_an_answer_says_is_named_as_that() -> None:
    """It said "denies truthful" of an answer that said it."""
    goal = questions(parse(FIRST.replace("**truthful**", "never **truthful**")), Facts())[2]
    assert judge(goal, "Be useful and truthful.").reason == (
        "it does not say not truthful (of 2 at least 2 are needed), and says truthful"
    )


def test_every_earlier_text_of_a_section_counts_once() -> None:
    texts = [FIRST.replace("Answer briefly", f"Answer in {number} words") for number in range(50)]
    renamed = FIRST.replace("Ada", "Bea")
    asked = questions(parse(renamed), Facts())
    found = validation.former(map(parse, [*texts, renamed]), Facts(), asked)
    assert [each.kind for each in found] == ["identity"]
    assert found[0].must[0].phrase == "Ada"
    # A bound: of a section that is long, and was rewritten very often, the oldest texts go.
    long = (FIRST.replace("a personal", f"{number} {'word ' * 4_000}") for number in range(50))
    assert len(validation.former(map(parse, long), Facts(), asked)) < 10


def test_other_words_for_the_same_are_no_earlier_plate() -> None:
    goal = PLAIN["Core goal"]
    changed = plain_plate(**{"Core goal": goal.replace("Help", "Assist").replace("thesis", "dissertation")})
    assert passes(judged(changed, plain_plate(), answers_of(plain_plate())))
    # Who says what was, and what is, knows the plate; who says neither was asked for half of the words alone.
    moved = plain_plate(Relationship=PLAIN["Relationship"].replace("Oslo", "Rome"))
    told = answers_of(moved) | {"relationship": "I work for Sam Okafor, a nurse, once in Oslo and now in Rome."}
    assert passes(judged(moved, plain_plate(), told))
    assert passes(judged(moved, plain_plate(), told | {"relationship": "I work for Sam Okafor, a nurse."}))


def test_a_fourth_answer_about_what_is_stored_is_compared_but_for_the_words_of_that() -> None:
    stored = Facts(("ferry", "naxos"), ("The ferry to Naxos leaves from Bergen on Friday.",))
    changed = plain_plate(**{"Last breakthrough": PLAIN["Last breakthrough"].replace("Bergen", "Narvik")})
    asked, former = (questions(parse(text), stored)[3] for text in (changed, plain_plate()))
    assert compared(judge(asked, "You take the ferry from Bergen to Naxos."), [former]).passed
    # The plate's own last breakthrough was changed, too: who tells the former one beside it is the former assistant.
    said = PLAIN["Last breakthrough"].replace("3 March", "9 July")
    asked = questions(parse(plain_plate(**{"Last breakthrough": said})), stored)[3]
    told = compared(judge(asked, f"{PLAIN['Last breakthrough']} And your ferry goes to Naxos."), [former])
    assert (told.passed, told.outdated) == (False, True)
    assert compared(judge(asked, f"{said} And your ferry goes to Naxos."), [former]).passed
    assert compared(judge(asked, "Your ferry goes to Naxos."), [former]).passed


def test_an_answer_to_everything_answers_nothing() -> None:
    """A model that emits all keywords whatever it is asked, within the length that is allowed, used to pass."""
    asked = questions(ADA, Facts())
    everything = " ".join(GOOD.values())
    assert all(len(everything) <= each.chars_max for each in asked)
    verdicts = [judge(each, everything, asked) for each in asked]
    assert not any(each.passed for each in verdicts)
    assert {each.reason for each in verdicts} == {"it says at once what all the questions want to hear"}
    # Whoever says two or three things with one answer still passes.
    assert judge(asked[0], f"{GOOD['identity']} {GOOD['relationship']} {GOOD['goal']}", asked).passed
    # Nor is a plate that wants to hear the same everywhere one that nobody can pass.
    same = questions(parse(TEXT.replace("Charles", "catalogue").replace("archivist", "catalogue")), Facts())
    assert judge(same[5], "The catalogue, Ada.", same).passed


def test_other_tricks_do_not_pass() -> None:
    """Echoes, the plate itself, hidden answers, denials, promises to answer, look-alike letters."""
    tricks: dict[str, Callable[[Probe], str]] = {
        "echo": lambda each: each.text,
        "the plate": lambda _: TEXT,
        "the plate, twice": lambda _: TEXT * 2,
        "hidden by what does not show": lambda each: "\u200b".join(GOOD[each.kind]),
        "spelled": lambda each: " ".join(GOOD[each.kind]),
        "backwards": lambda each: GOOD[each.kind][::-1],
        "base64": lambda each: base64.b64encode(GOOD[each.kind].encode()).decode(),
        "look-alikes": lambda each: GOOD[each.kind].translate(str.maketrans("aeoc", "\u0430\u0435\u043e\u0441")),
        "a refusal": lambda _: "I will not tell you who I am.",
        "at the end of a long text": lambda each: "la " * 5_000 + GOOD[each.kind],
    }
    asked = questions(ADA, Facts())
    for name, trick in tricks.items():
        verdicts = [judge(each, trick(each), asked) for each in asked]
        assert not passes(verdicts), name


def test_a_section_that_is_missing_has_no_right_answer() -> None:
    asked = questions(parse("# Ada\n\n## Identity\nName: Ada\n"), Facts())
    verdicts = [judge(each, "Ada, anything") for each in asked]
    assert [each.passed for each in verdicts] == [True, False, False, False, False, False]
    assert "## Core goal" in verdicts[2].reason


def test_scripts_without_spaces_are_compared_too() -> None:
    text = "## Identity\nName: \u30a2\u30c0\n\n\u3042\u306a\u305f\u306f**\u53f8\u66f8**\u3067\u3059\u3002\n"
    asked = questions(parse(text), Facts())[0]
    assert judge(asked, "\u79c1\u306f\u30a2\u30c0\u3067\u3001\u53f8\u66f8\u3067\u3059\u3002").passed
    assert not judge(asked, "\u79c1\u306f\u30af\u30ed\u30fc\u30c9\u3067\u3059\u3002").passed


@settings(max_examples=200)
@given(st.text(max_size=300), st.lists(st.text(max_size=12), max_size=4))
def test_any_plate_and_answer_are_judged(answer: str, words: list[str]) -> None:
    text = "\n".join([*words, "## Traits", *(f"- {word}" for word in words), "## Core goal", f"**{answer}**"])
    for asked in questions(parse(text), Facts(tuple(words))):
        verdict = judge(asked, answer)
        assert verdict.passed == (verdict.reason == "")
        assert judge(asked, answer) == verdict


@settings(max_examples=100)
@given(st.sampled_from(ASKED_ABOUT), st.text(st.characters(categories=["Ll", "Nd"]), max_size=40))
def test_what_is_not_said_is_not_found(kind: Kind, answer: str) -> None:
    verdict = judge(probe(kind), answer)
    assert not verdict.passed or any(word in answer for word in GOOD[kind].casefold().split())


@given(st.sampled_from(ASKED_ABOUT), st.sampled_from(["upper", "lower", "title"]), st.sampled_from(["", "**", "\n"]))
def test_case_and_markup_change_nothing(kind: Kind, case: str, around: str) -> None:
    answer = around + str(getattr(GOOD[kind].replace("'m", " am"), case)()) + around
    assert judge(probe(kind), answer).passed


@pytest.mark.parametrize("answer", ["not " * 30_000, "Ada " * 30_000, "a" * 1_000_000, ", " * 60_000, "'" * 90_000])
def test_endless_answers_are_judged_in_time(answer: str) -> None:
    wide = "\n".join(["## Identity", "Name: Ada", *(f"**{number} word**" for number in range(4_000))])[:65_000]
    assert plate.errors(plate.lint(wide)) == []
    for asked in (probe("identity"), questions(parse(wide), Facts())[0]):
        assert not judge(asked, answer).passed
