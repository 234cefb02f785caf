"""The reference sheets as the statistics see them, read with nothing but the standard library."""

import csv
from importlib import resources

import numpy as np
import pytest
from tests.stats.sample import Sample

QUESTIONS = [f"q{i}" for i in range(1, 7)]
ITEMS = [f"s{i}" for i in range(1, 17)]
DIMENSIONS = {"SE": ITEMS[:5], "SQ": ITEMS[5:8], "IM": ITEMS[8:12], "SP": ITEMS[12:15]}
SCALE = (5, 4, 3, 2, 1)


class Sheets(Sample):
    """The sample, and the names the study uses."""

    factors = {"gender": 2, "age": 5, "education": 4, "political_status": 4, "occupation": 9, "income": 8}

    def factor(self, name):
        """Column and levels of a background question."""
        place = list(self.factors).index(name)
        return self[QUESTIONS[place]], tuple(range(1, self.factors[name] + 1))

    def dimension(self, name):
        """The items of a dimension, cases × items."""
        return np.column_stack([self[key] for key in DIMENSIONS[name]])

    def score(self, name):
        """The mean of a dimension's items; every item is answered on a valid sheet."""
        return self.dimension(name).mean(axis=1)


@pytest.fixture(scope="session")
def returned():
    """All 338 sheets, as rows of text."""
    text = resources.files("openhall").joinpath("data/reference_sheets.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


@pytest.fixture(scope="session")
def sheets(returned):
    keys = QUESTIONS + ITEMS
    valid = [row for row in returned if all(row[key] and "|" not in row[key] for key in keys)]
    return Sheets({key: np.array([float(row[key]) for row in valid]) for key in keys})


@pytest.fixture(scope="session")
def distinct(sheets):
    """The 150 different ones among them."""
    rows = np.unique(np.column_stack(list(sheets.columns.values())), axis=0)
    return Sheets(dict(zip(sheets.columns, rows.T, strict=True)))
