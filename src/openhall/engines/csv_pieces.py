"""A CSV file of any size in pieces that end where a row ends, as UTF-8, with the number of the first row."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from openhall.errors import N_, BadInput, Problem
from openhall.surveys.files import check_size, encoding_of
from openhall.surveys.grids import delimiter_of

PIECE = 8 << 20  # bytes read at a time
LONGEST = 64 << 20  # bytes of one row
HEAD = 1 << 16
MOST_HEADER = 1 << 20


@dataclass(frozen=True)
class Piece:
    """Whole rows; `row` is the number of the first one in the file, `read` the bytes of the file up to the
    end."""

    data: bytes
    row: int
    read: int


class CsvFile:
    """A delimited file: its encoding, separator and header, and its rows piece by piece."""

    def __init__(self, path: Path, name: str = "") -> None:
        self.path, self.name = path, name or path.name
        try:
            self.size = path.stat().st_size
            check_size(self.size, name=self.name, limit=self.size)
            with path.open("rb") as file:
                head = file.read(HEAD)
        except OSError as error:
            values = {"error": error.strerror or "", "file": self.name}
            message, cure = N_("the file cannot be read ({error})."), N_("Check its name.")
            raise BadInput(Problem(N_("File {file}"), message, cure, values)) from None
        whole = head if len(head) == self.size else head[: head.rfind(b"\n") + 1] or head
        self.encoding = encoding_of(whole)
        self.first = next(self._raw(), b"")

    @cached_property
    def delimiter(self) -> str:
        return delimiter_of(self.first[:HEAD].decode("utf-8", "replace"), self.name)[0]

    @cached_property
    def _header(self) -> tuple[list[str], int]:
        """The first row with any text in it, and the lines of the file up to its end."""
        text = self.first[:MOST_HEADER].decode("utf-8", "replace")
        skipped = int(delimiter_of(text, self.name)[1] is not text and text.lower().startswith("sep="))
        lines = io.StringIO(text, newline="")
        for _ in range(skipped):
            lines.readline()
        reader = csv.reader(lines, delimiter=self.delimiter)
        for row in reader:
            if any(map(str.strip, row)):
                return row, reader.line_num + skipped
        raise BadInput(Problem(N_("File {file}"), N_("the file has no rows."), "", {"file": self.name}))

    @property
    def header(self) -> list[str]:
        return self._header[0]

    def pieces(self) -> Iterator[Piece]:
        """The rows below the header."""
        row, skip, read = 1, self._header[1], 0
        for data in self._raw():
            read += len(data)
            start = 0
            while skip:
                start = data.index(b"\n", start) + 1 if b"\n" in data[start:] else len(data)
                skip -= 1
                row += 1
            if start < len(data):
                yield Piece(data[start:] if start else data, row, min(read, self.size))
                row += row_ends(data[start:] if start else data)

    def _raw(self) -> Iterator[bytes]:
        """UTF-8, cut at the ends of rows."""
        left = b""
        decoder = None if self.encoding.startswith("utf-8") else codecs.getincrementaldecoder(self.encoding)()
        with self.path.open("rb") as file:
            if self.encoding == "utf-8-sig":
                file.seek(len(codecs.BOM_UTF8))
            while data := file.read(PIECE):
                left += self._utf8(decoder, data) if decoder else data
                end = row_end(left)
                if end:
                    yield left[:end]
                    left = left[end:]
                elif len(left) > LONGEST:
                    cure = N_("Check the quotation marks there.")
                    message, values = N_("a row near the end does not end."), {"file": self.name}
                    raise BadInput(Problem(N_("File {file}"), message, cure, values))
        if left:
            yield left

    def _utf8(self, decoder: codecs.IncrementalDecoder, data: bytes) -> bytes:
        try:
            return decoder.decode(data).encode()
        except UnicodeDecodeError:
            cure = N_("Save the file as UTF-8 and send it again.")
            values = {"encoding": self.encoding.upper(), "file": self.name}
            message = N_("the file is not readable as {encoding}.")
            raise BadInput(Problem(N_("File {file}"), message, cure, values)) from None


def row_ends(data: bytes) -> int:
    """Line ends outside of quotation marks.

    >>> row_ends(b'1,2\\n3,"a\\nb"\\n')
    2
    """
    if b'"' not in data:
        return data.count(b"\n")
    return sum(part.count(b"\n") for part in data.split(b'"')[::2])


def row_end(data: bytes) -> int:
    """Where the last whole row ends: after a line end outside of quotation marks; 0 where there is none.

    >>> row_end(b'1,2\\n3,"a\\nb')
    4
    """
    end = data.rfind(b"\n")
    quotes = data.count(b'"', 0, max(end, 0)) if b'"' in data else 0
    while end >= 0 and quotes % 2:
        before = data.rfind(b"\n", 0, end)
        quotes -= data.count(b'"', max(before, 0), end)
        end = before
    return end + 1
