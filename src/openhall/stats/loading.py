"""`scipy.special`, loaded without the parts of NumPy that nobody needs for it (decision 0020).

SciPy copies every public name of NumPy while it loads, and that loads what NumPy leaves to whoever asks for it:
the Fortran compiler's front end and the testing tools, half of the time SciPy takes. They are left out of NumPy's
lists of names for that moment only, and are there as ever for whoever imports them.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

UNNEEDED = frozenset({"ctypeslib", "f2py", "ma", "matlib", "polynomial", "test", "testing"})


@contextmanager
def _fewer_names() -> Iterator[None]:
    """NumPy's own lists of its names without the `UNNEEDED`."""
    module, listed, directory = vars(np), np.__all__, np.__dir__
    module["__all__"] = [name for name in listed if name not in UNNEEDED]
    module["__dir__"] = lambda: [name for name in directory() if name not in UNNEEDED]
    try:
        yield
    finally:
        module["__all__"], module["__dir__"] = listed, directory


with _fewer_names():
    from scipy import special

__all__ = ["special"]
