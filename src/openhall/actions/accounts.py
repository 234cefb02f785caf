"""Accounts of staff: made with a first password, changed, closed and opened again. Nobody is deleted. Seed 3.5.2."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass

from django.db import transaction

from openhall.actions import keep, permit
from openhall.errors import N_, BadInput, NotAllowed, Problem
from openhall.models import Assignment, Office, ServiceRequest, User, record, record_many
from openhall.models.event import Fact
from openhall.rules.permissions import DEPARTMENT, Role

NAME = re.compile(r"[a-z0-9]+(?:[._-][a-z0-9]+)*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A person's account. `username` counts when it is made, and stays."""

    role: str
    username: str = ""
    first: str = ""
    last: str = ""
    email: str = ""
    office: Office | None = None


@transaction.atomic
def create(account: Account, *, by: User | None) -> tuple[User, str]:
    """A new account and its first password, in clear for this one moment. BadInput naming every problem."""
    permit(by, "account.manage")
    problems = _problems(account)
    if not NAME.fullmatch(account.username) or len(account.username) > 150:
        problems.append(
            Problem(
                N_("User name"), N_("it is not usable."), N_("Use small letters and digits, as “wei.sun”.")
            )
        )
    elif User.objects.filter(username__iexact=account.username).exists():
        problems.append(Problem(N_("User name"), N_("somebody else has it."), N_("Choose another one.")))
    if problems:
        raise BadInput(N_("The account cannot be made like this."), problems=problems)
    password = secrets.token_urlsafe(12)
    user = User(username=account.username)
    _take(user, account)
    user.set_password(password)
    user.save()
    record("staff.created", user, by=by, role=user.role, office=user.office_id)
    return user, password


@transaction.atomic
def change(user: User, account: Account, *, by: User | None) -> list[ServiceRequest]:
    """Name, role and office. Who leaves a department or its work leaves its requests there, with nobody: they are
    returned. BadInput naming every problem.
    """
    permit(by, "account.manage")
    user = _locked(user)
    if problems := _problems(account):
        raise BadInput(N_("The account cannot be changed like this."), problems=problems)
    if user.role == Role.ADMINISTRATOR and account.role != Role.ADMINISTRATOR:
        _require_another(user)
    before = (user.role, user.office_id)
    _take(user, account)
    user.save()
    left = before[1] != user.office_id or user.role not in DEPARTMENT
    freed = _free(user, by) if left else []
    record(
        "staff.changed",
        user,
        by=by,
        role=user.role,
        role_before=before[0],
        office=user.office_id,
        office_before=before[1],
        requests=len(freed),
    )
    return freed


@transaction.atomic
def deactivate(user: User, *, by: User | None) -> list[ServiceRequest]:
    """Close the account at once. The open requests this person had are left with nobody, and returned."""
    permit(by, "account.manage")
    user = _locked(user)
    if by is not None and user.pk == by.pk:
        raise NotAllowed(N_("You cannot close your own account."))
    if user.role == Role.ADMINISTRATOR:
        _require_another(user)
    user.is_active = False
    user.save(update_fields=["is_active"])
    freed = _free(user, by)
    record("staff.deactivated", user, by=by, requests=len(freed))
    return freed


@transaction.atomic
def activate(user: User, *, by: User | None) -> str:
    """Open a closed account again; its new password is returned."""
    permit(by, "account.manage")
    user = _locked(user)
    user.is_active = True
    password = _new_password(user)
    record("staff.activated", user, by=by)
    return password


@transaction.atomic
def replace_password(user: User, *, by: User | None) -> str:
    """A new password for one that was forgotten; whoever is signed in with the old one is signed out."""
    permit(by, "account.manage")
    user = _locked(user)
    password = _new_password(user)
    record("staff.password_replaced", user, by=by)
    return password


def _new_password(user: User) -> str:
    password = secrets.token_urlsafe(12)
    user.set_password(password)
    user.save()
    return password


def _locked(user: User) -> User:
    return User.objects.select_for_update(of=("self",)).get(pk=user.pk)


def _take(user: User, account: Account) -> None:
    user.role, user.office = account.role, account.office
    user.first_name, user.last_name, user.email = account.first, account.last, account.email


def _require_another(user: User) -> None:
    others = User.objects.filter(role=Role.ADMINISTRATOR, is_active=True).exclude(pk=user.pk)
    if not others.exists():
        raise NotAllowed(N_("This is the only administrator. Make another one first."))


def _problems(account: Account) -> list[Problem]:
    problems = []
    if account.role not in set(Role):
        problems.append(Problem(N_("Role"), N_("it is not chosen."), N_("Choose one.")))
    elif account.office is None and account.role in DEPARTMENT | {Role.CLERK}:
        problems.append(Problem(N_("Department or office"), N_("this role needs one."), N_("Choose one.")))
    if account.office is not None and account.office.ended_on is not None:
        problems.append(Problem(N_("Department or office"), N_("it has ended."), N_("Choose another one.")))
    if not (account.first.strip() or account.last.strip()):
        problems.append(Problem(N_("Name"), N_("it is missing."), N_("Give it.")))
    return problems


def _free(user: User, by: User | None) -> list[ServiceRequest]:
    """The open requests the person had in another department or can no longer handle, with nobody now."""
    rows = ServiceRequest.objects.select_for_update(of=("self",)).filter(is_open=True)
    sent = Assignment.objects.filter(handler=user, ended_at=None)
    cases = list(rows.filter(pk__in=sent.values("request")).order_by("pk"))
    cases += list(rows.filter(handler=user).exclude(pk__in=[one.pk for one in cases]).order_by("pk"))
    for case in cases:
        case.assignments.filter(handler=user, ended_at=None).update(handler=None)
        if case.handler_id == user.pk:
            case.handler = None
        keep(case, "handler")
    record_many(Fact("request.freed", case, by=by, data={"handler": user.pk}) for case in cases)
    return cases
