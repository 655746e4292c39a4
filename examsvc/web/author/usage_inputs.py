"""What the pages about the use and rest of items take in."""

from __future__ import annotations

from datetime import date

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import IntegerField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from examsvc.services.rest_orders import RestOrder
from examsvc.web.author.inputs import identity
from examsvc.web.author.legal_inputs import DayField
from item_bank.exposure import RestRule

_FILL_IN = _l("Fill this in.")
_LONGEST = 2000
_WHOLE = _l("Write a whole number.")


class NumberField(IntegerField):  # type: ignore[misc]
    """A whole number, with a complaint in the reader's language about what is none."""

    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError as error:
            raise ValueError(str(_WHOLE)) from error


class OrderInput(FlaskForm):  # type: ignore[misc]
    """Ticked items, to be put to rest until a day, or to be woken."""

    version_ids = SelectMultipleField(coerce=identity, validate_choice=False)
    act = StringField()  # rest | wake
    until_on = DayField(_l("Rests until (on this day it is back)"), validators=[Optional()])
    reason = TextAreaField(
        _l("Reason"),
        validators=[
            InputRequired(_l("Give a reason.")),
            Length(max=_LONGEST, message=_l("At most 2000 characters.")),
        ],
    )

    @property
    def wakes(self) -> bool:
        """Whether the items are woken."""
        return str(self.act.data) == "wake"

    def order(self) -> RestOrder:
        """What was typed, for the service; a rest without a day is refused before."""
        until_on: date | None = None if self.wakes else self.until_on.data
        return RestOrder(tuple(self.version_ids.data or ()), until_on, self.reason.data or "")

    def validate(self, extra_validators: object = None) -> bool:
        """A rest needs its day."""
        is_valid = bool(super().validate(extra_validators))
        if is_valid and not self.wakes and self.until_on.data is None:
            self.until_on.errors = [str(_FILL_IN)]
            return False
        return is_valid


class RestRuleInput(FlaskForm):  # type: ignore[misc]
    """A rule of rest as it is typed; what is empty makes nothing rest."""

    most_sittings = NumberField(_l("Rests when seen by more sittings than"), validators=[Optional()])
    most_percent = NumberField(
        _l("Rests when seen by a larger share of a position's candidates than, in percent"),
        validators=[Optional()],
    )
    least_candidates = NumberField(
        _l("Shares count from so many candidates"),
        validators=[InputRequired(_FILL_IN), NumberRange(min=1, message=_l("At least 1."))],
    )
    months = NumberField(
        _l("For how many months"),
        validators=[InputRequired(_FILL_IN), NumberRange(min=1, message=_l("At least 1."))],
    )
    reason = StringField(
        _l("Reason"),
        validators=[
            InputRequired(_l("Give a reason.")),
            Length(max=_LONGEST, message=_l("At most 2000 characters.")),
        ],
    )

    def rule(self) -> RestRule:
        """What was typed, for the service."""
        percent = self.most_percent.data
        return RestRule(
            self.most_sittings.data,
            None if percent is None else percent / 100,
            self.least_candidates.data,
            self.months.data,
        )

    def show(self, rule: RestRule) -> None:
        """Begin with the rule in force."""
        self.most_sittings.data = rule.most_sittings
        self.most_percent.data = None if rule.most_share is None else round(rule.most_share * 100)
        self.least_candidates.data, self.months.data = rule.least_candidates, rule.months
