"""What the pages of the register of legal acts take in."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import DateField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional

from examsvc.edge.texts import gettext as _
from examsvc.services.legal_acts import ActFacts
from examsvc.services.legal_repeals import Repeal
from examsvc.store.models import LegalActRow

_FILL_IN = _l("Fill this in.")


class DayField(DateField):  # type: ignore[misc]
    """A day, with a complaint in the reader's language about what is none."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError as error:
            raise ValueError(_("This is no day of the calendar.")) from error


class ActInput(FlaskForm):  # type: ignore[misc]
    """A legal act as the bank manager types it."""

    number = StringField(
        _l("Number of the act"),
        validators=[InputRequired(_FILL_IN), Length(max=100, message=_l("At most 100 characters."))],
    )
    title = StringField(
        _l("Title"),
        validators=[InputRequired(_FILL_IN), Length(max=500, message=_l("At most 500 characters."))],
    )
    issued_on = DayField(_l("Issued on"), validators=[Optional()])
    effective_from = DayField(_l("In force from"), validators=[Optional()])
    successor = SelectField(_l("Replaced by"), coerce=int, validate_choice=True)

    def facts(self) -> ActFacts:
        """What was typed, for the service."""
        return ActFacts(
            self.number.data,
            self.title.data,
            self.issued_on.data,
            self.effective_from.data,
            (self.successor.data or None) if self.successor else None,
        )

    def show(self, act: LegalActRow) -> None:
        """Fill in a stored act."""
        self.number.data, self.title.data = act.number, act.title
        self.issued_on.data, self.effective_from.data = act.issued_on, act.effective_from
        if self.successor:
            self.successor.data = act.replaced_by_id or 0


class RepealInput(FlaskForm):  # type: ignore[misc]
    """A repeal as it is ordered."""

    effective_to = DayField(_l("No longer in force from"), validators=[InputRequired(_FILL_IN)])
    reason = TextAreaField(
        _l("Reason, for the authors of the items"),
        validators=[InputRequired(_FILL_IN), Length(max=2000, message=_l("At most 2000 characters."))],
    )
    successor = SelectField(_l("Replaced by"), coerce=int, validate_choice=True)

    def repeal(self) -> Repeal:
        """What was typed, for the service."""
        return Repeal(self.effective_to.data, self.reason.data, self.successor.data or None)


def offer_successors(field: SelectField, acts: list[LegalActRow], act_id: int | None) -> None:
    """Any other act of the register, or none."""
    field.choices = [
        SelectChoice(0, _("none, or not known yet")),
        *(SelectChoice(act.id, f"{act.number} · {act.title[:80]}") for act in acts if act.id != act_id),
    ]
