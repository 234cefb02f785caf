"""`openhall stat`: one statistical procedure on a data file, as tables to read or as JSON for programs.

Described in docs/command-line.md; the words and keys are a public interface. Only what the procedure needs is
loaded.
"""

from __future__ import annotations

import argparse
import difflib
import importlib
import json
import shutil
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from openhall.errors import N_, BadInput, OpenHallError, Problem
from openhall.language import LANGUAGES, translator

if TYPE_CHECKING:
    from openhall.report.procedures.asked import Asked, Outcome
    from openhall.report.procedures.data import Data

FAILED = 2
FORMAT = "openhall.stat/1"
NARROWEST, WIDEST = 80, 160  # text is as wide as the terminal, within these

# Where each procedure lives, and what it does.
PROCEDURES = {
    "frequencies": ("counted", "how often each answer was given (--variables)"),
    "descriptives": ("measured", "means, spread, shape and quantiles (--variables)"),
    "crosstab": ("crossed", "two questions together (--rows --columns)"),
    "means": ("measured", "means of groups (--dependent --factor)"),
    "oneway": ("compared", "one-way analysis of variance (--dependent --factor)"),
    "reliability": ("scaled", "Cronbach's alpha and others (--items)"),
    "factor": ("scaled", "KMO, parallel analysis, principal axis (--items)"),
    "kruskal": ("compared", "Kruskal–Wallis test (--dependent --factor)"),
    "mannwhitney": ("ranked", "Mann–Whitney test of two groups (--dependent --factor)"),
    "friedman": ("ranked", "Friedman test (--items)"),
    "wilcoxon": ("ranked", "Wilcoxon signed-rank test (--variables a,b)"),
    "ttest": ("measured", "t tests (--variables --test-against; --dependent --factor; --variables a,b)"),
    "chisquare": ("counted", "counts against known shares (--variables, --test-against)"),
    "correlations": ("related", "Pearson, Spearman or Kendall (--variables)"),
    "regression": ("related", "linear regression (--dependent --variables)"),
}


def main(argv: Sequence[str]) -> int:
    """Run one procedure; 0 when it was computed, 2 when something given cannot be used."""
    given = _parser().parse_args(argv)
    say = translator(given.lang)
    try:
        data, found = _run(given)
    except BadInput as error:
        head = [] if error.template == "This cannot be used." else [error.say(say)]
        return _complain(list(dict.fromkeys([*head, *error.lines(say)])))
    except OpenHallError as error:
        return _complain([error.say(say)])
    except OSError as error:
        problem = OpenHallError(
            N_("{file}: {reason}"), file=error.filename or given.data, reason=error.strerror or str(error)
        )
        return _complain([problem.say(say)])
    print(_json(given, data, found) if given.json else _text(given, data, found), end="")
    return 0


def _parser() -> argparse.ArgumentParser:
    what = "\n".join(f"  {name:<13} {help}" for name, (_, help) in PROCEDURES.items())
    parser = argparse.ArgumentParser(
        prog="openhall stat",
        description=f"One statistical procedure on a data file.\n\nprocedures:\n{what}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("procedure", metavar="PROCEDURE", help="one of those above")
    add("data", type=Path, metavar="DATA", help=".csv, .tsv, .xlsx, .sav or .parquet")
    add("--study", type=Path, metavar="STUDY.toml", help="the questionnaire: what the columns mean")
    add("--variables", metavar="a,b", help="columns; with regression the predictors")
    add("--rows", metavar="a", help="column for the rows of a cross table")
    add("--columns", metavar="b", help="column for the columns of a cross table")
    add("--dependent", metavar="y", help="column that is compared or predicted")
    add("--factor", metavar="g", help="column that makes the groups")
    add("--groups", metavar="1,2", help="the two groups to compare, where the factor has more")
    add("--items", metavar="a,b,c", help="columns that are measured together, or a dimension of the study")
    add("--test-against", metavar="51.27,48.73", help="known shares, or the value of a mean")
    add("--weight", metavar="w", help="column of weights: whole numbers of cases, or survey weights")
    add("--survey", action="store_true", help="whole numbers, too, are survey weights")
    add("--rake", metavar="g=51,49", action="append", help="weight to known shares; may be repeated")
    add("--missing", choices=("listwise", "pairwise"), help="cases to leave out (default: pairwise)")
    add("--user-missing", metavar="RULE", help="values that are no answers: “9, 97 THRU 99”")
    add("--partial", metavar="z", help="with correlations: columns held constant")
    add("--kind", choices=("pearson", "spearman", "kendall"), default="pearson", help="of correlation")
    add("--factors", type=int, metavar="N", help="factors to extract (default: by parallel analysis)")
    add("--rotation", choices=("varimax", "promax", "none"), default="varimax", help="of factors")
    add("--all-sheets", action="store_true", help="with --study: count void sheets too")
    add("--lang", choices=sorted(LANGUAGES), default="en", help="language of tables and labels")
    add("--json", action="store_true", help="figures at full precision for programs")
    return parser


def _run(given: argparse.Namespace) -> tuple[Data, Outcome]:
    from openhall.report.procedures.reading import read_data
    from openhall.report.procedures.weighing import Raked, weighed

    _check_known(given.procedure)
    asked = _asked(given)
    rakes = [Raked.parse(text) for text in given.rake or ()]
    wanted = _wanted(asked, given.weight, [rake.name for rake in rakes])
    data = read_data(given.data, given.study, lang=given.lang, everything=given.all_sheets, wanted=wanted)
    if given.user_missing:
        data = data.blanked([name for name in wanted if name != given.weight], given.user_missing)
    data = weighed(data, given.weight or "", rakes, survey=given.survey)
    module = PROCEDURES[given.procedure][0]
    if data.sampling is not None:
        from openhall.report.procedures.surveyed import refuse

        refuse(given.procedure)
        module = "surveyed"
    procedure = getattr(importlib.import_module(f"openhall.report.procedures.{module}"), given.procedure)
    return data, procedure(data, asked)


def _check_known(procedure: str) -> None:
    """BadInput with the nearest name for a procedure there is none of."""
    if procedure not in PROCEDURES:
        near = difflib.get_close_matches(procedure, PROCEDURES, 1, 0.5)
        cure = N_("Did you mean “{near}”?") if near else N_("Known are: {known}.")
        values = {"procedure": procedure, "near": "".join(near), "known": ", ".join(PROCEDURES)}
        raise BadInput(Problem("", N_("there is no procedure {procedure}."), cure, values))


def _asked(given: argparse.Namespace) -> Asked:
    from openhall.report.pen import Pen
    from openhall.report.procedures.asked import Asked

    return Asked(
        procedure=given.procedure,
        variables=_names(given.variables),
        rows=_name(given.rows, "--rows"),
        columns=_name(given.columns, "--columns"),
        dependent=_name(given.dependent, "--dependent"),
        factor=_name(given.factor, "--factor"),
        items=_names(given.items),
        groups=_pair(given.groups),
        test_against=_numbers(given.test_against),
        missing=given.missing,
        partial=_names(given.partial),
        kind=given.kind,
        factors=given.factors,
        rotation=given.rotation,
        pen=Pen(given.lang),
    )


def _names(text: str | None) -> tuple[str, ...]:
    return tuple(name.strip() for name in (text or "").replace("，", ",").split(",") if name.strip())


def _name(text: str | None, option: str) -> str:
    names = _names(text)
    if len(names) > 1:
        raise BadInput(Problem(option, N_("one name is expected."), N_("Run the command once for each."), {}))
    return names[0] if names else ""


def _pair(text: str | None) -> tuple[str, ...]:
    names = _names(text)
    if names and len(names) != 2:
        raise BadInput(Problem("--groups", N_("two groups are expected."), N_("For example: 1,2."), {}))
    return names


def _numbers(text: str | None) -> tuple[float, ...]:
    try:
        return tuple(float(name) for name in _names(text))
    except ValueError:
        values = {"given": text}
        message, cure = N_("“{given}” is not a list of numbers."), N_("For example: 51.27,48.73.")
        raise BadInput(Problem("--test-against", message, cure, values)) from None


def _wanted(asked: Asked, weight: str | None, raked: Sequence[str]) -> list[str]:
    """Every column named."""
    names = [
        *asked.variables,
        *asked.items,
        asked.rows,
        asked.columns,
        asked.dependent,
        asked.factor,
        *asked.partial,
    ]
    return list(dict.fromkeys(name for name in [*names, *raked, weight or ""] if name))


def _json(given: argparse.Namespace, data: Data, found: Outcome) -> str:
    figures: dict[str, Any] = {
        "format": FORMAT,
        "procedure": found.figures["procedure"],
        "file": given.data.name,
        "void": data.void,
        "weight": data.weight or None,
        "weighting": "survey" if data.sampling else "frequency" if data.weight else None,
        **found.figures,
    }
    return json.dumps(figures, ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def _text(given: argparse.Namespace, data: Data, found: Outcome) -> str:
    from openhall.report import plain
    from openhall.report.document import Block, legible
    from openhall.report.pen import Pen

    pen = Pen(given.lang)
    blocks: list[Block] = list(found.blocks)
    if data.void:
        template = N_("{void} void sheets are left out; --all-sheets counts them too.")
        blocks.append(pen.text(template, void=data.void))
    if data.weight:
        blocks.append(pen.text(N_("Weighted by {column}."), column=data.weight))
    columns = shutil.get_terminal_size((110, 24)).columns
    width = min(max(columns, NARROWEST), WIDEST)
    return plain.text([legible(block) for block in blocks], lang=given.lang, width=width)


def _complain(lines: Iterable[str]) -> int:
    print("\n".join(lines), file=sys.stderr)
    return FAILED
