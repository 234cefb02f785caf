"""What `make bench` found, as tables and sentences: seconds, ratios, growth, the floor, and the bars that are met."""

from __future__ import annotations

import os
import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.study_contestants import ANALYSE, BY_KEY, STUDY
from benchmarks.study_ingest import INTO_STORE, READERS
from benchmarks.study_process import Run

BEGIN, END = "<!-- make bench: begin -->", "<!-- make bench: end -->"
MB = 10**6
OURS = (ANALYSE, STUDY)
ELSEWHERE = ("postgres",)  # works in a server, whose time and memory are not seen
HOW = """\
Whole processes from start to figures as JSON; medians of interleaved rounds in one run; memory is the largest process,
mapped files included. On a busy machine the processor’s time says more. The job: 22 frequencies, 4 alphas with item
analysis, 6 chi-squares with V, 16 item means, means of 5 scores by 6 backgrounds, 30 analyses of variance with Levene’s
test on the mean. `openhall analyse` does more: all of chapter 4. Read the ratios."""


@dataclass
class Results:
    """Runs by (contestant, rows); ingest by (reader, rows); the floor by rows."""

    runs: dict[tuple[str, int], list[Run]] = field(default_factory=dict)
    ingest: dict[tuple[str, int], list[Run]] = field(default_factory=dict)
    floor: dict[int, dict[str, float]] = field(default_factory=dict)
    absent: dict[str, str] = field(default_factory=dict)
    unlike: list[str] = field(default_factory=list)
    compared: int = 0

    @property
    def sizes(self) -> list[int]:
        return sorted({rows for _, rows in self.runs})

    @property
    def keys(self) -> list[str]:
        return list(dict.fromkeys(key for key, _ in self.runs))

    def seconds(self, key: str, rows: int) -> float | None:
        """The median."""
        return _median([run.seconds for run in self.runs.get((key, rows), ()) if not run.failed])

    def busy(self, key: str, rows: int) -> float | None:
        """The median of the processor time."""
        return _median([run.busy for run in self.runs.get((key, rows), ()) if not run.failed])

    def peak(self, key: str, rows: int) -> int | None:
        return max((run.peak for run in self.runs.get((key, rows), ()) if not run.failed), default=None)

    def fastest(self, rows: int) -> tuple[str, float] | None:
        """Of the others."""
        found = {key: self.seconds(key, rows) for key in self.keys if key not in OURS}
        known = {key: seconds for key, seconds in found.items() if seconds}
        return min(known.items(), key=lambda one: one[1]) if known else None

    def read(self, key: str, rows: int) -> float | None:
        return _median([run.seconds for run in self.ingest.get((key, rows), ()) if not run.failed])


def _median(values: Sequence[float]) -> float | None:
    return statistics.median(values) if values else None


def said(results: Results, about: str) -> str:
    """The whole section, as Markdown."""
    parts = [
        "## The study at any size",
        about,
        HOW,
        _figures_line(results),
        "\n".join(_seconds(results)),
        "\n".join(_ratios(results)),
        *(["\n".join(_growth(results))] if len(results.sizes) > 1 else []),
        "\n".join(_ingest(results)),
        "\n".join(_floor(results)),
        "\n".join(["### Bars", "", *(f"- {line}" for line in bars(results))]),
    ]
    if results.absent:
        parts.append(
            "Not here: " + "; ".join(f"{name} ({why})" for name, why in results.absent.items()) + "."
        )
    return "\n\n".join(parts) + "\n"


def _figures_line(results: Results) -> str:
    if not results.unlike:
        return f"{results.compared:,} figures compared to 1e-9 with NumPy’s: all the same."
    shown = "\n".join(f"- {line}" for line in results.unlike[:20])
    return f"**{len(results.unlike)} of {results.compared:,} figures differ from NumPy’s:**\n\n{shown}"


def _seconds(results: Results) -> Iterator[str]:
    yield from _head("seconds / of the processor (peak memory in MB)", results.sizes)
    for key in results.keys:
        cells = []
        for rows in results.sizes:
            seconds, busy, peak = (look(key, rows) for look in (results.seconds, results.busy, results.peak))
            failed = next((run.failed for run in results.runs.get((key, rows), ()) if run.failed), "–")
            more = "" if key in ELSEWHERE or not peak else f" / {busy:.2f} ({peak / MB:.0f})"
            cells.append(f"{seconds:.2f}{more}" if seconds else _short(failed))
        yield _row(BY_KEY[key].name, cells)


def _ratios(results: Results) -> Iterator[str]:
    """Times as long as each of ours, and as the fastest of the others."""
    yield from _head("times as long as analyse / the job alone / the fastest other", results.sizes)
    for key in results.keys:
        cells = []
        for rows in results.sizes:
            mine, least = results.seconds(key, rows), results.fastest(rows)
            others = [results.seconds(one, rows) for one in OURS] + [least[1] if least else None]
            cells.append(" / ".join(_times(mine, other) for other in others) if mine else "–")
        yield _row(BY_KEY[key].name, cells)


def _growth(results: Results) -> Iterator[str]:
    """What more rows cost: between one size and the next, so that the start does not count."""
    steps = list(zip(results.sizes, results.sizes[1:], strict=False))
    yield (
        "| growth: ns a further row (bytes of peak memory) | "
        + " | ".join(f"{_number(a)} → {_number(b)}" for a, b in steps)
        + " |"
    )
    yield "|---|" + "---:|" * len(steps)
    for key in results.keys:
        cells = []
        for low, high in steps:
            t, m = [results.seconds(key, n) for n in (low, high)], [results.peak(key, n) for n in (low, high)]
            if None in t or None in m:
                cells.append("–")
                continue
            more = high - low
            memory = "" if key in ELSEWHERE else f" ({max(m[1] - m[0], 0) / more:.1f})"
            cells.append(f"{max(t[1] - t[0], 0) / more * 1e9:.0f}{memory}")
        yield _row(BY_KEY[key].name, cells)


def _ingest(results: Results) -> Iterator[str]:
    sizes = sorted({rows for _, rows in results.ingest})
    yield from _head("reading the CSV file, seconds (peak memory in MB)", sizes)
    for key in dict.fromkeys(key for key, _ in results.ingest):
        cells = []
        for rows in sizes:
            seconds = results.read(key, rows)
            peak = max((run.peak for run in results.ingest.get((key, rows), ())), default=0)
            cells.append(f"{seconds:.2f} ({peak / MB:.0f})" if seconds else "–")
        yield _row(key, cells)
    yield ""
    yield "Live ingest (sheets as they arrive): not measured here."


def _floor(results: Results) -> Iterator[str]:
    sizes = sorted(results.floor)
    yield from _head("scan floor, ms: every byte summed, a thread a core", sizes)
    for name in dict.fromkeys(name for found in results.floor.values() for name in found):
        cells = [
            f"{1000 * results.floor[rows][name]:.1f}" if name in results.floor[rows] else "–"
            for rows in sizes
        ]
        yield _row(name, cells)


def bars(results: Results) -> Iterator[str]:
    """The bars of the design, met or not, of what was measured in this run."""
    for rows, most in ((10**7, 1.5), (10**8, 3.0)):
        for key in OURS:
            mine, least = results.seconds(key, rows), results.fastest(rows)
            text = f"{_number(rows)} rows, {BY_KEY[key].name}: at most {most}× the fastest kernel"
            if mine is None or least is None:
                yield f"{text}: not measured"
            else:
                yield f"{text} ({BY_KEY[least[0]].name}): {mine / least[1]:.2f}×, {_met(mine <= most * least[1])}"
    yield _slower_by(results, "pingouin", 10**7, 100)
    for rows, most in ((10**7, 400), (10**8, 1000)):
        peak = results.peak(ANALYSE, rows)
        text = f"{_number(rows)} rows, openhall analyse: peak memory at most {most} MB"
        yield f"{text}: {peak / MB:.0f} MB, {_met(peak <= most * MB)}" if peak else f"{text}: not measured"
    small, text = results.seconds(ANALYSE, 300), "300 rows, openhall analyse: JSON within 0.6 s"
    yield f"{text}: {small:.2f} s, {_met(small <= 0.6)}" if small else f"{text}: not measured"
    yield _ingest_bar(results)


def _slower_by(results: Results, key: str, rows: int, least: float) -> str:
    mine, theirs = results.seconds(ANALYSE, rows), results.seconds(key, rows)
    text = f"{_number(rows)} rows, openhall analyse: at least {least}× faster than {BY_KEY[key].name}"
    if mine is None or theirs is None:
        return f"{text}: not measured"
    return f"{text}: {theirs / mine:.0f}×, {_met(theirs >= least * mine)}"


def _ingest_bar(results: Results) -> str:
    text = "CSV → store of 10⁷ rows: within 1.5× of polars reading the CSV"
    ours, theirs = (results.read(name, 10**7) for name in (INTO_STORE, READERS["polars"]))
    if not ours or not theirs:
        return f"{text}: not measured"
    return f"{text}: {ours / theirs:.2f}×, {_met(ours <= 1.5 * theirs)}"


def _met(met: bool) -> str:
    return "met" if met else "**not met**"


def _head(first: str, sizes: Sequence[int]) -> Iterator[str]:
    yield f"| {first} | " + " | ".join(map(_number, sizes)) + " |"
    yield "|---|" + "---:|" * len(sizes)


def _row(name: str, cells: Sequence[str]) -> str:
    return f"| {name} | " + " | ".join(cells) + " |"


def _times(mine: float | None, other: float | None) -> str:
    return f"{mine / other:.2f}" if mine and other else "–"


def _short(failed: str) -> str:
    return failed if len(failed) < 12 else "failed"


def _number(rows: int) -> str:
    """300, 10⁵.

    >>> _number(300), _number(100_000)
    ('300', '10⁵')
    """
    power = len(str(rows)) - 1
    return f"10{'⁰¹²³⁴⁵⁶⁷⁸⁹'[power]}" if rows == 10**power and rows >= 10**4 else f"{rows:,}"


def machine() -> str:
    """Cores, memory and processor; no name of a host, no path."""
    model = "unknown processor"
    if (info := Path("/proc/cpuinfo")).exists():
        names = [
            line.partition(":")[2].strip() for line in info.read_text().splitlines() if "model name" in line
        ]
        model = names[0] if names else model
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{os.cpu_count()} cores, {memory:.0f} GB, {model}"


def write(file: Path, section: str) -> None:
    """Put the section between its two markers, at the end of the file where they are not there yet."""
    text = file.read_text("utf-8") if file.exists() else "# Results\n"
    if BEGIN not in text:
        text = f"{text.rstrip()}\n\n{BEGIN}\n{END}\n"
    before, rest = text.split(BEGIN, 1)
    after = rest.split(END, 1)[1]
    file.write_text(f"{before}{BEGIN}\n\n{section}\n{END}{after}", "utf-8")
