"""Names as they are searched: without regard to case and to the marks of Vietnamese."""

import unicodedata


def fold(text: str) -> str:
    """Lower case without diacritics: `Đỗ Thị Huệ` and `do thi hue` are the same."""
    bare = unicodedata.normalize("NFD", text.casefold().replace("đ", "d"))
    return "".join(letter for letter in bare if not unicodedata.combining(letter))
