"""What single cells of an XLSForm say: wordings, numbers, yes and no, roles, shares, bounds. The form: `xlsform`."""

from __future__ import annotations

import re

from openhall.errors import N_, Problem
from openhall.language import Wording
from openhall.surveys.foreign import language_code
from openhall.surveys.questionnaire import Kind, Role
from openhall.surveys.xlsform_rows import Row

_ROLES = {"": Role.OTHER, **{role.value: role for role in Role}}
_YES = {"yes": True, "true": True, "true()": True, "1": True}
_NO = {"no": False, "false": False, "false()": False, "0": False, "": False}
_BOUND = re.compile(r"\.\s*(>=|<=|>|<)\s*(-?\d{1,15}(?:\.\d{1,15})?)")


class Cells:
    """Reads cells; what cannot be read is put into `problems`. `default` is the language of texts that name none."""

    def __init__(self, default: str, problems: list[Problem]) -> None:
        self.default, self.problems = default, problems

    def wording(self, row: Row, name: str) -> Wording:
        said: dict[str, str] = {}
        for column, text in row.cells.items():
            head, _, language = column.partition("::")
            if head == name:
                said[(language_code(language) or self.default) if language else self.default] = text
                if "${" in text:
                    message, cure = (
                        N_("answers cannot be put into a text."),
                        N_("Write the text without ${{…}}."),
                    )
                    self.problems.append(row.problem(column, message, cure))
        return said

    def role(self, row: Row) -> Role:
        if row["role"] not in _ROLES:
            words = [role.value for role in Role]
            cure = N_("Use one of {words}.")
            self.problems.append(
                row.problem("role", N_("the role {role} is not known."), cure, role=row["role"], words=words)
            )
        return _ROLES.get(row["role"], Role.OTHER)

    def flag(self, row: Row, column: str) -> bool:
        said = row[column].lower()
        if said not in _YES | _NO:
            self.problems.append(
                row.problem(column, N_("“{said}” is not yes or no."), N_("Write yes or no."), said=said)
            )
        return _YES.get(said, False)

    def number(self, row: Row, column: str) -> float | None:
        said = row[column]
        if not said:
            return None
        if not re.fullmatch(r"-?\d{1,15}(\.\d{1,17})?", said):
            self.problems.append(
                row.problem(column, N_("“{said}” is not a number."), N_("Write digits."), said=said[:60])
            )
            return None
        return float(said)

    def population(self, row: Row) -> tuple[float, ...]:
        """Per cent of each answer in the population, separated by spaces."""
        shares = row["population"].split()
        if not all(re.fullmatch(r"\d{1,3}(\.\d{1,17})?", share) for share in shares):
            cure = N_("Write per cent in the order of the answers, as 51.27 48.73.")
            self.problems.append(row.problem("population", N_("these are not shares."), cure))
            return ()
        return tuple(map(float, shares))

    def bounds(self, row: Row, kind: Kind) -> tuple[float | None, float | None]:
        """`. >= a and . <= b` as minimum and maximum."""
        low: float | None = None
        high: float | None = None
        said = " ".join(row["constraint"].split())  # a cell of blanks is no work for a pattern
        for part in said.split(" and ") if said else ():
            match = _BOUND.fullmatch(part.strip(" ()"))
            strict = match is not None and match[1] in "<>"
            whole = not row["type"].startswith("decimal") and match is not None and "." not in match[2]
            if match is None or kind is not Kind.NUMBER or (strict and not whole):
                cure = N_("Use the form . >= 0 and . <= 120 on a number, or remove it.")
                self.problems.append(row.problem("constraint", N_("this constraint is not supported."), cure))
                return None, None
            bound = float(match[2]) + {">": 1, "<": -1}.get(match[1], 0)
            low, high = (bound, high) if match[1].startswith(">") else (low, bound)
        return low, high
