"""Human names of what the database keeps as words: events, states, channels, reasons. All marked for translation."""

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
}

WAVE_STATES = {
    "draft": N_("Draft"),
    "open": N_("Open"),
    "closed": N_("Closed"),
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
