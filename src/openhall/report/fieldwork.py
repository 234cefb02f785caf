"""Section 4.1: what became of the sheets, from issue to analysis."""

from __future__ import annotations

from openhall.errors import N_
from openhall.report.cautions import told
from openhall.report.document import Block, Caution, Column, Paragraph, Row, Section, Table
from openhall.report.ledger import Ledger
from openhall.report.material import Material, pair
from openhall.report.numerals import Format, decimals, interval, p_equals, percent, unit
from openhall.report.pen import Pen
from openhall.stats.goodness import Goodness, goodness
from openhall.stats.response_rates import response_rates

REASONS = {
    "blank": N_("a required question left blank"),
    "double_mark": N_("more than one mark where one is asked"),
    "straight_lining": N_("the same answer to every item"),
    "too_fast": N_("answered too fast to have been read"),
    "duplicate_sheet": N_("the same sheet twice"),
    "other": N_("another reason, given by the person who excluded it"),
    "unfinished": N_("begun but not sent"),
}


def section(material: Material) -> Section:
    pen, ledger = material.pen, material.ledger
    blocks: list[Block] = [
        pen.method(
            N_(
                "Sheets were counted from issue to analysis. A returned sheet is void when a required"
                " question is blank or carries more than one mark; void sheets are kept but not analysed."
            )
        )
    ]
    if not ledger.returned:
        blocks.append(pen.text(N_("No sheet has been returned yet.")))
    if ledger.returned or ledger.issued:
        blocks.append(_table(ledger, pen))
    if ledger.returned:
        blocks += [*_counted(ledger, pen), *_reasons(ledger, pen), *_offices(ledger, pen)]
        blocks += _flagged(ledger, pen)
    blocks += _whole_data(material)
    return Section("fieldwork", "4.1", pen(N_("Fieldwork")), tuple(blocks))


def _table(ledger: Ledger, pen: Pen) -> Table:
    head = Column("office", pen(N_("Office")))
    numbers = [
        Column("issued", pen(N_("Issued")), Format.INT),
        Column("returned", pen(N_("Returned")), Format.INT),
        Column("void", pen(N_("Void")), Format.INT),
        Column("valid", pen(N_("Valid")), Format.INT),
        Column("returned_percent", pen(N_("Returned, % of issued")), Format.PERCENT1),
        Column("valid_percent", pen(N_("Valid, % of issued")), Format.PERCENT1),
    ]
    rows = [
        _row(line.office or pen(N_("Not stated")), line.issued, line.returned, line.void)
        for line in ledger.lines
        if line.office or len(ledger.lines) > 1
    ]
    total = _row(pen(N_("Total")), ledger.issued, ledger.returned, ledger.void)
    return Table(
        key="fieldwork",
        caption=pen(N_("Sheets issued, returned, void and valid")),
        columns=(head, *numbers),
        rows=(*rows, Row(total.cells, total=True)),
    )


def _row(name: str, issued: int | None, returned: int, void: int) -> Row:
    valid = returned - void
    shares = (100 * returned / issued, 100 * valid / issued) if issued else (None, None)
    return Row((name, issued, returned, void, valid, *shares))


def _counted(ledger: Ledger, pen: Pen) -> list[Block]:
    issued, returned, valid = ledger.issued, ledger.returned, ledger.valid
    if issued is None:
        return [
            pen.apa(
                N_("{returned} sheets came back; {valid} of them were valid."), returned=returned, valid=valid
            ),
            pen.caution(
                "issued_unknown",
                N_(
                    "How many sheets were issued is not recorded for every office, so no response rate can be given."
                ),
            ),
        ]
    if returned > issued:
        return [
            pen.caution(
                "more_returned_than_issued",
                N_(
                    "More sheets came back ({returned}) than were issued ({issued}). Correct the number of"
                    " sheets issued."
                ),
                returned=returned,
                issued=issued,
            )
        ]
    rates = response_rates(complete=valid, partial=returned - valid, unknown=issued - returned)
    return [
        *_plan(ledger, issued, pen),
        pen.apa(
            N_(
                "Of {issued} sheets issued {returned} came back ({returned_share}) and {valid} were valid"
                " ({valid_share}); RR1 = {rr1}, 95% CI {rr1_interval}, RR2 = {rr2}, 95% CI {rr2_interval}"
                " (AAPOR; a void sheet counts as partial, a sheet that did not come back as unknown)."
            ),
            issued=issued,
            returned=returned,
            valid=valid,
            returned_share=percent(100 * returned / issued),
            valid_share=percent(100 * valid / issued),
            rr1=unit(rates.rr1.value),
            rr2=unit(rates.rr2.value),
            rr1_interval=interval(pair(rates.rr1.interval), Format.UNIT_INTERVAL),
            rr2_interval=interval(pair(rates.rr2.interval), Format.UNIT_INTERVAL),
        ),
        pen.plain(
            N_("Of every 100 sheets handed out, about {returned} came back and {valid} could be used."),
            returned=decimals(100 * returned / issued, 0),
            valid=decimals(100 * valid / issued, 0),
        ),
    ]


def _plan(ledger: Ledger, issued: int, pen: Pen) -> list[Paragraph]:
    if ledger.planned is None or ledger.planned == issued:
        return []
    return [
        pen.text(
            N_("{planned} sheets were planned, {issued} were issued."), planned=ledger.planned, issued=issued
        )
    ]


def _reasons(ledger: Ledger, pen: Pen) -> list[Block]:
    if not ledger.reasons:
        return []
    columns = (
        Column("reason", pen(N_("Reason"))),
        Column("sheets", pen(N_("Number of sheets")), Format.INT),
        Column("percent", pen(N_("% of void sheets")), Format.PERCENT1),
    )
    rows = tuple(
        Row((pen(REASONS[reason]) if reason in REASONS else reason, count, 100 * count / max(1, ledger.void)))
        for reason, count in ledger.reasons.items()
    )
    overlap = sum(ledger.reasons.values()) > ledger.void
    note = pen(N_("A sheet can be void for more than one reason; each reason counts it."))
    return [
        Table(
            key="void",
            caption=pen(N_("Why sheets were void (N = {n})"), n=ledger.void),
            columns=columns,
            rows=rows,
            notes=(note,) if overlap else (),
        )
    ]


def _flagged(ledger: Ledger, pen: Pen) -> list[Block]:
    if not ledger.flags:
        return []
    counted = [
        # Translators: a reason and the number of sheets
        pen(N_("{reason} ({count})"), reason=pen(REASONS[rule]) if rule in REASONS else rule, count=count)
        for rule, count in ledger.flags.items()
    ]
    return [
        pen.caution(
            "flagged",
            N_("Valid sheets that a person should look at again: {reasons}. They are counted here."),
            reasons=pen.listed(counted),
        )
    ]


def _offices(ledger: Ledger, pen: Pen) -> list[Block]:
    """Did the offices answer alike? Valid sheets against the shares issued."""
    lines = [line for line in ledger.lines if line.issued]
    if ledger.issued is None or len(lines) < 2 or not ledger.valid or ledger.returned > ledger.issued:
        return []
    result = goodness(
        [line.valid for line in lines], [line.issued or 0 for line in lines], population=ledger.issued
    )
    test = result.finite or result.chi2
    same = not test.p < 0.05
    sentence = (
        N_("No office answered noticeably more or less often than the others.")
        if same
        else N_(
            "The offices did not answer alike: compare the last column of the table before comparing their results."
        )
    )
    return [_fit(result, pen), pen.plain(sentence), *(told(caution, pen) for caution in result.cautions)]


def _fit(result: Goodness, pen: Pen) -> Paragraph:
    test = result.finite or result.chi2
    template = (
        N_(
            "Valid sheets against the shares issued to the offices: χ²({df}, N = {n}) = {value}, {p}, w ="
            " {w}, 95% CI {interval}; with the correction for a finite population χ²({df}) = {corrected},"
            " {corrected_p}."
        )
        if result.finite
        else N_(
            "Valid sheets against the shares issued to the offices: χ²({df}, N = {n}) = {value}, {p}, w ="
            " {w}, 95% CI {interval}."
        )
    )
    return pen.apa(
        template,
        df=result.chi2.df,
        n=result.n,
        value=decimals(result.chi2.value, 2),
        p=p_equals(result.chi2.p),
        w=unit(result.w, 2),
        interval=interval(pair(result.w_interval), Format.UNIT_INTERVAL),
        corrected=decimals(test.value, 2),
        corrected_p=p_equals(test.p),
    )


def _whole_data(material: Material) -> list[Block]:
    """What is suspicious about the valid sheets taken together."""
    pen = material.pen
    return [Caution(caution.code, pen(caution.message, **caution.values)) for caution in material.whole]
