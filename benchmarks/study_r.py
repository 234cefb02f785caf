"""R: the job in base R, tables first (study_r.R). R is GPL: a program of its own, only called."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from benchmarks.study_job import Figures, say


def main(path: Path) -> Figures:
    command = ["Rscript", "--vanilla", str(Path(__file__).with_suffix(".R")), str(path)]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


if __name__ == "__main__":
    say(main)
