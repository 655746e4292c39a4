"""What the template tells its authors: the sheet of instructions, and a note on each header."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from item_bank.formats.xlsx_bank.headers import Header

NOTES: Final[Mapping[Header, str]] = {
    Header.CODE: "Bắt buộc, mỗi mã một câu. Chữ không dấu, số, dấu . _ -; tối đa 40 ký tự.",
    Header.TOPIC: "Bắt buộc. Mã chuyên đề, ví dụ T01.",
    Header.LEVEL: "Bắt buộc. Chọn trong danh sách: Nhớ, Vận dụng, Tình huống.",
    Header.INTERACTION: "Chọn trong danh sách. Để trống: một phương án đúng.",
    Header.STEM: "Bắt buộc. Chỗ trống trong câu ghi [[1]], [[2]]; đoạn để chọn ghi [[1:đoạn văn]].",
    Header.OPTION: "Các phương án, liền nhau từ A. Cần quá H thì thêm cột Phương án I, J… đến Z.",
    Header.PLACE: "Mệnh đề, vế trái, vùng trên hình, hoặc các từ của một chỗ trống, cách nhau bằng dấu |. "
    "Cần quá 8 thì thêm cột Mục 9… đến Mục 26.",
    Header.KEY: "Một phương án: B. Nhiều phương án: A, C. Thứ tự: C A B D. Ghép: 1-B; 2-A. "
    "Mệnh đề: Đ S S Đ. Số: 12,5 ± 0,1. Chữ: tờ khai | tờ khai hải quan. "
    "Câu tự luận và thực hành để trống.",
    Header.BASIS: "Bắt buộc. Văn bản và điều khoản làm căn cứ.",
    Header.RATIONALE: "Không bắt buộc. Vì sao đáp án đúng.",
    Header.SHARE: "Không bắt buộc. Ví dụ 65 % hoặc 0,65.",
    Header.ENEMIES: "Không bắt buộc. Mã các câu không được cùng một đề, cách nhau bằng dấu phẩy.",
    Header.POOL: "Chọn trong danh sách. Để trống: dùng để thi.",
    Header.MARK: "Điểm tối đa của câu. Để trống: 1.",
    Header.CREDIT: "Chọn trong danh sách. Để trống: đúng cả câu mới có điểm.",
    Header.AT_MOST: "Được chọn nhiều nhất bao nhiêu. Để trống: không hạn chế.",
    Header.MATCHING: "Với câu trả lời ngắn: phân biệt hoa thường; bỏ dấu.",
    Header.AREAS: "Với câu chọn vùng trên hình, theo thứ tự các mục, tính bằng điểm ảnh: "
    "rect trái trên phải dưới; circle x y bán-kính; poly x y x y x y.",
    Header.RUBRIC: "Với câu tự luận và thực hành, mỗi dòng một tiêu chí: Nêu đúng căn cứ = 10",
    Header.STIMULUS: "Mã ngữ liệu dùng chung, có nội dung ở trang tính Ngữ liệu.",
    Header.CATEGORY: "Không bắt buộc. Nhiều cấp thì cách nhau bằng dấu |, cấp rộng nhất trước.",
    Header.TAGS: "Không bắt buộc. Cách nhau bằng dấu |.",
}
# a line that starts with "# " is a heading
GUIDE: Final = (
    "# Cách dùng tệp mẫu",
    "1. Mỗi câu hỏi là một dòng ở trang tính Câu hỏi. Không đổi tên các cột; thứ tự cột tùy ý.",
    "2. Xem trang tính Ví dụ: mỗi dạng câu hỏi một dòng. Trang tính này không được nhập vào ngân hàng.",
    "3. Di chuột vào tiêu đề cột để xem cách ghi.",
    "4. Khi nhập tệp, hệ thống báo từng dòng, từng cột có lỗi trước khi lưu. Đáp án không bao giờ được đoán.",
    "# Các trang tính",
    "Câu hỏi: các câu được nhập. Ngữ liệu: đoạn văn, bảng dùng chung cho nhiều câu, mỗi mã một dòng.",
    "English: bản tiếng Anh, mỗi mã câu hỏi một dòng, đủ các phần như bản tiếng Việt. Bản tiếng Anh của ngữ "
    "liệu cũng ở đây, mỗi mã một dòng: để trống Mã, ghi mã ở cột Ngữ liệu, nội dung ở cột Câu hỏi.",
    "# Cách ghi đáp án",
    "Một phương án đúng: B. Hai phương án đều được chấp nhận: A | C.",
    "Nhiều phương án đúng: A, C (phải chọn cả hai).",
    "Đúng/Sai: Đúng hoặc Sai. Đúng/Sai từng ý: Đ S S Đ, theo thứ tự Mục 1, 2, 3, 4.",
    "Điền số: 12,5 hoặc 12,5 ± 0,1. Không ghi 1.234, vì có thể hiểu là một nghìn hoặc một phẩy.",
    "Trả lời ngắn: các cách viết được chấp nhận, cách nhau bằng dấu |. Dấu | có thật ghi là ||.",
    "Sắp thứ tự: C A B D. Ghép đôi, điền từ, chọn từ trong câu: 1-B; 2-A (mục trước, phương án sau).",
    "Chọn vùng, chọn đoạn: số của mục, ví dụ 1, 3.",
    "Tự luận, thực hành: để trống; ghi tiêu chí ở cột Thang chấm.",
    "# Các cột có thể thêm",
    "Phương án I đến Z, Mục 9 đến Mục 26: khi cần nhiều hơn số cột có sẵn.",
    "Ngôn ngữ, Năng lực (mã trong khung năng lực, cách nhau bằng dấu |), Thống kê (a=1,2; b=-0,3; c=0,2).",
    "Trọng số: A = 1/2 | B = 1/2 | C = -1/4. Khung trọng số: đủ điểm=1; còn lại=0; thấp nhất=0; cao nhất=-.",
    "Số lần dùng: A=2; B=* (A vào được hai chỗ, B vào được mọi chỗ); >1=3 (mục 1 nhận ba phương án).",
    "Ký hiệu: x y z | g1 g2 (tên riêng của các phương án, sau dấu | là tên các mục; đáp án ghi theo tên đó).",
    "# Những lỗi thường gặp",
    "Excel đổi 1-2 hoặc 1/2 thành ngày, 10 % thành 0,1: các ô của tệp mẫu đã định dạng là văn bản, "
    "khi dán hãy chọn dán giá trị.",
    "Không gộp ô, không dùng công thức. Dòng bị ẩn vẫn được đọc và được báo.",
    "Một ô chứa tối đa 32.767 ký tự.",
)
