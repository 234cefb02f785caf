"""Departments in the hall's administration: described, merged and split, each with a look at what moves. Row B6."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from openhall.access import staff
from openhall.actions import offices as actions
from openhall.actions.offices import Particulars, Share
from openhall.actions.reforming import DEPARTMENTS, Moved
from openhall.desk.hall_forms import OfficeForm, RowsForm, attempt, said, spread
from openhall.language import LANGUAGES
from openhall.models import Office
from openhall.reads import hall as reads

SECTION = {"section": "hall"}
PARTS = (1, 2, 3)  # into how many a department is split at most


@staff("catalogue.manage")
def offices(request: HttpRequest) -> HttpResponse:
    return render(request, "desk/hall/offices.html", {**SECTION, "rows": reads.offices()})


@staff("catalogue.manage")
def office_new(request: HttpRequest) -> HttpResponse:
    form, errors = OfficeForm(request.POST or None), []
    if request.method == "POST" and form.is_valid():
        made, errors = attempt(lambda: actions.create(_particulars(form), by=request.user))
        if made:
            messages.success(request, gettext("The department is made."))
            return redirect("desk:hall_offices")
    return _form(request, form, errors, heading=gettext("New department"))


@staff("catalogue.manage")
def office(request: HttpRequest, code: str) -> HttpResponse:
    found = get_object_or_404(Office, code=code)
    initial = {
        **spread(found.name, "name"),
        **spread(found.contact, "contact"),
        "kind": found.kind,
        "areas": found.areas.all(),
    }
    form, errors = OfficeForm(request.POST or None, new=False, initial=initial), []
    if request.method == "POST" and form.is_valid():
        _changed, errors = attempt(lambda: actions.change(found, _particulars(form), by=request.user))
        if not errors:
            messages.success(request, gettext("The department is changed."))
            return redirect("desk:hall_offices")
    return _form(request, form, errors, heading=str(found), office=found)


def _particulars(form: OfficeForm) -> Particulars:
    given = form.cleaned_data
    return Particulars(
        code=given.get("code", ""),
        name=form.wording("name"),
        kind=given["kind"],
        contact=form.wording("contact"),
        areas=list(given["areas"]),
    )


def _form(request: HttpRequest, form: forms.Form, errors: list[str], **context: Any) -> HttpResponse:
    context |= {
        "form": form,
        "errors": errors,
        "back": "desk:hall_offices",
        "back_name": gettext("Departments"),
    }
    return render(request, "desk/hall/form.html", {**SECTION, **context})


# --- merge --------------------------------------------------------------------------------------------------------


class MergeForm(RowsForm):
    LAYOUT = ("offices", "into", "code", "name*", "kind")

    offices = forms.ModelMultipleChoiceField(
        Office.objects.none(), label=_("Departments that become one"), widget=forms.CheckboxSelectMultiple
    )
    into = forms.ModelChoiceField(
        Office.objects.none(),
        label=_("They become"),
        required=False,
        empty_label=_("A new department, described below"),
    )
    code = forms.CharField(label=_("Code of the new department"), max_length=50, required=False)
    name_en = forms.CharField(label=_("Its name in English"), max_length=120, required=False)
    name_zh = forms.CharField(label=_("Its name in Chinese"), max_length=120, required=False)
    kind = forms.ChoiceField(label=_("Its kind"), required=False)

    def __init__(self, *arguments: Any, **more: Any) -> None:
        super().__init__(*arguments, **more)
        known = Office.objects.current().filter(kind__in=DEPARTMENTS)
        self.fields["offices"].queryset = self.fields["into"].queryset = known
        self.fields["kind"].choices = _kinds()

    def heir(self) -> Office | Particulars:
        given = self.cleaned_data
        if given["into"]:
            return given["into"]
        return Particulars(code=given["code"].strip(), name=self.wording("name"), kind=given["kind"])


@staff("office.reform")
def office_merge(request: HttpRequest) -> HttpResponse:
    form, errors = MergeForm(request.POST or None), []
    valid = request.method == "POST" and form.is_valid()
    if valid and request.POST.get("what") == "do":
        chosen = form.cleaned_data["offices"]
        done, errors = attempt(lambda: actions.merge(chosen, into=form.heir(), by=request.user))
        if done:
            _tell(request, done[1])
            return redirect("desk:hall_offices")
    moves = [one for one in form.cleaned_data["offices"] if one != form.cleaned_data["into"]] if valid else []
    context = {"form": form, "errors": errors, "moves": reads.to_move(moves) if not errors else []}
    return render(request, "desk/hall/merge.html", {**SECTION, **context})


# --- split --------------------------------------------------------------------------------------------------------


class SplitForm(forms.Form):
    """Up to three departments that take over, and for each service and person which of them does."""

    def __init__(self, move: reads.ToMove, *arguments: Any, **more: Any) -> None:
        super().__init__(*arguments, **more)
        self.move = move
        others = Office.objects.current().filter(kind__in=DEPARTMENTS).exclude(pk=move.office.pk)
        for part in PARTS:
            self.fields[f"office_{part}"] = forms.ModelChoiceField(
                others, label=gettext("Department"), required=False, empty_label=gettext("A new one")
            )
            self.fields[f"code_{part}"] = forms.CharField(
                label=gettext("Code"), max_length=50, required=False
            )
            for lang, label in (("en", gettext("Name in English")), ("zh", gettext("Name in Chinese"))):
                self.fields[f"name_{lang}_{part}"] = forms.CharField(
                    label=label, max_length=120, required=False
                )
        choices = [(str(part), gettext("Part %(number)s") % {"number": part}) for part in PARTS]
        for kind, rows in (("service", move.services), ("person", move.staff)):
            for row in rows:
                self.fields[f"{kind}_{row.pk}"] = forms.ChoiceField(
                    label=str(row), choices=choices, required=False
                )

    def parts(self) -> list[tuple[int, list[Any]]]:
        names = ("office", "code", "name_en", "name_zh")
        return [(part, [self[f"{name}_{part}"] for name in names]) for part in PARTS]

    def services(self) -> list[Any]:
        return [self[f"service_{one.pk}"] for one in self.move.services]

    def people(self) -> list[Any]:
        return [self[f"person_{one.pk}"] for one in self.move.staff]

    def shares(self) -> list[Share]:
        """Of the parts that are named; what is allotted to one that is not goes to the first."""
        given = self.cleaned_data
        return [
            Share(office, self._allotted("service", part), self._allotted("person", part))
            for part in PARTS
            if (office := given[f"office_{part}"] or self._new(part))
        ]

    def _new(self, part: int) -> Particulars | None:
        given = self.cleaned_data
        name = {lang: given[f"name_{lang}_{part}"].strip() for lang in LANGUAGES}
        code = given[f"code_{part}"].strip()
        if not code and not any(name.values()):
            return None
        said_in = {lang: text for lang, text in name.items() if text}
        return Particulars(code=code, name=said_in, kind=self.move.office.kind)

    def _allotted(self, kind: str, part: int) -> frozenset[int]:
        rows = self.move.services if kind == "service" else self.move.staff
        return frozenset(one.pk for one in rows if self.cleaned_data.get(f"{kind}_{one.pk}") == str(part))


@staff("office.reform")
def office_split(request: HttpRequest, code: str) -> HttpResponse:
    found = get_object_or_404(Office.objects.current().filter(kind__in=DEPARTMENTS), code=code)
    (move,) = reads.to_move([found])
    form, errors = SplitForm(move, request.POST or None), []
    if request.method == "POST" and form.is_valid():
        done, errors = attempt(lambda: actions.split(found, form.shares(), by=request.user))
        if done:
            _tell(request, done[1])
            return redirect("desk:hall_offices")
    context = {"form": form, "errors": errors, "move": move, "office": found}
    return render(request, "desk/hall/split.html", {**SECTION, **context})


def _kinds() -> list[tuple[str, str]]:
    return said((key, name) for key, name in Office.Kind.choices if key in DEPARTMENTS)


def _tell(request: HttpRequest, moved: Moved) -> None:
    values = {"requests": len(moved.requests), "people": moved.staff, "services": moved.competences}
    text = gettext("Done. Requests that moved: %(requests)s; people: %(people)s; competences: %(services)s.")
    messages.success(request, text % values)
    if moved.to_centre:
        messages.warning(
            request,
            gettext(
                "Reports that went back to the centre, because the new department may not see them: %(count)s."
            )
            % {"count": moved.to_centre},
        )
