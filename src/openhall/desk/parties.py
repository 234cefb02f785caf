"""Customers at the desk: the list, one record over all departments, making, changing, joining and parting. Row B1."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext

from openhall.access import staff
from openhall.actions import parties as actions
from openhall.desk.party_form import PartyForm
from openhall.errors import OpenHallError
from openhall.models import Party
from openhall.reads import parties as reads
from openhall.rules.demand import CUSTOMER_NAMES, SPECIAL


@staff("party.view")
def parties(request: HttpRequest) -> HttpResponse:
    """The list. What is looked for is sent by POST: names and numbers never stand in an address."""
    asked = request.POST if request.method == "POST" else request.GET
    kind, group = asked.get("kind", ""), asked.get("group", "")
    text = request.POST.get("text", "")
    after = asked.get("after", "")
    page = reads.search(
        request.user,
        text,
        kind=kind if kind in CUSTOMER_NAMES else "",
        group=group if group in SPECIAL else "",
        after=int(after) if after.isdecimal() and len(after) < 19 else None,
    )
    context = {
        "section": "parties",
        "page": page,
        "text": text,
        "kind": kind,
        "group": group,
        "kinds": CUSTOMER_NAMES.items(),
        "groups": SPECIAL.values(),
        "filtered": bool(text or kind or group or after),
    }
    return render(request, "desk/parties/list.html", context)


@staff("party.view")
def party(request: HttpRequest, pk: int) -> HttpResponse:
    """One customer over all departments; a record that was joined leads to the one that stands for it."""
    found = get_object_or_404(Party, pk=pk)
    if found.merged_into_id:
        return redirect("desk:party", found.root.pk)
    return _show(request, found)


@staff("party.edit")
def party_new(request: HttpRequest) -> HttpResponse:
    form = PartyForm(request.POST or None)
    errors: list[str] = []
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.create(form.particulars(), by=request.user)
        except OpenHallError as error:
            errors = error.lines(gettext)
        else:
            messages.success(request, gettext("The record is made."))
            return redirect("desk:party", made.pk)
    return render(request, "desk/parties/form.html", {"section": "parties", "form": form, "errors": errors})


@staff("party.edit")
def party_edit(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Party, pk=pk)
    if found.merged_into_id:
        return redirect("desk:party_edit", found.root.pk)
    form = PartyForm(request.POST or None, party=found)
    errors: list[str] = []
    if request.method == "POST" and form.is_valid():
        try:
            actions.change(found, form.particulars(), stamp=request.POST.get("stamp"), by=request.user)
        except OpenHallError as error:
            errors = error.lines(gettext)
        else:
            messages.success(request, gettext("The record is saved."))
            return redirect("desk:party", pk)
    stamp = actions.stamp_of(found)
    context = {"section": "parties", "form": form, "errors": errors, "party": found, "stamp": stamp}
    return render(request, "desk/parties/form.html", context)


@staff("party.merge")
def party_merge(request: HttpRequest, pk: int, other: int) -> HttpResponse:
    """Show both beside each other, ask which one stays, and join them."""
    pair = [get_object_or_404(Party, pk=key) for key in (pk, other)]
    if len({one.root.pk for one in pair}) == 1 or any(one.merged_into_id for one in pair):
        return redirect("desk:party", pair[0].root.pk)
    errors: list[str] = []
    stays = {str(one.pk): one for one in pair}.get(request.POST.get("stays", ""))
    if request.method == "POST" and stays is None:
        errors = [gettext("Choose the record that stays.")]
    elif request.method == "POST":
        goes = next(one for one in pair if one.pk != stays.pk)
        try:
            actions.merge(goes, into=stays, by=request.user)
        except OpenHallError as error:
            errors = error.lines(gettext)
        else:
            messages.success(
                request, gettext("The records are joined. Nobody was told, and it can be taken back.")
            )
            return redirect("desk:party", stays.pk)
    context = {
        "section": "parties",
        "pair": [reads.page(one, request.user) for one in pair],
        "like": reads.likeness_of(*pair),
        "errors": errors,
    }
    return render(request, "desk/parties/merge.html", context)


@staff("party.merge")
def party_find(request: HttpRequest, pk: int) -> HttpResponse:
    """Look for the other record of the same customer, where the likely ones are not it."""
    found = get_object_or_404(Party, pk=pk)
    text = request.POST.get("text", "")
    rows = reads.search(request.user, text).rows if text.strip() else reads.duplicates(found, request.user)
    context = {
        "section": "parties",
        "party": found,
        "text": text,
        "rows": [row for row in rows if row.party.pk != found.root.pk],
    }
    return render(request, "desk/parties/find.html", context)


@staff("party.merge")
def party_unmerge(request: HttpRequest, pk: int) -> HttpResponse:
    """Part a record again from the one that stands for it."""
    found = get_object_or_404(Party, pk=pk)
    if request.method != "POST":
        return redirect("desk:party", found.root.pk)
    try:
        actions.unmerge(found, by=request.user)
    except OpenHallError as error:
        return _show(request, found.root, error.lines(gettext))
    messages.success(request, gettext("The records are parted. Each is what it was before."))
    return redirect("desk:party", found.pk)


def _show(request: HttpRequest, found: Party, errors: list[str] | None = None) -> HttpResponse:
    context = {"section": "parties", "errors": errors or [], **reads.page(found, request.user)}
    return render(request, "desk/parties/party.html", context)
