import io
import zipfile
from pathlib import Path

import pytest
from openpyxl import Workbook

from openhall.errors import BadInput
from openhall.surveys.files import MEGABYTE, check_size, check_workbook, decode_text, read_bytes

TEXT = "serial,office\n1,政务服务大厅\n"


def said(caught: pytest.ExceptionInfo[BadInput]) -> str:
    return "\n".join(caught.value.lines())


def zipped(parts: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in {"[Content_Types].xml": b"<Types/>", **parts}.items():
            archive.writestr(name, data)
    return file.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "gb18030"])
def test_text_is_read_in_every_usual_encoding(encoding: str) -> None:
    assert decode_text(TEXT.encode(encoding), name="a.csv") == TEXT


@pytest.mark.parametrize("mark", [b"\xff\xfe", b"\xfe\xff"])
def test_utf_16_with_a_byte_order_mark_of_either_kind_is_read(mark: bytes) -> None:
    encoding = "utf-16-le" if mark == b"\xff\xfe" else "utf-16-be"
    assert decode_text(mark + TEXT.encode(encoding), name="a.csv") == TEXT


def test_a_damaged_utf_8_file_names_its_first_bad_line() -> None:
    damaged = ("大厅办公室政务服务\n" * 3).encode() + b"\xff\xfe\n"
    with pytest.raises(BadInput) as caught:
        decode_text(damaged, name="a.csv")
    assert "File a.csv: line 4 is not readable as UTF-8. Save the file as UTF-8" in said(caught)


def test_a_file_in_no_known_encoding_names_its_first_bad_line() -> None:
    with pytest.raises(BadInput) as caught:
        decode_text(b"caf\xe9,1\n", name="a.csv")
    assert "line 1 is not readable as GB18030" in said(caught)


def test_a_cut_utf_16_file_is_told() -> None:
    with pytest.raises(BadInput) as caught:
        decode_text(TEXT.encode("utf-16")[:-1], name="a.csv")
    assert "UTF-16" in said(caught)


@pytest.mark.parametrize(
    "data", [bytes(range(256)) * 20, b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", b"PK\x03\x04\0\0\0\0"]
)
def test_binary_rubbish_is_no_text(data: bytes) -> None:
    with pytest.raises(BadInput) as caught:
        decode_text(data, name="a.csv")
    assert "is not a text file" in said(caught)


def test_a_single_nul_byte_is_named_by_line() -> None:
    with pytest.raises(BadInput) as caught:
        decode_text(b"serial,office\n1,a\n2,b\0\n", name="a.csv")
    assert "line 3 has a control character" in said(caught)


def test_an_empty_file_is_told() -> None:
    for call in (lambda: read_bytes(b"", name="a.csv"), lambda: decode_text(b"", name="a.csv")):
        with pytest.raises(BadInput) as caught:
            call()
        assert "File a.csv: the file is empty." in said(caught)


def test_a_file_of_a_hundred_megabytes_is_refused_without_being_read(tmp_path: Path) -> None:
    path = tmp_path / "large.csv"
    with path.open("wb") as file:
        file.truncate(100 * MEGABYTE)
    path.chmod(0o000)  # reading would fail, were it tried by anybody but root
    with pytest.raises(BadInput) as caught:
        read_bytes(path, name="large.csv")
    assert "the file has 100 MB; 50 MB are possible." in said(caught)


def test_the_size_of_an_upload_is_checked_by_its_number() -> None:
    check_size(1, name="a")
    with pytest.raises(BadInput):
        check_size(2 * MEGABYTE, name="a", limit=MEGABYTE)


def test_a_file_is_read_from_its_path(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"x")
    assert read_bytes(path, name="a.csv") == b"x"


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(BadInput) as caught:
        read_bytes(tmp_path / "none.csv", name="none.csv")
    assert "cannot be read" in said(caught)


def test_a_workbook_with_formulas_and_merged_cells_is_known() -> None:
    book = Workbook()
    book.active["A1"] = "=1+1"
    book.create_sheet("b").merge_cells("A1:B2")
    file = io.BytesIO()
    book.save(file)
    package = check_workbook(file.getvalue(), name="a.xlsx")
    assert package.formulas == {"xl/worksheets/sheet1.xml"}
    assert package.merged == {"xl/worksheets/sheet2.xml"}


def test_a_zip_bomb_is_refused_by_what_it_declares() -> None:
    bomb = zipped({"xl/worksheets/sheet1.xml": b"0" * (5 * MEGABYTE)})
    with pytest.raises(BadInput) as caught:
        check_workbook(bomb, name="bomb.xlsx")
    assert "unpacked, the workbook would be too large" in said(caught)


def test_a_workbook_that_unpacks_beyond_the_limit_is_refused() -> None:
    large = zipped({"xl/a.xml": bytes(range(48, 58)) * 50_000})
    with pytest.raises(BadInput) as caught:
        check_workbook(large, name="a.xlsx", limit=100_000)
    assert "too large" in said(caught)


def test_a_workbook_that_lies_about_its_size_is_refused() -> None:
    honest = zipped({"xl/a.xml": b"0" * 900_000})
    size = (900_000).to_bytes(4, "little")
    assert honest.count(size) == 2
    with pytest.raises(BadInput):
        check_workbook(honest.replace(size, (10).to_bytes(4, "little")), name="a.xlsx")


def test_thousands_of_parts_are_refused() -> None:
    with pytest.raises(BadInput):
        check_workbook(zipped({f"xl/{n}.xml": b"" for n in range(2001)}), name="a.xlsx")


def test_xml_entities_in_a_workbook_are_refused() -> None:
    bomb = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><x>&b;</x>'
    with pytest.raises(BadInput) as caught:
        check_workbook(zipped({"xl/sharedStrings.xml": bomb}), name="a.xlsx")
    assert "XML entities" in said(caught)


@pytest.mark.parametrize(
    "data", [b"serial,office\n", b"PK\x03\x04", b"\xd0\xcf\x11\xe0" * 200, zipped({})[:-30]]
)
def test_what_is_no_workbook_is_refused(data: bytes) -> None:
    with pytest.raises(BadInput) as caught:
        check_workbook(data, name="a.xlsx")
    assert "is not an .xlsx workbook" in said(caught)


def test_a_zip_file_that_is_no_workbook_is_refused() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("readme.txt", "hello")
    with pytest.raises(BadInput):
        check_workbook(file.getvalue(), name="a.xlsx")
