"""An item of every interaction, as the player is given it; each test that needs one takes it from here."""

from __future__ import annotations

import re
from base64 import b64encode
from typing import Any, Final

_MARK: Final = re.compile(r"\[\[(\w+)(?::([^\[\]]+))?\]\]")
_PICTURE: Final = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="640" height="360"><rect width="640" height="360"'
    ' fill="#e8eef2"/><rect x="40" y="60" width="240" height="240" fill="#7fa9c6"/><circle cx="430" cy="180"'
    ' r="90" fill="#c98a3a"/><text x="120" y="190" font-size="30">A</text></svg>'
)
PICTURE: Final = "data:image/svg+xml;base64," + b64encode(_PICTURE.encode()).decode()


def _options(*contents: str, at_most: int | None = 1, first: str = "A") -> list[dict[str, Any]]:
    return [_part(chr(ord(first) + at), content, at_most) for at, content in enumerate(contents)]


def _places(*contents: str, at_most: int | None = 1) -> list[dict[str, Any]]:
    return [{**_part(f"p{at}", content, at_most), "area": None} for at, content in enumerate(contents, 1)]


def _part(id_: str, content: str, at_most: int | None) -> dict[str, Any]:
    return {"id": id_, "content": content, "place": None, "at_most": at_most}


def _area(place: dict[str, Any], shape: str, *coords: int) -> dict[str, Any]:
    return {**place, "area": {"shape": shape, "coords": list(coords)}}


def _inline(*choices: tuple[str, ...]) -> list[dict[str, Any]]:
    return [
        {**_part(f"o{place}{at}", words, 1), "place": f"p{place}"}
        for place, one in enumerate(choices, 1)
        for at, words in enumerate(one, 1)
    ]


STIMULUS: Final = {
    "id": "s1",
    "content": "<p><b>Tình huống.</b> Công ty A nhập khẩu 120 xe ô tô con đã qua sử dụng, khai trị giá"
    " 8.500 USD/xe. Cơ quan hải quan có thông tin về lô hàng tương tự với trị giá 11.200 USD/xe.</p>"
    + "<p>Trong hồ sơ có hợp đồng, hóa đơn, phiếu đóng gói, vận đơn và chứng từ thanh toán. </p>"
    * 14,
}
STEMS: Final[dict[str, str]] = {
    "single_choice": "<p>Thời hạn nộp bổ sung chứng từ là bao lâu?</p>",
    "true_false": "<p>Người khai hải quan được sửa tờ khai trước khi cơ quan hải quan kiểm tra hồ sơ.</p>",
    "multiple_response": "<p>Những chứng từ nào thuộc hồ sơ hải quan?</p>",
    "statements": "<p>Về trị giá hải quan, mỗi mệnh đề sau đúng hay sai?</p>",
    "numeric": "<p>Trị giá tính thuế là 1.200 triệu đồng, thuế suất 15 %. Thuế phải nộp, triệu đồng?</p>",
    "short_text": "<p>Luồng tờ khai phải kiểm tra thực tế hàng hóa là luồng nào?</p>",
    "order": "<p>Sắp xếp các bước của thủ tục hải quan đối với hàng nhập khẩu.</p>",
    "match": "<p>Ghép mỗi luồng với việc phải làm.</p>",
    "inline_choice": "<p>Tờ khai luồng [[p1]] được thông quan ngay; luồng [[p2]] phải kiểm tra hàng hóa.</p>",
    "gap_match": "<p>Người khai nộp [[p1]] và [[p2]] trước khi hàng được [[p3]].</p>",
    "hotspot": f'<p>Chỉ vị trí niêm phong trong hình.</p><p><img src="{PICTURE}" alt="Hai mặt container"'
    ' width="640" height="360"></p>',
    "hottext": "<p>Chọn chỗ sai: Hàng [[p1:quá cảnh]] phải [[p2:nộp thuế nhập khẩu]] tại"
    " [[p3:cửa khẩu nhập]] trước khi đi tiếp.</p>",
    "essay": "<p>Phân tích căn cứ bác bỏ trị giá khai báo trong tình huống bên.</p>",
    "practical": "<p>Lập biên bản chứng nhận việc kiểm tra thực tế lô hàng.</p>",
}
PARTS: Final[dict[str, dict[str, Any]]] = {
    "single_choice": {"options": _options("15 ngày", "30 ngày", "45 ngày", "60 ngày")},
    "true_false": {"options": _options("Đúng", "Sai")},
    "multiple_response": {
        "options": _options("Tờ khai hải quan", "Hóa đơn thương mại", "Sổ hộ khẩu", "Vận đơn", "Bằng lái xe"),
        "at_most": 3,
    },
    "statements": {
        "options": _options("Đúng", "Sai", at_most=None, first="T"),
        "places": _places(
            "Trị giá giao dịch là phương pháp đầu tiên.",
            "Phí bảo hiểm không bao giờ được cộng vào trị giá.",
            "Các phương pháp được áp dụng tuần tự.",
            "Người khai được tự chọn phương pháp suy luận trước tiên.",
        ),
    },
    "numeric": {"most_characters": 40},
    "short_text": {"most_characters": 200},
    "order": {
        "options": _options("Khai hải quan", "Kiểm tra hồ sơ", "Kiểm tra thực tế hàng hóa", "Thông quan")
    },
    "match": {
        "options": _options("Miễn kiểm tra", "Kiểm tra hồ sơ", "Kiểm tra thực tế", "Tịch thu"),
        "places": _places("Luồng xanh", "Luồng vàng", "Luồng đỏ"),
    },
    "inline_choice": {
        "options": _inline(("xanh", "vàng", "đỏ"), ("xanh", "đỏ")),
        "places": _places("", ""),
    },
    "gap_match": {
        "options": _options("tờ khai", "thuế", "thông quan", "tiêu hủy"),
        "places": _places("", "", ""),
    },
    "hotspot": {
        "places": [
            _area(place, *area)
            for place, area in zip(
                _places("Cửa trái", "Chốt tròn", "Góc phải"),
                [
                    ("rect", 40, 60, 280, 300),
                    ("circle", 430, 180, 90),
                    ("poly", 560, 20, 630, 20, 630, 120),
                ],
                strict=True,
            )
        ],
        "at_most": 2,
    },
    "hottext": {"places": _places("quá cảnh", "nộp thuế nhập khẩu", "cửa khẩu nhập"), "at_most": 1},
    "essay": {"most_characters": 20_000, "stimulus": STIMULUS},
    "practical": {"stimulus": STIMULUS},
}
ENGLISH: Final = {
    "single_choice": {
        "stem": "<p>How long is the time limit for handing in further documents?</p>",
        "options": {"A": "15 days", "B": "30 days", "C": "45 days", "D": "60 days"},
        "places": {},
        "stimulus": None,
    },
    "gap_match": {
        "stem": "<p>The declarant hands in [[p1]] and [[p2]] before the goods are [[p3]].</p>",
        "options": {"A": "the declaration", "B": "the duty", "C": "released", "D": "destroyed"},
        "places": {},
        "stimulus": None,
    },
    "essay": {
        "stem": "<p>Analyse the grounds for rejecting the declared value.</p>",
        "options": {},
        "places": {},
        "stimulus": "<p><b>Case.</b> Company A imports 120 used cars.</p>",
    },
}


def marked(stem: str) -> str:
    """The stem with its marks as the server renders them."""
    return _MARK.sub(r'<span class="place" data-place="\1">\2</span>', stem)


def made_items() -> list[dict[str, Any]]:
    """All of them, numbered from 1, in the order of the table."""
    return [_item(number, interaction) for number, interaction in enumerate(STEMS, 1)]


def _item(number: int, interaction: str) -> dict[str, Any]:
    bare = {"options": [], "places": [], "at_most": None, "most_characters": 0, "stimulus": None}
    english = ENGLISH.get(interaction)
    return {
        "item_id": str(number),
        "number": number,
        "section": 1,
        "interaction": interaction,
        "stem": marked(STEMS[interaction]),
        "english": {**english, "stem": marked(str(english["stem"]))} if english else None,
        **bare,
        **PARTS[interaction],
    }
