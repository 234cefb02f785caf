"""Do items measure one thing, and how many things are there? Reliability and factor analysis (seed 4.3; SPSS
RELIABILITY, FACTOR)."""

from __future__ import annotations

from openhall.errors import N_, BadInput, Problem
from openhall.report.document import Block, Column, Row, Table
from openhall.report.numerals import Format
from openhall.report.pen import Pen
from openhall.report.procedures.asked import Asked, Outcome
from openhall.report.procedures.counted import titled
from openhall.report.procedures.data import Data, Variable, table
from openhall.report.procedures.making import column, made, outcome, pair, refuse_nothing
from openhall.stats.factor import Factorability, FactorAnalysis, Parallel
from openhall.stats.reliability import Reliability


def _items(data: Data, asked: Asked, least: int) -> list[Variable]:
    asked.need("items")
    items = data.several(asked.items, items=True)
    if len(items) < least:
        values = {"count": len(items), "least": least}
        message = N_("{count} items are too few; {least} are needed.")
        raise BadInput(Problem("--items", message, N_("Give --items more names."), values))
    for item in items:
        item.numbers()
    return items


def reliability(data: Data, asked: Asked) -> Outcome:
    """Cronbach's alpha, other coefficients, and each item against the rest."""
    from openhall.stats.reliability import reliability as measure

    items = _items(data, asked, 2)
    found = measure(table(items), [item.key for item in items], weights=data.weights)
    refuse_nothing(found.n, items)
    pen = asked.pen
    blocks: list[Block] = [_coefficients(found, pen), _item_total(found, items, pen)]
    if found.split_half is not None:
        blocks.append(_split_half(found, pen))
    return outcome(asked, items, found, blocks, n=found.n, missing=found.missing)


def _coefficients(found: Reliability, pen: Pen) -> Table:
    heads = [
        column("coefficient", pen(N_("Coefficient"))),
        column("value", pen(N_("Value")), Format.UNIT3),
        column("interval", pen(N_("95% CI")), Format.UNIT_INTERVAL),
    ]
    lines = [
        Row((pen(N_("Cronbach's alpha")), found.alpha, pair(found.interval))),
        Row((pen(N_("Standardised alpha")), found.standardised, None)),
    ]
    if found.omega is not None:
        lines.append(Row((pen(N_("Omega total (one factor)")), found.omega.value, None)))
    lines.append(Row((pen(N_("Guttman's lambda-6")), found.lambda6, None)))
    lines.append(Row((pen(N_("Mean correlation of items")), found.mean_correlation, None)))
    note = pen(N_("{items} items, N = {n}. Interval: Feldt."), items=len(found.items), n=found.n)
    return made("coefficients", pen(N_("Reliability")), heads, lines, note)


def _item_total(found: Reliability, items: list[Variable], pen: Pen) -> Table:
    heads = [
        column("item", pen(N_("Item"))),
        column("mean", pen(N_("Mean")), Format.F3),
        column("sd", pen(N_("SD")), Format.F3),
        column("mean_if_deleted", pen(N_("mean")), Format.F3, pen(N_("Scale without the item"))),
        column("variance_if_deleted", pen(N_("variance")), Format.F3, pen(N_("Scale without the item"))),
        column("alpha_if_deleted", pen(N_("alpha")), Format.UNIT3, pen(N_("Scale without the item"))),
        column("item_total", pen(N_("Item–rest r")), Format.UNIT3),
    ]
    lines = [
        Row(
            (
                titled(item),
                one.mean,
                one.sd,
                one.mean_if_deleted,
                one.variance_if_deleted,
                one.alpha_if_deleted,
                one.item_total,
            )
        )
        for item, one in zip(items, found.items, strict=True)
    ]
    return made("items", pen(N_("Items against the rest of the scale")), heads, lines)


def _split_half(found: Reliability, pen: Pen) -> Table:
    half = found.split_half
    assert half is not None
    heads = [column("coefficient", pen(N_("Coefficient"))), column("value", pen(N_("Value")), Format.UNIT3)]
    lines = [
        Row((pen(N_("Alpha of the first half")), half.alpha_first)),
        Row((pen(N_("Alpha of the second half")), half.alpha_second)),
        Row((pen(N_("Correlation of the halves")), half.correlation)),
        Row((pen(N_("Spearman–Brown, equal length")), half.spearman_brown)),
        Row((pen(N_("Spearman–Brown, unequal length")), half.spearman_brown_unequal)),
        Row((pen(N_("Guttman")), half.guttman)),
    ]
    note = pen(
        N_("First half: {first}; second half: {second}."),
        first=pen(N_(", ")).join(half.first),
        second=pen(N_(", ")).join(half.second),
    )
    return made("split_half", pen(N_("Split half")), heads, lines, note)


def factor(data: Data, asked: Asked) -> Outcome:
    """Can the items be factored, how many factors are there, and which items load on them?"""
    from openhall.stats.factor import factorability, parallel_analysis, principal_axis

    items = _items(data, asked, 3)
    values, keys = table(items), [item.key for item in items]
    n, missing = data.complete(items)
    refuse_nothing(n, items)
    if asked.factors is not None and not 0 < asked.factors < len(items):
        given = {"count": asked.factors, "items": len(items)}
        message = N_("{count} factors of {items} items are not possible.")
        raise BadInput(Problem("--factors", message, N_("Give a smaller number, or none."), given))
    fit = factorability(values, keys, weights=data.weights)
    parallel = parallel_analysis(values, keys, weights=data.weights)
    found = principal_axis(values, keys, asked.factors, rotation=asked.rotation, weights=data.weights)
    pen = asked.pen
    blocks: list[Block] = [_factorability(fit, pen), _scree(found, parallel, pen)]
    if found.factors:
        blocks.append(_loadings(found, fit, items, pen))
    told_once = {one.code: one for one in (*fit.cautions, *parallel.cautions, *found.cautions)}
    return outcome(
        asked,
        items,
        found,
        blocks,
        n=n,
        missing=missing,
        cautions=told_once.values(),
        factorability=_bare(fit),
        parallel=_bare(parallel),
    )


def _bare(found: Factorability | Parallel) -> dict[str, object]:
    from openhall.report.procedures.figures import plain

    figures: dict[str, object] = plain(found)
    return {key: value for key, value in figures.items() if key not in ("keys", "n", "missing")}


def _factorability(found: Factorability, pen: Pen) -> Table:
    heads = [
        column("kmo", pen(N_("KMO")), Format.UNIT3),
        column("chi2", pen(N_("Bartlett's χ²")), Format.F3),
        column("df", pen(N_("df")), Format.INT),
        column("p", pen(N_("p")), Format.P),
        column("n", pen(N_("N")), Format.INT),
    ]
    test = found.bartlett
    line = Row((found.kmo, test.value, test.df, test.p, found.n))
    return made("factorability", pen(N_("Can the items be factored?")), heads, [line])


def _scree(found: FactorAnalysis, parallel: Parallel, pen: Pen) -> Table:
    heads = [
        column("factor", pen(N_("Factor")), Format.INT),
        column("eigenvalue", pen(N_("Eigenvalue")), Format.F3),
        column("random_mean", pen(N_("mean")), Format.F3, pen(N_("of random data"))),
        column(
            "random_percentile",
            pen(N_("{percentile}%"), percentile=f"{parallel.percentile:g}"),
            Format.F3,
            pen(N_("of random data")),
        ),
        column("sum_of_squares", pen(N_("Sum of squared loadings")), Format.F3),
        column("explained", pen(N_("Variance, %")), Format.PERCENT1),
    ]
    lines = []
    rows = zip(parallel.eigenvalues, parallel.random_mean, parallel.random_percentile, strict=True)
    for place, (value, mean, high) in enumerate(rows):
        kept = place < len(found.sums_of_squares)
        squares = found.sums_of_squares[place] if kept else None
        lines.append(
            Row((place + 1, value, mean, high, squares, found.explained_percent[place] if kept else None))
        )
    note = pen(
        N_("Parallel analysis ({draws} draws, seed {seed}) finds {parallel} factors; {used} were extracted."),
        draws=parallel.draws,
        seed=parallel.seed,
        parallel=parallel.factors,
        used=found.factors,
    )
    return made("scree", pen(N_("How many factors")), heads, lines, note)


def _loadings(found: FactorAnalysis, fit: Factorability, items: list[Variable], pen: Pen) -> Table:
    over = pen(N_("Loading on factor"))
    heads: list[Column] = [
        column("item", pen(N_("Item"))),
        *(column(f"factor_{k + 1}", str(k + 1), Format.UNIT3, over) for k in range(found.factors)),
        column("communality", pen(N_("Communality")), Format.UNIT3),
        column("msa", pen(N_("MSA")), Format.UNIT3),
    ]
    lines = [
        Row((titled(item), *found.loadings[place].tolist(), found.communalities[place], fit.msa[place]))
        for place, item in enumerate(items)
    ]
    notes = [pen(N_("Principal axis factoring; rotation: {rotation}."), rotation=found.rotation)]
    if found.rotation == "promax" and found.factors > 1:
        notes.append(pen(N_("The loadings are those of the pattern; factors are correlated.")))
    return made("loadings", pen(N_("Loadings")), heads, lines, *notes)
