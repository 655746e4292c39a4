"""What points of a picture are worth: QTI's areas, each counted once however many points lie in it."""

from __future__ import annotations

from fractions import Fraction

from item_bank.formats.qti.declarations import NOTHING, AreaEntry, AreaMapping
from item_bank.formats.qti.values import Atom, Value


def area_worth(areas: AreaMapping, value: Value) -> Fraction:
    """QTI 2.2, mapResponsePoint: an area counts once, a point in no area the default, then the bounds."""
    total, counted = NOTHING, set[int]()
    for point in _points(value.atoms):
        place = next((n for n, entry in enumerate(areas.entries) if holds(entry, point)), None)
        if place is None:
            total += areas.otherwise
        elif place not in counted:
            counted.add(place)
            total += areas.entries[place].worth
    if areas.low is not None:
        total = max(total, areas.low)
    return total if areas.high is None else min(total, areas.high)


def holds(entry: AreaEntry, point: tuple[int, int]) -> bool:
    """Whether the point lies in the area, its border included."""
    (x, y), coords = point, entry.coords
    if entry.shape == "default":
        return True
    if entry.shape == "rect" and len(coords) == 4:
        return coords[0] <= x <= coords[2] and coords[1] <= y <= coords[3]
    if entry.shape == "circle" and len(coords) == 3:
        return (x - coords[0]) ** 2 + (y - coords[1]) ** 2 <= coords[2] ** 2
    if entry.shape == "ellipse" and len(coords) == 4 and coords[2] and coords[3]:
        across, down = Fraction(x - coords[0], coords[2]), Fraction(y - coords[1], coords[3])
        return across**2 + down**2 <= 1
    return entry.shape == "poly" and _in_polygon(coords, x, y)


def _in_polygon(coords: tuple[int, ...], x: int, y: int) -> bool:
    """Even-odd rule over the edges."""
    corners = list(zip(coords[::2], coords[1::2], strict=False))
    inside = False
    for (x1, y1), (x2, y2) in zip(corners, corners[1:] + corners[:1], strict=True):
        if (y1 > y) != (y2 > y) and x < Fraction((x2 - x1) * (y - y1), y2 - y1) + x1:
            inside = not inside
    return inside


def _points(atoms: tuple[Atom, ...]) -> list[tuple[int, int]]:
    return [(int(atom[0]), int(atom[1])) for atom in atoms if isinstance(atom, tuple)]
