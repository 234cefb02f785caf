"""Uploaded files read safely: too large, empty, in an unexpected encoding, packed to explode, or no text at
all. Each is answered with a BadInput a person can act on, before anything is read into memory that should not
be.
"""

from __future__ import annotations

import codecs
import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from openhall.errors import N_, BadInput, Problem

MEGABYTE = 1_000_000  # as settings, help texts and disks count
LIMIT = 50 * MEGABYTE
UNPACKED_LIMIT = 300 * MEGABYTE  # of a workbook, all parts together
MOST_RATIO = 200  # unpacked to packed, for parts over a megabyte; honest sheets of digits stay below 50
MOST_ENTRIES = 2000
MOST_CELLS = 20_000_000  # of one table, however it is written
_CHUNK = 256 * 1024
_PLENTY = 8  # characters outside ASCII that decode as UTF-8: more than chance
_ENTITIES = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_FORMULA = re.compile(rb"<(?:\w+:)?f[ />]")
_MERGED = re.compile(rb"<(?:\w+:)?mergeCell ")
_RUBBISH = re.compile("[\x00-\x08\x0e-\x1f\x7f]")


def check_size(size: int, *, name: str, limit: int = LIMIT) -> None:
    """BadInput when a file of `size` bytes is empty or larger than `limit` (for an upload: `upload.size`)."""
    if size == 0:
        raise _bad(name, N_("the file is empty."), N_("Choose the file again; perhaps it was not saved."))
    if size > limit:
        values = {"size": _megabytes(size), "limit": _megabytes(limit)}
        raise _bad(
            name, N_("the file has {size} MB; {limit} MB are possible."), N_("Send it in parts."), **values
        )


def read_bytes(source: Path | bytes, *, name: str, limit: int = LIMIT) -> bytes:
    """The whole file, or BadInput when it is missing, empty or larger than `limit` bytes (seen without
    reading it).
    """
    if isinstance(source, bytes):
        check_size(len(source), name=name, limit=limit)
        return source
    try:
        check_size(source.stat().st_size, name=name, limit=limit)
        with source.open("rb") as file:
            data = file.read(limit + 1)
    except OSError as error:
        values = {"error": error.strerror or ""}
        raise _bad(name, N_("the file cannot be read ({error})."), N_("Check its name."), **values) from None
    check_size(len(data), name=name, limit=limit)
    return data


def decode_text(data: bytes, *, name: str) -> str:
    """The text of a UTF-8, UTF-16 or GB18030 file, with or without a byte order mark.

    BadInput names the first line that cannot be read, or says that this is no text at all.
    """
    if not data:
        check_size(0, name=name)
    encoding = encoding_of(data)
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        before = data[: error.start].decode(encoding, "replace")
        if _RUBBISH.search(before):
            raise _no_text(name) from None
        values = {"line": before.count("\n") + 1, "encoding": encoding.upper().replace("-SIG", "")}
        cure = N_("Save the file as UTF-8 and send it again.")
        raise _bad(name, N_("line {line} is not readable as {encoding}."), cure, **values) from None
    rubbish = _RUBBISH.search(text)
    if rubbish:
        if data.count(b"\0") > 1 or len(_RUBBISH.findall(text, 0, 10_000)) > 20:
            raise _no_text(name)
        line = text.count("\n", 0, rubbish.start()) + 1
        cure = N_("Remove it and send the file again.")
        raise _bad(
            name, N_("line {line} has a control character that does not belong in a text."), cure, line=line
        )
    return text.removeprefix("\ufeff")


def encoding_of(data: bytes) -> str:
    """The encoding these bytes are written in, as far as they show it."""
    if data.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    head = data[:4000]
    if (
        len(data) % 2 == 0 and head.count(b"\0") > len(head) // 8
    ):  # no mark: ASCII digits have their zero byte on one side
        even, odd = head[::2].count(b"\0"), head[1::2].count(b"\0")
        if min(even, odd) * 20 < max(even, odd):
            return "utf-16-be" if even > odd else "utf-16-le"
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        good = data[: error.start].decode("utf-8")
        if sum(character > "\x7f" for character in good) >= _PLENTY:
            return "utf-8"  # damaged UTF-8: say where, rather than read it as something else
        return "gb18030"
    return "utf-8"


@dataclass(frozen=True, slots=True)
class Package:
    """What a look through a workbook's parts found: which parts hold formulas, and merged cells."""

    formulas: frozenset[str]
    merged: frozenset[str]


def check_workbook(data: bytes, *, name: str, limit: int = UNPACKED_LIMIT) -> Package:
    """Look through an .xlsx without unpacking it to memory.

    BadInput when it is no workbook, when its parts would unpack to more than `limit` bytes (as declared, then
    as really unpacked), when a part shrinks suspiciously well, when there are too many parts, or when one
    declares XML entities.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return _look_through(archive, name, limit)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError, ValueError):
        raise no_workbook(name) from None


def _look_through(archive: zipfile.ZipFile, name: str, limit: int) -> Package:
    entries = archive.infolist()
    if "[Content_Types].xml" not in archive.namelist():
        raise no_workbook(name)
    if len(entries) > MOST_ENTRIES or sum(entry.file_size for entry in entries) > limit:
        raise _bomb(name, limit)
    left, formulas, merged = limit, set(), set()
    for entry in entries:
        if entry.file_size > MEGABYTE and entry.file_size > MOST_RATIO * entry.compress_size:
            raise _bomb(name, limit)
        with archive.open(entry) as part:
            for window, fresh in _windows(part):
                left -= fresh
                if left < 0:
                    raise _bomb(name, limit)
                if _ENTITIES.search(window):
                    raise _bad(
                        name, N_("the file declares XML entities, which no spreadsheet program writes.")
                    )
                if entry.filename.startswith("xl/worksheets/"):
                    formulas |= {entry.filename} if _FORMULA.search(window) else set()
                    merged |= {entry.filename} if _MERGED.search(window) else set()
    return Package(frozenset(formulas), frozenset(merged))


def _windows(part: IO[bytes]) -> Iterator[tuple[bytes, int]]:
    """The part in pieces that overlap by a few bytes, with the number of new bytes in each."""
    tail = b""
    while chunk := part.read(_CHUNK):
        yield tail + chunk, len(chunk)
        tail = chunk[-32:]


def no_workbook(name: str) -> BadInput:
    cure = N_("Open it in a spreadsheet program and save it as .xlsx again.")
    return _bad(name, N_("this is not an .xlsx workbook, or a damaged one."), cure)


def _no_text(name: str) -> BadInput:
    return _bad(
        name, N_("this is not a text file."), N_("Send CSV, or give the file the ending of its real format.")
    )


def _bomb(name: str, limit: int) -> BadInput:
    cure = N_("Copy the sheet into a new workbook and save that.")
    return _bad(
        name,
        N_("unpacked, the workbook would be too large (over {limit} MB or packed suspiciously well)."),
        cure,
        limit=_megabytes(limit),
    )


def _bad(name: str, message: str, cure: str = "", **values: object) -> BadInput:
    return BadInput(Problem(N_("File {file}"), message, cure, {**values, "file": name}))


def _megabytes(size: int) -> str:
    return f"{size / MEGABYTE:.0f}" if size >= MEGABYTE else f"{size / MEGABYTE:.3f}"
