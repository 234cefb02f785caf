"""A questionnaire from a file or pasted text: TOML, XLSForm or LimeSurvey. All of it is taken, or nothing."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext

from openhall.access import staff
from openhall.actions import questionnaires as actions
from openhall.desk.questionnaire_forms import ImportForm
from openhall.desk.questionnaires import posted
from openhall.errors import BadInput
from openhall.reads import questionnaires as reads
from openhall.surveys.files import check_size


@staff("questionnaire.edit")
def read(request: HttpRequest) -> HttpResponse:
    form = ImportForm(posted(request), request.FILES or None, initial={"key": request.GET.get("key", "")})
    errors: list[str] = []
    if request.method == "POST" and form.is_valid():
        try:
            name, data = _given(form)
            version = actions.import_file(data, name=name, key=form.cleaned_data["key"], by=request.user)
        except BadInput as error:
            errors = error.lines(gettext)
        else:
            _tell(request, version)
            return redirect("desk:questionnaire", version.questionnaire.key)
    context = {"section": "questionnaires", "form": form, "errors": errors, "keys": reads.keys()}
    return render(request, "desk/questionnaires/import.html", context, status=422 if errors else 200)


def _given(form: ImportForm) -> tuple[str, bytes]:
    """Name and bytes of what was sent. The size is looked at before anything is read into memory."""
    upload = form.cleaned_data["file"]
    if upload:
        check_size(upload.size, name=upload.name, limit=settings.UPLOAD_LIMIT)
        return upload.name, upload.read()
    text = form.cleaned_data["text"]
    ending = ".lss" if text.lstrip().startswith("<") else ".toml"
    return f"questionnaire{ending}", text.encode()


def _tell(request: HttpRequest, version: actions.Version) -> None:
    """What was made of the file, and what its reader had to decide."""
    said = gettext("The file is read: %(questions)s questions, kept as the draft of version %(number)s.")
    messages.success(request, said % {"questions": len(version.asked.questions), "number": version.number})
    for note in version.asked.notes[:20]:
        messages.info(request, note.say(gettext))
