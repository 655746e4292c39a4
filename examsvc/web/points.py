"""Points in the reader's notation."""

from __future__ import annotations

from fractions import Fraction
from math import floor

from flask_babel import format_decimal

DIGITS = 2


def points_text(points: Fraction) -> str:
    """At most two decimals, halves upwards: what stands in the store is exact."""
    unit = 10**DIGITS
    rounded = Fraction(floor(points * unit + Fraction(1, 2)), unit)
    text: str = format_decimal(float(rounded), format="#,##0.##")
    return text
