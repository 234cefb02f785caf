"""The findings of an audit as sentences: one template a code, an explanation and a severity.

The sentences say what does not fit together, never why somebody printed it. `Pen` puts them into a language.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from openhall.errors import N_
from openhall.report.numerals import decimals, p_cell, unit
from openhall.report.pen import NAMES, Pen
from openhall.stats.audit.findings import Code, Explanation, Finding, Repair, Severity, Step, Why
from openhall.stats.audit.published import Place

SEVERITIES: Mapping[Severity, str] = {
    Severity.DECISION_ERROR: N_("Changes a conclusion"),
    Severity.ERROR: N_("Error"),
    Severity.WARNING: N_("Warning"),
    Severity.NOTE: N_("Note"),
}

SENTENCES: Mapping[Code, str] = {
    Code.PERCENTS: N_("{wrong} of {of} percentages do not follow from their counts (base {base}): {cells}."),
    Code.PERCENTS_CUT_OFF: N_("The percentages are cut off instead of rounded: {cells}."),
    Code.PERCENTS_NEAR: N_(
        "{wrong} of {of} percentages are off by less than one in the last digit: {cells}. They may have been"
        " rounded twice or adjusted to add up to 100."
    ),
    Code.PERCENT_SUM: N_(
        "The percentages add up to {sum}, and rounding does not explain the difference from 100."
    ),
    Code.BLANK_CELL: N_("The cell is blank."),
    Code.LINE_TOTAL: N_("The printed total is {printed}, the cells add up to {sum}."),
    Code.GRAND_TOTAL: N_("The printed grand total is {printed}, the cells add up to {sum}."),
    Code.ROWS_EQUAL: N_("The counts are the same as those of “{other}”. Was a row copied twice?"),
    Code.MARGINS_DIFFER: N_(
        "The same answers have other totals here than elsewhere. {columns}: {here} here, {there} in the"
        " tables {tables}."
    ),
    Code.TABLE_N: N_("The table holds {total} people, the report speaks of {n}."),
    Code.CLAIMED_N: N_("Here {printed} people are named, elsewhere {n}."),
    Code.GROUP_SIZE: N_("The text gives {printed}, Table {table} has {size} (“{row}”)."),
    Code.GROUP_PERCENT: N_("The text gives {printed}%, but {size} of {n} are {percent}%."),
    Code.GROUPS_SUM: N_("The groups add up to {sum}, not to {n}."),
    Code.SUM: N_("The parts add up to {sum}, the text says {printed}."),
    Code.SHARES_SUM: N_("The shares add up to {sum}%, not to 100%."),
    Code.P: N_("The printed p is {printed}, but this statistic has p = {p}."),
    Code.P_CUT_OFF: N_("The printed p ({printed}) is cut off instead of rounded; it is {p}."),
    Code.P_NEAR: N_("The printed p ({printed}) is off by less than one in the last digit; it is {p}."),
    Code.P_ZERO: N_("p is printed as {printed}. No p is 0; write p < .001 (here {p})."),
    Code.P_RANGE: N_("{printed} is no probability."),
    Code.STATISTIC_RANGE: N_("{printed} is no possible value of {kind}."),
    Code.CONCLUSION: N_("What the text concludes does not follow from p = {p} at the level {alpha}."),
    Code.CHI2: N_(
        "The printed chi-square is {printed}; the counts of Table {table} give {chi2} with N = {n} (p {p_said})."
    ),
    Code.DF: N_("The printed degrees of freedom are {printed}; {rows} rows and {columns} columns give {df}."),
    Code.OTHER_N: N_(
        "{tests} of {of} chi-squares do not follow from their tables with N = {claimed}, but all of these"
        " do with N = {n} (tables {tables})."
    ),
    Code.EXPECTED: N_(
        "Expected counts below 5 in {below}/{cells} cells (smallest {smallest}, N = {n}), which the report"
        " does not say. The p of the chi-square test is not to be trusted when there are many."
    ),
    Code.ANOVA_P: N_(
        "F = {f} is printed with p = {printed}, but with {df1} and {df2} degrees of freedom p is {p} (N = {n})."
    ),
    Code.ANOVA_SWAPPED: N_(
        "{wrong} of {of} p do not follow from their F with the degrees of freedom of the groups. {follow}"
        " of {of} follow when the numerator has the same degrees of freedom along each row ({by_row}) and N"
        " = {n}: factor and dependent variable were probably exchanged."
    ),
    Code.GROUPS_F: N_(
        "The printed {kind} is {printed}; the groups' sizes, means and standard deviations allow {low} to {high}."
    ),
    Code.GROUPS_MEAN: N_("The printed mean of all is {printed}; the groups' means allow {low} to {high}."),
    Code.GROUPS_N: N_("The printed N is {printed}; the groups add up to {sum}."),
    Code.ITEM_MISSING: N_("{shown} item means are printed, but the dimension has {items} items."),
    Code.MEAN_OF_ITEMS: N_(
        "The printed mean is {printed}; the items average {mean}, and rounding allows {low} to {high}."
    ),
    Code.MEAN_BY_ROUNDING: N_(
        "The items average {mean}, printed is {printed}. This is possible: the items are rounded, and their"
        " mean lies between {low} and {high}."
    ),
    Code.AVERAGE_OF_AVERAGES: N_(
        "{printed} is the average of the averages {parts}, each counting the same whatever its number of"
        " items. Weighted by items it is {weighted}."
    ),
    Code.TOTAL_MEAN: N_("The printed total is {printed}; the parts average {mean}."),
    Code.MEAN_RANGE: N_("A mean of {printed} lies outside the scale from {low} to {high}."),
    Code.MIDPOINT: N_("{printed} is called the middle of the scale from {low} to {high}. It is {midpoint}."),
    Code.ALPHA_RANGE: N_("Alpha is never above 1."),
    Code.ALPHA_ITEMS: N_(
        "With {items} items and a mean correlation of {correlation}, alpha should be about {low} to {high}."
    ),
    Code.ALPHA_VARIANCES: N_("The printed standard deviations give an alpha between {low} and {high}."),
    Code.GRIM: N_(
        "{n} people ({items} items each) cannot have a mean of {printed}; the nearest possible are {below} and {above}."
    ),
    Code.GRIMMER: N_(
        "{n} people answering in whole numbers with a mean of {mean} cannot have a standard deviation of {printed}."
    ),
    Code.DEBIT: N_(
        "For answers of 0 and 1 with a mean of {mean} and N = {n} the standard deviation is {sd}, printed is {printed}."
    ),
    Code.SD_RANGE: N_("A standard deviation of {printed} is too large for the scale; it is at most {most}."),
    Code.PERCENT_GRIM: N_(
        "{printed} is no possible percentage of {n} people; the nearest are {below}% and {above}%."
    ),
    Code.COMMON_FACTOR: N_(
        "All {counts} printed counts in {cells} cells are divisible by {factor}. By chance this would"
        " happen once in about {once} reports."
    ),
    Code.LAST_DIGITS: N_(
        "The last digits of {counts} counts are unevenly spread (p = {p}). This may have harmless reasons."
    ),
}

EXPLANATIONS: Mapping[Why, str] = {
    Why.OTHER_N: N_("It follows with N = {n} instead of {claimed}."),
    Why.CHANGE: N_("Likely “{row}”, “{column}”: {new} instead of {old}. This restores {checks}."),
    Why.FILL: N_("Likely {new} belongs in “{row}”, “{column}”. This restores {checks}."),
    Why.SWAP: N_(
        "Likely two cells of “{row}” were exchanged: {new_first} for “{first}” and {new_second} for"
        " “{second}” instead of {old_first} and {old_second}. This restores {checks}."
    ),
    Why.BELONGS: N_(
        "Likely the {value} of “{row}” under “{first}” belongs under “{second}”. This restores {checks}."
    ),
    Why.TOTAL: N_("Likely the total itself is misprinted: {new} instead of {old}."),
    Why.PERCENTS_OF: N_("The percentages are those of another row: “{row}” in Table {table}."),
    Why.OTHER_BASE: N_("They would follow from a base of {base}."),
    Why.SEVERAL: N_("{options} single repairs would do, so none is proposed."),
    Why.NOT_SEARCHED: N_("There is too much to try here, so the search for a repair was given up."),
    Why.UNEXPLAINED: N_("No single repair was found that satisfies everything known."),
    Why.AFTER_REPAIRS: N_("The cells proposed for Table {tables} restore it."),
    Why.ONE_TAILED: N_("It follows one-tailed (p = {p}), which the report does not say."),
    Why.ROLES_SWAPPED: N_(
        "It follows with {df} degrees of freedom in the numerator and N = {n}: factor and dependent variable exchanged."
    ),
    Why.IMPLIED_DF: N_("{dependent}: {df} degrees of freedom, so {scores} distinct scores served as groups."),
    Why.ITEM_IMPLIED: N_("The item left out must have a mean near {mean} ({low} to {high})."),
    Why.DIGITS_EXCHANGED: N_("{label}: {new} instead of {old}, with two digits exchanged, would do."),
    Why.LEFT_OUT: N_("The text does not mention: {labels}."),
    Why.TABLE_RIGHT: N_("The table's {size} fits its percentages and the other tables."),
    Why.ADJUSTED: N_("They add up to exactly 100, so they were probably adjusted."),
    Why.COUNTED_TIMES: N_("Was every answer counted {factor} times? Then N is {n}."),
}

CHECKS = {
    "percentages": N_("the percentages"),
    "rows": N_("the row totals"),
    "columns": N_("the column totals"),
    "chi2": N_("the chi-square"),
    "sample": N_("the size given in the text"),
}

PLACES = {
    "sample": N_("Text, the sample"),
    "fieldwork": N_("Text, fieldwork"),
    "text": N_("Text"),
}


def place(where: Place, pen: Pen) -> str:
    """Where a figure stands: `Table 4-7, No income, General`."""
    parts = [name(part, pen) for part in (where.row, where.column) if part]
    return pen(N_(", ")).join([table(where.table, pen), *parts] if where.table else parts)


def table(key: str, pen: Pen) -> str:
    if key in PLACES:
        return pen(PLACES[key])
    if ", " in key:
        return pen(N_("Tables {numbers}"), numbers=key)
    return pen(N_("Table {number}"), number=key) if key[:1].isdigit() else name(key, pen)


def name(label: str, pen: Pen) -> str:
    """A background by its human name, anything else as it is printed."""
    return pen(NAMES[label]) if label in NAMES else label


def sentence(found: Finding, pen: Pen) -> str:
    """What the finding says, with its figures."""
    values = {**found.values, **_extra(found, pen)}
    template = SENTENCES[found.code]
    words = {key: said(key, value, pen) for key, value in values.items()} | {"printed": found.printed}
    return " ".join([pen(template, **words), *_more(found, pen)])


def _extra(found: Finding, pen: Pen) -> dict[str, Any]:
    """Values a sentence needs that are made of others."""
    values = found.values
    if found.code is Code.ITEM_MISSING:
        return {"shown": values["printed"]}
    if found.code is Code.CHI2:
        p = float(values["p"])  # type: ignore[arg-type]
        cell = chance(p)
        return {"p_said": cell if cell[0] in "<>" else f"= {cell}"}
    if found.code is Code.ANOVA_SWAPPED:
        pairs = zip(values["dependents"], values["dfs"], strict=True)  # type: ignore[arg-type]
        return {"by_row": pen(N_(", ")).join(f"{dependent} {df}" for dependent, df in pairs)}
    if found.code is Code.COMMON_FACTOR:
        return {"once": power(1 / float(values["chance"]))}  # type: ignore[arg-type]
    return {}


def _more(found: Finding, pen: Pen) -> list[str]:
    """A second sentence some findings have."""
    values = found.values
    if found.code is Code.AVERAGE_OF_AVERAGES and values["direct"] != "":
        template = N_("The question on {variable} itself has a mean of {direct}.")
        return [
            pen(
                template,
                variable=pen(N_("overall satisfaction")),
                direct=said("direct", values["direct"], pen),
            )
        ]
    if found.code is Code.MIDPOINT and values["between"]:
        claimed_low = float(found.printed) < float(values["midpoint"])  # type: ignore[arg-type]
        template = (
            N_("Above the middle claimed, but below the true one: {between}.")
            if claimed_low
            else N_("Below the middle claimed, but above the true one: {between}.")
        )
        return [pen(template, between=said("between", values["between"], pen))]
    if found.code is Code.EXPECTED and values["other_n"]:
        template = N_("With N = {n} it would be {below}/{cells}.")
        n, below = said("n", values["other_n"], pen), values["below_other"]
        return [pen(template, n=n, below=below, cells=values["cells"])]
    if found.code is Code.CHI2 and values["repairs"]:
        return [
            pen(
                N_("(As printed, before the proposed repairs: {chi2}.)"),
                chi2=said("chi2", values["as_printed"], pen),
            )
        ]
    return []


def explanation(one: Explanation, pen: Pen) -> str:
    """A likely explanation as a sentence."""
    values = {key: said(key, value, pen) for key, value in one.values.items()}
    return pen(EXPLANATIONS[one.why], **values)


def repair(one: Repair, pen: Pen) -> str:
    """A repair as a line: `Table 4-7, No income, General: 10 → 12`."""
    old = one.old or pen(N_("(blank)"))
    return pen(N_("{place}: {old} → {new}"), place=place(one.place, pen), old=old, new=one.new)


def arithmetic(one: Step) -> str:
    """A step as a line: `100 × 10 / 34 = 29.412`."""
    result = one.result if isinstance(one.result, str) else number(one.result)
    return f"{one.formula} = {result}"


def said(key: str, value: Any, pen: Pen) -> str:
    """One value in words or digits."""
    if key == "checks":
        return pen.listed([pen(CHECKS[one]) for one in value]) or pen(N_("the totals"))
    if isinstance(value, tuple):
        return pen.listed([name(str(one), pen) for one in value])
    if isinstance(value, str):
        return name(value, pen)
    if key == "p":
        return chance(float(value))
    return number(value)


def number(value: float) -> str:
    """A figure with as many digits as a reader needs.

    >>> number(150.0), number(29.41176), number(3.47e-18), number(-0.5)
    ('150', '29.412', '3.5 × 10⁻¹⁸', '−0.5')
    """
    if not math.isfinite(value):
        return decimals(value, 0)
    if float(value).is_integer() and abs(value) < 1e9:
        return decimals(value, 0)
    if abs(value) >= 1e9 or abs(value) < 5e-4:
        return power(value)
    text = decimals(value, 3)
    return text.rstrip("0").rstrip(".") if "." in text else text


def chance(p: float) -> str:
    """A p with four decimals where it is small, so that what was missed shows.

    >>> chance(0.807), chance(0.0005048), chance(2e-6)
    ('.807', '.0005', '< .0001')
    """
    if p >= 0.001:
        return p_cell(p)
    return "< .0001" if p < 0.0001 else unit(p, 4)


def power(value: float) -> str:
    """A very large or small figure as a power of ten.

    >>> power(2.88e17)
    '2.9 × 10¹⁷'
    """
    digits, exponent = f"{value:.1e}".split("e")
    raised = str(int(exponent)).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
    return f"{digits} × 10{raised}".replace("-", "−")
