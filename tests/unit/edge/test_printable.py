"""Texts that reach paper, pictures and headers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from examsvc.edge.plain import file_name, printable


def test_what_people_write_stays():
    text = "Câu 1: θ = −0,5\n\tổn định ✓ 𝜃"
    assert printable(text) == text


@pytest.mark.parametrize("bad", ["\x00", "\x07", "\x1b", "\x7f", "\x85", "\u2028", "\ud800", "\ufffe"])
def test_what_xml_and_paper_refuse_is_left_out(bad: str):
    assert printable(f"T01{bad}-001") == "T01-001"


@given(st.text())
def test_a_file_name_never_ends_its_header(text: str):
    name = file_name(text)
    assert name
    assert not set(name) & set('\r\n\t/\\:"')
    name.encode()
