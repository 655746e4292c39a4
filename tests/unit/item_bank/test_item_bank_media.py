"""Pictures: what a file is, not what it says it is; and how a wording refers to one."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from item_bank.errors import InvalidMedia
from item_bank.media import MAX_BYTES, is_lost, read_picture, reference, references
from item_bank.stem import from_authored, plain_text, sanitise, to_authored
from tests.unit.item_bank.pictures import GIF_FRAME, chunk, gif, jpeg, png, webp

SHA = "ab" * 32
SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'


def refusal(data: bytes) -> str:
    with pytest.raises(InvalidMedia) as refused:
        read_picture(data)
    return refused.value.code


@pytest.mark.parametrize(
    ("data", "mime", "size"),
    [
        (png(), "image/png", (3, 2)),
        (jpeg(), "image/jpeg", (5, 4)),
        (gif(), "image/gif", (7, 6)),
        (webp(), "image/webp", (9, 10)),
        (webp(b"VP8L", b"\x2f" + struct.pack("<I", 19 | 29 << 14)), "image/webp", (20, 30)),
        (webp(b"VP8 ", bytes(3) + b"\x9d\x01\x2a" + struct.pack("<HH", 40, 50)), "image/webp", (40, 50)),
    ],
    ids=["png", "jpeg", "gif", "webp", "webp lossless", "webp lossy"],
)
def test_a_picture_is_known_by_its_own_structure(data, mime, size):
    picture = read_picture(data)
    assert (picture.mime, (picture.width, picture.height), picture.content) == (mime, size, data)


@pytest.mark.parametrize("data", [SVG, b"<svg onload='x'>", b"\n <!DOCTYPE svg>", b"<SVG>"])
def test_a_drawing_in_svg_is_refused_by_name(data):
    assert refusal(data) == "IMAGE_IS_SVG"


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7", b"<html>", b"BM" + bytes(60), b"MZ", b"RIFF\0\0\0\0WAVE"])
def test_other_files_are_no_pictures(data):
    assert refusal(data) == "IMAGE_NOT_SUPPORTED"


def test_a_file_with_something_behind_its_end_is_not_only_a_picture():
    hidden = b"<script>alert(1)</script>"
    assert {refusal(data + hidden) for data in (png(), jpeg(), gif(), webp())} == {"IMAGE_DAMAGED"}


@pytest.mark.parametrize("whole", [png(), jpeg(), gif(), webp()], ids=["png", "jpeg", "gif", "webp"])
def test_a_picture_cut_off_anywhere_is_refused(whole):
    for length in range(len(whole)):
        assert refusal(whole[:length]) in {"IMAGE_DAMAGED", "IMAGE_NOT_SUPPORTED"}


def test_a_changed_byte_of_a_png_is_found():
    data = bytearray(png())
    data[20] ^= 1
    assert refusal(bytes(data)) == "IMAGE_DAMAGED"


def test_moving_pictures_are_refused():
    assert refusal(png(3, 2, chunk(b"acTL", bytes(8)))) == "IMAGE_MOVES"
    assert refusal(gif(GIF_FRAME, GIF_FRAME)) == "IMAGE_MOVES"
    assert refusal(webp(body=b"\x02\0\0\0\x08\0\0\x09\0\0")) == "IMAGE_MOVES"


def test_a_small_file_that_unpacks_to_a_huge_picture_is_refused():
    assert refusal(png(30_000, 30_000)) == "IMAGE_TOO_WIDE"
    assert refusal(png(3_999, 3_999)) == "IMAGE_TOO_WIDE"
    assert refusal(png(0, 5)) == "IMAGE_DAMAGED"


def test_a_file_above_a_megabyte_is_refused_unread():
    assert refusal(png() + bytes(MAX_BYTES)) == "IMAGE_TOO_LARGE"


@given(st.binary(max_size=200), st.sampled_from([b"", png()[:8], b"\xff\xd8\xff", b"GIF89a", webp()[:12]]))
def test_no_bytes_make_the_reader_stumble(body, start):
    try:
        picture = read_picture(start + body)
    except InvalidMedia:
        return
    assert picture.width > 0
    assert picture.height > 0


def test_a_reference_survives_the_sanitiser_and_the_authors_form():
    markup = from_authored(f"Xem {reference(SHA, 'Sơ đồ & bảng')}")
    assert references(markup) == [SHA]
    assert plain_text(markup) == "Xem Sơ đồ & bảng"
    assert from_authored(to_authored(markup)) == markup == sanitise(markup)


def test_what_an_author_says_of_a_picture_cannot_leave_its_attribute():
    markup = from_authored(reference(SHA, 'a" onerror="alert(1)"><script>'))
    assert "<script" not in markup
    assert markup.count('"') == 4
    assert references(markup) == [SHA]


@pytest.mark.parametrize(
    "source", ["https://evil.example/x.png", "//evil.example/x", "/static/x.png", "javascript:alert(1)",
               "data:image/svg+xml;base64,PHN2Zz4=", "media:../../etc/passwd", f"media:{SHA}0",
               f"MEDIA:{SHA}"]
)  # fmt: skip
def test_no_other_source_is_a_picture(source):
    assert "<img" not in sanitise(f'<img src="{source}" alt="x">')
    assert "<img" not in from_authored(f'<img src="{source}" alt="x">')


def test_a_picture_without_words_is_no_picture():
    for alt in ("", ' alt=""', ' alt="  "'):
        typed = f'<img src="media:{SHA}"{alt}>'
        assert "<img" not in sanitise(typed)
        assert is_lost(typed, from_authored(typed))
    assert not is_lost(reference(SHA, "x"), from_authored(reference(SHA, "x")))


def test_nothing_but_source_and_words_stays_on_a_picture():
    typed = f'<img src="media:{SHA}" alt="x" onerror="alert(1)" style="position:fixed" width="9999">'
    assert sanitise(typed) == f'<img src="media:{SHA}" alt="x">'
