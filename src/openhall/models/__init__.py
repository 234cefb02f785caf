"""Nouns: the tables of OpenHall, their constraints and facts about one row. Who may write them: `openhall.actions`."""

from openhall.models.budget import Budget, Salt
from openhall.models.catalogue import Article, Competence, ListItem, Service, UrgencyRules
from openhall.models.clock import Clock
from openhall.models.event import Anchor, ChainHead, Event, Fact, Verification, record, record_many
from openhall.models.extract import Extract, Unextracted, new_stamp, new_token
from openhall.models.flow import Cursor, Due, Stuck
from openhall.models.message import Attachment, Message, Notice
from openhall.models.output import RULES, Output
from openhall.models.oversight import SavedFilter, Screening, Supervision
from openhall.models.party import ContactMethod, Party, RecurringDuty, Renewal, SignInCode
from openhall.models.rating import Evaluation, Rectification, RectificationStep
from openhall.models.request import Ask, Assignment, Channel, Decision, ServiceRequest
from openhall.models.response import Flag, Response, SecondEntry
from openhall.models.search import SearchDocument, SearchWord
from openhall.models.staff import Award, JointRating, Training, User
from openhall.models.survey import Allocation, Batch, Invitation, Questionnaire, Version, Wave
from openhall.models.town import Area, Jurisdiction, Office, hall_calendar

__all__ = [
    "RULES",
    "Allocation",
    "Anchor",
    "Area",
    "Article",
    "Ask",
    "Assignment",
    "Attachment",
    "Award",
    "Batch",
    "Budget",
    "ChainHead",
    "Channel",
    "Clock",
    "Competence",
    "ContactMethod",
    "Cursor",
    "Decision",
    "Due",
    "Evaluation",
    "Event",
    "Extract",
    "Fact",
    "Flag",
    "Invitation",
    "JointRating",
    "Jurisdiction",
    "ListItem",
    "Message",
    "Notice",
    "Office",
    "Output",
    "Party",
    "Questionnaire",
    "Rectification",
    "RectificationStep",
    "RecurringDuty",
    "Renewal",
    "Response",
    "Salt",
    "SavedFilter",
    "Screening",
    "SearchDocument",
    "SearchWord",
    "SecondEntry",
    "Service",
    "ServiceRequest",
    "SignInCode",
    "Stuck",
    "Supervision",
    "Training",
    "Unextracted",
    "UrgencyRules",
    "User",
    "Verification",
    "Version",
    "Wave",
    "hall_calendar",
    "new_stamp",
    "new_token",
    "record",
    "record_many",
]
