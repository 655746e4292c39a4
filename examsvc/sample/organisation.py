"""The sample administration as the HR office would send it; run as a module it writes the workbook."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Final

import numpy as np

from examsvc.positions.organisation import Officer, Unit
from examsvc.positions.workbook import HrContent
from examsvc.positions.workbook_writer import write_workbook
from examsvc.sample.framework import COMPETENCIES, POSITIONS, TOPICS, requirements, shares
from examsvc.sample.names import draw_names

WORKBOOK: Final = Path(__file__).parent / "data" / "organisation.xlsx"
SEED: Final = 20260301
OFFICERS_PER_POSITION_AND_REGION: Final = 40
REORGANISED_ON: Final = date(2025, 3, 1)
_FIRST_APPOINTMENT: Final = date(2008, 1, 2)
_LAST_APPOINTMENT: Final = date(2025, 12, 31)

_ROOT: Final = Unit("CHQ", "Cục Hải quan", "Customs Department", None, "root", "", REORGANISED_ON)
_CENTRAL: Final = (
    ("CHQ-VP", "Văn phòng", "Office of the Department"),
    ("CHQ-TCCB", "Ban Tổ chức cán bộ", "Personnel and Organisation"),
    ("CHQ-PC", "Ban Pháp chế", "Legal Affairs"),
    ("CHQ-GSQL", "Ban Giám sát quản lý về hải quan", "Customs Supervision and Control"),
    ("CHQ-NVT", "Ban Nghiệp vụ thuế hải quan", "Customs Duties"),
    ("CHQ-KTNB", "Ban Kiểm tra nội bộ", "Internal Inspection"),
    ("CHQ-TVQT", "Ban Tài vụ, quản trị", "Finance and Administration"),
    ("CHQ-CNTT", "Ban Công nghệ thông tin và Thống kê hải quan", "Information Technology and Statistics"),
    ("CHQ-QLRR", "Chi cục Quản lý rủi ro", "Risk Management Branch"),
    ("CHQ-KTSTQ", "Chi cục Kiểm tra sau thông quan", "Post-Clearance Audit Branch"),
    ("CHQ-DTCBL", "Chi cục Điều tra chống buôn lậu", "Anti-Smuggling Investigation Branch"),
    ("CHQ-KD", "Chi cục Kiểm định hải quan", "Customs Laboratory Branch"),
)
_REGIONS: Final = {
    "I": (
        ("Hải quan cửa khẩu sân bay quốc tế Nội Bài", "Noi Bai International Airport Customs"),
        ("Hải quan Bắc Hà Nội", "North Hanoi Customs"),
        ("Hải quan Gia Thụy", "Gia Thuy Customs"),
        ("Hải quan khu công nghiệp Bắc Thăng Long", "Bac Thang Long Industrial Park Customs"),
    ),
    "III": (
        ("Hải quan cửa khẩu cảng Hải Phòng khu vực I", "Hai Phong Port Customs, Area I"),
        ("Hải quan cửa khẩu cảng Hải Phòng khu vực II", "Hai Phong Port Customs, Area II"),
        ("Hải quan cửa khẩu cảng Đình Vũ", "Dinh Vu Port Customs"),
        ("Hải quan khu chế xuất và khu công nghiệp Hải Phòng", "Hai Phong Industrial Zones Customs"),
    ),
    "VI": (
        ("Hải quan cửa khẩu Hữu Nghị", "Huu Nghi Border Gate Customs"),
        ("Hải quan cửa khẩu Tân Thanh", "Tan Thanh Border Gate Customs"),
        ("Hải quan cửa khẩu Chi Ma", "Chi Ma Border Gate Customs"),
        ("Hải quan ga đường sắt quốc tế Đồng Đăng", "Dong Dang International Railway Station Customs"),
    ),
}


def sample_content() -> HrContent:
    """Everything the HR office loads: the same on every machine."""
    return HrContent(
        units=_units(),
        positions=POSITIONS,
        topics=TOPICS,
        competencies=COMPETENCIES,
        requirements=requirements(),
        shares=shares(),
        officers=_officers(np.random.default_rng(SEED)),
    )


def _units() -> tuple[Unit, ...]:
    units = [_ROOT]
    for code, name, name_en in _CENTRAL:
        units.append(Unit(code, name, name_en, _ROOT.code, "central", "", REORGANISED_ON))
    for region, offices in _REGIONS.items():
        branch = f"KV{region}"
        name, name_en = f"Chi cục Hải quan khu vực {region}", f"Regional Customs Sub-Department {region}"
        units.append(Unit(branch, name, name_en, _ROOT.code, "region", region, REORGANISED_ON))
        for number, (office, office_en) in enumerate(offices, start=1):
            units.append(
                Unit(f"{branch}-{number:02}", office, office_en, branch, "office", region, REORGANISED_ON)
            )
    return tuple(units)


def _officers(rng: np.random.Generator) -> tuple[Officer, ...]:
    """The same number of each position in each region, unevenly over its offices."""
    places: list[tuple[str, str]] = []
    for region, offices in _REGIONS.items():
        for position in POSITIONS:
            shares_of_offices = rng.dirichlet([8.0] * len(offices))
            chosen = rng.choice(len(offices), OFFICERS_PER_POSITION_AND_REGION, p=shares_of_offices)
            places += [(f"KV{region}-{office + 1:02}", position.code) for office in chosen]
    rng.shuffle(places)
    days = (_LAST_APPOINTMENT - _FIRST_APPOINTMENT).days
    return tuple(
        Officer(
            number=f"HQ{number:05}",
            name=name,
            unit=unit,
            position=position,
            appointed_on=_FIRST_APPOINTMENT + timedelta(days=int(rng.integers(days))),
        )
        for number, (name, (unit, position)) in enumerate(
            zip(draw_names(len(places), rng), places, strict=True), start=1
        )
    )


if __name__ == "__main__":
    WORKBOOK.write_bytes(write_workbook(sample_content()))
