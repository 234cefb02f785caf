"""Importing returned sheets from a file: upload, look at what was understood, then store it all. Seed 4.1."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from openhall.access import post_only, staff
from openhall.actions import import_sheets as action
from openhall.desk.screening_run import bring_in_line
from openhall.errors import BadInput, NotAllowed, OpenHallError
from openhall.models import Wave
from openhall.reads.keying import offices_for
from openhall.reads.waves import wave_by_key

FORMATS = ".csv,.tsv,.txt,.xlsx,.sav,.parquet"


class UploadForm(forms.Form):
    """One data file."""

    file = forms.FileField(
        label=_("File"),
        help_text=_("CSV, TSV, Excel (.xlsx), SPSS (.sav) or Parquet."),
        error_messages={"required": _("Choose a file."), "empty": _("The file is empty. Choose another.")},
        widget=forms.FileInput(attrs={"accept": FORMATS}),
        allow_empty_file=True,
    )


@staff("sheet.import")
def import_sheets(request: HttpRequest, key: str) -> HttpResponse:
    """Choose a file. It is kept for an hour and looked at before anything is stored."""
    wave = wave_by_key(key)
    form = UploadForm(request.POST, request.FILES) if request.method == "POST" else UploadForm()
    errors: list[str] = []
    if request.method == "POST" and form.is_valid():
        try:
            token = action.keep(wave, form.cleaned_data["file"], by=request.user)
            return redirect("desk:import_check", key, token)
        except OpenHallError as error:
            errors = error.lines(gettext)
    return _upload_page(request, wave, form, errors)


@staff("sheet.import")
def import_check(request: HttpRequest, key: str, token: str) -> HttpResponse:
    """What the file says; on confirmation everything is stored and screened."""
    wave = wave_by_key(key)
    choices = _choices(request)
    errors: list[str] = []
    try:
        file = action.waiting(wave, token, by=request.user)
        if request.method == "POST":
            try:
                return _store(request, wave, token, choices)
            except BadInput as error:
                errors = error.lines(gettext)
        seen = action.look(wave, file, choices=choices)
    except NotAllowed as error:
        return _upload_page(request, wave, UploadForm(), error.lines(gettext))
    except BadInput as error:
        action.drop(wave, token, by=request.user)
        return _upload_page(request, wave, UploadForm(), error.lines(gettext))
    context = {
        "section": "waves",
        "wave": wave,
        "token": token,
        "seen": seen,
        "errors": errors or [problem.say(gettext) for problem in seen.problems],
        "choices": list(offices_for(wave, request.user, "sheet.import")),
        "unknown": [
            {"name": name, "count": count, "chosen": choices.get(name)}
            for name, count in _to_map(seen, choices).items()
        ],
    }
    return render(request, "desk/imports/check.html", context)


@staff("sheet.import")
@post_only("desk:import_check", "key", "token")
def import_drop(request: HttpRequest, key: str, token: str) -> HttpResponse:
    """Throw the uploaded file away."""
    try:
        action.drop(wave_by_key(key), token, by=request.user)
        messages.success(request, gettext("The file has been thrown away. Nothing of it was stored."))
    except NotAllowed as error:
        messages.error(request, error.say(gettext))
    return redirect("desk:import_sheets", key)


def _store(request: HttpRequest, wave: Wave, token: str, choices: dict[str, int]) -> HttpResponse:
    stored = action.store(wave, token, choices=choices, by=request.user)
    done = bring_in_line(request, wave)
    said = ngettext("%(count)s sheet is stored.", "%(count)s sheets are stored.", len(stored)) % {
        "count": len(stored)
    }
    if done is None:
        said = f"{said} {gettext('The rules are being applied; how far that is stands below.')}"
    elif done.void:
        void = ngettext("%(count)s of them does not count.", "%(count)s of them do not count.", done.void)
        said = f"{said} {void % {'count': done.void}}"
    messages.success(request, said)
    return redirect("desk:screening", wave.key)


def _choices(request: HttpRequest) -> dict[str, int]:
    """Which office each unknown name in the file means, from pairs of fields."""
    posted = request.POST
    names = {name.removeprefix("name-"): text for name, text in posted.items() if name.startswith("name-")}
    chosen = {text: posted.get(f"choice-{number}", "") for number, text in names.items()}
    return {text: int(office) for text, office in chosen.items() if office.isdecimal() and len(office) < 19}


def _to_map(seen: action.Look, choices: dict[str, int]) -> dict[str, int]:
    """The names a person must give an office; those already given one stay on the page."""
    counts = Counter(name for name in seen.sheets.offices if name in choices or name in seen.unknown)
    return dict(counts.most_common(action.SHOWN))


def _upload_page(request: HttpRequest, wave: Wave, form: UploadForm, errors: list[str]) -> HttpResponse:
    context: dict[str, Any] = {
        "section": "waves",
        "wave": wave,
        "form": form,
        "errors": errors,
        "limit": settings.UPLOAD_LIMIT // 1_000_000,
        "questions": wave.version.asked.questions,
    }
    return render(request, "desk/imports/upload.html", context)
