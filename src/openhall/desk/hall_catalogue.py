"""Services, areas and the three lists in the hall's administration; the catalogue as a file. Rows B4, B6."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext

from openhall.access import post_only, staff
from openhall.actions import catalogue as actions
from openhall.actions.catalogue import Competent, ItemFacts, ServiceFacts
from openhall.desk.hall_forms import (
    AreaForm,
    CompetentRows,
    ItemForm,
    ServiceForm,
    attempt,
    lines,
    service_initial,
    spread,
)
from openhall.models import Area, Competence, ListItem, Service
from openhall.reads import hall as reads
from openhall.surveys.export.tables import MARK
from openhall.surveys.sheets_out import cell_out

SECTION = {"section": "hall"}
COLUMNS = (
    *("code", "name_en", "name_zh", "group_en", "group_zh", "description_en", "description_zh", "keywords"),
    *(
        "demand",
        "item",
        "lead",
        "assisting",
        "skills",
        "resolve_days",
        "renew_days",
        "needs_place",
        "offered",
    ),
)


# --- services -----------------------------------------------------------------------------------------------------


@staff("catalogue.manage")
def services(request: HttpRequest) -> HttpResponse:
    return render(request, "desk/hall/services.html", {**SECTION, "rows": reads.services()})


@staff("catalogue.manage")
def services_csv(request: HttpRequest) -> HttpResponse:
    """The catalogue, a line a service; departments with the area they have it in."""
    answer = HttpResponse(MARK, content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = 'attachment; filename="catalogue.csv"'
    writer = csv.writer(answer, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows([cell_out(value) for value in _line(one)] for one in reads.services())
    return answer


def _line(one: Service) -> Iterator[Any]:
    yield one.code
    for wording in (one.name, one.group, one.description):
        yield from (wording.get("en", ""), wording.get("zh", ""))
    yield "; ".join(map(str, one.keywords))
    yield from (one.demand, one.power.code if one.power else "")
    for part in (Competence.Part.LEAD, Competence.Part.ASSISTING):
        yield "; ".join(_competent(row) for row in one.competences.all() if row.part == part)
    yield "; ".join(map(str, one.skills))
    yield from (one.resolve_days, one.renew_days)
    yield from ("yes" if flag else "no" for flag in (one.needs_place, one.active))


def _competent(row: Competence) -> str:
    return f"{row.office.code} ({row.area.code})" if row.area else row.office.code


@staff("catalogue.manage")
def service_new(request: HttpRequest) -> HttpResponse:
    return _service(request, None, ServiceForm(request.POST or None), [])


@staff("catalogue.manage")
def service(request: HttpRequest, code: str) -> HttpResponse:
    found = get_object_or_404(Service, code=code)
    form = ServiceForm(request.POST or None, new=False, initial=service_initial(found))
    rows = [
        {"office": one.office_id, "area": one.area_id, "part": one.part}
        for one in found.competences.order_by("-part", "pk")
    ]
    return _service(request, found, form, rows)


def _service(
    request: HttpRequest, found: Service | None, form: ServiceForm, rows: list[dict[str, Any]]
) -> HttpResponse:
    competent, errors = CompetentRows(request.POST or None, initial=rows, prefix="who"), []
    if request.method == "POST" and form.is_valid() and competent.is_valid():
        kept, errors = attempt(
            lambda: actions.keep_service(found, _facts(form), _offices(competent), by=request.user)
        )
        if kept:
            messages.success(request, gettext("The service is kept."))
            return redirect("desk:hall_services")
    context = {"form": form, "competent": competent, "errors": errors, "service": found}
    return render(request, "desk/hall/service.html", {**SECTION, **context})


def _facts(form: ServiceForm) -> ServiceFacts:
    given = form.cleaned_data
    return ServiceFacts(
        code=given.get("code", ""),
        name=form.wording("name"),
        description=form.wording("description"),
        group=form.wording("group"),
        keywords=lines(given["keywords"]),
        skills=lines(given["skills"]),
        **{name: given[name] for name in ("needs_place", "demand", "power", "resolve_days", "renew_days")},
    )


def _offices(rows: Any) -> list[Competent]:
    given = [row.cleaned_data for row in rows]
    return [Competent(one["office"], one["part"], one["area"]) for one in given if one.get("office")]


@staff("catalogue.manage")
@post_only("desk:hall_service", "code")
def service_retire(request: HttpRequest, code: str) -> HttpResponse:
    back = request.POST.get("back") == "1"
    actions.retire_service(get_object_or_404(Service, code=code), back=back, by=request.user)
    done = gettext("The service is offered again.") if back else gettext("The service is no longer offered.")
    messages.success(request, done)
    return redirect("desk:hall_services")


# --- lists --------------------------------------------------------------------------------------------------------


@staff("catalogue.manage")
def items(request: HttpRequest) -> HttpResponse:
    rows = reads.list_items(words=request.GET.get("q", "")[:100], retired=True)
    groups = [(name, [one for one in rows if one.kind == kind]) for kind, name in ListItem.Kind.choices]
    context = {"groups": groups, "asked": request.GET.get("q", "")[:100]}
    return render(request, "desk/hall/items.html", {**SECTION, **context})


@staff("catalogue.manage")
def item_new(request: HttpRequest) -> HttpResponse:
    form, errors = ItemForm(request.POST or None), []
    if request.method == "POST" and form.is_valid():
        made, errors = attempt(lambda: actions.keep_item(None, _item_facts(form), by=request.user))
        if made:
            messages.success(request, gettext("The item is on its list."))
            return redirect("desk:hall_items")
    return _form(request, form, errors, "desk:hall_items", gettext("Lists"), heading=gettext("New item"))


@staff("catalogue.manage")
def item(request: HttpRequest, code: str) -> HttpResponse:
    found = get_object_or_404(ListItem, code=code)
    names = ("title", "text", "basis", "refer_to")
    initial = {key: text for name in names for key, text in spread(getattr(found, name), name).items()}
    initial["office"] = found.office_id
    form, errors = ItemForm(request.POST or None, new=False, initial=initial), []
    if request.method == "POST" and form.is_valid():
        kept, errors = attempt(lambda: actions.keep_item(found, _item_facts(form), by=request.user))
        if kept:
            messages.success(request, gettext("The item is changed."))
            return redirect("desk:hall_items")
    more = {"heading": str(found), "item": found, "used": found.decisions.count()}
    return _form(request, form, errors, "desk:hall_items", gettext("Lists"), **more)


def _item_facts(form: ItemForm) -> ItemFacts:
    given = form.cleaned_data
    wordings = {name: form.wording(name) for name in ("title", "text", "basis", "refer_to")}
    return ItemFacts(
        code=given.get("code", ""), kind=given.get("kind", ""), office=given["office"], **wordings
    )


@staff("catalogue.manage")
@post_only("desk:hall_item", "code")
def item_retire(request: HttpRequest, code: str) -> HttpResponse:
    back = request.POST.get("back") == "1"
    actions.retire_item(get_object_or_404(ListItem, code=code), back=back, by=request.user)
    done = gettext("The item is in force again.") if back else gettext("The item is retired.")
    messages.success(request, done)
    return redirect("desk:hall_items")


# --- areas --------------------------------------------------------------------------------------------------------


@staff("catalogue.manage")
def areas(request: HttpRequest) -> HttpResponse:
    context = {"rows": Area.objects.prefetch_related("offices")}
    return render(request, "desk/hall/areas.html", {**SECTION, **context})


@staff("catalogue.manage")
def area_new(request: HttpRequest) -> HttpResponse:
    return _area(request, None, AreaForm(request.POST or None), gettext("New area"))


@staff("catalogue.manage")
def area(request: HttpRequest, code: str) -> HttpResponse:
    found = get_object_or_404(Area, code=code)
    return _area(
        request,
        found,
        AreaForm(request.POST or None, new=False, initial=spread(found.name, "name")),
        str(found),
    )


def _area(request: HttpRequest, found: Area | None, form: AreaForm, heading: str) -> HttpResponse:
    errors: list[str] = []
    if request.method == "POST" and form.is_valid():
        code, name = form.cleaned_data.get("code", ""), form.wording("name")
        kept, errors = attempt(lambda: actions.keep_area(found, code=code, name=name, by=request.user))
        if kept:
            messages.success(request, gettext("The area is kept."))
            return redirect("desk:hall_areas")
    return _form(request, form, errors, "desk:hall_areas", gettext("Areas"), heading=heading)


def _form(
    request: HttpRequest, form: Any, errors: list[str], back: str, back_name: str, **context: Any
) -> HttpResponse:
    context |= {"form": form, "errors": errors, "back": back, "back_name": back_name}
    return render(request, "desk/hall/form.html", {**SECTION, **context})
