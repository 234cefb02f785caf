"""Nouns: the tables of OpenHall, their constraints and facts about one row. Who may write them: `openhall.actions`."""

from openhall.models.budget import Budget, Salt
from openhall.models.event import Event, record
from openhall.models.output import Output
from openhall.models.response import Flag, Response, SecondEntry
from openhall.models.staff import User
from openhall.models.survey import Allocation, Batch, Invitation, Questionnaire, Version, Wave
from openhall.models.town import Jurisdiction, Office

__all__ = [
    "Allocation",
    "Batch",
    "Budget",
    "Event",
    "Flag",
    "Invitation",
    "Jurisdiction",
    "Office",
    "Output",
    "Questionnaire",
    "Response",
    "Salt",
    "SecondEntry",
    "User",
    "Version",
    "Wave",
    "record",
]
