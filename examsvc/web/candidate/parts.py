"""The parts of a sitting's page that are the same for all who sit under the same rules."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import url_for
from flask_babel import get_timezone
from jinja2.utils import htmlsafe_json_dumps
from markupsafe import Markup

from examsvc.edge.kept import kept, render_part
from examsvc.rulepacks.pack import RulePack
from examsvc.services.candidates import PageSection, SittingPage
from examsvc.store.candidates import Bilingual
from examsvc.web.candidate.player_texts import player_texts
from examsvc.web.candidate.shell import shell_urls
from examsvc.web.candidate.tutorial import tutorial_items
from examsvc.web.candidate.wording import level_bands, moving_rules, rule_pack_name


@dataclass(frozen=True, slots=True)
class Announced:
    """What an exam announces to all who sit it."""

    rules: RulePack
    sections: tuple[PageSection, ...]
    n_items: int
    limit_s: int
    window_ends_at: datetime
    scale: Bilingual
    cut_percents: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts, in the order in which they stand on the page."""

    exam_bar: Markup
    icons: Markup
    messages: Markup
    exam_rules: Markup
    try_out: Markup
    player: Markup
    item_templates: Markup
    words: Markup


def parts_of(page: SittingPage) -> Parts:
    """The parts of this page."""
    sheet, rules = page.sheet, page.rules
    announced = Announced(
        rules,
        page.sections,
        page.n_items,
        sheet.limit_s,
        sheet.window_ends_at,
        sheet.scale,
        sheet.cut_percents,
    )
    return Parts(
        exam_bar=_plain("candidate/exam_bar.html"),
        icons=_plain("candidate/icons.html"),
        messages=_plain("candidate/messages.html"),
        exam_rules=_exam_rules(announced),
        try_out=_try_out(rules.client_storage_allowed),
        player=_player(rules.navigation == "forward"),
        item_templates=_plain("candidate/item_templates.html"),
        words=words(),
    )


@kept
def words() -> Markup:
    """All that the player's scripts say, and where they find each other, as a block of JSON."""
    told: dict[str, Any] = {
        "texts": player_texts(),
        "timeZone": str(get_timezone()),
        "shell": shell_urls(),
        "worker": url_for("candidate.service_worker"),
        "tutorial": tutorial_items(),
    }
    block = Markup('<script type="application/json" id="player-words">{}</script>')
    return block.format(htmlsafe_json_dumps(told))


@kept
def _plain(template: str) -> Markup:
    return render_part(template)


@kept
def _exam_rules(announced: Announced) -> Markup:
    rules = announced.rules
    gate_s = rules.late_gate.gate_s(announced.limit_s)
    return render_part(
        "candidate/exam_rules.html",
        announced=announced,
        rules=rules,
        rules_name=rule_pack_name(rules),
        late_gate_min=None if gate_s is None else gate_s // 60,
        moving=moving_rules(rules, announced.sections),
        bands=level_bands(announced.cut_percents),
    )


@kept
def _try_out(stores: bool) -> Markup:
    return render_part("candidate/try_out.html", stores=stores)


@kept
def _player(forward: bool) -> Markup:
    return render_part("candidate/player.html", forward=forward)
