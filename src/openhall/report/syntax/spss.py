"""Chapter 4 as PSPP and SPSS syntax; what only SPSS can do stands at the end as comments."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence

from openhall.report.syntax.plan import Plan, known_shares
from openhall.stats.study import Factor

WIDTH = 90  # a syntax line may have 250 bytes


def syntax(plan: Plan, *, version: str) -> str:
    """The whole file. It is run in the folder that holds the data file."""
    parts = [
        _opening(plan, version),
        _offices(plan),
        _description(plan),
        _scoring(plan),
        _reliability(plan),
        _association(plan),
        _means(plan),
        _variance(plan),
        _only_spss(plan),
    ]
    return "\n".join(line for part in parts for line in part) + "\n"


def _comment(text: str) -> str:
    """A comment must not hold a full stop at the end of a line before its own."""
    return f"* {' '.join(text.split()).rstrip('.')}."


def _quoted(text: str) -> str:
    return "'" + " ".join(text.split()).replace("'", "''") + "'"


def _wrapped(names: Sequence[str]) -> str:
    """Names, with line breaks where they get long."""
    return "\n    ".join(
        textwrap.wrap(" ".join(names), WIDTH, break_long_words=False, break_on_hyphens=False)
    )


def _dependent(plan: Plan, key: str) -> str:
    """The name of a variable; of its scores where they are not its codes."""
    return f"{plan.names[key][:57]}_score" if key in plan.scores else plan.names[key]


def _opening(plan: Plan, version: str) -> Iterator[str]:
    yield _comment(f"Chapter 4 of {next(iter(plan.study.title.values()), 'the study')}")
    yield _comment(f"Written by OpenHall {version}, to check its figures with PSPP or SPSS")
    yield _comment("Run it in the folder of the data file")
    yield f"GET FILE={_quoted(plan.file)}."
    if plan.selected:
        yield "SELECT IF (RTRIM(not_counted) = '')."
    yield ""


def _offices(plan: Plan) -> Iterator[str]:
    if plan.issued:
        yield _comment("4.1 Valid sheets against the sheets issued to each office")
        yield "AUTORECODE VARIABLES=office /INTO office_code."
        shares = " ".join(str(number) for number in plan.issued.values())
        yield f"NPAR TESTS /CHISQUARE=office_code /EXPECTED={shares}."
        yield ""


def _description(plan: Plan) -> Iterator[str]:
    factors = plan.study.factors
    if factors:
        yield _comment("4.2 Who answered")
        yield f"FREQUENCIES VARIABLES={_wrapped([plan.names[factor.key] for factor in factors])}."
    for factor in factors:
        if shares := known_shares(factor):
            low, high = min(factor.codes), max(factor.codes)
            expected = " ".join(f"{share:.12g}" for share in shares)
            yield f"NPAR TESTS /CHISQUARE={plan.names[factor.key]}({low},{high}) /EXPECTED={expected}."
    yield ""


def _scoring(plan: Plan) -> Iterator[str]:
    if not plan.items:
        return
    yield _comment("Scores: of each item where codes are not scores, of each dimension, of the whole")
    for key in plan.items:
        if key in plan.scores:
            pairs = "".join(f"({code}={score:g})" for code, score in plan.scores[key].items())
            yield f"RECODE {plan.names[key]} {pairs} INTO {_dependent(plan, key)}."
    for dimension in plan.study.dimensions:
        members = ", ".join(_dependent(plan, item.key) for item in dimension.items)
        yield f"COMPUTE {plan.score_names[dimension.key]} = MEAN({members})."
    if plan.measured:
        members = ", ".join(plan.score_names[key] for key in plan.measured)
        yield f"COMPUTE {plan.score_names['total']} = MEAN({members})."
        yield "EXECUTE."
    yield ""


def _reliability(plan: Plan) -> Iterator[str]:
    yield _comment("4.3 Reliability of the dimensions")
    for dimension in plan.study.dimensions:
        if len(dimension.items) > 1:
            members = _wrapped([_dependent(plan, item.key) for item in dimension.items])
            yield f"RELIABILITY /VARIABLES={members}"
            yield f"    /SCALE({_quoted(dimension.key)}) ALL /MODEL=ALPHA /SUMMARY=TOTAL."
    yield ""


def _association(plan: Plan) -> Iterator[str]:
    if plan.study.overall is None:
        return
    overall = _dependent(plan, plan.study.overall.key)
    yield _comment("4.4 Overall satisfaction by background")
    yield f"FREQUENCIES VARIABLES={overall}."
    for factor in plan.study.factors:
        ordered = " GAMMA BTAU" if factor.ordered else ""
        yield f"CROSSTABS /TABLES={plan.names[factor.key]} BY {overall}"
        yield f"    /CELLS=COUNT ROW EXPECTED ASRESIDUAL /STATISTICS=CHISQ PHI{ordered}."
    yield ""


def _means(plan: Plan) -> Iterator[str]:
    yield _comment("4.5 Means, and each mean against the middle of the scale")
    everything = _all(plan)
    if everything:
        yield f"DESCRIPTIVES VARIABLES={everything}"
        yield "    /STATISTICS=MEAN STDDEV SEMEAN SKEWNESS KURTOSIS MINIMUM MAXIMUM."
        yield f"T-TEST /TESTVAL={plan.middle:g} /VARIABLES={everything}."
    if plan.study.overall is not None:
        for factor in plan.study.factors:
            overall = _dependent(plan, plan.study.overall.key)
            yield f"MEANS TABLES={overall} BY {plan.names[factor.key]} /CELLS=MEAN COUNT STDDEV."
            yield _oneway(plan, overall, factor)
    yield ""


def _all(plan: Plan) -> str:
    names = [_dependent(plan, key) for key in plan.items]
    names += [plan.score_names[key] for key in plan.measured]
    names += [plan.score_names["total"]] if plan.measured else []
    return _wrapped(names)


def _variance(plan: Plan) -> Iterator[str]:
    yield _comment("4.6 One-way analysis of variance: background is the factor, dimension the dependent")
    for key in plan.measured:
        for factor in plan.study.factors:
            yield _oneway(plan, plan.score_names[key], factor)
            groups = f"{plan.names[factor.key]}({min(factor.codes)},{max(factor.codes)})"
            yield f"NPAR TESTS /KRUSKAL-WALLIS={plan.score_names[key]} BY {groups}."
    yield ""


def _oneway(plan: Plan, dependent: str, factor: Factor) -> str:
    posthoc = "\n    /POSTHOC=TUKEY GH" if len(factor.codes) > 2 else ""
    name = plan.names[factor.key]
    return f"ONEWAY /VARIABLES={dependent} BY {name} /STATISTICS=DESCRIPTIVES HOMOGENEITY{posthoc}."


def _only_spss(plan: Plan) -> Iterator[str]:
    """Comments, to be run by hand where SPSS is."""
    if not plan.study.factors:
        return
    yield _comment("SPSS only, to be run without the asterisks: Welch, Brown-Forsythe and effect sizes")
    for key in plan.measured:
        for factor in plan.study.factors:
            yield f"* ONEWAY {plan.score_names[key]} BY {plan.names[factor.key]}"
            yield "    /ES=OVERALL /STATISTICS WELCH BROWNFORSYTHE."
