"""Word files: looks, pictures, equations, tracked changes; what cannot be kept is remarked."""

from __future__ import annotations

import hashlib

import pytest

from item_bank.errors import ImportRefused
from item_bank.formats.docx import read_docx
from item_bank.formats.foreign import Fate
from item_bank.math import formula_faults
from item_bank.media import reference
from tests.property.damage import packed
from tests.unit.item_bank.docx_factory import (
    bank,
    codes,
    docx,
    key,
    one,
    options,
    paragraph,
    parts,
    run,
    runs,
    typed,
)
from tests.unit.item_bank.pictures import png

END = typed("A. có\nB. không\nĐáp án: A")
PNG = png()
SHA = hashlib.sha256(PNG).hexdigest()


def stem(inside: str, more: dict[str, bytes] | None = None):
    return one(f"<w:p>{run('Câu 1: ')}{inside}</w:p>{END}", more)


def drawing(relation: str, descr: str = "Tờ khai", name: str = "Picture 1") -> str:
    return (
        f'<w:r><w:drawing><wp:inline><wp:docPr id="1" name="{name}" descr="{descr}"/>'
        f'<a:graphic><a:graphicData><a:blip r:embed="{relation}"/></a:graphicData></a:graphic>'
        "</wp:inline></w:drawing></w:r>"
    )


def test_looks_of_runs_are_kept():
    assert (
        stem(runs("Thuế **suất** //ưu đãi// __đặc biệt__")).stem
        == "Thuế <b>suất</b> <i>ưu đãi</i> <u>đặc biệt</u>"
    )
    script = run("10 m") + run("2", '<w:vertAlign w:val="superscript"/>') + run(" và CO")
    script += run("2", '<w:vertAlign w:val="subscript"/>')
    assert stem(script).stem == "10 m<sup>2</sup> và CO<sub>2</sub>"


def test_runs_of_one_look_are_one_stretch():
    assert stem(run("th", "<w:b/>") + run("uế", '<w:b/><w:sz w:val="28"/>')).stem == "<b>thuế</b>"
    assert stem(run("nt", '<w:b w:val="0"/>')).stem == "nt"


def test_what_looks_like_markup_is_text():
    assert stem(run("giá < 5 & <script>alert(1)</script>")).stem == (
        "giá &lt; 5 &amp; &lt;script&gt;alert(1)&lt;/script&gt;"
    )


def test_one_unicode_form_without_invisible_signs():
    assert stem(
        run("Tha\u0300nh pho\u0302\u0301\u00a0Hue\u0302\u0301 nha\u00adp \u200bkha\u0302\u0309u")
    ).stem == ("Thành phố Huế nhap khẩu")


def test_a_picture_is_named_by_its_content():
    item = stem(run("Xem ") + drawing("p.png") + run(" và trả lời"), {"p.png": PNG})
    assert item.stem == f"Xem {reference(SHA, 'Tờ khai')} và trả lời"
    assert item.fate is Fate.TAKEN
    assert bank(f"<w:p>{run('Câu 1: ')}{drawing('p.png')}</w:p>{END}", {"p.png": PNG}).pictures == {SHA: PNG}


def test_a_picture_without_words_is_remarked():
    item = stem(run("Xem ") + drawing("p.png", ""), {"p.png": PNG})
    assert (item.stem, codes(item)) == (f"Xem {reference(SHA, 'Picture 1')}", ["PICTURE_WITHOUT_WORDS"])


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("p.emf", b"\x01\0\0\0", "IMAGE_NOT_SUPPORTED"),
        ("p.png", PNG[:-3], "IMAGE_DAMAGED"),
        ("p.svg", b"<svg/>", "IMAGE_IS_SVG"),
    ],
)
def test_a_picture_that_is_none_of_ours_is_lost_with_a_remark(name: str, content: bytes, reason: str):
    item = stem(run("Xem ") + drawing(name), {name: content})
    assert item.lost[0].code == "PICTURE_LOST"
    assert item.lost[0].params == {"name": name, "reason": reason}
    assert item.stem == "Xem Tờ khai"


def test_a_picture_elsewhere_is_lost():
    assert codes(stem(run("Xem ") + drawing("absent"))) == ["PICTURE_LOST"]


def test_pictures_of_old_word_and_of_an_alternative_are_kept_once():
    vml = '<w:pict><v:shape alt="Dấu"><v:imagedata r:id="p.png"/></v:shape></w:pict>'
    assert stem(run("Xem ") + f"<w:r>{vml}</w:r>", {"p.png": PNG}).stem == f"Xem {reference(SHA, 'Dấu')}"
    both = (
        f"<w:r><mc:AlternateContent><mc:Choice>{drawing('p.png')[5:-6]}</mc:Choice>"
        f"<mc:Fallback>{vml}</mc:Fallback></mc:AlternateContent></w:r>"
    )
    assert stem(run("Xem ") + both, {"p.png": PNG}).stem == f"Xem {reference(SHA, 'Tờ khai')}"


def test_an_equation_of_mathtype_keeps_its_picture():
    ole = (
        '<w:object><v:shape alt=""><v:imagedata r:id="{}"/></v:shape>'
        '<o:OLEObject ProgID="Equation.DSMT4"/></w:object>'
    )
    item = stem(run("Tính ") + f"<w:r>{ole.format('p.png')}</w:r>", {"p.png": PNG})
    assert codes(item) == ["FORMULA_AS_PICTURE", "PICTURE_WITHOUT_WORDS"]
    assert SHA in item.stem
    assert codes(
        stem(run("Tính ") + f"<w:r>{ole.format('p.wmf')}</w:r>", {"p.wmf": b"\xd7\xcd\xc6\x9a"})
    ) == ["FORMULA_LOST"]


def mr(text: str, plain: bool = False) -> str:
    return f"<m:r>{'<m:rPr><m:nor/></m:rPr>' if plain else ''}<m:t>{text}</m:t></m:r>"


def e(inside: str, name: str = "e") -> str:
    return f"<m:{name}>{inside}</m:{name}>"


def row(*cells: str) -> str:
    return f"<m:mr>{''.join(map(e, cells))}</m:mr>"


FORMULAS = {
    r"\(\frac{a+b}{2}\)": f"<m:f>{e(mr('a+b'), 'num')}{e(mr('2'), 'den')}</m:f>",
    r"\({x}^{2} + {y}_{i}\)": f"<m:sSup>{e(mr('x'))}{e(mr('2'), 'sup')}</m:sSup>{mr('+')}"
        f"<m:sSub>{e(mr('y'))}{e(mr('i'), 'sub')}</m:sSub>",
    r"\({x}_{i}^{2}\)": f"<m:sSubSup>{e(mr('x'))}{e(mr('i'), 'sub')}{e(mr('2'), 'sup')}</m:sSubSup>",
    r"\(\sqrt{x}\)": f"<m:rad><m:radPr><m:degHide m:val='1'/></m:radPr>{e('', 'deg')}{e(mr('x'))}</m:rad>",
    r"\(\sqrt[3]{x}\)": f"<m:rad>{e(mr('3'), 'deg')}{e(mr('x'))}</m:rad>",
    r"\(\sum_{i=1}^{n} {{x}_{i}}\)": f"<m:nary><m:naryPr><m:chr m:val='∑'/></m:naryPr>{e(mr('i=1'), 'sub')}"
        f"{e(mr('n'), 'sup')}"
            f"{e(f'<m:sSub>{e(mr(chr(120)))}{e(mr(chr(105)), chr(115) + chr(117) + chr(98))}</m:sSub>')}"
                "</m:nary>",
    r"\(\int_{0}^{1} {xdx}\)": f"<m:nary>{e(mr('0'), 'sub')}{e(mr('1'), 'sup')}"
        f"{e(mr('x') + mr('dx'))}</m:nary>",
    r"\(\left( \frac{1}{2} \right)\)": f"<m:d>{e('<m:f>' + e(mr('1'), 'num') + e(mr('2'), 'den') + '</m:f>')}"
        "</m:d>",
    r"\(\left[ \begin{matrix} 1 & 2 \\ 3 & 4 \end{matrix} \right]\)": "<m:d><m:dPr><m:begChr m:val='['/>"
        "<m:endChr m:val=']'/></m:dPr>"
        f"{e(f'<m:m>{row(mr(str(1)), mr(str(2)))}{row(mr(str(3)), mr(str(4)))}</m:m>')}</m:d>",
    r"\(\alpha +\beta \le \pi\)": mr("α+β≤π"),
    r"\(\vec{v}\)": f"<m:acc><m:accPr><m:chr m:val='\u20d7'/></m:accPr>{e(mr('v'))}</m:acc>",
    r"\(\overline{x}\)": f"<m:bar><m:barPr><m:pos m:val='top'/></m:barPr>{e(mr('x'))}</m:bar>",
    r"\(\text{Thuế} =\text{trị giá} \times 20\%\)": mr("Thuế", True) + mr("=") + mr("trị giá") + mr("×20%"),
    r"\(\lim_{x\to 0} {\sin {x}}\)": "<m:func>"
        f"{e('<m:limLow>' + e(mr('lim')) + e(mr('x→0'), 'lim') + '</m:limLow>', 'fName')}"
        f"{e('<m:func>' + e(mr('sin'), 'fName') + e(mr('x')) + '</m:func>')}</m:func>",
    r"\(\left\{ x \right.\)": f"<m:d><m:dPr><m:begChr m:val='{{'/><m:endChr "
        f"m:val=''/></m:dPr>{e(mr('x'))}</m:d>",
}  # fmt: skip


@pytest.mark.parametrize("latex", FORMULAS)
def test_an_equation_is_latex_that_the_bank_shows(latex: str):
    item = stem(run("Tính ") + f"<m:oMath>{FORMULAS[latex]}</m:oMath>")
    shown = item.stem.removeprefix("Tính ").replace("&amp;", "&").replace("&lt;", "<")
    assert "".join(shown.split()) == "".join(latex.split())
    assert (formula_faults(item.stem), codes(item)) == ([], [])


def test_an_equation_on_a_line_of_its_own_is_displayed():
    assert stem(f"<m:oMathPara><m:oMath>{mr('x=1')}</m:oMath></m:oMathPara>").stem == r"\[x=1\]"


def test_an_equation_that_has_no_latex_is_its_signs_and_a_remark():
    unknown = (
        "<m:oMath><m:groupChr><m:groupChrPr><m:chr m:val='⎴'/>"
        f"</m:groupChrPr>{e(mr('x+y'))}</m:groupChr></m:oMath>"
    )
    item = stem(run("Tính ") + unknown)
    assert (item.stem, codes(item)) == ("Tính x+y", ["FORMULA_AS_TEXT"])


def test_a_formula_typed_as_latex_stays_and_its_faults_are_remarked():
    assert codes(stem(run(r"Tính \(\frac{a}{b}\)"))) == []
    assert codes(stem(run(r"Tính \(\frac{a}{b\)"))) == ["FORMULA_UNBALANCED"]


def test_what_was_inserted_is_kept_and_what_was_deleted_is_not():
    inside = (
        run("Hàng ")
        + f"<w:ins>{run('nhập khẩu')}</w:ins><w:del><w:r><w:delText>xuất khẩu</w:delText></w:r></w:del>"
    )
    inside += f"<w:moveFrom>{run(' cũ')}</w:moveFrom><w:moveTo>{run(' mới')}</w:moveTo>"
    assert stem(inside).stem == "Hàng nhập khẩu mới"


def test_hidden_text_and_footnotes_are_remarked_and_comments_are_not():
    assert codes(stem(run("Hàng ") + run("đáp án B", "<w:vanish/>"))) == ["HIDDEN_TEXT_LOST"]
    assert codes(stem(run("Hàng ") + '<w:r><w:footnoteReference w:id="2"/></w:r>')) == ["FOOTNOTE_LOST"]
    commented = (
        '<w:commentRangeStart w:id="0"/>'
        + run("Hàng")
        + '<w:commentRangeEnd w:id="0"/><w:r><w:commentReference w:id="0"/></w:r>'
    )
    assert stem(commented).fate is Fate.TAKEN


def test_struck_text_is_kept_with_a_remark():
    item = stem(run("Hàng ") + run("cũ", "<w:strike/>"))
    assert (item.stem, codes(item)) == ("Hàng cũ", ["STRIKE_LOST"])


def test_fields_show_their_results_and_links_their_words():
    field = '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>PAGE</w:instrText></w:r>'
    field += (
        f'<w:r><w:fldChar w:fldCharType="separate"/></w:r>{run("12")}'
        '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )
    assert (
        stem(run("Trang ") + field + f'<w:hyperlink r:id="x">{run(" luật")}</w:hyperlink>').stem
        == "Trang 12 luật"
    )


def test_a_text_box_is_read_behind_its_paragraph():
    box = (
        "<w:r><mc:AlternateContent><mc:Choice><w:drawing><wps:txbx><w:txbxContent>"
        f"{typed('A. có' + chr(10) + 'B. **không**')}</w:txbxContent></wps:txbx></w:drawing></mc:Choice>"
        f"<mc:Fallback><w:pict><v:textbox><w:txbxContent>{typed('A. có')}</w:txbxContent>"
        "</v:textbox></w:pict></mc:Fallback></mc:AlternateContent></w:r>"
    )
    item = one(f"<w:p>{run('Câu 1: Hỏi?')}{box}</w:p>")
    assert (item.stem, options(item), key(item)) == ("Hỏi?", ["có", "không"], ("B",))


def test_signs_of_the_symbol_font_are_those_of_unicode():
    assert stem(run("a ") + '<w:r><w:sym w:font="Symbol" w:char="F0A3"/></w:r>' + run(" b")).stem == "a ≤ b"
    assert codes(stem(run("a ") + '<w:r><w:sym w:font="Wingdings" w:char="F0FC"/></w:r>')) == ["SYMBOL_LOST"]


def test_content_controls_are_looked_into():
    item = one(f"<w:sdt><w:sdtContent>{paragraph('Câu 1: Hỏi?')}</w:sdtContent></w:sdt>{END}")
    assert item.stem == "Hỏi?"


def test_the_strict_variant_of_the_standard_is_read():
    strict = {
        name: content.replace(b"http://schemas.openxmlformats.org/wordprocessingml/2006/main", b"http://purl.oclc.org/ooxml/wordprocessingml/main")
        .replace(b"http://schemas.openxmlformats.org/officeDocument/2006/relationships", b"http://purl.oclc.org/ooxml/officeDocument/relationships")
        for name, content in parts(paragraph("Câu 1: Hỏi?") + END).items()
    }  # fmt: skip
    assert read_docx(packed(strict)).items[0].stem == "Hỏi?"


WHOLE = docx(paragraph("Câu 1: Hỏi?") + END)
BOMB = (
    b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">]><w:document '
    b'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body/></w:document>'
)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "NOT_A_DOCX"),
        (b"Cau 1: Ai?", "NOT_A_DOCX"),
        (b"%PDF-1.7", "NOT_A_DOCX"),
        (packed({"word/document.xml": b"<x/>"}), "NOT_A_DOCX"),
        (packed({"xl/workbook.xml": b"<x/>", "[Content_Types].xml": b"<x/>"}), "NOT_A_DOCX"),
        (bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600), "OLD_DOC"),
        (bytes.fromhex("d0cf11e0a1b11ae1") + "EncryptedPackage".encode("utf-16-le"), "ENCRYPTED"),
        (packed({**parts(""), "word/document.xml": BOMB}), "DTD_IN_FILE"),
        (packed({**parts(""), "word/document.xml": WHOLE}), "DAMAGED_FILE"),
        (packed({**parts(""), "../evil": b""}), "UNSAFE_ENTRY"),
        (packed({**parts(""), "word/x.bin": bytes(60 * 1024**2)}), "TOO_LARGE"),
    ],
)
def test_a_file_that_is_no_word_document_is_refused(data: bytes, code: str):
    with pytest.raises(ImportRefused) as refused:
        read_docx(data)
    assert refused.value.code == code
