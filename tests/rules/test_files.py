"""Files by their first bytes, and pictures without what they tell beside themselves."""

from __future__ import annotations

import io
import zipfile

from hypothesis import given
from hypothesis import strategies as st

from openhall.rules import files


def jpeg(*segments: bytes) -> bytes:
    drawn = b"\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00" + b"\x12\xff\x00\x34\xff\xd0\x56"
    return b"\xff\xd8" + b"".join(segments) + drawn + b"\xff\xd9"


def segment(marker: int, body: bytes) -> bytes:
    return bytes((0xFF, marker)) + (len(body) + 2).to_bytes(2, "big") + body


def test_a_photograph_loses_place_and_camera_and_stays_the_right_way_up():
    entry = bytes.fromhex("1201 0300 0100 0000 0600 0000")
    exif = b"Exif\0\0II*\0\x08\0\0\0\x01\0" + entry + b"\0\0\0\0 GPS 52.1 Camera-9"
    quantum = segment(0xDB, b"\0" * 65)
    told = jpeg(segment(0xE0, b"JFIF\0\x01\x02"), segment(0xE1, exif), segment(0xFE, b"by Mary"), quantum)
    cleaned = files.clean(told + b"\xff\xd8 second picture GPS", files.JPEG)
    assert not any(word in cleaned for word in (b"GPS", b"Camera", b"Mary", b"second"))
    assert quantum in cleaned and b"JFIF" in cleaned and cleaned.endswith(b"\x34\xff\xd0\x56\xff\xd9")
    assert b"Exif\0\0MM" in cleaned and bytes.fromhex("0112 0003 0000 0001 0006") in cleaned


def test_a_photograph_that_was_cut_off_loses_them_too():
    whole = jpeg(segment(0xE1, b"Exif\0\0MM\0\x2a GPS 52.1"), segment(0xDB, b"\0" * 65))
    for end in (2, 3, 5, 7):
        cleaned = files.clean(whole[:-end], files.JPEG)
        assert b"GPS" not in cleaned and whole[:-end].endswith(cleaned[-8:])


def test_a_picture_that_cannot_be_followed_is_kept_as_it_is():
    for broken in (b"\xff\xd8\xff", b"\xff\xd8\xff\xe1\xff\xff", b"\xff\xd8\xff\xe0\0\x02nonsense"):
        assert files.clean(broken, files.JPEG) == broken


def test_a_png_loses_its_texts_and_what_hangs_behind_it():
    def chunk(kind: bytes, body: bytes) -> bytes:
        return len(body).to_bytes(4, "big") + kind + body + b"\0\0\0\0"

    head, end = chunk(b"IHDR", b"\0" * 13), chunk(b"IEND", b"")
    told = b"\x89PNG\r\n\x1a\n" + head + chunk(b"tEXt", b"Author\0Mary") + chunk(b"eXIf", b"GPS") + end
    assert files.clean(told + b"more", files.PNG) == b"\x89PNG\r\n\x1a\n" + head + end


def test_a_word_file_is_known_by_what_is_in_it_and_not_taken_with_macros():
    def packed(*names: str) -> bytes:
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as archive:
            for name in names:
                archive.writestr(name, "x")
        return out.getvalue()

    assert files.media_type(packed("[Content_Types].xml", "word/document.xml")) == files.DOCX
    assert files.media_type(packed("word/document.xml", "word/vbaProject.bin")) == ""
    assert files.media_type(packed("other.txt")) == ""


@given(st.binary(max_size=300), st.sampled_from([files.JPEG, files.PNG]))
def test_cleaning_never_fails_whatever_the_bytes(data, found):
    starts = {files.JPEG: b"\xff\xd8\xff", files.PNG: b"\x89PNG\r\n\x1a\n"}
    assert isinstance(files.clean(starts[found] + data, found), bytes)


@given(st.text(max_size=200), st.sampled_from(list(files.ENDINGS)))
def test_a_kept_name_is_short_printable_and_ends_as_what_it_is(name, found):
    kept = files.tidy_name(name, found)
    assert 0 < len(kept) <= files.LONGEST_NAME and kept.lower().endswith(files.ENDINGS[found])
    assert not set(kept) & set("/\\\n\r\0")
