"""The sample's positions, topics and competencies: tables of figures, and the records made of them."""

from __future__ import annotations

from typing import Final

from examsvc.positions.framework import Competency, Position, Requirement, Topic, TopicShare

POSITIONS: Final = (
    Position(
        "GSQL", "Kiểm tra viên về giám sát quản lý hải quan", "Customs supervision and control inspector"
    ),
    Position("THUE", "Kiểm tra viên thuế", "Customs tax inspector"),
    Position("KTSTQ", "Kiểm tra viên về kiểm tra sau thông quan", "Post-clearance audit inspector"),
    Position("QLRR", "Kiểm tra viên về quản lý rủi ro", "Risk management inspector"),
    Position("CBL", "Kiểm tra viên về điều tra chống buôn lậu", "Anti-smuggling investigation inspector"),
)

TOPICS: Final = (
    Topic("T01", "Thủ tục, kiểm tra, giám sát hải quan", "Procedures, inspection and supervision"),
    Topic("T02", "Phân loại hàng hóa, mã HS", "Classification of goods, HS codes"),
    Topic("T03", "Trị giá hải quan", "Customs valuation"),
    Topic("T04", "Xuất xứ hàng hóa", "Origin of goods"),
    Topic("T05", "Chính sách thuế xuất nhập khẩu, miễn, giảm, hoàn", "Duties, exemption, relief and refund"),
    Topic("T06", "Quản lý rủi ro, phân luồng", "Risk management and channels"),
    Topic("T07", "Kiểm tra sau thông quan", "Post-clearance audit"),
    Topic("T08", "Chống buôn lậu, gian lận thương mại", "Anti-smuggling and trade fraud"),
    Topic("T09", "Xử lý vi phạm hành chính", "Handling of violations"),
    Topic("T10", "Đạo đức công vụ, văn bản hành chính", "Public service ethics and drafting"),
)

COMPETENCIES: Final = (
    Competency("CM01", "Thủ tục, giám sát hải quan", "Procedures and supervision", ("T01",)),
    Competency("CM02", "Phân loại và xuất xứ hàng hóa", "Classification and origin", ("T02", "T04")),
    Competency("CM03", "Trị giá và thuế", "Valuation and duties", ("T03", "T05")),
    Competency("CM04", "Quản lý rủi ro", "Risk management", ("T06",)),
    Competency("CM05", "Kiểm tra sau thông quan", "Post-clearance audit", ("T07",)),
    Competency("CM06", "Điều tra, xử lý vi phạm", "Investigation and violations", ("T08", "T09")),
    Competency("CH01", "Đạo đức công vụ", "Public service ethics", ("T10",)),
)

# Items of a paper of 60, by topic T01 to T10.
_ITEMS_OF_60: Final = {
    "GSQL": (18, 8, 6, 6, 6, 5, 2, 3, 4, 2),
    "THUE": (6, 14, 12, 8, 12, 2, 2, 0, 2, 2),
    "KTSTQ": (5, 8, 10, 6, 8, 4, 13, 1, 3, 2),
    "QLRR": (8, 6, 5, 5, 4, 20, 3, 4, 3, 2),
    "CBL": (8, 3, 2, 2, 2, 7, 2, 20, 12, 2),
}

# Required levels 0 to 3, by competency CM01 to CM06 and CH01.
_LEVELS: Final = {
    "GSQL": (3, 2, 1, 2, 1, 1, 2),
    "THUE": (1, 3, 3, 1, 1, 1, 2),
    "KTSTQ": (2, 2, 3, 2, 3, 1, 2),
    "QLRR": (2, 1, 1, 3, 1, 1, 2),
    "CBL": (2, 1, 1, 2, 1, 3, 2),
}
_CRITICAL_FROM: Final = 3  # the core of a position is what it must be best at


def shares() -> tuple[TopicShare, ...]:
    """Topic shares; a topic that a position is not examined on has no row."""
    return tuple(
        TopicShare(position, topic.code, n_items)
        for position, counts in _ITEMS_OF_60.items()
        for topic, n_items in zip(TOPICS, counts, strict=True)
        if n_items
    )


def requirements() -> tuple[Requirement, ...]:
    """Required levels; a competency weighs what its topics weigh in the paper, in percent."""
    return tuple(
        Requirement(position, competency.code, level, _weight(position, competency), level >= _CRITICAL_FROM)
        for position, levels in _LEVELS.items()
        for competency, level in zip(COMPETENCIES, levels, strict=True)
    )


def _weight(position: str, competency: Competency) -> float:
    counts = dict(zip((topic.code for topic in TOPICS), _ITEMS_OF_60[position], strict=True))
    return round(100 * sum(counts[topic] for topic in competency.topics) / 60, 1)
