"""Reading a published file: TOML or JSON in the format of docs/audit.md, or the reference study's own layout.

Nothing is judged here. What cannot be read is a BadInput with the place of each problem.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from openhall.errors import N_, BadInput, Problem
from openhall.stats.audit import seed_format
from openhall.stats.audit.bases import likely_base, of_several_answers
from openhall.stats.audit.published import (
    Alpha,
    Anova,
    Base,
    Counts,
    Groups,
    ItemMeans,
    Kind,
    Midpoint,
    Moment,
    Place,
    Published,
    Sample,
    Sum,
    Test,
    TotalMean,
)
from openhall.stats.audit.running_text import read_text
from openhall.stats.audit.taking import Taken

FORMAT = "openhall.published/1"
LIMIT = 5_000_000  # characters
CELLS = 4_000  # of one table of counts
TESTS = 600  # of one table of analyses of variance
Scale = tuple[float, float] | None


def read_published(text: str, name: str) -> Published:
    """The published figures in a file's text; `name` is what to call the file in messages.

    BadInput where it is neither TOML nor JSON, or says something the format does not know.

    >>> found = read_published('[[midpoint]]\\nlow = 1\\nhigh = 5\\nclaimed = 2.50', "a.toml")
    >>> found.midpoints[0].claimed.places
    2
    """
    given = _parsed(text, name)
    problems: list[Problem] = []
    if seed_format.is_seed(given):
        given = seed_format.converted(given, problems)
    found = published_of(given, name, problems) if not problems else None
    if problems or found is None:
        raise BadInput(N_("{file} cannot be used."), problems=problems, file=name)
    return found


def _parsed(text: str, name: str) -> Mapping[str, Any]:
    """The file as nested tables, every number as the text that stands there."""
    if len(text) > LIMIT:
        raise _unreadable(name, N_("the file is too long."), "")
    try:
        if text.lstrip().startswith("{"):
            given = json.loads(text, parse_float=str, parse_int=str)
        else:
            given = tomllib.loads(text, parse_float=str)
    except (ValueError, RecursionError) as error:
        raise _unreadable(name, N_("this is neither TOML nor JSON: {reason}."), str(error)[:200]) from None
    if not given:
        raise _unreadable(name, N_("the file has no figures."), "")
    return dict(given)


def _unreadable(name: str, message: str, reason: str) -> BadInput:
    problem = Problem(
        N_("File {file}"),
        message,
        N_("The format is described in docs/audit.md."),
        {"file": name, "reason": reason},
    )
    return BadInput(N_("{file} cannot be used."), problems=[problem], file=name)


def published_of(given: Mapping[str, Any], name: str, problems: list[Problem]) -> Published:
    """The tables of the general format as `Published`; problems are added to the list."""
    top = Taken(given, "", problems)
    top.choice("format", (FORMAT,), FORMAT)
    scale = top.pair("scale")
    tests = [_test(one) for one in top.many("test")]
    for one in top.many("text"):
        tests.extend(_from_text(one))
    alpha = top.printed("alpha_level")
    found = Published(
        name=name,
        title=top.text("title"),
        n=top.printed("n"),
        alpha=alpha.value if alpha else 0.05,
        scale=scale,
        counts=tuple(_counts(one) for one in top.many("counts")),
        tests=tuple(tests),
        alphas=tuple(_alpha(one) for one in top.many("alpha")),
        means=tuple(_means(one) for one in top.many("means")),
        totals=tuple(_total(one) for one in top.many("total_mean")),
        moments=tuple(_moment(one, scale) for one in top.many("moment")),
        groups=tuple(_groups(one, scale) for one in top.many("groups")),
        anovas=tuple(_anova(one) for one in top.many("anova")),
        samples=tuple(_sample(one) for one in top.many("sample")),
        sums=tuple(_sum(one) for one in top.many("sum")),
        midpoints=tuple(_midpoint(one) for one in top.many("midpoint")),
        claimed_n=tuple(_claimed(one) for one in top.many("claimed_n")),
        notes=top.texts("notes"),
    )
    top.done()
    _once(found, problems)
    return found


def _once(found: Published, problems: list[Problem]) -> None:
    """A table's key names one table."""
    keys = [table.key for table in found.counts]
    for key in sorted({key for key in keys if keys.count(key) > 1}):
        problems.append(
            Problem(
                "counts", N_("the key {key} is used twice."), N_("Give each table its own."), {"key": key}
            )
        )


def _place(one: Taken, default: str = "") -> Place:
    return Place(one.text("place", default or one.place), one.text("row"), one.text("column"))


def _counts(one: Taken) -> Counts:
    columns = one.texts("columns", needed=True)
    rows = one.many("row", needed=True)
    if len(rows) * len(columns) > CELLS:
        one.complain("row", N_("the table has more than {most} cells."), N_("Give it in parts."), most=CELLS)
        rows = rows[:1]
    read = [
        (
            row.text("label", needed=True),
            row.line("counts", len(columns), needed=True) or (None,) * len(columns),
            row.line("percent", len(columns)),
            row.printed("total"),
        )
        for row in rows
    ]
    for row in rows:
        row.done()
    percents = tuple(line or (None,) * len(columns) for _, _, line, _ in read)
    base, several = one.choice("base", tuple(Base), Base.ROW), one.flag("several_answers")
    table = Counts(
        key=one.text("key", needed=True),
        title=one.text("title"),
        rows=tuple(label for label, _, _, _ in read),
        columns=columns,
        counts=tuple(counts for _, counts, _, _ in read),
        percents=percents if any(line for _, _, line, _ in read) else (),
        base=Base(base),
        row_variable=one.text("row_variable"),
        column_variable=one.text("column_variable"),
        row_totals=tuple(total for _, _, _, total in read),
        column_totals=one.line("column_totals", len(columns)),
        total=one.printed("total"),
        scores=one.numbers("scores"),
        weighted=bool(one.flag("weighted")),
        several_answers=bool(several),
        small_expected_noted=bool(one.flag("small_expected_noted")),
    )
    _sane(table, one)
    one.done()
    table = table if "base" in one.given else replace(table, base=likely_base(table))
    return table if several is not None else replace(table, several_answers=of_several_answers(table))


def _sane(table: Counts, one: Taken) -> None:
    for row, cells in zip(table.rows, table.counts, strict=True):
        if any(cell and (cell.value < 0 or cell.relation != "=") for cell in cells):
            one.complain(row, N_("a count is below 0 or not a number."), N_('Leave a blank cell empty: "".'))
    if table.scores and len(table.scores) != len(table.columns):
        one.complain("scores", N_("there is not one score for each column."), N_("Correct it."))


def _test(one: Taken) -> Test:
    table = one.text("table")
    found = Test(
        place=_place(one),
        kind=Kind(one.choice("kind", tuple(Kind), Kind.CHI2, needed=True)),
        statistic=one.figure("statistic"),
        df1=one.printed("df"),
        df2=one.printed("df2"),
        p=one.printed("p"),
        one_tailed=bool(one.flag("one_tailed")),
        n=one.whole("n"),
        table=table,
        significant=one.flag("significant"),
    )
    one.done()
    return found


def _from_text(one: Taken) -> Iterable[Test]:
    place, text = one.text("place", one.place), one.text("text", needed=True)
    one.done()
    return [replace(test, place=Place(place, test.place.row)) for test in read_text(text)]


def _alpha(one: Taken) -> Alpha:
    found = Alpha(
        place=_place(one),
        key=one.text("key"),
        items=one.whole("items"),
        alpha=one.figure("alpha"),
        mean_correlation=one.printed("mean_correlation"),
        item_sds=one.figures("item_sds"),
        scale_sd=one.printed("scale_sd"),
    )
    one.done()
    return found


def _means(one: Taken) -> ItemMeans:
    found = ItemMeans(
        place=_place(one),
        key=one.text("key", needed=True),
        items=one.figures("items"),
        mean=one.printed("mean"),
        expected=one.whole("expected"),
    )
    one.done()
    return found


def _total(one: Taken) -> TotalMean:
    found = TotalMean(
        place=_place(one), mean=one.figure("mean"), overall_variable=one.text("overall_variable")
    )
    one.done()
    return found


def _moment(one: Taken, scale: Scale) -> Moment:
    binary = bool(one.flag("binary"))
    own = one.pair("scale") or (None if binary else scale)
    whole = one.flag("whole")
    found = Moment(
        place=_place(one),
        n=one.whole("n", needed=True) or 1,
        mean=one.printed("mean"),
        sd=one.printed("sd"),
        percent=one.printed("percent"),
        items=one.whole("items") or 1,
        whole=own is not None if whole is None else whole,
        binary=binary,
        scale=own,
    )
    one.done()
    return found


def _groups(one: Taken, scale: Scale) -> Groups:
    place = _place(one)
    own = one.pair("scale") or scale
    items, whole = one.whole("items") or 1, one.flag("whole")
    groups = []
    for group in one.many("group", needed=True):
        label = group.text("label", needed=True)
        groups.append(
            Moment(
                place=Place(place.table, place.row, label),
                n=group.whole("n", needed=True) or 1,
                mean=group.printed("mean"),
                sd=group.printed("sd"),
                items=items,
                whole=own is not None if whole is None else whole,
                scale=own,
            )
        )
        group.done()
    found = Groups(
        place=place,
        groups=tuple(groups),
        f=one.printed("F"),
        t=one.printed("t"),
        total_mean=one.printed("total_mean"),
        total_n=one.whole("total_n"),
    )
    one.done()
    return found


def _anova(one: Taken) -> Anova:
    factors = one.texts("factors", needed=True)
    rows = one.many("row", needed=True)
    size = len(factors)
    blank = (None,) * size
    if size * len(rows) > TESTS:
        one.complain("row", N_("the table has more than {most} cells."), N_("Give it in parts."), most=TESTS)
        rows = rows[:1]
    read = [
        (
            row.text("label", needed=True),
            row.line("F", size, needed=True) or blank,
            row.line("p", size) or blank,
        )
        for row in rows
    ]
    for row in rows:
        row.done()
    groups = one.line("groups", size)
    found = Anova(
        key=one.text("key", needed=True),
        dependents=tuple(label for label, _, _ in read),
        factors=factors,
        f=tuple(line for _, line, _ in read),
        p=tuple(line for _, _, line in read),
        groups=tuple(int(cell.value) if cell else None for cell in groups) or (None,) * size,
        n=one.whole("n"),
    )
    one.done()
    return found


def _sample(one: Taken) -> Sample:
    found = Sample(
        place=_place(one),
        variable=one.text("variable", needed=True),
        labels=one.texts("labels"),
        sizes=one.line("sizes"),
        percents=one.line("percents"),
        parts_only=bool(one.flag("parts_only")),
    )
    if found.labels and any(
        line and len(line) != len(found.labels) for line in (found.sizes, found.percents)
    ):
        one.complain("labels", N_("there is not one label for each group."), N_("Correct it."))
    one.done()
    return found


def _sum(one: Taken) -> Sum:
    labels, parts = one.texts("labels"), one.figures("parts", needed=True)
    found = Sum(place=_place(one), labels=labels, parts=parts, total=one.figure("total"))
    if labels and len(labels) != len(parts):
        one.complain("labels", N_("there is not one label for each part."), N_("Correct it."))
    one.done()
    return found


def _midpoint(one: Taken) -> Midpoint:
    low, high = one.figure("low").value, one.figure("high").value
    found = Midpoint(place=_place(one), low=low, high=high, claimed=one.figure("claimed"))
    if low >= high:
        one.complain("low", N_("the scale must begin below its end."), N_("Correct it."))
    one.done()
    return found


def _claimed(one: Taken) -> tuple[Place, Any]:
    found = _place(one), one.figure("n")
    one.done()
    return found
