"""Writes the packages of qti-package-maker 26.7.14 from our own questions: python make.py FOLDER.

It takes ASCII alone, so Vietnamese letters go in as character references where the format has HTML.
"""

import os
import sys

from qti_package_maker.package_interface import QTIPackageInterface


def ascii_of(part):
    if isinstance(part, str):
        return part.encode("ascii", "xmlcharrefreplace").decode("ascii")
    return [ascii_of(one) for one in part] if isinstance(part, list) else part


FIRST = ["Tờ khai hải quan", "Thẻ công chức", "Sổ tay nghiệp vụ"]
SUMS = ["Phí hoa hồng bán hàng", "Phí bản quyền phải trả", "Thuế nội địa"]
LANES = ["Luồng xanh", "Luồng vàng", "Luồng đỏ"]
CHECKS = ["green lane", "yellow lane", "red lane"]
AIKEN = [("MC", ("Which document opens a customs dossier?", ["Declaration", "Duty roster"], "Declaration"))]
CHOICE = [("MC", ("Chứng từ nào thuộc hồ sơ hải quan?", FIRST, FIRST[0]))]
ALL = [
    *CHOICE,
    ("MA", ("Những khoản nào được cộng vào trị giá hải quan?", SUMS, SUMS[:2])),
    ("MATCH", ("Ghép luồng với cách kiểm tra.", LANES, CHECKS)),
    ("NUM", ("Thuế suất 5% của 1200 USD là bao nhiêu?", 60.0, 0.5, True)),
    ("FIB", ("Tên viết tắt của hệ thống thông quan?", ["VNACCS", "VNACCS/VCIS"])),
    ("MULTI_FIB", ("Mã [nuoc] là Việt Nam, mã [tien] là đồng.", {"nuoc": ["VN", "VNM"], "tien": ["VND"]})),
]

os.chdir(sys.argv[1])
for engine, name, kinds in (
    ("canvas_qti_v1_2", "qpm-canvas.zip", ALL),
    ("blackboard_qti_v2_1", "qpm-blackboard.zip", ALL),
    ("moodle_aiken", "qpm-aiken.txt", AIKEN),
):
    maker = QTIPackageInterface("hai_quan", allow_mixed=True)
    for kind, parts in kinds:
        maker.add_item(kind, tuple(ascii_of(part) for part in parts))
    maker.save_package(engine, name)
