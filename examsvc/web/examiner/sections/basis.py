"""What a calibration rests on: responses, what was asked, who did it, with which software."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from examsvc.edge.language import in_language, local_time
from examsvc.edge.texts import gettext as _
from examsvc.store.calibration_pages import SatFormLine
from examsvc.web.examiner.choices import MODELS, PRIORS, SCALES, named
from examsvc.web.examiner.document import Cell, Facts, Section, Table, Text, figures
from examsvc.web.examiner.item_lines import NOT_CALIBRATED
from examsvc.web.examiner.priors_in_signs import priors_in_signs
from examsvc.web.examiner.sections.context import Context
from examsvc.web.examiner.wording import METHODS, NOTHING, decimal

Fact = tuple[str, str | Cell]


def data_section(context: Context, forms: Sequence[SatFormLine] = ()) -> Section:
    """Whose responses to which items; the forms where they are given."""
    row, summary = context.row, context.row.summary
    rows: list[Fact] = [(_("Method"), str(METHODS.get(row.method, row.method)))]
    if context.campaign:
        rows.append((_("Campaign"), f"{context.campaign.code} · {in_language(context.campaign)}"))
    if row.method == "mml":
        rows.append((_("Persons"), decimal(row.n_persons, 0)))
        rows.append((_("Responses"), decimal(summary.get("n_responses"), 0)))
    rows.append((_("Items with parameters"), decimal(row.n_items, 0)))
    if summary.get("n_carried"):
        rows.append((_("of them carried over from the last time"), decimal(summary["n_carried"], 0)))
    population = context.analysis.get("population")
    if population:
        spread = _("mean %(mean)s, SD %(sd)s", mean=decimal(population["mean"]), sd=decimal(population["sd"]))
        rows.append((_("Ability of the candidates, θ"), spread))
    left_out = [line for line in context.lines if line.codes & set(NOT_CALIBRATED)]
    if left_out:
        rows.append((_("Items left out"), ", ".join(line.item.code for line in left_out)))
    blocks: list[Facts | Table | Text] = [Facts(tuple(rows))]
    if row.method == "mml":
        blocks.append(
            Text(
                _(
                    "A blank before a candidate's last response was seen and counts as wrong; blanks after "
                    "it were not reached and are left out here, while in the candidate's own score they earn "
                    "nothing. Items of other forms are missing by design."
                ),
                "hint",
            )
        )
    if forms:
        headings = (_("Form"), _("Items"), _("Sittings"))
        lines = tuple((form.code, str(form.n_items), str(form.n_sittings)) for form in forms)
        blocks.append(Table(_("The forms"), headings, lines, figures(headings)))
    return Section("data", _("Data"), tuple(blocks))


def options_section(context: Context) -> Section:
    """Model, priors, least responses, scale, numerics."""
    row, options, summary = context.row, context.options, context.row.summary
    rows: list[Fact] = [(_("Model"), named(MODELS, options.get("model", row.model)))]
    if options.get("priors"):
        rows.append((_("Priors"), named(PRIORS, options["priors"])))
    if summary.get("priors") and not summary.get("topics"):
        model = options.get("model", row.model)
        rows.append((_("Priors, as numbers"), priors_in_signs(summary, model)))
    if options.get("min_responses"):
        rows.append((_("Least responses an item"), decimal(options["min_responses"], 0)))
    if options.get("scale"):
        rows.append((_("Scale"), named(SCALES, options["scale"])))
    if summary.get("quadrature"):
        rows.append((_("Quadrature"), str(summary["quadrature"]).replace("nodes on", _("nodes on"))))
    rows.append((_("Metric"), _("logistic, D = 1")))
    blocks: list[Facts | Table] = [Facts(tuple(rows))]
    if summary.get("topics"):
        blocks.append(_borrowed(summary["topics"]))
    return Section("options", _("Model and options"), tuple(blocks))


def _borrowed(topics: Sequence[Mapping[str, Any]]) -> Table:
    headings = (_("Topic"), _("Items"), _("mean b"), _("SD of b"), _("mean log a"), _("SD of log a"))
    rows = tuple(
        (
            str(line["topic"]),
            decimal(line["n_items"], 0),
            *(decimal(line[name]) for name in ("mean_b", "sd_b", "mean_log_a", "sd_log_a")),
        )
        for line in topics
    )
    return Table(_("Priors borrowed by topic"), headings, rows, figures(headings))


def software_section(context: Context, software: Mapping[str, str]) -> Section:
    """Who proposed and adopted, what computed, and the name of the numbers."""
    row = context.row
    rows: list[Fact] = [
        (_("Code"), row.code),
        (_("Proposed by"), _by(context.staff.get(row.created_by), local_time(row.created_at))),
    ]
    if row.adopted_by is not None and row.adopted_at is not None:
        rows.append((_("Adopted by"), _by(context.staff.get(row.adopted_by), local_time(row.adopted_at))))
    rows.append((_("Checksum of the calibration"), row.checksum))
    if context.analysis.get("keys_checksum"):
        rows.append((_("Checksum of the keys"), str(context.analysis["keys_checksum"])))
    rows += [(name, number) for name, number in software.items()]
    hint = _(
        "SHA-256 of all that scores rest on: the items' parameters, the population, the competencies and the "
        "options. Equal checksums, equal scores."
    )
    of_then = bool(context.analysis.get("software"))
    when = _("The software is that of the computation.") if of_then else _("The software is that of today.")
    return Section(
        "software",
        _("Provenance and software"),
        (Facts(tuple(rows)), Text(f"{hint} {when}", "hint")),
    )


def _by(name: str | None, at: str) -> str:
    return f"{name or NOTHING}, {at}"
