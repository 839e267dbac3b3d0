"""Which kind of fact does a question want, and is what a message says of that kind?"""

from __future__ import annotations

import pytest

from ccnode.mind.asking import read_question
from ccnode.mind.matching import match
from ccnode.mind.wanted import wanted


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("What did we pay for the boat?", "price"),
        ("What does the babysitter charge?", "price"),
        ("What do I owe Tomas?", "price"),
        ("What did the roofer quote us?", "price"),
        ("What would make me happy?", "what"),
        ("What make of trumpet does Oscar play?", "titled"),
        ("Which model is our printer?", "titled"),
        ("What's the password for the guest network?", "code"),
        ("Where did I write down the password?", "where"),
        ("What does Piotr do for a living?", "job"),
        ("What's Femke's job?", "job"),
        ("What did they say about the job interview?", "what"),
        ("What dosage of ramipril am I on?", "measure"),
    ],
)
def test_the_kind_of_fact_that_is_asked_for(question: str, kind: str) -> None:
    assert wanted(question).kind == kind


def test_somebody_named_twice_is_no_other_person() -> None:
    question = read_question("Who is Rupert marrying?")
    same = match(question, "user", "My best man Rupert is getting married in a castle.")
    other = match(question, "user", "My best man Rupert is getting married to my cousin.")
    assert not same.kind_found
    assert other.kind_found
