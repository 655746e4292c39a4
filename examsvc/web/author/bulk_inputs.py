"""What the pages that change many items take in."""

from __future__ import annotations

from typing import Final

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, RadioField, SelectField, SelectMultipleField, StringField
from wtforms import TextAreaField as LongField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length

from examsvc.services.bulk_order import Act, BulkOrder
from examsvc.web.author.inputs import identity
from examsvc.web.author.wording_bulk import ACTS, PARTS
from examsvc.web.terms import COGNITIVE_LEVELS
from item_bank.bulk import LONGEST, LONGEST_BASIS, Part

CHOOSE: Final = SelectChoice("", _l("Choose …"))
LEVELS: Final = [CHOOSE, *(SelectChoice(*level) for level in COGNITIVE_LEVELS.items())]
USUAL: Final = [Part.STEM.value, Part.OPTIONS.value, Part.RATIONALE.value]


class BulkInput(FlaskForm):  # type: ignore[misc]
    """One change for many items; `ids` are those that were ticked, empty where the address says which."""

    ids = HiddenField()
    act = RadioField(
        _l("What shall change"),
        choices=[SelectChoice(*act) for act in ACTS.items()],
        default=Act.REPLACE.value,
    )
    find = StringField(_l("Words to find"), validators=[Length(max=2 * LONGEST)])
    put = StringField(_l("What takes their place"), validators=[Length(max=2 * LONGEST)])
    parts = SelectMultipleField(_l("Where"), choices=[SelectChoice(*part) for part in PARTS.items()])
    whole_words = BooleanField(_l("Whole words alone"))
    with_case = BooleanField(_l("Capitals as typed"))
    basis = StringField(_l("Legal basis"), validators=[Length(max=2 * LONGEST_BASIS)])
    adds = RadioField(
        _l("What becomes of the one there is"),
        choices=[
            SelectChoice("", _l("The new one takes its place")),
            SelectChoice("y", _l("The new one is added to it")),
        ],
        default="",
    )
    level = SelectField(_l("New cognitive level"), choices=LEVELS, default="")
    topic = SelectField(_l("New topic"), default="")
    to = SelectField(_l("Where the items go"), default="")
    reason = LongField(_l("Reason"), validators=[Length(max=2000)])

    def order(self) -> BulkOrder:
        """What was typed, for the service: of the chosen act alone."""
        act = self.act.data or ""
        reason = (self.reason.data or "").strip()
        if act == Act.REPLACE:
            return BulkOrder(
                act,
                reason,
                find=self.find.data or "",
                put=self.put.data or "",
                parts=tuple(self.parts.data or ()),
                whole_words=bool(self.whole_words.data),
                with_case=bool(self.with_case.data),
            )
        return BulkOrder(
            act,
            reason,
            basis=(self.basis.data or "") if act == Act.BASIS else "",
            adds=act == Act.BASIS and self.adds.data == "y",
            level=(self.level.data or "") if act == Act.LEVEL else "",
            topic=(self.topic.data or "") if act == Act.TOPIC else "",
            to=(self.to.data or "") if act == Act.MOVE else "",
            whole_words=False,
            with_case=False,
        )

    def chosen_ids(self) -> list[int]:
        """The ticked item versions. Raises ValueError for what cannot be any."""
        return [identity(part) for part in (self.ids.data or "").split(",") if part]

    def begin(self, ids: list[int]) -> None:
        """As the empty form stands."""
        self.ids.data = ",".join(map(str, ids))
        self.parts.data = list(USUAL)
        self.whole_words.data = self.with_case.data = True
