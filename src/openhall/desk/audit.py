"""The audit at the desk: give a report's tables, correct what was read, see what cannot be true, write to the author.

Nothing is stored: what was read travels in the forms. Seed 4.2 to 4.6.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from openhall.access import post_only, staff
from openhall.desk import audit_check, audit_draft, audit_read, audit_shown
from openhall.desk.audit_draft import MOST_CHARACTERS, MOST_TABLES, Draft
from openhall.errors import BadInput
from openhall.language import LANGUAGES, short
from openhall.report import audit_report, html, pdf, word
from openhall.report.audit_tables import LIMIT
from openhall.report.document import Report
from openhall.stats.audit import Audit
from openhall.stats.audit import audit as run

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
FORMATS: dict[str, tuple[str, Callable[[Report], bytes]]] = {
    "docx": (WORD, word.document),
    "pdf": ("application/pdf", pdf.document),
}
WHAT: dict[str, Callable[[Audit, str], Report]] = {
    "letter": audit_report.letter,
    "findings": audit_report.document,
}


class GivenForm(forms.Form):
    """Pasted text, a file, or both."""

    text = forms.CharField(
        label=_("Paste tables"),
        help_text=_("From a web page, Word, a PDF or a spreadsheet, with the line “Table 1. …” above each."),
        required=False,
        max_length=MOST_CHARACTERS,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 9, "class": "app-code", "spellcheck": "false", "wrap": "off"}),
    )
    file = forms.FileField(
        label=_("Or choose a file"),
        required=False,
        allow_empty_file=True,
        widget=forms.FileInput(
            attrs={"accept": ",".join(f".{one}" for one in (*audit_read.TABLES, *audit_read.PUBLISHED))}
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        said = gettext(
            "Word (.docx), Excel (.xlsx), CSV, TSV, text, or PDF with text in it, at most %(limit)s MB."
            " A file in the audit’s own format (.toml, .json) goes straight to the findings."
        )
        self.fields["file"].help_text = said % {"limit": limit() // 1_000_000}

    def clean(self) -> dict[str, object]:
        given = self.cleaned_data
        if not self.errors and not (given.get("text") or "").strip() and not given.get("file"):
            self.add_error("text", gettext("Paste a table or choose a file."))
        upload = given.get("file")
        if upload and upload.size > limit():
            message = gettext("This file has more than %(limit)s MB. Send the part with the tables.")
            self.add_error("file", message % {"limit": limit() // 1_000_000})
        return given

    def draft(self) -> Draft:
        """What was read. BadInput with place and cure."""
        text, upload = self.cleaned_data["text"], self.cleaned_data["file"]
        read = audit_read.from_file(upload.read(), upload.name) if upload else None
        if read and (read.published or not text.strip()):
            return read
        pasted = audit_read.from_text(text)
        return audit_read.together(read, pasted) if read else pasted


def limit() -> int:
    """The largest file, in bytes."""
    return min(settings.UPLOAD_LIMIT, LIMIT)


@staff("audit.run")
def audit(request: HttpRequest) -> HttpResponse:
    """Paste tables, choose a file, or try it on the study's own figures."""
    if request.method != "POST":
        return _start(request, GivenForm())
    if request.POST.get("do") == "study":
        return _judged(request, audit_read.study())
    form = GivenForm(request.POST, request.FILES)
    if not form.is_valid():
        return _start(request, form)
    try:
        draft = form.draft()
    except BadInput as error:
        return _start(request, form, error.lines(gettext))
    return _judged(request, draft) if draft.published else _correct(request, draft)


@staff("audit.run")
@post_only("desk:audit")
def audit_correct(request: HttpRequest) -> HttpResponse:
    """What was read, to be corrected; the buttons for rows, columns and tables come back here."""
    draft = audit_draft.from_form(request.POST)
    if draft is None or draft.published:
        return _lost(request)
    return _correct(request, audit_draft.changed(draft, request.POST.get("do", ""), request.POST))


@staff("audit.run")
@post_only("desk:audit")
def audit_findings(request: HttpRequest) -> HttpResponse:
    """What cannot be true together, with the arithmetic."""
    draft = audit_draft.from_form(request.POST)
    return _lost(request) if draft is None else _judged(request, draft)


@staff("audit.run")
@post_only("desk:audit")
def audit_letter(request: HttpRequest) -> HttpResponse:
    """The letter to the author as a page to print."""
    draft = audit_draft.from_form(request.POST)
    published, _faults = audit_check.read(draft) if draft else (None, [])
    if draft is None or published is None:
        return _lost(request)
    letter = audit_report.letter(run(published), _lang(request))
    context = {
        "section": "audit",
        "draft": draft,
        "letter": letter,
        "letter_lang": html.HTML_LANG.get(letter.lang, letter.lang),
        "body": html.sections(letter),
        "today": timezone.localdate(),
    }
    return render(request, "desk/audit/letter.html", context)


@staff("audit.run")
@post_only("desk:audit")
def audit_file(request: HttpRequest) -> HttpResponse:
    """The letter or the findings as a file."""
    draft = audit_draft.from_form(request.POST)
    published, _faults = audit_check.read(draft) if draft else (None, [])
    if published is None:
        return _lost(request)
    what, _dot, ending = request.POST.get("file", "").partition(".")
    found, lang = run(published), _lang(request)
    if (what, ending) == ("findings", "json"):
        text = json.dumps(audit_report.plain(found, lang), ensure_ascii=False, indent=1, allow_nan=False)
        return _sent(text.encode(), "application/json", what, lang, ending)
    if what not in WHAT or ending not in FORMATS:
        raise BadRequest("no such file")
    kind, made = FORMATS[ending]
    return _sent(made(WHAT[what](found, lang)), kind, what, lang, ending)


def _sent(content: bytes, kind: str, what: str, lang: str, ending: str) -> HttpResponse:
    name = f"audit-{what}-{lang}-{date.today().isoformat()}.{ending}"
    return HttpResponse(content, kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})


def _lang(request: HttpRequest) -> str:
    """The language asked for, else the page's."""
    asked = request.POST.get("language", "")
    return asked if asked in LANGUAGES else short(get_language() or "en")


def _lost(request: HttpRequest) -> HttpResponse:
    messages.error(
        request, gettext("The form came back incomplete, so nothing could be read. Please start again.")
    )
    return redirect("desk:audit")


def _start(request: HttpRequest, form: GivenForm, errors: list[str] | None = None) -> HttpResponse:
    context = {"section": "audit", "form": form, "errors": errors or []}
    return render(request, "desk/audit/start.html", context)


def _correct(
    request: HttpRequest, draft: Draft, faults: list[audit_check.Fault] | None = None
) -> HttpResponse:
    context = {
        "section": "audit",
        "draft": draft,
        "tables": audit_shown.grids(draft, faults or []),
        "kinds": audit_check.KINDS.items(),
        "errors": faults or [],
        "wrong": {fault.field: fault.text for fault in reversed(faults or [])},
        "most": MOST_TABLES,
        "full": len(draft.tables) >= MOST_TABLES,
        "used": sum(bool(table.kind) for table in draft.tables),
    }
    return render(request, "desk/audit/correct.html", context)


def _judged(request: HttpRequest, draft: Draft) -> HttpResponse:
    published, faults = audit_check.read(draft)
    if published is None and draft.published:
        return _start(request, GivenForm(), [fault.text for fault in faults])
    if published is None:
        return _correct(request, draft, faults)
    found = run(published)
    context = {
        "section": "audit",
        "draft": draft,
        "lang_names": LANGUAGES.items(),
        "chosen": _lang(request),
        **audit_shown.findings(published, found, short(get_language() or "en")),
    }
    return render(request, "desk/audit/findings.html", context)
