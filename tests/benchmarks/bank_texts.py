"""Items that read like those of a customs bank, as many as a measurement wants: for `bench_bank`.

Stems are put together from openings, cases and questions of each topic with goods, HS codes, acts, periods
and amounts of their own, so that many share phrases and few share all. A share of them is made from an
earlier item as real near-duplicates come about: typed anew without diacritics, a word changed, the options in
another order, the same stem with other options.
"""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace

NEAR_SHARE = 0.02
TOPICS = tuple(f"T{number:02d}" for number in range(1, 11))
LEVELS = ("recall", "apply", "situation")

GOODS = """
gạo nếp đóng bao | máy xúc bánh xích đã qua sử dụng | vải dệt thoi từ sợi polyeste | thép cuộn cán nóng
| điện thoại thông minh nguyên chiếc | sữa bột cho trẻ em dưới 36 tháng | tôm sú đông lạnh | hạt điều
thô chưa bóc vỏ | xe ô tô con chín chỗ ngồi | phân bón NPK | linh kiện máy in phun | gỗ tròn nhóm II |
rượu vang đỏ đóng chai | tấm pin năng lượng mặt trời | thuốc lá điếu | mỹ phẩm dưỡng da | hạt nhựa PP
nguyên sinh | giày thể thao mũ da | dầu cọ tinh luyện | thiết bị y tế chẩn đoán hình ảnh | cà phê rang
xay | đá granit cắt tấm | bột cá làm thức ăn chăn nuôi | xăng RON 92 | pin lithium dùng cho xe điện |
gạch ốp lát ceramic | tơ tằm thô | động cơ diesel tàu thủy | nước mắm đóng can | máy điều hòa không khí
hai cục | cao su tự nhiên SVR 10 | sơn chống gỉ gốc epoxy | lốp xe tải radian | bông xơ chưa chải
"""
PLACES = """
cửa khẩu Hữu Nghị | cảng Cát Lái | cửa khẩu Mộc Bài | sân bay Nội Bài | cảng Hải Phòng | cửa khẩu Lao
Bảo | cảng Đà Nẵng | cửa khẩu Móng Cái | kho ngoại quan Bình Dương | khu chế xuất Tân Thuận | cửa khẩu
Cầu Treo | cảng Cái Mép | ga Đồng Đăng | khu công nghiệp Yên Phong | sân bay Tân Sơn Nhất | cửa khẩu
Tịnh Biên | cảng Quy Nhơn | bưu cục ngoại dịch Hà Nội
"""
ORIGINS = """
Trung Quốc | Hàn Quốc | Nhật Bản | Thái Lan | Ấn Độ | Đức | Hoa Kỳ | Úc | Malaysia | Indonesia | Chi Lê
| Liên bang Nga | Pháp | Lào
"""
FIRMS = """
Công ty TNHH một thành viên | Doanh nghiệp chế xuất | Công ty cổ phần dệt may | Đại lý làm thủ tục hải
quan | Công ty liên doanh | Chi nhánh công ty nước ngoài | Hộ kinh doanh cư dân biên giới | Doanh nghiệp
ưu tiên | Tổ chức tín dụng | Viện nghiên cứu | Công ty giao nhận vận tải | Nhà thầu nước ngoài
"""
NAMES = """
An Phát | Bình Minh | Cửu Long | Đại Việt | Đông Á | Hà Thành | Hoàng Gia | Kim Liên | Minh Khai | Nam
Tiến | Phú Thịnh | Sao Mai
"""
ACTS = """
Luật Hải quan số 54/2014/QH13 | Luật Quản lý thuế số 38/2019/QH14 | Nghị định số 08/2015/NĐ-CP | Nghị
định số 59/2018/NĐ-CP | Thông tư số 38/2015/TT-BTC | Thông tư số 39/2018/TT-BTC | Nghị định số
128/2020/NĐ-CP | Luật Thuế xuất khẩu, thuế nhập khẩu số 107/2016/QH13 | Nghị định số 134/2016/NĐ-CP |
Thông tư số 33/2023/TT-BTC | Nghị định số 31/2018/NĐ-CP | Thông tư số 31/2022/TT-BTC | Nghị định số
18/2021/NĐ-CP | Thông tư số 81/2019/TT-BTC
"""
OPENINGS = """
Theo khoản {n} Điều {article} {act}, | Căn cứ quy định tại {act}, | {firm} {name} mở tờ khai nhập khẩu
{goods} tại {place}. | Trong quá trình kiểm tra thực tế lô hàng {goods} có xuất xứ {origin}, | Ngày
{day}, {firm} {name} đăng ký tờ khai số {big} cho lô {goods}. | Khi làm thủ tục tại {place} đối với
{goods} (mã HS {hs}), | Điều {article} {act} quy định: | Một lô {goods} trị giá {money} triệu đồng được
vận chuyển từ {origin} về {place}. | Công chức tiếp nhận hồ sơ của {firm} {name} về {goods}. | Đối với
hàng hóa thuộc mã HS {hs} nhập khẩu từ {origin},
"""
CASES = {
    "T01": """
người khai hải quan khai bổ sung hồ sơ | hàng hóa được đưa về bảo quản | tờ khai bị hủy theo yêu cầu của
người khai | hàng quá cảnh thay đổi tuyến đường | hàng tạm nhập quá thời hạn lưu giữ | niêm phong hải
quan bị vỡ
""",
    "T02": """
hàng ở dạng chưa lắp ráp | sản phẩm là hỗn hợp nhiều thành phần | bộ sản phẩm đóng gói để bán lẻ | kết
quả phân tích khác nội dung khai | hàng có thể xếp vào hai nhóm trở lên | phụ tùng nhập kèm máy chính
""",
    "T03": """
người mua và người bán có quan hệ đặc biệt | phí bản quyền {percent}% phải trả riêng | tiền hoa hồng bán
hàng chưa cộng | trị giá khai báo thấp hơn cơ sở dữ liệu | khoản giảm giá {percent}% ghi trên hóa đơn |
chi phí bảo hiểm không có chứng từ
""",
    "T04": """
giấy chứng nhận xuất xứ nộp chậm {days} ngày | tên hàng trên C/O khác tờ khai | hàm lượng giá trị khu
vực là {percent}% | C/O giáp lưng cấp lại | hàng vận chuyển qua nước thứ ba | chữ ký trên C/O không khớp
mẫu
""",
    "T05": """
nguyên liệu sản xuất xuất khẩu còn dư {percent}% | hàng miễn thuế chuyển mục đích sử dụng | thuế nộp
thừa {money} triệu đồng | thuế suất ưu đãi đặc biệt {percent}% | hàng gửi kho ngoại quan quá hạn | ân
hạn thuế {days} ngày có bảo lãnh
""",
    "T06": """
hệ thống phân luồng đỏ | doanh nghiệp xếp mức rủi ro {n} | chỉ số tuân thủ giảm {percent}% | tiêu chí
lựa chọn được cập nhật | thông tin trước chuyến bay thiếu | hồ sơ rủi ro hết hiệu lực sau {days} ngày
""",
    "T07": """
quyết định kiểm tra tại trụ sở được gửi đi | doanh nghiệp không xuất trình sổ kế toán | thời hạn kiểm
tra kéo dài {days} ngày | chênh lệch tồn kho {percent}% | phạm vi kiểm tra {n} năm | kết luận kiểm tra
bị khiếu nại
""",
    "T08": """
phát hiện {money} kg hàng không khai báo | đối tượng giấu hàng trong vách container | hàng giả nhãn hiệu
được bảo hộ | tiền mặt vượt mức {money} triệu đồng | hàng cấm lẫn trong hàng gửi nhanh | người vận
chuyển bỏ trốn
""",
    "T09": """
khai sai thuế suất dẫn đến thiếu {money} triệu đồng | nộp hồ sơ chậm {days} ngày | vi phạm lần thứ {n}
trong năm | tang vật trị giá {money} triệu đồng | hành vi có tình tiết giảm nhẹ | biên bản không có chữ
ký người vi phạm
""",
    "T10": """
công chức được mời dự tiệc của doanh nghiệp | văn bản ký thừa lệnh | công văn trả lời chậm {days} ngày |
quà tặng trị giá {money} nghìn đồng | thông tin nội bộ bị hỏi riêng | tờ trình thiếu nơi nhận
""",
}
QUESTIONS = """
cách xử lý nào sau đây là đúng quy định? | thời hạn tối đa để cơ quan hải quan giải quyết là bao lâu? |
ai là người có thẩm quyền quyết định? | chứng từ nào <b>không</b> phải nộp? | số thuế phải nộp được xác
định theo căn cứ nào? | mức xử phạt nào được áp dụng? | trường hợp nào được chấp nhận? | công chức phải
thực hiện bước nào trước tiên? | hồ sơ gồm những chứng từ nào? | trách nhiệm thuộc về chủ thể nào? |
phương pháp nào được ưu tiên áp dụng? | hệ quả pháp lý là gì?
"""
ANSWERS = """
Trong {days} ngày làm việc kể từ ngày nhận đủ hồ sơ | Chi cục trưởng hải quan khu vực nơi đăng ký tờ
khai | Yêu cầu {firm} bổ sung {doc} | Lấy mẫu {goods} gửi phân tích, phân loại | Ấn định thuế theo trị
giá {money} triệu đồng | Phạt tiền từ {n} đến {days} triệu đồng | Áp dụng mã HS {hs} theo quy tắc {n} |
Tham vấn trị giá trong {days} ngày | Chấp nhận {doc} và thông quan | Tạm dừng đưa hàng qua khu vực giám
sát | Chuyển luồng vàng và kiểm tra {doc} | Không thu thuế vì {goods} thuộc đối tượng miễn thuế | Giảm
{percent}% mức thuế phải nộp | Lập biên bản vi phạm tại {place} | Thông báo cho {firm} trước {n} ngày |
Tịch thu tang vật và buộc tiêu hủy | Bảo lãnh số tiền thuế {money} triệu đồng | Hoàn thuế sau khi kiểm
tra {doc} | Từ chối {doc} do quá {days} ngày | Trích sao hồ sơ, báo cáo Cục Hải quan
"""
DOCS = """
giấy phép nhập khẩu | giấy chứng nhận xuất xứ mẫu E | hóa đơn thương mại | vận đơn đường biển | chứng
thư giám định | bảng kê chi tiết | hợp đồng ủy thác | giấy thông báo kết quả kiểm tra chuyên ngành |
danh mục miễn thuế | chứng từ thanh toán
"""


def _split(joined: str) -> tuple[str, ...]:
    return tuple(" ".join(part.split()) for part in joined.split("|"))


_WORDS = {
    "goods": _split(GOODS),
    "place": _split(PLACES),
    "origin": _split(ORIGINS),
    "firm": _split(FIRMS),
    "name": _split(NAMES),
    "act": _split(ACTS),
    "doc": _split(DOCS),
}
_OPENINGS, _QUESTIONS, _ANSWERS = _split(OPENINGS), _split(QUESTIONS), _split(ANSWERS)
_CASES = {topic: _split(cases) for topic, cases in CASES.items()}


@dataclass(frozen=True, slots=True)
class Text:
    """One item of the benchmark: everything that is typed of it."""

    code: str
    topic: str
    level: str
    stem: str
    options: tuple[str, str, str, str]
    key: str
    legal_basis: str
    near: str = ""  # the code of the item that it was made from


def texts(n: int, seed: int = 1) -> Iterator[Text]:
    """`n` items, the same for the same seed."""
    chance = random.Random(seed)
    kept: list[Text] = []
    for number in range(1, n + 1):
        code = f"{chance.choice(('HQ', 'KV1', 'KV2', 'NV'))}-{number:06d}"
        if kept and chance.random() < NEAR_SHARE:
            made = _near(chance, chance.choice(kept), code)
        else:
            made = _new(chance, code)
        if len(kept) < 5_000:
            kept.append(made)
        yield made


def _new(chance: random.Random, code: str) -> Text:
    topic = chance.choice(TOPICS)
    slots = _slots(chance)
    case = chance.choice(_CASES[topic])
    stem = f"{chance.choice(_OPENINGS)} {case}, {chance.choice(_QUESTIONS)}".format(**slots)
    options = [answer.format(**_slots(chance)) for answer in chance.sample(_ANSWERS, 4)]
    basis = f"Điều {slots['article']} {slots['act']}"
    return Text(code, topic, chance.choice(LEVELS), stem, tuple(options), chance.choice("ABCD"), basis)


def _slots(chance: random.Random) -> dict[str, object]:
    return {name: chance.choice(words) for name, words in _WORDS.items()} | {
        "n": chance.randint(1, 9),
        "article": chance.randint(10, 160),
        "days": chance.choice((2, 3, 5, 8, 10, 15, 20, 30, 45, 60, 90)),
        "percent": chance.randint(2, 79),
        "money": chance.randint(11, 999),
        "big": chance.randint(10**11, 10**12 - 1),
        "day": f"{chance.randint(1, 28):02d}/{chance.randint(1, 12):02d}/{chance.randint(2019, 2026)}",
        "hs": ".".join(str(chance.randint(*ends)) for ends in ((1001, 9799), (10, 99), (10, 99))),
    }


def _near(chance: random.Random, like: Text, code: str) -> Text:
    made = replace(like, code=code, near=like.code)
    way = chance.randrange(4)
    if way == 0:
        return replace(made, stem=_bare(like.stem), options=tuple(_bare(option) for option in like.options))
    if way == 1:
        return replace(
            made, stem=like.stem.replace("quy định", "pháp luật").replace("nào sau đây", "nào dưới đây")
        )
    if way == 2:
        options = list(like.options)
        chance.shuffle(options)
        return replace(made, options=tuple(options))
    return replace(made, options=_new(chance, code).options)


def _bare(text: str) -> str:
    decomposed = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    return "".join(character for character in decomposed if not unicodedata.combining(character))
