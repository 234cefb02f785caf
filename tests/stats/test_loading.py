"""SciPy is loaded without the parts of NumPy nobody needs, and they are there for whoever asks."""

import re
import subprocess
import sys
from pathlib import Path

import openhall

LOADED = """
import sys, numpy
listed, found = list(numpy.__all__), numpy.__dir__
import openhall.stats.blocks
assert "scipy" not in sys.modules  # counting does without
from openhall.stats import crosstab, oneway
assert numpy.__all__ == listed and numpy.__dir__ is found
print(sorted({"numpy.f2py", "numpy.testing", "numpy.ma"} & set(sys.modules)))
from scipy import special, stats
print(special.ndtr(0.0), stats.f.sf(4.9646, 1, 10).round(4))
import numpy.testing
numpy.testing.assert_allclose(numpy.ma.masked_equal([1, 2], 2).sum(), 1)
print("f2py" in dir(numpy))
"""


def test_the_statistics_start_without_numpys_compiler_and_testing_tools():
    run = subprocess.run([sys.executable, "-c", LOADED], capture_output=True, text=True, check=False)
    assert run.stderr == ""
    assert run.stdout.split("\n") == ["[]", "0.5 0.05", "True", ""]


def test_everything_takes_scipy_from_there():
    importers = [
        file.name
        for file in Path(openhall.__file__).parent.rglob("*.py")
        if re.search(r"^\s*(?:from|import) scipy", file.read_text(), re.MULTILINE)
    ]
    assert importers == ["loading.py"]
