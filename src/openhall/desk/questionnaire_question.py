"""The editor's page of one question with its rows of answers. Each button submits the whole page: it does
its step, saves what can be saved and says what cannot, so that nothing typed is lost. Works without
JavaScript. Seed: appendix.
"""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext

from openhall.access import staff
from openhall.desk.questionnaire_edit import of_draft, page, save, to_outline
from openhall.desk.questionnaire_options import Rows
from openhall.desk.questionnaire_question_form import QuestionForm
from openhall.desk.questionnaires import version_or_404
from openhall.models import Version
from openhall.surveys import editing
from openhall.surveys.questionnaire import Kind, Question, Role, Section
from openhall.surveys.questionnaire import Questionnaire as Asked
from openhall.surveys.ready_made import SETS
from openhall.surveys.soundness import CHOICES

FINAL = ("save", "save_next")  # the buttons that leave the page when all is well


@staff("questionnaire.edit")
@of_draft
def question(request: HttpRequest, version: Version) -> HttpResponse:
    """`?question=KEY`, or a new one: `?section=KEY&kind=scale`."""
    if request.method == "POST":
        return _posted(request, version)
    asked, key = version.asked, request.GET.get("question", "")
    if key:
        section = editing.home_of(asked, key)
        if section is None:
            raise Http404
        shown = asked[key]
    else:
        section, shown = _begun(asked, request)
    share = shown.kind is Kind.SCALE and bool(editing.scale_of(section))
    form = QuestionForm(asked=asked, initial=QuestionForm.initial_of(shown, section.key, share=share))
    return _page(request, version, form, Rows.of(shown), original=key)


def _begun(asked: Asked, request: HttpRequest) -> tuple[Section, Question]:
    """A new question of the kind asked for, in the section asked for."""
    kind = request.GET.get("kind", Kind.SINGLE)
    section = editing.section_of(asked, request.GET.get("section", "")) or next(iter(asked.sections), None)
    if section is None or kind not in set(Kind):
        raise Http404
    return section, editing.new_question(asked, section, Kind(kind))


def _posted(request: HttpRequest, version: Version) -> HttpResponse:
    step, original = request.POST.get("step", "save"), request.POST.get("original", "")
    form, rows = QuestionForm(request.POST, asked=version.asked), Rows.posted(request.POST)
    if step == "delete":
        errors = save(request, version, editing.without_question(version.asked, original))
        if not errors:
            messages.success(request, gettext("The question is removed."))
            return to_outline(version)
        return _page(request, version, form, rows, original=original, errors=errors)
    rows.take(step, request.POST.get("set", ""))
    errors = _saved(request, version, form, rows, original)
    saved = not (errors or form.errors)
    if saved and step in FINAL:
        return _on(request, version, form, step)
    current = version_or_404(version.questionnaire.key, version.number)
    if saved:
        original = form.cleaned_data["key"]
    elif step not in FINAL:  # adding a row is no time to be scolded: say what is missing as a note
        waiting = [
            *(message for messages in form.errors.values() for message in messages),
            *(e["text"] for e in errors),
        ]
        form, rows.wrong = QuestionForm(asked=current.asked, initial=form.typed()), set()
        return _page(request, current, form, rows, original=original, waiting=waiting)
    return _page(request, current, form, rows, original=original, errors=errors, saved=saved)


def _saved(
    request: HttpRequest, version: Version, form: QuestionForm, rows: Rows, original: str
) -> list[dict[str, str]]:
    """Save the question as typed; what stands against it, apart from the form's own errors."""
    asked = version.asked
    old = asked[original] if original in asked.position else None
    kind = form["kind"].value()
    answers = {"options": rows.read(), "population": rows.population()} if kind in CHOICES else {}
    if not form.is_valid() or rows.errors:
        return rows.errors
    typed = form.question(old, **answers)
    section, home = form.cleaned_data["section"], editing.home_of(asked, original)
    stays = home is None or home.key == section  # one that moves brings its answers to no other question
    share = typed.kind is Kind.SCALE and form.cleaned_data["share"] and stays
    changed = editing.with_question(asked, typed, section=section, original=original, share=share)
    return [{"text": line} for line in save(request, version, changed)]


def _on(request: HttpRequest, version: Version, form: QuestionForm, step: str) -> HttpResponse:
    messages.success(request, gettext("The question is saved."))
    if step == "save":
        return to_outline(version, f"question-{form.cleaned_data['key']}")
    address = reverse("desk:questionnaire_question", args=[version.questionnaire.key, version.number])
    same = {name: form.cleaned_data[name] for name in ("section", "kind")}
    return redirect(f"{address}?{urlencode(same)}")


def _page(
    request: HttpRequest, version: Version, form: QuestionForm, rows: Rows, **context: object
) -> HttpResponse:
    kind = form["kind"].value()
    context |= {
        "form": form,
        "kind": kind,
        "choices": kind in CHOICES,
        "rows": rows,
        "options": rows.shown(version.asked.languages),
        "shares": form["role"].value() == Role.BACKGROUND or any(row.share for row in rows.rows),
        "sets": SETS,
    }
    return page(request, "question", version, **context)
