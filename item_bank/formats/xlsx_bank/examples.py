"""One row for each interaction as an author would type it: what the template shows, and nobody imports."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from item_bank.formats.bank_words import LEVEL_NAMES
from item_bank.formats.xlsx_bank.headers import Header, Slot, option_slot, place_slot
from item_bank.formats.xlsx_bank.words import INTERACTION_NAMES
from item_bank.interactions.kinds import Interaction
from item_bank.taxonomy import CognitiveLevel

EXAMPLE_STIMULUS: Final = (
    "NL-01",
    "Công ty A nhập khẩu 100 bộ bàn ghế gỗ. Tờ khai được phân luồng đỏ.\n"
    "Trên hóa đơn: 100 bộ, 500 USD một bộ.",
)


def _row(
    interaction: Interaction,
    stem: str,
    key: str = "",
    options: tuple[str, ...] = (),
    **more: str | tuple[str, ...],
) -> Mapping[Slot, str]:
    """A row; `more` by the names of headers, and the places."""
    cells = {
        Slot(Header.CODE): f"VD-{list(Interaction).index(interaction) + 1:02}",
        Slot(Header.TOPIC): "T01",
        Slot(Header.LEVEL): LEVEL_NAMES[CognitiveLevel.APPLY],
        Slot(Header.INTERACTION): INTERACTION_NAMES[interaction],
        Slot(Header.STEM): stem,
        Slot(Header.KEY): key,
        Slot(Header.BASIS): "Luật Hải quan 2014",
        **{option_slot(number): text for number, text in enumerate(options, start=1)},
        **{place_slot(number): text for number, text in enumerate(more.pop("places", ()), start=1)},
    }
    cells |= {Slot(Header[name]): text for name, text in more.items() if isinstance(text, str)}
    return {slot: text for slot, text in cells.items() if text}


EXAMPLES: Final[tuple[Mapping[Slot, str], ...]] = (
    _row(
        Interaction.SINGLE_CHOICE,
        "Kết quả phân luồng nào yêu cầu kiểm tra thực tế hàng hóa?",
        "C",
        ("Luồng xanh", "Luồng vàng", "Luồng đỏ", "Không luồng nào"),
        RATIONALE="Luồng đỏ: kiểm tra chi tiết hồ sơ và kiểm tra thực tế hàng hóa.",
    ),
    _row(Interaction.TRUE_FALSE, "Luồng xanh được miễn kiểm tra thực tế hàng hóa.", "Đúng"),
    _row(
        Interaction.MULTIPLE_RESPONSE,
        "Những chứng từ nào thường có trong bộ hồ sơ hải quan?",
        "A, C",
        ("Hóa đơn thương mại", "Giấy khám sức khỏe", "Vận đơn", "Bằng lái xe", "Sổ hộ khẩu"),
        CREDIT="Từng phần",
        AT_MOST="3",
    ),
    _row(
        Interaction.STATEMENTS,
        "Xét lô hàng trong ngữ liệu, mỗi ý sau đúng hay sai?",
        "Đ S S Đ",
        places=(
            "Lô hàng phải kiểm tra thực tế.",
            "Tờ khai được phân luồng xanh.",
            "Tổng trị giá trên hóa đơn là 5.000 USD.",
            "Tổng trị giá trên hóa đơn là 50.000 USD.",
        ),
        CREDIT="Bậc 0,1 – 0,25 – 0,5 – 1",
        STIMULUS=EXAMPLE_STIMULUS[0],
    ),
    _row(
        Interaction.NUMERIC,
        "Trị giá tính thuế 250 triệu đồng, thuế suất 5 %. Thuế phải nộp là bao nhiêu triệu đồng?",
        "12,5 ± 0,1",
    ),
    _row(
        Interaction.SHORT_TEXT,
        "Chứng từ mà người khai hải quan nộp để khai về hàng hóa gọi là gì?",
        "tờ khai hải quan | tờ khai",
        MATCHING="bỏ dấu",
    ),
    _row(
        Interaction.ORDER,
        "Sắp xếp các bước theo đúng trình tự.",
        "B A D C",
        ("Phân luồng tờ khai", "Đăng ký tờ khai", "Thông quan hàng hóa", "Kiểm tra hồ sơ"),
    ),
    _row(
        Interaction.MATCH,
        "Ghép mỗi luồng với việc kiểm tra tương ứng.",
        "1-B; 2-C; 3-A",
        ("Kiểm tra hồ sơ và thực tế hàng hóa", "Miễn kiểm tra chi tiết hồ sơ", "Kiểm tra chi tiết hồ sơ"),
        places=("Luồng xanh", "Luồng vàng", "Luồng đỏ"),
        CREDIT="Từng phần",
    ),
    _row(
        Interaction.INLINE_CHOICE,
        "Luồng đỏ kiểm tra [[1]], luồng vàng kiểm tra [[2]].",
        "1-A; 2-B",
        places=("thực tế hàng hóa | con người | phương tiện", "hàng hóa | hồ sơ"),
    ),
    _row(
        Interaction.GAP_MATCH,
        "Hàng hóa [[1]] được đưa vào lãnh thổ, hàng hóa [[2]] được đưa ra khỏi lãnh thổ.",
        "1-B; 2-A",
        ("xuất khẩu", "nhập khẩu", "quá cảnh"),
    ),
    _row(
        Interaction.HOTSPOT,
        "Chọn hai vị trí phải có niêm phong trên hình công-te-nơ (chèn hình vào nội dung câu hỏi).",
        "1, 3",
        places=("Cửa trái", "Sàn", "Cửa phải"),
        AREAS="rect 10 20 110 220; rect 10 230 300 260; rect 120 20 220 220",
        AT_MOST="2",
    ),
    _row(
        Interaction.HOTTEXT,
        "Chọn đoạn viết sai: Tờ khai [[1:luồng xanh]] và [[2:luồng đỏ]] đều [[3:miễn kiểm tra thực tế]].",
        "2",
    ),
    _row(
        Interaction.ESSAY,
        "Nêu cách anh/chị xử lý lô hàng trong ngữ liệu khi số lượng thực tế ít hơn khai báo.",
        RUBRIC="Nêu đúng căn cứ = 3\nNêu đủ các bước xử lý = 5\nLập luận rõ ràng = 2",
        STIMULUS=EXAMPLE_STIMULUS[0],
        MARK="10",
    ),
    _row(
        Interaction.PRACTICAL,
        "Kiểm tra thực tế một lô hàng mẫu và lập phiếu ghi kết quả.",
        RUBRIC="Chuẩn bị hồ sơ = 20\nThao tác kiểm tra = 50\nLập phiếu = 30",
        MARK="100",
    ),
)
EXAMPLE_TRANSLATION: Final[Mapping[Slot, str]] = {
    Slot(Header.CODE): "VD-01",
    Slot(Header.STEM): "Which channel asks for a physical inspection of the goods?",
    **{
        option_slot(number): text
        for number, text in enumerate(("Green", "Yellow", "Red", "None of them"), start=1)
    },
}
