"""How the computation ended, and what that means."""

from __future__ import annotations

from examsvc.edge.texts import gettext as _
from examsvc.web.examiner.calibration_wording import WARNINGS, ending_of
from examsvc.web.examiner.document import Cell, Facts, Section, Text
from examsvc.web.examiner.sections.context import Context
from examsvc.web.examiner.wording import decimal, tiny


def convergence_section(context: Context) -> Section:
    """Status in words with advice, the figures behind it, and the warnings in words."""
    row = context.row
    summary = row.summary
    ending = ending_of(summary.get("status"))
    blocks: list[Text | Facts] = [
        Text(f"{ending.label}. {ending.meaning}", ending.tone),
        Text(str(ending.advice)),
    ]
    warnings = list(dict.fromkeys(summary.get("warnings") or []))
    if warnings:
        words = "; ".join(str(WARNINGS.get(code, code)) for code in warnings)
        blocks.append(Text(_("Warnings: %(warnings)s.", warnings=words), "warning"))
    if row.method == "mml":
        blocks.append(Facts(tuple(_figures(context))))
        blocks.append(Text(_where_taken(), "hint"))
    return Section("convergence", _("Convergence"), tuple(blocks))


def _where_taken() -> str:
    return _(
        "The largest gradient says how far the best parameters may still be away: below 0.01 standard errors "
        "nothing more would change. Log-likelihood, AIC and BIC are taken at the posterior mode, under the "
        "priors: compare only calibrations of the same data under the same priors."
    )


def _figures(context: Context) -> list[tuple[str, str | Cell]]:
    summary = context.row.summary
    fit = context.analysis.get("model_fit") or {}
    rows: list[tuple[str, str | Cell]] = [
        (_("Iterations"), str(summary.get("iterations", "–"))),
        (_("Largest gradient, in standard errors"), tiny(summary.get("gradient_norm"))),
        (_("Log-likelihood"), decimal(summary.get("log_likelihood"), 2)),
    ]
    if fit:
        rows += [
            (_("Free parameters"), decimal(fit.get("n_parameters"), 0)),
            ("AIC", decimal(fit.get("aic"), 1)),
            ("BIC", decimal(fit.get("bic"), 1)),
        ]
    return rows
