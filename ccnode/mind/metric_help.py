"""What does each figure mean, and what does it not? The help that stands beside it wherever it is shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

_STYLE_LIMITS: Final = (
    "English only. A measure of wording: it says nothing about what is meant, known or felt. Two similar writers are"
    " not told apart."
)
_SCORE: Final = "0 to 1; 0.5 is the mean of the frozen reference, 0.625 one deviation above it"
_WINDOW: Final = "a window of at least 1000 words, better 2000"


@dataclass(frozen=True, slots=True)
class MetricHelp:
    """Help for one figure: what it is (`text`), its unit, its range, what it is computed over, its source, its limits.

    `group`: character, drift, relations, trust, phi or emergence.
    """

    name: str
    title: str
    group: str
    text: str
    unit: str
    range: str
    source: str
    limits: str
    over: str = _WINDOW


def _style(name: str, title: str, text: str, unit: str, source: str, limits: str = "") -> MetricHelp:
    return MetricHelp(name, title, "character", text, unit, _SCORE, source, f"{limits} {_STYLE_LIMITS}".strip())


_LISTS_SOURCE: Final = "word list of charvec/1"

_CHARACTER: Final = (
    _style(
        "analytic",
        "Analytic",
        "Nouns set in relation (articles, prepositions) against telling and talking (pronouns, auxiliaries,"
        " conjunctions, adverbs, negations).",
        "30 + the difference per 100 words",
        "Pennebaker, Chung, Frazee, Lavergne & Beaver 2014, PLoS ONE 9:e115844",
    ),
    _style(
        "complexity",
        "Complexity",
        "Long words and long sentences: the automated readability index.",
        "US school grade",
        "Smith & Senter 1967, AMRL-TR-66-220",
        "Every line end closes a sentence, so lists read as simple.",
    ),
    _style(
        "diversity",
        "Diversity",
        "How many different words there are in every run of 50: moving-average type-token ratio.",
        "share of the 50 words",
        "Covington & McFall 2010, J. Quant. Linguist. 17:94",
    ),
    _style(
        "verbosity",
        "Verbosity",
        "How long the replies are.",
        "log10(1 + words a message)",
        "definition of charvec/1",
        "Depends on what is asked as much as on who answers.",
    ),
    _style(
        "structure",
        "Structure",
        "Lines that are list items, headings, table rows, quotes or code.",
        "share of the lines that are not blank",
        "definition of charvec/1",
        "Read from the line's first characters: a line that begins in bold or with a minus counts too.",
    ),
    _style(
        "precision",
        "Precision",
        "Numbers, capitalised words inside a sentence (mostly names), and `code` words.",
        "per 100 words",
        "definition of charvec/1",
        "Precise is not correct.",
    ),
    _style(
        "hedging",
        "Hedging",
        "Words that weaken a claim: perhaps, likely, seems.",
        "per 100 words",
        "Hyland 2005, Metadiscourse; " + _LISTS_SOURCE,
        "How sure the wording is, not how sure there is reason to be.",
    ),
    _style(
        "assertiveness",
        "Assertiveness",
        "Words that strengthen a claim (boosters): clearly, certainly, always.",
        "per 100 words",
        "Hyland 2005, Metadiscourse; " + _LISTS_SOURCE,
        "How sure the wording is, not how sure there is reason to be.",
    ),
    _style(
        "candor",
        "Candor",
        'Admitting limits and mistakes: "I don\'t know", "I was wrong", "I can\'t verify".',
        "per 1000 words",
        "pattern of charvec/1",
        "Rare: one such phrase moves it visibly. Saying so is not the same as being honest.",
    ),
    _style(
        "directness",
        "Directness",
        'Sentences that tell the reader what to do: an imperative, or "you should", "you can" and the like.',
        "% of sentences",
        "rule and word list of charvec/1",
    ),
    _style("inquiry", "Inquiry", "Question marks.", "per 100 sentences", "definition of charvec/1"),
    _style(
        "causality",
        "Causality",
        "Words of cause and consequence: because, therefore, if.",
        "per 100 words",
        _LISTS_SOURCE,
    ),
    _style(
        "valence",
        "Valence",
        "Pleasant against unpleasant words: (positive - negative)/(positive + negative + 0.5).",
        "-1 to 1 before scaling",
        _LISTS_SOURCE,
        '"Not good" counts as good. A tone of words, no feeling.',
    ),
    _style(
        "politeness",
        "Politeness",
        "Thanks, greetings, apologies, please.",
        "per 100 words",
        "Danescu-Niculescu-Mizil, Sudhof, Jurafsky, Leskovec & Potts 2013, ACL; " + _LISTS_SOURCE,
    ),
    _style("self_focus", "Self focus", "I, me, my and their forms.", "per 100 words", _LISTS_SOURCE),
    _style("user_focus", "User focus", "You, your and their forms.", "per 100 words", _LISTS_SOURCE),
)

_DRIFT: Final = (
    MetricHelp(
        "drift",
        "Drift",
        "drift",
        "How far the character of the newest window is from the signed baseline (the mean of the first ten windows, or"
        " what the owner approved): root mean square difference of the sixteen scores.",
        "score",
        "0 to 1; above 0.10 is remarkable",
        "definition of this project",
        "A window varies by itself: on recorded dialogues, 7 % of windows of 2000 words, and 34 % of those of 500, were"
        " above 0.10 though nothing had changed. It finds gross changes of style, not who writes.",
    ),
    MetricHelp(
        "step_drift",
        "Step drift",
        "drift",
        "How far the last message moved the running average of the character, in which a word counts half as much as"
        " one said 2000 words later: root mean square over the sixteen scores.",
        "score a message",
        "0 to 1; the rule is below 0.05",
        "exponentially weighted moving average: Roberts 1959, Technometrics 1:239",
        "A long message moves more than a short one. Many small steps one way stay below the rule: see MEWMA.",
        "each message, once 1000 words were said",
    ),
    MetricHelp(
        "ccc",
        "CCC",
        "drift",
        "Concordance correlation coefficient of the newest window's sixteen scores and the baseline's: agreement in"
        " value, not only in profile.",
        "none",
        "-1 to 1; 1 is equal",
        "Lin 1989, Biometrics 45:255",
        "Of sixteen numbers, so it is coarse. Low also where the baseline is flat: then small differences weigh much.",
    ),
    MetricHelp(
        "drift_alarm",
        "Drift alarm",
        "drift",
        "Rings while, of the last three windows that share no text, two drift by more than 0.10 and more than this"
        " character's own 99th percentile.",
        "yes or no",
        "the threshold is 0.10 or more",
        "definition of this project (two of three: Western Electric 1956)",
        "The own percentile needs 20 windows; with fewer than 100 it is the largest drift seen without an alarm.",
        "windows of 2000 words that share no text",
    ),
    MetricHelp(
        "mewma",
        "MEWMA",
        "drift",
        "Multivariate exponentially weighted moving average (weight 0.1) of the windows: rings at slow drift that no"
        " single window shows.",
        "T squared",
        "0 upwards; it rings above 31.5",
        "Lowry, Woodall, Champ & Rigdon 1992, Technometrics 34:46",
        "Needs 40 windows to learn what is normal. With normal noise it rings once in about 200 windows though nothing"
        " moved, with heavier tails once in about 100.",
        "windows of 2000 words that share no text",
    ),
)

_PAIRS: Final = "the turn pairs of a session (a user's message and its reply)"
_RELATIONS: Final = (
    MetricHelp(
        "lsm",
        "Language style matching",
        "relations",
        "How alike the two use function words: mean over eight lists of 1 - |a - b|/(a + b + 0.0001), a and b in % of"
        " words.",
        "none",
        "0 to 1; 1 is the same use",
        "Ireland, Slatcher, Eastwick, Scissors, Finkel & Pennebaker 2011, Psychol. Sci. 22:39",
        "The original has a ninth list (quantifiers). Two speakers of one language are alike to begin with: 0.8 is"
        " ordinary. From 100 words of each.",
        _PAIRS,
    ),
    MetricHelp(
        "coordination",
        "Coordination",
        "relations",
        "Whether the reply uses a kind of function word more often when the user's message did: mean over the kinds of"
        " P(reply has it | message has it) - P(reply has it).",
        "difference of probabilities",
        "-1 to 1; 0 is none",
        "Danescu-Niculescu-Mizil, Lee, Pang & Kleinberg 2012, Echoes of Power, WWW",
        "A long reply has every kind anyway, so long replies give values near 0. From ten pairs.",
        _PAIRS,
    ),
    MetricHelp(
        "balance",
        "Balance",
        "relations",
        "How evenly the words are shared: 4 p (1 - p), p the user's share.",
        "none",
        "0 to 1; 1 is half each",
        "definition of this project",
        "An assistant that is asked to write much lowers it; that is no fault.",
        _PAIRS,
    ),
    MetricHelp(
        "responsiveness",
        "Responsiveness",
        "relations",
        "How much of the user's words the reply takes up, rare words weighing more (inverse document frequency over the"
        " user's messages so far).",
        "share",
        "0 to 1",
        "Sparck Jones 1972, J. Doc. 28:11, for the weights; definition of this project",
        "Only the same words count: a reply in other words, or a parrot, is misjudged. From five pairs.",
        _PAIRS,
    ),
    MetricHelp(
        "affect_alignment",
        "Affect alignment",
        "relations",
        "Whether pleasant messages get pleasant replies: Pearson's r of the two valences over the pairs.",
        "none",
        "-1 to 1",
        "Pearson 1895; valence as in charvec/1",
        "A tone of words, no empathy. From ten pairs; a few pairs can make it large by chance.",
        _PAIRS,
    ),
    MetricHelp(
        "common_ground",
        "Common ground",
        "relations",
        "Share of the replies that cite a stored memory whose hash verifies.",
        "share",
        "0 to 1",
        "definition of this project, after Clark & Brennan 1991",
        "That a memory was cited (or words said that only it could have told), not that it was understood or fitting."
        " From five pairs.",
        _PAIRS,
    ),
    MetricHelp(
        "repair_free",
        "Repair-free turns",
        "relations",
        "Share of the user's turns, from the second on, that do not correct the reply before.",
        "share",
        "0 to 1",
        "other-initiated repair: Schegloff, Jefferson & Sacks 1977, Language 53:361; patterns of this project",
        'Corrections are found by their wording ("that\'s wrong", "I meant"): some are missed, some found that are'
        " none."
        " From five such turns.",
        _PAIRS,
    ),
)

_TRUST: Final = (
    MetricHelp(
        "trust",
        "Trust",
        "trust",
        "Expected share of good outcomes: (r + 1)/(r + s + 2) of r good and s bad ones, which fade by half in thirty"
        " days. Peers: signed runs that verify against those that do not, and forks; what is replayed is refused before"
        " anybody is known. Models: replies finished against failed. Conversation: turns without a correction.",
        "share",
        "0 to 1; 0.5 where nothing is known",
        "Josang & Ismail 2002, The Beta Reputation System, 15th Bled Conference",
        "A record of the past, not a promise. It changes no tier: only the owner does.",
        "all outcomes, the newer the more",
    ),
    MetricHelp(
        "trust_gate",
        "Trust, gated",
        "trust",
        "Trust less 1.645 standard deviations: what decisions look at, so that a short record opens nothing.",
        "share",
        "0 to 1; 0.03 where nothing is known",
        "Josang & Ismail 2002; deviation of the beta distribution, normal approximation",
        "Cut at 0. With few outcomes the approximation is coarse.",
        "all outcomes, the newer the more",
    ),
)

_VECTORS: Final = "at least 256 vectors, one a message"
_STATISTIC: Final = (
    "A statistic of text features: no measure of consciousness or experience. Equal to 1e-6 across machines, not to the"
    " last digit. It gates nothing."
)
_PHI_SOURCE: Final = "Oizumi, Tsuchiya & Amari 2016, PNAS 113:14817 (geometric integrated information, Gaussian)"
_PHI: Final = (
    MetricHelp(
        "phi",
        "Phi",
        "phi",
        "How much better the next vector of style scores is predicted by all scores together than by two halves that"
        " do not see each other, at the cut where that is least (geometric integrated information of a linear model,"
        " VAR(1)).",
        "nats",
        "0 upwards; about 0.04 on real dialogue",
        _PHI_SOURCE,
        "It is never below 0 by construction, so compare the adjusted figure and the p-value. " + _STATISTIC,
        _VECTORS,
    ),
    MetricHelp(
        "phi_adjusted",
        "Phi, adjusted",
        "phi",
        "Phi less what chance alone gives on average for so many vectors and links.",
        "nats",
        "may be below 0: then there is less than chance gives",
        _PHI_SOURCE + "; chi-square bias of the likelihood ratio (Wilks 1938)",
        _STATISTIC,
        _VECTORS,
    ),
    MetricHelp(
        "phi_p",
        "Phi, p-value",
        "phi",
        "How often chance alone would give so much: 2 N phi against the chi-square distribution.",
        "probability",
        "0 to 1; below 0.05 is usually called significant",
        "Wilks 1938, Ann. Math. Stat. 9:60",
        "The cut was chosen after looking, and style scores are not normal: it is approximate. " + _STATISTIC,
        _VECTORS,
    ),
    MetricHelp(
        "phi_ratio",
        "Phi ratio",
        "phi",
        "Phi as a share of the information that a vector has about the next one.",
        "share",
        "0 to 1; none where that information is 0",
        _PHI_SOURCE,
        _STATISTIC,
        _VECTORS,
    ),
    MetricHelp(
        "phi_goal",
        "Phi above 0.80",
        "phi",
        "Whether phi is above the 0.80 of this project's goals, with its p-value.",
        "yes or no",
        "met or not met",
        "goal of this project",
        "On real dialogue it is not expected to be met; nothing depends on it. " + _STATISTIC,
        _VECTORS,
    ),
)

_EMERGENCE_SOURCE: Final = "Rosas et al. 2020, PLoS Comput. Biol. 16:e1008289 (criterion for causal emergence)"
_SUMMARY: Final = "the mean score (V, mean of the z-scores)"
_EMERGENCE: Final = (
    MetricHelp(
        "emergence_psi",
        "Emergence, psi",
        "emergence",
        f"How much {_SUMMARY} tells about its own next value beyond what the sixteen scores tell singly. Above 0 it is"
        " sufficient for emergence; it is called so only above the 95th percentile of 200 shuffles too. Scores that"
        " each remember only themselves can pass that: whether it is above such series as well is said beside it.",
        "nats",
        "below 0 to above 0; expect below 0",
        _EMERGENCE_SOURCE,
        "Sufficient, not necessary: below 0 says nothing. Expect no evidence on ordinary dialogue. " + _STATISTIC,
        _VECTORS,
    ),
    MetricHelp(
        "emergence_delta",
        "Emergence, delta",
        "emergence",
        f"Downward causation: how much {_SUMMARY} tells about some next score beyond what the scores tell singly.",
        "nats",
        "below 0 to above 0",
        _EMERGENCE_SOURCE,
        "Sufficient, not necessary. " + _STATISTIC,
        _VECTORS,
    ),
    MetricHelp(
        "emergence_gamma",
        "Emergence, gamma",
        "emergence",
        f"How much {_SUMMARY} tells about any next score: where psi is above 0 and this is 0, the whole goes its way"
        " apart from its parts (causal decoupling).",
        "nats",
        "0 upwards",
        _EMERGENCE_SOURCE,
        "Says something only beside psi. " + _STATISTIC,
        _VECTORS,
    ),
)

METRIC_HELP: Final[dict[str, MetricHelp]] = {
    row.name: row for row in (*_CHARACTER, *_DRIFT, *_RELATIONS, *_TRUST, *_PHI, *_EMERGENCE)
}
