"""Which files are taken, known by their first bytes and not by their names, and what is cut out of a picture before it
is kept: where and with which camera it was taken. No Django, no storage. Row C1.
"""

from __future__ import annotations

import io
import re
import unicodedata
import zipfile
from collections.abc import Iterator

from openhall.errors import N_, BadInput, Problem

MOST_FILES = 5  # with one form
MOST_ON_A_REQUEST = 40
LARGEST = 10_000_000  # bytes
LONGEST_NAME = 120

JPEG, PNG, HEIC, PDF, TEXT = "image/jpeg", "image/png", "image/heic", "application/pdf", "text/plain"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
# what it is -> endings its name may have, the first one given to a name that has none of them
ENDINGS = {
    JPEG: (".jpg", ".jpeg"),
    PNG: (".png",),
    HEIC: (".heic", ".heif"),
    PDF: (".pdf",),
    DOCX: (".docx",),
    TEXT: (".txt",),
}
_HEIC_BRANDS = frozenset((b"heic", b"heix", b"heim", b"heis", b"mif1", b"msf1"))
_CONTROL = re.compile(rb"[\x00-\x08\x0b\x0e-\x1f\x7f]")


def media_type(data: bytes) -> str:
    """What the bytes are; "" for everything that is not taken.

    >>> media_type(b"%PDF-1.7 ..."), media_type("Dear hall".encode()), media_type(b"MZ\\x90\\x00")
    ('application/pdf', 'text/plain', '')
    """
    if data.startswith(b"\xff\xd8\xff"):
        return JPEG
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if data[4:8] == b"ftyp" and data[8:12] in _HEIC_BRANDS:
        return HEIC
    if data.startswith(b"%PDF-"):
        return PDF
    if data.startswith(b"PK\x03\x04"):
        return DOCX if _is_docx(data) else ""
    return TEXT if _is_text(data) else ""


def check(name: str, data: bytes) -> str:
    """The media type of a file that may be kept; BadInput naming the file and what to do."""
    place, values = N_("{name}"), {"name": name, "most": LARGEST // 1_000_000}
    if not data:
        raise BadInput(Problem(place, N_("it is empty."), N_("Choose another file."), values))
    if len(data) > LARGEST:
        raise BadInput(
            Problem(
                place, N_("it has more than {most} MB."), N_("Send a smaller one or a part of it."), values
            )
        )
    found = media_type(data)
    if not found:
        raise BadInput(
            Problem(
                place,
                N_("we cannot take a file of this kind."),
                N_("Send a picture, PDF, Word or text file."),
                values,
            )
        )
    return found


def check_count(count: int, *, before: int = 0) -> None:
    """BadInput when there are too many files in one form, or on one request with those it had `before`."""
    if count > MOST_FILES:
        raise BadInput(
            Problem(
                N_("Files"),
                N_("there are {count}."),
                N_("Send at most {most} at once."),
                {"count": count, "most": MOST_FILES},
            )
        )
    if count + before > MOST_ON_A_REQUEST:
        raise BadInput(
            Problem(
                N_("Files"),
                N_("a request has at most {most}."),
                N_("Bring the rest to the hall."),
                {"most": MOST_ON_A_REQUEST},
            )
        )


def tidy_name(name: str, found: str) -> str:
    """The sender's name of a file as it is kept: no folders, no signs nobody sees, an ending that says what it is.

    >>> tidy_name("..\\\\photos/lamp\\u202egpj.exe", "image/jpeg"), tidy_name("", "application/pdf")
    ('lampgpj.exe.jpg', 'file.pdf')
    """
    last = re.split(r"[\\/]", unicodedata.normalize("NFC", name))[-1]
    kept = "".join(sign for sign in last if unicodedata.category(sign)[0] != "C").strip(" .") or "file"
    endings = ENDINGS[found]
    stem, dot, ending = kept.rpartition(".")
    if f".{ending.lower()}" in endings and stem:
        return stem[: LONGEST_NAME - 1 - len(ending)] + dot + ending
    return kept[: LONGEST_NAME - len(endings[0])] + endings[0]


def clean(data: bytes, found: str) -> bytes:
    """The file without what a picture tells beside itself: place, time, camera, remarks, pictures behind the picture.

    JPEG keeps which way up it is. Files that cannot be followed are kept as they are, and other kinds always.
    """
    try:
        if found == JPEG:
            return b"".join(_jpeg(data))
        if found == PNG:
            return b"".join(_png(data))
    except (IndexError, ValueError):
        pass
    return data


def _is_docx(data: bytes) -> bool:
    try:
        names = zipfile.ZipFile(io.BytesIO(data)).namelist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        return False
    return "word/document.xml" in names and not any(name.endswith("vbaProject.bin") for name in names)


def _is_text(data: bytes) -> bool:
    if _CONTROL.search(data):
        return False
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            data.decode(encoding)
        except UnicodeDecodeError:
            continue
        return True
    return False


# --- pictures: ITU-T T.81 annex B for JPEG, Exif 2.3 section 4.5 for which way up, RFC 2083 for PNG -------------

_KEPT = {
    0xE0: b"JFIF\0",
    0xE2: b"ICC_PROFILE\0",
    0xEE: b"Adobe",
}  # application segments that say how to draw it


def _jpeg(data: bytes) -> Iterator[bytes]:
    yield data[:2]
    if 2 <= (turned := _orientation(data)) <= 8:
        yield _orientation_only(turned)
    for start, end, marker in _segments(data):
        application = 0xE0 <= marker <= 0xEF
        if marker == 0xFE or (application and not _drawn_by(data[start + 4 : end], marker)):
            continue
        yield data[start:end]


def _drawn_by(body: bytes, marker: int) -> bool:
    return marker in _KEPT and body.startswith(_KEPT[marker])


def _segments(data: bytes) -> Iterator[tuple[int, int, int]]:
    """(start, end, marker) of each segment after the first; drawn lines go with the segment before them."""
    at = 2
    while at < len(data):  # a picture that was cut off ends without its end
        if data[at] != 0xFF:
            raise ValueError("no marker where one must be")
        marker = data[at + 1]
        if marker == 0xFF:  # filling
            at += 1
            continue
        if marker == 0xD9:
            yield at, at + 2, marker
            return
        end = at + 2 + int.from_bytes(data[at + 2 : at + 4], "big")
        if end < at + 4 or end > len(data):
            raise ValueError("a segment longer than the file")
        if marker == 0xDA:
            end = _after_lines(data, end)
        yield at, end, marker
        at = end


def _after_lines(data: bytes, at: int) -> int:
    """Where the next marker stands that is not part of the drawn lines."""
    while True:
        at = data.find(b"\xff", at)
        if at < 0 or at + 1 == len(data):
            return len(data)
        if data[at + 1] != 0 and not 0xD0 <= data[at + 1] <= 0xD7:
            return at
        at += 2


def _orientation(data: bytes) -> int:
    """Which way up, 1 to 8; 0 where it does not say."""
    for start, end, marker in _segments(data):
        body = data[start + 4 : end]
        if marker == 0xDA:
            return 0
        if marker == 0xE1 and body.startswith(b"Exif\0\0"):
            return _orientation_in(body[6:])
    return 0


def _orientation_in(tiff: bytes) -> int:
    order = {b"II": "little", b"MM": "big"}.get(tiff[:2])
    if order is None:
        return 0

    def number(at: int, size: int) -> int:
        return int.from_bytes(tiff[at : at + size], "little" if order == "little" else "big")

    first = number(4, 4)
    for entry in range(min(number(first, 2), 200)):
        at = first + 2 + 12 * entry
        if number(at, 2) == 0x0112:
            return number(at + 8, 2)
    return 0


def _orientation_only(turned: int) -> bytes:
    entry = bytes.fromhex("0112 0003 0000 0001") + turned.to_bytes(2, "big") + b"\0\0"
    body = b"Exif\0\0MM\0\x2a\0\0\0\x08\0\x01" + entry + b"\0\0\0\0"
    return b"\xff\xe1" + (len(body) + 2).to_bytes(2, "big") + body


_TOLD = frozenset((b"eXIf", b"tEXt", b"zTXt", b"iTXt", b"tIME"))


def _png(data: bytes) -> Iterator[bytes]:
    yield data[:8]
    at = 8
    while True:
        kind = data[at + 4 : at + 8]
        end = at + 12 + int.from_bytes(data[at : at + 4], "big")
        if len(kind) < 4 or end > len(data):
            raise ValueError("a chunk longer than the file")
        if kind not in _TOLD:
            yield data[at:end]
        if kind == b"IEND":
            return
        at = end
