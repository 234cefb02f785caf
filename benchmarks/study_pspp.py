"""PSPP: the job as its own syntax over the CSV file. PSPP is GPL: a program of its own, only called. It prints a p with
three decimals, so those are not compared.
"""

from __future__ import annotations

import csv
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.study_job import (
    BACKGROUNDS,
    COLUMNS,
    DIMENSIONS,
    ITEMS,
    OVERALL,
    SCORES,
    STEPS,
    Figures,
    pairs,
    say,
)

Table = list[list[str]]
TITLES = ("Descriptives", "Test of Homogeneity of Variances", "ANOVA")


def main(path: Path) -> Figures:
    with tempfile.TemporaryDirectory() as folder:
        syntax, out = Path(folder) / "job.sps", Path(folder) / "out.csv"
        syntax.write_text(job(path / "answers.csv"), "utf-8")
        command = ["pspp", "-O", "format=csv", "-o", str(out), str(syntax)]
        subprocess.run(command, check=True, capture_output=True)
        found = list(tables(out))
    return read({title: [body for name, body in found if name == title] for title, _ in found})


def job(data: Path) -> str:
    lines = ["SET FORMAT=F24.16."]
    columns = " ".join(f"{key} F2.0" for key in COLUMNS)
    lines.append(
        f"GET DATA /TYPE=TXT /FILE='{data}' /ARRANGEMENT=DELIMITED /DELIMITERS=',' /FIRSTCASE=2 /VARIABLES={columns}."
    )
    lines += [f"COMPUTE {key}=MEAN({', '.join(items)})." for key, items in DIMENSIONS.items()]
    lines.append(f"FREQUENCIES /VARIABLES={' '.join(COLUMNS)} /STATISTICS=NONE.")
    for items in DIMENSIONS.values():
        lines.append(f"RELIABILITY /VARIABLES={' '.join(items)} /MODEL=ALPHA /SUMMARY=TOTAL.")
    lines.append(
        f"CROSSTABS /TABLES={' '.join(BACKGROUNDS)} BY {OVERALL} /STATISTICS=CHISQ PHI /CELLS=COUNT."
    )
    lines.append(f"DESCRIPTIVES /VARIABLES={' '.join(ITEMS)} /STATISTICS=MEAN.")
    for key in BACKGROUNDS:
        lines.append(f"ONEWAY /VARIABLES={' '.join(SCORES)} BY {key} /STATISTICS=DESCRIPTIVES HOMOGENEITY.")
    return "\n".join(lines) + "\n"


def tables(out: Path) -> Iterator[tuple[str, Table]]:
    title, body = "", []
    for line in [*csv.reader(out.read_text("utf-8").splitlines()), []]:
        if line and line[0].startswith("Table: "):
            title, body = ",".join(line).removeprefix("Table: ").rstrip(","), []
        elif line and title:
            body.append(line)
        elif title:
            yield title, body
            title = ""


def read(found: dict[str, list[Table]]) -> Figures:
    means = {row[0]: float(row[2]) for row in found["Descriptive Statistics"][0][1:] if row[0] in ITEMS}
    by_background = dict(zip(BACKGROUNDS, zip(*(found[title] for title in TITLES), strict=True), strict=True))
    return {
        "n": int(found["q1"][0][-1][2]),
        "frequencies": {key: frequencies(key, found[key][0]) for key in COLUMNS},
        "alphas": {key: alpha(number, found) for number, key in enumerate(DIMENSIONS)},
        "chi2": {key: chi2(number, found) for number, key in enumerate(BACKGROUNDS)},
        "item_means": means,
        "means": {f"{score} {key}": group_means(score, key, by_background[key][0]) for score, key in pairs()},
        "anova": {f"{score} {key}": anova(score, *by_background[key][1:]) for score, key in pairs()},
    }


def frequencies(key: str, body: Table) -> list[int]:
    counts = {row[1]: int(row[2]) for row in body if row[1].isdigit() and row[0] in ("", "Valid")}
    return [counts.get(str(code), 0) for code in range(1, BACKGROUNDS.get(key, STEPS) + 1)]


def alpha(number: int, found: dict[str, list[Table]]) -> dict[str, Any]:
    items = found["Item-Total Statistics"][number][1:]
    return {
        "alpha": float(found["Reliability Statistics"][number][1][0]),
        "n": int(found["Case Processing Summary"][number][1][1]),
        "item_total": [float(row[3]) for row in items],
        "if_deleted": [float(row[4]) for row in items],
    }


def chi2(number: int, found: dict[str, list[Table]]) -> dict[str, Any]:
    test, strength = found["Chi-Square Tests"][number][1], found["Symmetric Measures"][number]
    v = next(row[2] for row in strength if row[1] == "Cramer's V")
    return {"value": float(test[1]), "df": int(test[2]), "v": float(v), "p": None}


def group_means(score: str, background: str, body: Table) -> list[float]:
    found, mine = {}, ""
    for row in body[2:]:
        mine = row[0] or mine
        if mine == score and row[1].isdigit():
            found[row[1]] = float(row[3])
    return [found.get(str(code), float("nan")) for code in range(1, BACKGROUNDS[background] + 1)]


def anova(score: str, homogeneity: Table, body: Table) -> dict[str, Any]:
    place = next(number for number, row in enumerate(body) if row[0] == score)
    between, within = body[place], body[place + 1]
    levene = next(row for row in homogeneity if row[0] == score)
    return {
        "f": float(between[5]),
        "df1": int(between[3]),
        "df2": int(within[3]),
        "p": None,
        "levene": float(levene[1]),
        "levene_p": None,
    }


if __name__ == "__main__":
    say(main)
