"""The list of requests: filtered by its address, page by page, as a file; what is kept of it; acts on many. Row C2.

What comes first and what may be seen is `openhall.reads.queues`; the form of the filter is `list_form`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language, gettext, override

from openhall.access import post_only, staff
from openhall.actions import dispatch, filters
from openhall.desk.list_form import FilterForm, Names
from openhall.desk.list_rows import csv_pieces, file_rows, rows
from openhall.errors import OpenHallError
from openhall.models import SavedFilter, ServiceRequest, User
from openhall.reads import queues
from openhall.reads.having import MOST as MOST_FOUND
from openhall.reads.queue_filter import number_in

FIRST = ("q", "state", "due", "sort")  # always on the page; the rest folds away


@staff("request.view")
def requests(http: HttpRequest) -> HttpResponse:
    """The list; a number somebody typed leads to its request."""
    form = FilterForm(http.GET, Names(), http.user)
    number = number_in(form.cleaned_data.get("q", ""))
    if number and ServiceRequest.objects.visible_to(http.user).filter(number=number).exists():
        return redirect("desk:request", number)
    return render(http, "desk/lists/list.html", _context(http, form))


@staff("request.view")
def requests_csv(http: HttpRequest) -> HttpResponse | StreamingHttpResponse:
    """The list as a file, without what is confidential; that it was taken is written down."""
    form = FilterForm(http.GET, Names(), http.user)
    filters.take_list(keys=[key for key, _value in form.parts], by=http.user)
    at, _calendar = queues.hall_time()
    found = queues.rows_of_file(form.filter(), http.user, at=at)
    response = StreamingHttpResponse(
        _in_language(csv_pieces(file_rows(found, form.names, at.tzinfo)), get_language()),
        content_type="text/csv; charset=utf-8",
    )
    response["Content-Disposition"] = f'attachment; filename="requests-{at:%Y-%m-%d}.csv"'
    return response


@staff("request.view")
@post_only("desk:requests")
def list_keep(http: HttpRequest) -> HttpResponse:
    """Keep the filter under a name, or make it the list the desk opens on."""
    form = FilterForm(http.POST.get("query", ""), Names(), http.user)
    try:
        if "start" in http.POST:
            filters.start_with(form.query if http.POST["start"] else "", by=http.user)
            said = gettext("Your desk opens on this list from now on.")
            messages.success(http, said if http.POST["start"] else gettext("Your desk opens as usual again."))
        else:
            shared = "shared" in http.POST
            filters.save_filter(name=http.POST.get("name", ""), query=form.query, shared=shared, by=http.user)
            messages.success(http, gettext("The filter is kept."))
    except OpenHallError as error:
        context = _context(http, form) | {"errors": error.lines(gettext), "name": http.POST.get("name", "")}
        return render(http, "desk/lists/list.html", context, status=422)
    return redirect(f"{reverse('desk:requests')}?{form.query}")


@staff("request.view")
@post_only("desk:requests")
def list_drop(http: HttpRequest, pk: int) -> HttpResponse:
    """Delete a kept filter of one's own."""
    filters.delete_filter(get_object_or_404(SavedFilter, pk=pk, user=http.user), by=http.user)
    messages.success(http, gettext("The filter is deleted. Requests are not touched by that."))
    return redirect("desk:requests")


@staff("request.view")
@post_only("desk:requests")
def list_do(http: HttpRequest) -> HttpResponse:
    """One act on every request that was ticked, each by itself: what cannot be done says why and stops no other."""
    act = next((key for key in BULK if key in http.POST), "")
    handler = User.objects.filter(pk=_whole(http.POST.get("handler", "")) or 0).first()
    result = Result()
    if not http.POST.getlist("pick"):
        result.problem = gettext("Nothing is ticked. Tick the requests first.")
    elif not act or (act == "assign" and handler is None):
        result.problem = gettext("Choose the person who is to have them.")
    else:
        _do_each(http, BULK[act], {"handler": handler} if act == "assign" else {}, result)
    back = FilterForm(http.POST.get("query", ""), Names(), http.user)
    context = {"section": "requests", "result": result, "act": act, "handler": handler, "back": back.query}
    return render(http, "desk/lists/done.html", context, status=422 if result.problem else 200)


BULK: dict[str, Callable[..., Any]] = {"sign": dispatch.sign, "assign": dispatch.assign}


@dataclass
class Result:
    """What became of each request: those done, and those refused with the reasons in the reader's language."""

    done: list[ServiceRequest] = field(default_factory=list)
    refused: list[tuple[str, list[str]]] = field(default_factory=list)
    problem: str = ""


def _do_each(http: HttpRequest, act: Callable[..., Any], more: dict[str, Any], result: Result) -> None:
    """`pick`: number:edition, as the list showed it, at most one page of them."""
    picked = dict(one.partition(":")[::2] for one in http.POST.getlist("pick")[: queues.PAGE])
    found = ServiceRequest.objects.visible_to(http.user).in_bulk(list(picked), field_name="number")
    for number, seen in picked.items():
        if number not in found:
            result.refused.append((number[:12], [gettext("There is no such request for you any more.")]))
            continue
        try:
            act(found[number], **more, by=http.user, seen=_whole(seen))
        except OpenHallError as error:
            result.refused.append((number, error.lines(gettext)))
        else:
            result.done.append(found[number])


def listed(http: HttpRequest, form: FilterForm) -> dict[str, Any]:
    """What a page with a list shows: its rows, the pages around, the acts on many, and what is said of its bounds."""
    user, wanted, (at, calendar) = http.user, form.filter(), queues.hall_time()
    page = queues.page(
        wanted, user, at=at, after=http.GET.get("after", ""), before=http.GET.get("before", "")
    )
    return {
        "section": "requests",
        "form": form,
        "wanted": wanted,
        "query": form.query,
        "base": form.query,
        "page": page,
        "rows": rows(page.rows, form.names, at=at, calendar=calendar),
        "paged": "after" in http.GET or "before" in http.GET,
        "window": queues.window_of(wanted),
        "found_at_most": MOST_FOUND if wanted.words and not number_in(wanted.words) else None,
        "may_sign": user.may("request.sign"),
        "handlers": form.names.handlers(user.office_id) if user.may("request.assign") else [],
        "most_rows": queues.MOST_ROWS,
    }


def kept_filters(user: User) -> list[SavedFilter]:
    """One's own filters and those shared in one's office."""
    near = Q(shared=True, user__office=user.office_id) if user.office_id else Q()
    return list(
        SavedFilter.objects.filter(Q(user=user) | near if near else Q(user=user)).select_related("user")
    )


def _context(http: HttpRequest, form: FilterForm) -> dict[str, Any]:
    """Of the list's own page: with the filter, what narrows it, and what is kept."""
    more = [form[key] for key in form.fields if key not in FIRST]
    return {
        **listed(http, form),
        "chips": form.chips(),
        "more": more,
        "more_open": any(field.errors for field in more),
        "kept": kept_filters(http.user),
        "starts": bool(form.query) and http.user.home_filter == form.query,
    }


def _whole(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 10 else None


def _in_language(pieces: Any, language: str | None) -> Any:
    """The pieces are made after the view has answered, when the page's language is no longer set."""
    while True:
        with override(language):
            piece = next(pieces, None)
        if piece is None:
            return
        yield piece
