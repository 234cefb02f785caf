"""Section 4.2: who answered, a chart and its figures for each background question (figures 4-1 to 4-6).

Questions that are no factor and belong to no dimension follow in `others`.
"""

from __future__ import annotations

from openhall.errors import N_
from openhall.report import others
from openhall.report.cautions import told
from openhall.report.counted import counted
from openhall.report.document import Block, Heading, Section
from openhall.report.material import Material, codes, pair
from openhall.report.numerals import Format, decimals, interval, p_equals, percent, unit
from openhall.report.pen import Pen
from openhall.stats.cautions import Code
from openhall.stats.frequencies import Frequencies, frequencies_of
from openhall.stats.goodness import Goodness, goodness
from openhall.stats.study import Factor


def section(material: Material) -> Section:
    pen = material.pen
    blocks: list[Block] = []
    rest = others.questions(material.questionnaire, material.study)
    if not material.study.factors and not rest:
        blocks.append(
            pen.text(
                N_("The questionnaire asks nothing about the respondents, so there is nothing to describe.")
            )
        )
    elif not material.n:
        blocks.append(pen.text(N_("There is no valid sheet, so nothing can be described.")))
    else:
        blocks.append(
            pen.method(
                N_(
                    "Counts and shares of the valid answers, with Wilson's 95% interval of each share; N = {n} sheets."
                ),
                n=material.n,
            )
        )
        for place, factor in enumerate(material.study.factors, start=1):
            blocks.append(Heading(f"4.2.{place}", pen.title(factor)))
            blocks += _described(material, factor)
        for place, question in enumerate(rest, start=len(material.study.factors) + 1):
            blocks += others.described(material, question, f"4.2.{place}")
    return Section("description", "4.2", pen(N_("Statistical description")), tuple(blocks))


def _described(material: Material, factor: Factor) -> list[Block]:
    pen = material.pen
    found = frequencies_of(*material.counted.tally(factor), codes(factor))
    figure = counted(found, factor, material.numbers.figure(), pen)
    if not found.valid:
        return [pen.text(N_("Nobody answered this question."))]
    known = [
        told(caution, pen, rows=factor, tested=False)
        for caution in found.cautions
        if caution.code is not Code.MISSING
    ]
    blocks: list[Block] = [figure, *_said(found, factor, pen), *_fitted(found, factor, pen), *known]
    if found.missing:
        blocks.append(
            pen.caution(
                "missing",
                N_("{missing} of {n} sheets have no answer here; shares are of those that have one."),
                missing=found.missing,
                n=found.n,
            )
        )
    return blocks


def _said(found: Frequencies, factor: Factor, pen: Pen) -> list[Block]:
    """The largest group and the smallest that has anybody in it."""
    chosen = [level for level in found.levels if level.n]
    largest = max(chosen, key=lambda level: level.n)
    smallest = min(chosen, key=lambda level: level.n)
    if largest.n == smallest.n:
        return []
    return [
        pen.apa(
            N_(
                "The largest group was “{largest}” (n = {most}, {most_share}, 95% CI {interval}), the"
                " smallest “{smallest}” (n = {least}, {least_share})."
            ),
            largest=pen.level(factor, largest.code),
            most=largest.n,
            most_share=percent(largest.valid_percent),
            interval=interval(pair(largest.interval), Format.PERCENT_INTERVAL),
            smallest=pen.level(factor, smallest.code),
            least=smallest.n,
            least_share=percent(smallest.valid_percent),
        )
    ]


def _fitted(found: Frequencies, factor: Factor, pen: Pen) -> list[Block]:
    """Against the known shares of the population, where the study file gives them."""
    if not factor.population:
        return []
    result = goodness([level.n for level in found.levels], factor.population)
    fits = (
        N_("By {background} the respondents do not differ noticeably from the population.")
        if not result.chi2.p < 0.05
        else N_(
            "By {background} the respondents differ from the population; results for everybody together"
            " lean to the groups that answered more."
        )
    )
    return [
        pen.apa(
            N_(
                "Against the known shares of the population: χ²({df}, N = {n}) = {value}, {p}, w = {w}, 95%"
                " CI {interval}."
            ),
            **_values(result),
        ),
        pen.plain(fits, background=pen.background(factor)),
        *(told(caution, pen, rows=factor) for caution in result.cautions),
    ]


def _values(result: Goodness) -> dict[str, object]:
    return {
        "df": result.chi2.df,
        "n": result.n,
        "value": decimals(result.chi2.value, 2),
        "p": p_equals(result.chi2.p),
        "w": unit(result.w, 2),
        "interval": interval(pair(result.w_interval), Format.UNIT_INTERVAL),
    }
