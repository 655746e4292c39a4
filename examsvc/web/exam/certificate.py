"""A certificate as its page reads it: what was demanded, what each form reached, or what clashes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from examsvc.assembly.blueprint import COGNITIVE_MIX
from examsvc.assembly.certificate import certificate_checksum
from examsvc.web.exam import assembly_wording as wording
from examsvc.web.exam.curves import expected_shares

Certificate = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class LineRow:
    """A demand and what each form it concerns reached."""

    words: str
    kind: str
    bounds: str
    achieved: tuple[str, ...]
    holds: bool


@dataclass(frozen=True, slots=True)
class CutRow:
    """A cut of the level scale: the target there, and per form information, expected share, own cut."""

    percent: str
    theta: str
    target: str
    low: str
    high: str
    information: tuple[str, ...]
    expected: tuple[str, ...]
    own_thetas: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ClashWords:
    """Demands that cannot hold together, and the nearest repairs; each would do by itself."""

    lines: tuple[str, ...]
    repairs: tuple[str, ...]
    minimal: bool


@dataclass(frozen=True, slots=True)
class CertificatePicture:
    """Everything but the curves."""

    verified: bool
    gap: str | None
    band: str | None
    solver: str
    n_pool: int
    lines: tuple[LineRow, ...]
    enemies: tuple[LineRow, ...]
    overlaps: tuple[tuple[int, ...], ...]
    cuts: tuple[CutRow, ...]
    clashes: tuple[ClashWords, ...]


def picture_certificate(certificate: Certificate, checksum: str) -> CertificatePicture:
    """Word a stored certificate, and say whether its checksum still fits its contents."""
    lines = sorted(certificate["lines"], key=_place) if certificate["forms"] else []
    rows = [_line_row(line) for line in lines]
    return CertificatePicture(
        verified=certificate_checksum(dict(certificate)) == checksum == certificate["checksum"],
        gap=None if certificate["gap"] is None else wording.percent(certificate["gap"]),
        band=None if certificate["band"] is None else wording.percent(certificate["band"]),
        solver=f"{certificate['solver']['name']}, scipy {certificate['solver']['scipy']}",
        n_pool=len(certificate["request"]["pool"]),
        lines=tuple(row for row in rows if row.kind != "enemies"),
        enemies=tuple(row for row in rows if row.kind == "enemies"),
        overlaps=tuple(tuple(row) for row in certificate["overlaps"]),
        cuts=_cut_rows(certificate) if certificate["forms"] else (),
        clashes=tuple(_clash_words(clash) for clash in certificate["clashes"]),
    )


def _clash_words(clash: Mapping[str, Any]) -> ClashWords:
    """The same bound for many pairs of forms is one demand: an order knows one overlap."""
    overlaps = [line for line in clash["lines"] if line["kind"] == "overlap"]
    tight = [repair for repair in clash["repairs"] if repair["code"] == "overlap_tight"]
    least = sorted(tight, key=lambda repair: int(repair["params"]["would_do"]))[:1]
    others = [line for line in clash["lines"] if line["kind"] != "overlap" or len(overlaps) == 1]
    lines = [wording.line_words(line) for line in others]
    if len(overlaps) > 1:
        lines.append(wording.overlaps_words(overlaps))
    repairs = [*(repair for repair in clash["repairs"] if repair not in tight), *least]
    return ClashWords(tuple(lines), tuple(map(wording.repair_words, repairs)), clash["minimal"])


def _place(line: Mapping[str, Any]) -> tuple[int, str, int]:
    """Cells by topic and level as in the matrix, then the rest as it came."""
    if line["kind"] != "cell":
        return 1, "", 0
    return 0, line["what"]["topic"], list(COGNITIVE_MIX).index(line["what"]["cognitive_level"])


def _line_row(line: Mapping[str, Any]) -> LineRow:
    digits = 2 if line["kind"] == "target" else 0
    low, high = wording.figure(line["lower"], digits), wording.figure(line["upper"], digits)
    slack = 1e-4 * max(1.0, abs(line["upper"]))  # what rounding and the solver's tolerance may move a sum
    return LineRow(
        words=wording.line_words(line),
        kind=line["kind"],
        bounds=low if low == high else f"{low} – {high}",
        achieved=tuple(wording.figure(value, digits) for value in line["achieved"]),
        holds=all(line["lower"] - slack <= value <= line["upper"] + slack for value in line["achieved"]),
    )


def _cut_rows(certificate: Certificate) -> tuple[CutRow, ...]:
    target, band, forms = certificate["target"], certificate["band"], certificate["forms"]
    shares = expected_shares(certificate)
    rows = []
    for index, (share, theta, wanted) in enumerate(
        zip(target["cut_shares"], target["thetas"], target["information"], strict=True)
    ):
        own = [form["cut_thetas"][index] for form in forms]
        rows.append(
            CutRow(
                percent=wording.percent(share),
                theta=wording.figure(theta),
                target=wording.figure(wanted),
                low=wording.figure(wanted * (1 - band)),
                high=wording.figure(wanted * (1 + band)),
                information=tuple(wording.figure(form["information_at_cuts"][index]) for form in forms),
                expected=tuple(wording.percent(value) for value in shares[index]),
                own_thetas=tuple("–" if value is None else wording.figure(value) for value in own),
            )
        )
    return tuple(rows)
