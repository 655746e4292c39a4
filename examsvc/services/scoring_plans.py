"""What scoring a campaign rests on, read from the store: calibration, rules, level scale, forms and keys."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from examsvc.positions.framework import LevelScale
from examsvc.results.dimensions import Dimensions, Population
from examsvc.results.errors import ScoringRefused
from examsvc.results.estimate import ScoringPlan, items_by_competency
from examsvc.results.marks import ItemKey, Keys, keys_checksum
from examsvc.results.release import Provenance
from examsvc.results.rescore import CurveTable, curve_table
from examsvc.rulepacks.pack import RulePack
from examsvc.rulepacks.registry import get_pack
from examsvc.services.parameters import categories_of, params_of
from examsvc.store import Session
from examsvc.store import measuring as store
from examsvc.store.measuring import FormItem, SatForm
from examsvc.store.models import CalibrationRow, CampaignRow, ItemParameterRow, LevelScaleRow
from examsvc.store.rows import get_row


@dataclass(frozen=True, slots=True)
class CampaignPlan:
    """What all of a campaign's scores have in common."""

    campaign_id: int
    calibration: CalibrationRow
    parameters: Mapping[int, ItemParameterRow]
    rules: RulePack
    scale: LevelScale
    competency_of_topic: Mapping[str, tuple[int, str]]

    @property
    def competency_ids(self) -> dict[str, int]:
        return {code: identity for identity, code in self.competency_of_topic.values()}


@dataclass(frozen=True, slots=True)
class FormPlan:
    """One form's plan, keys and curves."""

    form: SatForm
    plan: ScoringPlan
    keys: Keys
    curves: CurveTable
    keys_checksum: str

    def provenance(self, campaign: CampaignPlan) -> Provenance:
        return Provenance(
            rule_pack=campaign.rules.label,
            level_scale=campaign.scale.label,
            blueprint=self.form.blueprint_label,
            form_checksum=self.form.checksum,
            keys_checksum=self.keys_checksum,
            calibration=campaign.calibration.code,
            calibration_checksum=campaign.calibration.checksum,
        )


def campaign_plan(
    session: Session, campaign_id: int, calibration: CalibrationRow | None = None
) -> CampaignPlan:
    """The campaign under this calibration, or the one in force. Raises ScoringRefused when there is none."""
    row = get_row(session, CampaignRow, campaign_id)
    chosen = calibration or store.find_adopted(session)
    if chosen is None:
        raise ScoringRefused("no_adopted_calibration")
    return CampaignPlan(
        campaign_id=campaign_id,
        calibration=chosen,
        parameters=store.get_parameters(session, chosen.id),
        rules=get_pack(row.rule_pack_code, row.rule_pack_version),
        scale=level_scale_of(session, row),
        competency_of_topic=store.competency_of_topic(session),
    )


def level_scale_of(session: Session, campaign: CampaignRow) -> LevelScale:
    """The levels that the campaign's candidates were told."""
    scale = get_row(session, LevelScaleRow, campaign.level_scale_id)
    percents = tuple(float(percent) for percent in scale.cut_percents)
    names = tuple(str(level) for level in range(len(percents) + 1))
    return LevelScale(scale.code, scale.version, percents, names)


def form_plan(session: Session, campaign: CampaignPlan, form: SatForm) -> FormPlan:
    """How the sittings of one form are scored."""
    item_ids = tuple(str(item.version_id) for item in form.items)
    keys = item_keys(session, form.items)
    topics = {str(item.version_id): item.topic for item in form.items}
    competencies_of_topic = {
        topic: (code,) for topic, (_identity, code) in campaign.competency_of_topic.items()
    }
    rows = [campaign.parameters.get(item.version_id) for item in form.items]
    plan = ScoringPlan(
        item_ids=item_ids,
        params=params_of(rows),
        competencies=items_by_competency(topics, competencies_of_topic),
        scale=campaign.scale,
        min_items=campaign.rules.min_items_per_competency,
        population=Population.from_analysis(campaign.calibration.analysis),
        dimensions=Dimensions.from_analysis(campaign.calibration.analysis),
        categories=categories_of(rows),
    )
    return FormPlan(form, plan, keys, curve_table(plan), keys_checksum(item_ids, keys))


def item_keys(session: Session, items: Sequence[FormItem]) -> dict[str, ItemKey]:
    """What each item asks for with the key in force, by its version as a text."""
    keys = store.keys_in_force(session, [item.version_id for item in items])
    return {
        str(item.version_id): ItemKey(item.asked, keys[item.version_id])
        for item in items
        if item.version_id in keys
    }
