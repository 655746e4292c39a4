"""Invented officers' names, put together from common family, middle and given names."""

from __future__ import annotations

from typing import Final

import numpy as np

# Each as often as it is met.
_FAMILIES: Final = """
    Nguyễn Nguyễn Nguyễn Nguyễn Nguyễn Nguyễn Nguyễn Trần Trần Trần Lê Lê Lê Phạm Phạm Hoàng Hoàng Huỳnh
    Phan Phan Vũ Vũ Võ Đặng Đặng Bùi Bùi Đỗ Đỗ Hồ Ngô Ngô Dương Lý Đinh Đoàn Lương Trịnh Mai Đào Cao Tạ
    Chu Hà La Triệu Lưu Nông Hứa Vi Tô Thái Kiều Phùng Quách Tống
"""
_MEN_MIDDLE: Final = """
    Văn Văn Văn Đức Minh Quang Hữu Đình Xuân Ngọc Thành Anh Công Mạnh Trọng Duy Quốc Tuấn Hoàng Gia Bá
    Huy Việt Hải
"""
_MEN_GIVEN: Final = """
    An Anh Bách Bình Chiến Chính Cường Đạt Đăng Định Đông Dũng Dương Duy Giang Hải Hiếu Hiệp Hòa Hoàng
    Hùng Huy Hưng Khánh Khoa Kiên Lâm Linh Long Lộc Mạnh Minh Nam Nghĩa Nguyên Nhân Phong Phú Phúc
    Phương Quân Quang Quyết Sáng Sơn Tài Tân Thái Thắng Thành Thiện Thịnh Thọ Tiến Toàn Trí Trung Trường
    Tú Tuấn Tùng Vinh Việt Vũ Vượng
"""
_WOMEN_MIDDLE: Final = """
    Thị Thị Thị Thu Thanh Minh Ngọc Hồng Bích Phương Mai Kim Lan Diệu Khánh Hà Quỳnh Tú Thùy Hải Diễm
    Cẩm Bảo Thúy
"""
_WOMEN_GIVEN: Final = """
    An Anh Bích Châu Chi Chinh Cúc Diệp Dung Duyên Giang Hà Hạnh Hằng Hiền Hoa Hoài Hồng Huế Huệ Huyền
    Hương Hường Khánh Khuê Lam Lan Lệ Liên Linh Loan Ly Mai Minh My Mỹ Nga Ngân Ngọc Nguyệt Nhàn Nhi
    Nhung Oanh Phương Phượng Quyên Quỳnh Tâm Thảo Thanh Thoa Thơm Thu Thủy Thương Trà Trang Trâm Tuyết
    Uyên Vân Vy Xuân Yến
"""


def draw_names(n: int, rng: np.random.Generator) -> list[str]:
    """`n` different names, women and men alike in number."""
    families = _FAMILIES.split()
    women = (_WOMEN_MIDDLE.split(), _WOMEN_GIVEN.split())
    men = (_MEN_MIDDLE.split(), _MEN_GIVEN.split())
    names: dict[str, None] = {}
    while len(names) < n:
        middles, givens = women if rng.random() < 0.5 else men
        family, middle, given = (str(rng.choice(words)) for words in (families, middles, givens))
        if middle != given:
            names[f"{family} {middle} {given}"] = None
    return list(names)
