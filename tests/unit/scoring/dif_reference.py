"""What difR (R, Magis et al. 2010) prints for the verbal aggression data, men against women; and plain loops.

The figures are those of the snapshot tests of github.com/r-re/difR: difMH and difLogistic with all defaults,
and difMH with purification. Columns in the order of ITEMS, four decimals.
"""

import numpy as np

ITEMS = [
    f"S{scene}{mode}{way}"
    for mode in ("Want", "Do")
    for scene in (1, 2, 3, 4)
    for way in ("Curse", "Scold", "Shout")
]


def _numbers(text: str) -> np.ndarray:
    return np.array(text.split(), dtype=np.float64)


MH_CHI_SQUARE = _numbers(
    """1.7076 2.1486 0.9926 1.9302 2.9540 9.6032 0.0013 0.6752 0.8185 1.6292 0.0152 4.1188
    0.1324 2.7501 0.0683 6.3029 6.8395 0.2170 5.7817 3.8880 0.2989 1.1220 1.4491 0.8390"""
)
MH_CHI_SQUARE_UNCORRECTED = _numbers(
    """2.2151 2.6579 1.3392 2.5359 3.5755 10.6034 0.0356 0.9709 1.1630 2.1003 0.0838 4.8072
    0.3083 3.3869 0.1880 7.2126 7.7670 0.4256 6.5479 4.6194 0.6927 1.5020 1.8592 1.2302"""
)
MH_ODDS_RATIO = _numbers(
    """1.7005 1.7702 1.4481 1.9395 1.9799 2.8804 0.9439 0.7194 1.5281 1.6849 1.0901 2.3458
    0.7967 0.4995 1.1765 0.3209 0.3746 0.7931 0.4616 0.4727 0.6373 0.6444 0.6385 1.6053"""
)
MH_DELTA = _numbers(
    """-1.2476 -1.3420 -0.8701 -1.5567 -1.6052 -2.4861 0.1358 0.7741 -0.9965 -1.2260 -0.2028 -2.0036
    0.5340 1.6313 -0.3821 2.6709 2.3072 0.5447 1.8165 1.7606 1.0585 1.0327 1.0541 -1.1123"""
)
MH_LOG_RATIO_OVER_SE = _numbers(
    """1.4759 1.6751 1.1404 1.6327 1.9103 3.1373 -0.1889 -0.9984 1.1136 1.4869 0.2735 2.2368
    -0.5675 -1.8434 0.4495 -2.6614 -2.6876 -0.6396 -2.4687 -2.1368 -0.8366 -1.2436 -1.3810 1.1203"""
)
MH_P_ADJUSTED = _numbers(
    """0.4036 0.3805 0.5106 0.3954 0.2917 0.0466 0.9711 0.5483 0.5162 0.4036 0.9412 0.1945
    0.8182 0.2917 0.8660 0.0964 0.0964 0.7696 0.0972 0.1945 0.7384 0.4963 0.4222 0.5162"""
)
MH_PURIFIED_CHI_SQUARE = _numbers(
    """0.0069 0.0376 0.0087 0.8881 0.1112 4.2680 0.0987 4.3724 0.3454 0.1406 1.6853 1.0766
    2.0959 6.2736 0.0172 9.6672 11.9436 0.6997 9.4644 6.4356 1.4190 3.9323 5.7987 0.3223"""
)
MH_PURIFIED_DELTA = _numbers(
    """-0.2355 -0.2990 -0.2066 -1.1042 -0.4272 -1.8623 0.3588 1.8283 -0.6786 -0.4639 1.0776 -1.0696
    1.4130 2.2540 0.0421 3.1134 2.8186 0.8954 2.3284 2.1075 1.7974 1.7526 2.0681 -0.7974"""
)
MH_FIVE_ANCHORS_CHI_SQUARE = _numbers(
    """2.2586 0.4689 5.0960 0.0012 0.0034 1.2471 0.7411
    2.2833 8.6892 0.0004 9.4633 14.1791 0.6991 9.8728 6.7612 0.1518 3.5378 2.9196 0.0013"""
)
"""Anchors: the first five ITEMS; the other 19 are tested."""
LOGISTIC_BOTH = _numbers(
    """2.0014 3.3541 2.4742 4.7296 4.1404 11.4111 1.6061 1.6331 2.6989 2.4547 2.0997 3.6877
    1.2196 4.7304 1.0456 7.6935 10.2622 1.7016 7.2379 5.8680 1.2763 2.9521 2.6956 1.3524"""
)
LOGISTIC_UNIFORM = _numbers(
    """1.9998 1.9065 2.1606 4.2639 2.9036 11.3031 0.0955 1.6260 2.1397 1.9563 0.0042 3.6491
    0.4234 4.0968 0.7163 7.6372 9.1401 0.0928 7.1433 4.6496 0.5258 1.8339 2.3918 1.0577"""
)
LOGISTIC_NON_UNIFORM = _numbers(
    """0.0016 1.4476 0.3136 0.4658 1.2367 0.1080 1.5106 0.0071 0.5592 0.4983 2.0955 0.0386
    0.7962 0.6335 0.3293 0.0563 1.1221 1.6088 0.0945 1.2184 0.7505 1.1182 0.3039 0.2947"""
)
LOGISTIC_R_SQUARE_CHANGE = _numbers(
    """0.0067 0.0101 0.0074 0.0177 0.0125 0.0343 0.0056 0.0050 0.0106 0.0085 0.0060 0.0133
    0.0039 0.0122 0.0033 0.0243 0.0277 0.0058 0.0232 0.0211 0.0078 0.0092 0.0083 0.0057"""
)


def loop_tables(
    marks: np.ndarray, focal: np.ndarray, item: int, anchors: list[int], rest: bool
) -> dict[tuple, list[list[float]]]:
    """Counts [reference, focal] by mark, for each form and score: one person after the other."""
    tables: dict[tuple, list[list[float]]] = {}
    highest = max(int(marks[:, item].max()), 1)
    for person in range(len(marks)):
        if marks[person, item] < 0:
            continue
        others = [j for j in anchors if j != item and marks[person, j] >= 0]
        if not others:
            continue
        score = sum(int(marks[person, j]) for j in others) + (0 if rest else int(marks[person, item]))
        table = tables.setdefault((tuple(others), score), [[0.0] * (highest + 1) for _ in range(2)])
        table[int(focal[person])][int(marks[person, item])] += 1.0
    return tables
