"""Apply the validity rules to a large wave, or decide about very many sheets: asked for by a person, done by the worker
piece by piece, cancelled at any piece. Nobody who answers waits longer than one piece takes. Seed 4.1; decision 0018.

What comes in or changes while a run goes on is as what comes after it: another run finds it.
"""

from __future__ import annotations

import logging
import tempfile
from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from pathlib import Path

import numpy as np
from django.conf import settings
from django.db import transaction

from openhall.actions import permit
from openhall.actions.deciding import checked_reason, decide_some, decided, split, take_back_some
from openhall.actions.findings import OF_RULES, TWINS, Screened, bring, locked, out_of_line
from openhall.actions.working import Cancelled, Work, abandoned, claim, renew
from openhall.errors import N_, BadInput, NotAllowed, OpenHallError
from openhall.language import translator
from openhall.models import RULES, Event, Flag, Output, Response, User, Wave, record
from openhall.reads import screening_large as read
from openhall.reads.datasets import decode_all, fingerprint
from openhall.reads.screening_large import Found, Row, parts
from openhall.surveys.alike import Alike
from openhall.surveys.validity import Rule, Together

log = logging.getLogger(__name__)

FOLDER = "outputs"
STEPS = (N_("Reading the sheets"), N_("Comparing sheets that are alike"))
DECIDING = (N_("Deciding about the sheets"),)
CHOICES = ("keep", "exclude", "exclude_copies")
ASKED = ("rules.requested", "decision.requested")
FAILED = N_("Something failed on our side. The log of the worker says what.")


@transaction.atomic
def request_rules(wave: Wave, *, by: User | None, language: str) -> Output:
    """Ask the worker to apply the rules to all sheets of the wave. A failure is said in `language`. What is being done
    on the same sheets is not begun again."""
    permit(by, "sheet.key")
    output, new = _output(wave, language)
    if not new and output.going and not abandoned(output):
        return output
    renew(output, STEPS)
    record("rules.requested", output, wave=wave, by=by)
    return output


@transaction.atomic
def request_decision(
    wave: Wave, *, rule: str, choice: str = "", verdict: str = "", reason: str, by: User | None, language: str
) -> Output:
    """Ask the worker to decide as `screen.decide_all` does, or with a `verdict` to take back what was decided so, as
    `screen.restore_all` does. NotAllowed while it works on this wave already."""
    permit(by, "sheet.decide")
    if any(one.going and not abandoned(one) for one in Output.objects.filter(wave=wave, format=RULES)):
        raise NotAllowed(N_("The worker is busy with the sheets of this wave. Decide when that is done."))
    if not verdict:
        reason = checked_reason(reason)
        if (choice == "exclude_copies" and rule != Rule.DUPLICATE_SHEET) or choice not in CHOICES:
            raise BadInput(N_("Choose what to do with the sheets."))
    output, _ = _output(wave, language)
    renew(output, DECIDING)
    facts = {"rule": rule, "choice": choice, "verdict": verdict, "reason": reason}
    record("decision.requested", output, wave=wave, by=by, **facts)
    return output


def _output(wave: Wave, language: str) -> tuple[Output, bool]:
    """The row of work on the sheets as they are, and whether it is new."""
    return Output.objects.select_for_update().get_or_create(
        wave=wave, source="", language=language, format=RULES, fingerprint=fingerprint(wave)
    )


@transaction.atomic
def cancel_rules(output: Output, *, by: User | None) -> Output:
    """Nobody wants it any more; what is done stays done. NotAllowed where nothing is being done."""
    permit(by, "sheet.decide")
    found = Output.objects.select_for_update().get(pk=output.pk, format=RULES)
    if not found.going:
        raise NotAllowed(N_("The rules are not being applied any more."))
    found.state = Output.State.CANCELLED
    found.save(update_fields=["state", "at"])
    record("rules.cancelled", found, wave=found.wave, by=by)
    return found


def apply_large(pk: str) -> None:
    """Do what somebody asked for, the rules or a decision; the worker's part."""
    output = claim(pk)
    if output is None or output.wave is None:
        return  # asked for twice, or nobody wants it any more
    wave = Wave.objects.select_related("version").get(pk=output.wave_id)
    asked = Event.objects.filter(kind__in=ASKED, subject_type="output", subject_id=pk).select_related("by")[0]
    task = _Run(wave, asked) if asked.kind == "rules.requested" else _Decision(wave, asked)
    work = Work(output, task.steps)
    try:
        task.do(work)
    except Cancelled:
        task.say()
        return
    except Exception as error:
        task.say()
        work.fail(_failure(error, output))
        return
    task.say()
    work.save(state=Output.State.DONE, step="", done=output.steps, file=_keep(task.result()), rows=task.rows)
    _sweep(output)


def _failure(error: Exception, output: Output) -> str:
    say = translator(output.language)
    if isinstance(error, OpenHallError):
        return error.say(say)
    log.exception("The sheets of wave %s could not be screened", output.wave_id)
    return say(FAILED)


class _Run:
    """One application of the rules to a wave: what it has changed so far, and what it knows of the sheets together."""

    steps = STEPS

    def __init__(self, wave: Wave, asked: Event) -> None:
        self.wave, self.asked, self.done = wave, asked, Screened()
        self.limits = read.limits_of(wave)
        self.alike, self.together = Alike(self.limits.twin_answers), Together(wave.version.asked)

    @property
    def rows(self) -> int:
        """Sheets that count."""
        return self.together.sheets

    def do(self, work: Work) -> None:
        """All of it."""
        work.step(0)
        self.read(work)
        work.step(1)
        self.compare(work)

    def read(self, work: Work) -> None:
        """Every sheet by itself."""
        known, of = 0, Response.objects.filter(wave=self.wave).complete().count()
        compared = Rule.DUPLICATE_SHEET in self.limits.verdicts
        for piece in read.pieces(self.wave):
            given = decode_all(row.answers for row in piece)
            if compared:
                self.alike.add([row.pk for row in piece], given)
            wanted = self.put(piece, read.judged(self.wave, piece, Rule.DUPLICATE_SHEET), OF_RULES - TWINS)
            self.together.count(
                answers for row, answers in zip(piece, given, strict=True) if not wanted.get(row.pk, row.void)
            )
            known += len(piece)
            work.watch(known, max(known, of))

    def compare(self, work: Work) -> None:
        """Those that may be alike with each other; then those that were found alike and are no more."""
        self.alike.close()
        known, seen = 0, [np.zeros(0, np.int64)]
        for piece, found, counts in read.twins(self.wave, self.alike):
            self.put(piece, found, TWINS)
            for number in counts:
                self.together.alike(number)
            seen.append(np.array([row.pk for row in piece], np.int64))
            known += len(piece)
            work.watch(known, len(self.alike))
        told = Flag.objects.filter(wave=self.wave, rule__in=TWINS, reason="").order_by("response")
        stored = np.fromiter(told.values_list("response", flat=True).iterator(), np.int64)
        for ids in read.parts(np.setdiff1d(stored, np.concatenate(seen)).tolist()):
            self.put(read.by_id(self.wave, ids), {}, TWINS)
            work.watch(known, known)

    def put(self, piece: Sequence[Row], found: Found, rules: Collection[str]) -> dict[int, str]:
        """What these rules found in these sheets on record; returns by id why those are void that are touched."""
        stored = defaultdict(list)
        for flag in Flag.objects.filter(response__in=[row.pk for row in piece]):
            stored[flag.response_id].append(flag)
        wanted = out_of_line(stored, {row.pk: row.void for row in piece}, found, rules)
        if wanted:
            self.done += self._write([row for row in piece if row.pk in wanted], found, rules)
        return wanted

    @transaction.atomic
    def _write(self, piece: Sequence[Row], found: Found, rules: Collection[str]) -> Screened:
        """Only on sheets that are as they were when they were judged."""
        wave = locked(self.wave)
        judged = {row.pk: row.answers for row in piece}
        now = Response.objects.filter(pk__in=list(judged), wave=wave).complete()
        same = {pk for pk, answers in now.values_list("pk", "answers") if answers == judged[pk]}
        few = {key: told for key, told in found.items() if key[0] in same}
        return bring(wave, Response.objects.filter(pk__in=same), few, rules)

    def say(self) -> None:
        """On record what was changed, by whom it was asked for."""
        if self.done:
            record("sheets.screened", self.wave, by=self.asked.by, **self.done.facts)

    def result(self) -> read.Result:
        return read.Result(self.done.facts, self.together.cautions(), fingerprint(self.wave))


class _Decision:
    """One decision about many sheets, or the taking back of one, and how many it has reached so far."""

    steps = DECIDING

    def __init__(self, wave: Wave, asked: Event) -> None:
        self.wave, self.asked = wave, asked
        self.reached: Counter[str] = Counter()  # by verdict; "" was taken back

    @property
    def rows(self) -> int:
        """Sheets it has reached."""
        return self.reached.total()

    def do(self, work: Work) -> None:
        """All of it, piece by piece."""
        work.step(0)
        facts = self.asked.data
        if facts["verdict"]:
            flags = decided(self.wave, facts["rule"], facts["verdict"], facts["reason"])
            chosen = [("", list(flags.values_list("pk", flat=True)))]
        else:
            excluded, kept = split(self.wave, facts["rule"], facts["choice"])
            chosen = [(Flag.Verdict.VOID.value, excluded), (Flag.Verdict.KEPT.value, kept)]
        of = sum(len(pks) for _, pks in chosen)
        for verdict, pks in chosen:
            for some in parts(pks):
                self.reached[verdict] += self._put(some, verdict)
                work.watch(self.rows, of)

    @transaction.atomic
    def _put(self, pks: list[int], verdict: str) -> int:
        wave = locked(self.wave)
        if not verdict:
            return take_back_some(wave, pks)
        return decide_some(pks, verdict=verdict, reason=self.asked.data["reason"], by=self.asked.by)

    def say(self) -> None:
        """On record what was decided, by whom."""
        facts = {name: self.asked.data[name] for name in ("rule", "reason")}
        if self.reached[""]:
            record("sheets.restored", self.wave, by=self.asked.by, count=self.reached[""], **facts)
        elif self.rows:
            counts = {"excluded": self.reached[Flag.Verdict.VOID], "kept": self.reached[Flag.Verdict.KEPT]}
            record("sheets.decided", self.wave, by=self.asked.by, **facts, **counts)

    def result(self) -> read.Result:
        """The sheets that count are others now: nothing is known of them together."""
        return read.Result({"restored" if self.reached[""] else "decided": self.rows}, [], "")


def _keep(result: read.Result) -> str:
    """What was done as a file, written beside and renamed; returns its place."""
    folder = Path(settings.DATA_DIR) / "files" / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", dir=folder, suffix=".part", delete=False, encoding="utf-8") as file:
        file.write(result.text())
    place = f"{FOLDER}/{Path(file.name).stem}.json"
    Path(file.name).replace(Path(settings.DATA_DIR) / "files" / place)
    return place


def _sweep(output: Output) -> None:
    """Throw away what runs before this one found."""
    for old in Output.objects.filter(wave=output.wave_id, format=RULES).exclude(pk=output.pk):
        if not old.going:
            old.delete()
            if old.file:
                (Path(settings.DATA_DIR) / "files" / old.file).unlink(missing_ok=True)
