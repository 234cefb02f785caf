"""Statistics in running text: the forms of APA and the usual Chinese ones, found with their degrees of
freedom and p.

A statistic is followed by its degrees of freedom and p before the next statistic begins. What is not given
stays None, and no rule judges it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from openhall.stats.audit.printed import Printed, printed
from openhall.stats.audit.published import Kind, Place, Test

REACH = 120  # characters after a statistic in which its degrees of freedom and p may stand
_NUMBER = r"[-+−–]?\s?(?:\d+(?:\.\d+)?|\.\d+)(?:e[-+]?\d+)?"
_S = r"\s{0,3}"  # never more: long gaps must not be tried in every way
_IS = (
    rf"{_S}(?:统计量|统计值|检验|值|values?|statistics?){{0,3}}"
    rf"{_S}(?:为|是|等于|was|is|of|(?P<relation>[=<>≤≥]))?{_S}"
)
_BRACKET = rf"{_S}\({_S}(?P<inside>[^()]{{1,40}})\)"
_NAMES = {
    Kind.CHI2: r"(?:[χxΧ𝜒]\s?\^?\s?2|chi2|chi[- ]?squared?|卡方)",
    Kind.F: r"F",
    Kind.T: r"t",
    Kind.R: r"r",
    Kind.Z: r"[zZ]",
}
_STATISTICS = {
    kind: re.compile(
        rf"(?<![A-Za-z_\d.]){name}(?:{_BRACKET})?{_IS}(?P<value>{_NUMBER})",
        re.IGNORECASE if kind is Kind.CHI2 else 0,
    )
    for kind, name in _NAMES.items()
}
_DF = re.compile(
    rf"(?:(?<![A-Za-z])d\.?\s?f\.?|自由度){_S}(?:为|是|=){_S}\(?{_S}(\d+(?:\.\d+)?)"
    rf"(?:{_S}[,、和]{_S}(\d+(?:\.\d+)?){_S}\))?",
    re.I,
)
_P = re.compile(
    rf"(?<![A-Za-z])[pP]{_S}(?:values?|值)?{_S}(?:为|是|(?P<relation>[=<>≤≥]=?)){_S}(?P<value>{_NUMBER})"
)
_SIG = re.compile(
    rf"(?:显著性水平|显著性|sig\.?){_S}(?:为|是|(?P<relation>[=<>≤≥]=?)){_S}(?P<value>{_NUMBER})", re.I
)
_NOT_SIGNIFICANT = re.compile(r"(?<![A-Za-z])n\.?s\.?(?![A-Za-z])")
_ONE_TAILED = re.compile(r"one[- ](?:tailed|sided)|单侧|单尾", re.I)
_STOPS = re.compile(r"[。!?;\n]|\.(?=\s+[A-Z\u4e00-\u9fff])")


def read_text(text: str) -> list[Test]:
    """The tests a text reports, in order; the place's row is the passage as it stands there.

    >>> found = read_text("Age mattered, F(2, 45) = 3.21, p = .05. 性别：χ²=8.27，df=4，P<0.05。")
    >>> [(one.kind.value, one.statistic.text, one.df1.text, one.p.text) for one in found]
    [('F', '3.21', '2', '.05'), ('chi2', '8.27', '4', '<0.05')]
    """
    plain = _plain(text)
    starts = sorted(
        ((kind, found) for kind, pattern in _STATISTICS.items() for found in pattern.finditer(plain)),
        key=lambda pair: (pair[1].start(), -pair[1].end()),
    )
    kept = list(_apart(starts))
    ends = [*(found.start() for _, found in kept), len(plain)][1:]
    tests = (_test(text, plain, kind, found, end) for (kind, found), end in zip(kept, ends, strict=True))
    return [test for test in tests if test is not None]


def _plain(text: str) -> str:
    """The text with full-width and superscript signs as plain ones, each in its place."""
    signs = {"−": "-", "–": "-", "，": ",", "；": ";", "：": ":", "＝": "=", "＜": "<", "＞": ">"}
    return "".join(
        signs.get(sign) or (one if len(one := unicodedata.normalize("NFKC", sign)) == 1 else sign)
        for sign in text
    )


def _apart(found: list[tuple[Kind, re.Match[str]]]) -> Iterator[tuple[Kind, re.Match[str]]]:
    end = -1
    for kind, match in found:
        if match.start() >= end:
            yield kind, match
            end = match.end()


def _test(text: str, plain: str, kind: Kind, found: re.Match[str], end: int) -> Test | None:
    after = plain[found.end() : min(end, found.end() + REACH)]
    stop = _STOPS.search(after)
    rest = after[: stop.start()] if stop else after
    p_found = _P.search(rest) or _SIG.search(rest)
    df1, df2, n = _degrees(kind, found["inside"] or "", rest)
    p = _figure(p_found) if p_found else _unsaid(rest)
    if df1 is None and p is None and not found["relation"]:
        return None
    stretch = found.end() + (p_found.end() if p_found else 0)
    return Test(
        place=Place("text", text[found.start() : stretch].strip()),
        kind=kind,
        statistic=_figure(found),
        df1=df1,
        df2=df2,
        p=p,
        one_tailed=bool(_ONE_TAILED.search(rest)),
        n=n,
    )


def _figure(found: re.Match[str]) -> Printed:
    relation = (found["relation"] or "=")[0].replace("≤", "<").replace("≥", ">")
    value = re.sub(r"\s", "", found["value"])
    return printed(value if relation == "=" else relation + value)


def _unsaid(rest: str) -> Printed | None:
    return printed(">0.05") if _NOT_SIGNIFICANT.search(rest) else None


def _degrees(kind: Kind, inside: str, rest: str) -> tuple[Printed | None, Printed | None, int | None]:
    """Degrees of freedom and N, from the brackets behind the name or from `df=` later."""
    n_found = re.search(r"[nN]\s*=\s*(\d+)", inside)
    n = int(n_found[1]) if n_found else None
    bare = re.sub(r",?\s*[nN]\s*=\s*\d+", "", inside)
    numbers = [printed(one) for one in re.findall(r"\d+(?:\.\d+)?", bare)]
    if not numbers and (said := _DF.search(rest)):
        numbers = [printed(one) for one in said.groups() if one]
    if kind is Kind.F:
        return (numbers[0], numbers[1], n) if len(numbers) == 2 else (None, None, n)
    return (numbers[0] if len(numbers) == 1 and kind is not Kind.Z else None), None, n
