"""SciPy is loaded without the parts of NumPy nobody needs, and they are there for whoever asks."""

import subprocess
import sys

LOADED = """
import sys, numpy
listed, found = list(numpy.__all__), numpy.__dir__
import openhall.stats
assert numpy.__all__ == listed and numpy.__dir__ is found
print(sorted({"numpy.f2py", "numpy.testing", "numpy.ma"} & set(sys.modules)))
from scipy import special
print(special.ndtr(0.0), special.fdtrc(1, 10, 4.9646).round(4))
import numpy.testing
numpy.testing.assert_allclose(numpy.ma.masked_equal([1, 2], 2).sum(), 1)
print("f2py" in dir(numpy))
"""


def test_the_statistics_start_without_numpys_compiler_and_testing_tools():
    run = subprocess.run([sys.executable, "-c", LOADED], capture_output=True, text=True, check=False)
    assert run.stderr == ""
    assert run.stdout.split("\n") == ["[]", "0.5 0.05", "True", ""]
