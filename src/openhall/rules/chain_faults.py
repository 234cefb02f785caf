"""The faults a log can have, and how each is said. How they are found: `rules.chain_check`. Decision 0015."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from openhall.errors import N_, Translate, Word, fill

# Where checkpoints are kept. The first two should hold all there are; a copy somebody made need not.
TABLE = N_("the database")
FILE = N_("the hall's own file")
COPY = N_("the copy given")
ITSELF = N_("the log's own memory of its end")

SAID: Mapping[str, str] = {
    "facts": N_("Event {first} was changed: its time, kind, subject or person."),
    "facts_many": N_("Events {first} to {last} were changed: their times, kinds, subjects or persons."),
    "data": N_("Event {first} was changed: its data."),
    "data_many": N_("Events {first} to {last} were changed: their data."),
    "data_hash": N_("Event {first} was changed: the hash of its data."),
    "data_hash_many": N_("Events {first} to {last} were changed: the hashes of their data."),
    "prev": N_("Event {first} was changed: the hash it keeps of event {before}."),
    "hash": N_("Event {first} was changed: its own hash."),
    "hash_many": N_("Events {first} to {last} were changed: their own hashes."),
    "written_anew": N_(
        "Event {first} was written anew: it does not fit event {after}. Events before it may have been written"
        " anew with it."
    ),
    "missing": N_("Event {first} is missing."),
    "missing_many": N_("Events {first} to {last} are missing."),
    "cut": N_("The end of the log was cut off: it ends with event {before}, but {witness} knows event {last}."),
    "added": N_("Event {first} was put in: its number is taken or is none the log gives."),
    "beyond": N_(
        "Events {first} to {last} stand behind the end the log knows: they were put in, or its end was set back."
    ),
    "moved": N_("Event {first} stands in the wrong place: it was written as event {written}."),
    "moved_many": N_(
        "Events {first} to {last} stand in the wrong place: they were written as events {written} to {written_last}."
    ),
    "swapped": N_("Events {first} and {last} have changed places."),
    "head": N_("The last event, {first}, is not the one the log remembers as its end. One of the two was changed."),
    "rewritten": N_(
        "Events up to {last} are not those of the checkpoint of {date} ({source}). Events {first} to {last} were"
        " written anew, at least one of them."
    ),
    "anchor": N_(
        "The checkpoint of {date} for event {first} was changed ({source}): another witness proves the event."
    ),
    "anchor_missing": N_("The checkpoint of {date} for event {first} is missing ({source})."),
    "unreadable": N_("Line {line} of the hall's own file of checkpoints cannot be read: it was changed."),
    "more": N_("{count} more events do not fit; only the first are named."),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with events `first` to `last`; `what` is a key of SAID."""

    what: str
    first: int
    last: int
    values: Mapping[str, object] = field(default_factory=dict)

    def say(self, translate: Translate = str) -> str:
        return fill(SAID[self.what], {"first": self.first, "last": self.last, **self.values}, translate)

    def plain(self) -> dict[str, object]:
        """For JSON; `fault_of` reads it back."""
        return {"what": self.what, "first": self.first, "last": self.last, "values": dict(self.values)}


def fault_of(plain: Mapping[str, object]) -> Fault:
    """The fault `Fault.plain` gave; its marked words are said in the reader's language again."""
    values = {
        name: Word(value) if name in {"source", "witness"} else value
        for name, value in dict(plain["values"]).items()  # type: ignore[call-overload]
    }
    return Fault(str(plain["what"]), int(str(plain["first"])), int(str(plain["last"])), values)


def merged(faults: Iterable[Fault]) -> list[Fault]:
    """Neighbouring rows with the same fault as one; rows moved by the same step, too."""
    found: list[Fault] = []
    for fault in sorted(faults, key=lambda one: (one.what, one.first)):
        before = found[-1] if found else None
        many = f"{fault.what}_many"
        if (
            before is None
            or many not in SAID
            or before.what not in {fault.what, many}
            or before.last + 1 != fault.first
            or _step(before) != _step(fault)
        ):
            found.append(fault)
        else:
            values = dict(before.values)
            if "written" in values:
                values["written_last"] = fault.values["written"]
            found[-1] = Fault(many, before.first, fault.last, values)
    return found


def _step(fault: Fault) -> int:
    """By how many places the rows of this fault were moved."""
    return int(str(fault.values.get("written", fault.first))) - fault.first
