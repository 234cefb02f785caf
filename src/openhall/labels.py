"""Human names of what the database keeps as words: events, states, channels, reasons. All are marked."""

from __future__ import annotations

from openhall.errors import N_

# What staff did, after their name and the time. Placeholders are filled from the event's data.
EVENTS = {
    "questionnaire.created": N_("Made the questionnaire"),
    "questionnaire.imported": N_("Read version {version} from a file"),
    "questionnaire.drafted": N_("Began version {version}"),
    "questionnaire.changed": N_("Changed version {version}"),
    "questionnaire.draft_deleted": N_("Deleted the draft of version {version}"),
    "wave.planned": N_("Planned the wave"),
    "wave.changed": N_("Changed the plan"),
    "wave.opened": N_("Opened the wave"),
    "wave.closed": N_("Closed the wave"),
    "wave.reopened": N_("Opened the wave again"),
    "codes.made": N_("Made {count} invitation codes for {office}"),
    "sheets.printed": N_("Prepared {count} paper forms for {office}, serial numbers {first} to {last}"),
    "sheets.recorded": N_("Recorded {count} sheets issued elsewhere for {office} (before: {before})"),
    "sheets.imported": N_("Imported {sheets} sheets from {file}"),
    "sheets.screened": N_("Applied the validity rules: {void} sheets void, {new} new findings"),
    "sheets.decided": N_("Decided “{rule}”: {excluded} sheets excluded, {kept} kept. Reason: {reason}"),
    "sheets.restored": N_("Took back “{rule}” for {count} sheets. The reason was: {reason}"),
    "sheet.keyed": N_("Keyed sheet {serial}"),
    "sheet.keyed_again": N_("Keyed sheet {serial} a second time (answers that differ: {differences})"),
    "sheet.settled": N_(
        "Settled sheet {serial}: {first} answers of the first entry, {second} of the second, {other} others"
    ),
    "sheet.excluded": N_("Excluded the sheet, “{rule}”. Reason: {reason}"),
    "sheet.kept": N_("Kept the sheet in spite of “{rule}”. Reason: {reason}"),
    "sheet.restored": N_("Took back the decision about “{rule}”"),
    "hall.described": N_("Described the hall: {offices} offices, {people} people"),
    "report.requested": N_("Asked for the report as {format}"),
    "data.exported": N_("Took the data of {count} sheets as {file}"),
}

CHANNELS = {
    "link": N_("Link or poster"),
    "code": N_("Invitation code"),
    "kiosk": N_("Tablet in the hall"),
    "paper": N_("Paper"),
    "file": N_("File"),
}

VOID_REASONS = {
    "blank": N_("Left blank"),
    "double_mark": N_("Double mark"),
    "straight_lining": N_("All answers alike"),
    "too_fast": N_("Too fast"),
    "duplicate_sheet": N_("Duplicate sheet"),
    "other": N_("Other reason"),
}

VERDICTS = {
    "open": N_("To decide"),
    "void": N_("Excluded"),
    "kept": N_("Kept"),
}
