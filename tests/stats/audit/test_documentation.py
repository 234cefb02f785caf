"""docs/audit.md: its example can be read, and every code of a finding stands in its table of rules."""

from __future__ import annotations

import re
from pathlib import Path

from openhall.stats.audit import audit, read_published
from openhall.stats.audit.findings import Code, Severity

PAGE = (Path(__file__).parents[3] / "docs" / "audit.md").read_text(encoding="utf-8")


def test_the_example_of_the_format_can_be_read_and_audited():
    (example,) = re.findall(r"```toml\n(.*?)```", PAGE, re.S)
    found = audit(read_published(example, "example.toml"))
    assert found.checked["counts"] == 3
    assert found.checked["tests"] >= 5


def test_every_code_and_severity_is_documented():
    assert [code.value for code in Code if f"`{code.value}`" not in PAGE] == []
    assert [severity.value for severity in Severity if f"`{severity.value}`" not in PAGE] == []
