"""One item of each interaction, with a response that earns the whole mark, as an author would type it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from item_bank.interactions.asked import Area, Asked, Option, Place, single_choice
from item_bank.interactions.kinds import Interaction
from item_bank.interactions.marking import Credit, Criterion, Key

TRUE_FALSE = (Option("A", "Đúng", at_most=None), Option("B", "Sai", at_most=None))
RUBRIC = (Criterion("Nêu đúng căn cứ", 40), Criterion("Lập luận rõ", 60))


@dataclass(frozen=True, slots=True)
class Example:
    """`picture`: the stem has a gap `{picture}` for a reference to one."""

    stem: str
    asked: Asked
    key: Key
    picture: bool = False

    @property
    def right(self) -> str | None:
        return self.key.accepted[0] if self.key.accepted else None


def _options(*contents: str) -> tuple[Option, ...]:
    return single_choice(*contents).options


EXAMPLES: dict[Interaction, Example] = {
    Interaction.SINGLE_CHOICE: Example(
        "Thời hạn nộp hồ sơ là bao lâu?", single_choice("02 giờ", "04 giờ", "06 giờ"), Key(1, ("B",))
    ),
    Interaction.TRUE_FALSE: Example(
        "Tờ khai có giá trị trong 15 ngày.",
        Asked(Interaction.TRUE_FALSE, _options("Đúng", "Sai")),
        Key(1, ("A",)),
    ),
    Interaction.MULTIPLE_RESPONSE: Example(
        "Chứng từ nào thuộc hồ sơ hải quan?",
        Asked(Interaction.MULTIPLE_RESPONSE, _options("Hóa đơn", "Thực đơn", "Vận đơn"), at_most=2),
        Key(1, ("A C",), Credit.PARTS),
    ),
    Interaction.STATEMENTS: Example(
        "Về lô hàng nhập khẩu trên:",
        Asked(
            Interaction.STATEMENTS,
            TRUE_FALSE,
            tuple(Place(f"P{n}", f"Nhận định thứ {n}") for n in range(1, 5)),
        ),
        Key(1, ("A>P1 B>P2 B>P3 A>P4",), Credit.STATEMENTS),
    ),
    Interaction.NUMERIC: Example(
        "Thuế nhập khẩu phải nộp là bao nhiêu triệu đồng?",
        Asked(Interaction.NUMERIC),
        Key(1, ("12,5",), tolerance=Decimal("0.05")),
    ),
    Interaction.SHORT_TEXT: Example(
        "Hệ thống thông quan điện tử có tên viết tắt là gì?",
        Asked(Interaction.SHORT_TEXT),
        Key(1, ("VNACCS", "VNACCS/VCIS"), with_marks=False),
    ),
    Interaction.ORDER: Example(
        "Xếp các bước của thủ tục.",
        Asked(Interaction.ORDER, _options("Khai", "Tiếp nhận", "Phân luồng", "Thông quan")),
        Key(1, ("A B C D",), Credit.PARTS),
    ),
    Interaction.MATCH: Example(
        "Ghép loại hình với mã.",
        Asked(
            Interaction.MATCH,
            _options("A11", "E21", "G51"),
            (Place("P1", "Nhập kinh doanh"), Place("P2", "Nhập gia công")),
        ),
        Key(1, ("A>P1 B>P2",), Credit.PARTS),
    ),
    Interaction.INLINE_CHOICE: Example(
        "Luồng xanh là [[P1]], luồng đỏ là [[P2]].",
        Asked(
            Interaction.INLINE_CHOICE,
            (
                Option("A", "miễn kiểm tra", "P1"),
                Option("B", "kiểm tra hồ sơ", "P1"),
                Option("C", "kiểm tra thực tế", "P2"),
                Option("D", "miễn kiểm tra", "P2"),
            ),
            (Place("P1"), Place("P2")),
        ),
        Key(1, ("A>P1 C>P2",), Credit.PARTS),
    ),
    Interaction.GAP_MATCH: Example(
        "Người khai nộp [[P1]] trước khi [[P2]].",
        Asked(
            Interaction.GAP_MATCH,
            _options("thuế", "thông quan", "phạt"),
            (Place("P1"), Place("P2")),
        ),
        Key(1, ("A>P1 B>P2",), Credit.PARTS),
    ),
    Interaction.HOTSPOT: Example(
        "Niêm phong đặt ở đâu? {picture}",
        Asked(
            Interaction.HOTSPOT,
            places=(
                Place("P1", "Góc trên", Area("rect", (0, 0, 2, 2))),
                Place("P2", "Góc dưới", Area("circle", (2, 3, 1))),
            ),
            at_most=1,
        ),
        Key(1, ("P2",)),
        picture=True,
    ),
    Interaction.HOTTEXT: Example(
        "Tìm từ sai: [[P1:cơ quan]] hải quan [[P2:miễn trừ]] mọi hàng hóa.",
        Asked(Interaction.HOTTEXT, places=(Place("P1", "cơ quan"), Place("P2", "miễn trừ"))),
        Key(1, ("P2",)),
    ),
    Interaction.ESSAY: Example(
        "Trình bày nguyên tắc quản lý rủi ro.", Asked(Interaction.ESSAY), Key(1, (), rubric=RUBRIC)
    ),
    Interaction.PRACTICAL: Example(
        "Kiểm tra thực tế một lô hàng.", Asked(Interaction.PRACTICAL), Key(1, (), rubric=RUBRIC)
    ),
}
