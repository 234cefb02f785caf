"""The cautions of the statistics as sentences: one template a code, with the codes of groups turned into
their labels.

Where one section runs many tests, the same caution is said once with the list of the tests it concerns.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from openhall.errors import N_
from openhall.report import document
from openhall.report.numerals import decimals, p_equals, unit
from openhall.report.pen import Pen
from openhall.stats.cautions import Caution, Code
from openhall.stats.study import Factor

SENTENCES: Mapping[Code, str] = {
    Code.NO_DATA: N_("There is no valid answer to compute from."),
    Code.MISSING: N_("Answers are missing on {missing} sheets; the figures rest on {n}."),
    Code.EMPTY_LEVELS: N_("Nobody chose: {levels}. The test leaves them out."),
    Code.EMPTY_ROWS: N_("No sheets from: {levels}. The test leaves them out."),
    Code.EMPTY_COLUMNS: N_("Nobody answered: {levels}. The test leaves them out."),
    Code.SMALL_GROUPS: N_("Groups with fewer than {limit} answers: {levels}. Their figures are uncertain."),
    Code.TINY_GROUPS: N_(
        "Groups with fewer than {limit} answers: {levels}. Do not draw conclusions from them, and think of"
        " the people in them before publishing."
    ),
    Code.CONSTANT: N_("Every valid answer is the same ({value}), so there is nothing to compare."),
    Code.ONE_GROUP: N_("Fewer than two groups have answers, so they cannot be compared."),
    Code.REPEATED_ROWS: N_(
        "Of {n} sheets {repeated} are equal to another one in every answer. Check whether sheets were entered twice."
    ),
    Code.EVERY_ROW_TWICE: N_(
        "Every sheet stands in the data at least twice: {n} sheets, but only {distinct} different ones."
        " Figures that depend on the number of sheets (chi-square, F, p, intervals) come out too sure of"
        " themselves."
    ),
    Code.SPARSE: N_(
        "Expected counts below 5 in {below} of {cells} cells ({share}%), the smallest {minimum}. The usual"
        " chi-square p is not to be trusted here; read the Monte-Carlo p."
    ),
    Code.ONE_LINE: N_("Only one row or column of the table has answers, so there is nothing to test."),
    Code.FINITE_POPULATION: N_(
        "The {n} sheets are a large part of the {population} they were taken from, so the usual test is too"
        " cautious; the corrected one is given as well."
    ),
    Code.ALPHA_BELOW_STANDARD: N_(
        "Alpha is {alpha}, below the usual {standard}. The study's limit of .35 is no accepted standard:"
        " treat the score of this dimension with care."
    ),
    Code.ALPHA_NEGATIVE: N_(
        "Alpha is negative ({alpha}): the items contradict each other. Check how they are scored."
    ),
    Code.REVERSED_ITEM: N_(
        "Items that run against the others: {items}. Check whether they need reversed scores."
    ),
    Code.ALPHA_RISES_WITHOUT: N_("Without the item “{item}” alpha would rise to {alpha}."),
    Code.TWO_ITEMS_NEEDED: N_("Alpha needs at least two items."),
    Code.CONSTANT_ITEM: N_("Everybody gave the same answer to: {items}."),
    Code.UNEQUAL_VARIANCES: N_(
        "The groups do not scatter alike (Levene {p}), so Welch's test is to be preferred."
    ),
    Code.UNEQUAL_SIZES: N_(
        "The largest group is {ratio} times the smallest, so Welch's test is to be preferred."
    ),
    Code.NO_WITHIN_VARIANCE: N_("Inside each group everybody gave the same answer, so F cannot be computed."),
    Code.NO_WELCH: N_(
        "Welch's test cannot be computed, because of: {levels}. The classic F is shown instead."
    ),
    Code.OMEGA_AT_EDGE: N_(
        "Omega rests on a solution at its limit: nothing of their own is left to {items}. Read alpha instead."
    ),
    Code.SINGULAR: N_(
        "Some columns follow exactly from the others, so figures that need every column by itself are left"
        " out."
    ),
    Code.LOW_KMO: N_(
        "KMO is {kmo}, below {limit}: the correlations are too scattered for factors to be trusted."
    ),
    Code.FEW_CASES: N_("{n} cases are too few; this procedure needs {needed}."),
    Code.HEYWOOD: N_(
        "Factors explain all of: {items} (communality of 1 or more). The solution cannot be trusted."
    ),
    Code.NOT_CONVERGED: N_("After {iterations} steps the figures still moved; read them with care."),
    Code.COLLINEAR: N_("Left out, because they follow exactly from the other columns: {items}."),
    Code.HIGH_VIF: N_(
        "Hardly to be told apart from the other predictors (VIF above {limit}): {items}. Their coefficients"
        " are uncertain."
    ),
    Code.WEIGHTS_TRIMMED: N_("Weights of {cases} cases were cut off at the limits given."),
    Code.UNEQUAL_WEIGHTS: N_(
        "Unequal weights cost precision: the {n} cases count like {effective} (design effect {deff})."
    ),
    Code.LONELY_STRATA: N_(
        "Strata with one sampling unit add nothing to the errors, which are too small: {levels}."
    ),
}

# The same beside counts that nobody tests.
SENTENCES_WITHOUT_TEST: Mapping[Code, str] = {Code.EMPTY_LEVELS: N_("Nobody chose: {levels}.")}

# The same for many tests at once; `{tests}` is the list of them.
SENTENCES_OF_MANY: Mapping[Code, str] = {
    Code.SMALL_GROUPS: N_(
        "Groups with fewer than 30 answers occur in: {tests}. Their figures are uncertain."
    ),
    Code.TINY_GROUPS: N_(
        "Groups with fewer than 5 answers occur in: {tests}. Do not draw conclusions from them."
    ),
    Code.SPARSE: N_(
        "Expected counts are too small for the usual chi-square p in: {tests}. Read the Monte-Carlo p there."
    ),
    Code.UNEQUAL_VARIANCES: N_(
        "The groups do not scatter alike (Levene p < .05) in: {tests}. Welch's test is read there, where it can"
        " be computed."
    ),
    Code.UNEQUAL_SIZES: N_(
        "The largest group is more than 1.5 times the smallest in: {tests}. Welch's test is read there, where"
        " it can be computed."
    ),
    Code.EMPTY_LEVELS: N_("Some groups have no answers in: {tests}. They are left out."),
    Code.EMPTY_ROWS: N_("Some groups have no answers in: {tests}. They are left out."),
    Code.EMPTY_COLUMNS: N_("Some steps of the scale were never chosen in: {tests}. They are left out."),
    Code.MISSING: N_("Some answers are missing in: {tests}. The sheets concerned are left out there."),
    Code.NO_WITHIN_VARIANCE: N_(
        "Inside each group everybody gave the same answer in: {tests}. F cannot be computed."
    ),
    Code.NO_WELCH: N_("Welch's test cannot be computed for: {tests}. The classic F is read there."),
    Code.NO_DATA: N_("There is no valid answer to compute from in: {tests}."),
    Code.ONE_GROUP: N_("Fewer than two groups have answers in: {tests}."),
    Code.CONSTANT: N_("Every valid answer is the same in: {tests}."),
    Code.ONE_LINE: N_("Only one row or column has answers in: {tests}."),
}


def told(
    caution: Caution,
    pen: Pen,
    *,
    rows: Factor | None = None,
    columns: Mapping[str, str] | None = None,
    tested: bool = True,
) -> document.Caution:
    """One caution as a sentence. `rows`: whose levels its codes are; `columns`: labels of any other codes or
    keys; `tested`: whether a test stands beside it."""
    labels = {str(level.code): pen.word(level.label) for level in rows.levels} if rows else {}
    if caution.code is Code.EMPTY_COLUMNS or rows is None:
        labels = dict(columns or {})
    values = {key: _said(key, value, labels, pen) for key, value in caution.values.items()}
    sentences = SENTENCES if tested else {**SENTENCES, **SENTENCES_WITHOUT_TEST}
    return document.Caution(caution.code.value, pen(sentences[caution.code], **values))


def told_together(
    found: Iterable[tuple[str, Sequence[Caution]]], pen: Pen, *, leave: Iterable[Code] = ()
) -> list[document.Caution]:
    """Cautions of many tests, each (name of the test, its cautions), said once a code; codes in `leave` are
    not said."""
    tests: dict[Code, list[str]] = {}
    for name, cautions in found:
        for caution in cautions:
            tests.setdefault(caution.code, []).append(name)
    return [
        document.Caution(code.value, pen(SENTENCES_OF_MANY[code], tests=pen(N_("; ")).join(names)))
        for code, names in tests.items()
        if code in SENTENCES_OF_MANY and code not in set(leave)
    ]


def many_tests(tests: int, pen: Pen) -> list[document.Block]:
    """What many tests at once mean for their p; nothing for a single one."""
    if tests < 2:
        return []
    template = N_(
        "{tests} tests at once: if nothing differed, the chance of at least one false alarm at .05 would be"
        " {chance}%. So p is also given after Holm's correction, and conclusions rest on that one."
    )
    return [pen.caution("many_tests", template, tests=tests, chance=decimals(100 * (1 - 0.95**tests), 0))]


def _said(key: str, value: Any, labels: Mapping[str, str], pen: Pen) -> str:
    """One value of a caution in words."""
    if key in ("levels", "items", "item"):
        return pen.listed([labels.get(code.strip(), code.strip()) for code in str(value).split(",")])
    if isinstance(value, str):
        return value
    if key == "p":
        return p_equals(value)
    if key in ("alpha", "standard"):
        return unit(value).removesuffix("00") if key == "standard" else unit(value)
    if isinstance(value, int) or float(value).is_integer():
        return decimals(value, 0)
    return decimals(value, 1 if key == "share" else 2)
