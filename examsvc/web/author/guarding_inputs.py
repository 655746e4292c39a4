"""What the pages that guard the bank take in."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import IntegerField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange

from examsvc.services.view_limits import LIMITED, MOST_A_DAY
from examsvc.web.author.inputs import identity
from examsvc.web.author.wording_guarding import FORMATS, LIMITED_ROLES

_NUMBER = [InputRequired(_l("Give a number.")), NumberRange(1, MOST_A_DAY)]
_REASON = [DataRequired(_l("Give a reason.")), Length(max=2000)]


class LimitInput(FlaskForm):  # type: ignore[misc]
    """How many guarded items a role may see a day from now on."""

    role = SelectField(
        _l("Role"), choices=[SelectChoice(role.value, LIMITED_ROLES[role.value]) for role in LIMITED]
    )
    day_limit = IntegerField(_l("Items a day"), validators=_NUMBER)
    reason = StringField(_l("Reason"), validators=_REASON)


class GrantInput(FlaskForm):  # type: ignore[misc]
    """More items for one person, for today."""

    user = SelectField(_l("For whom"), coerce=identity)
    extra = IntegerField(_l("More items today"), validators=_NUMBER)
    reason = StringField(_l("Reason"), validators=_REASON)


class ExportInput(FlaskForm):  # type: ignore[misc]
    """Which items shall leave the bank, as what, for what and to whom."""

    codes = TextAreaField(_l("Item codes"), validators=[Length(max=2_000_000)])
    format = SelectField(_l("Format"), choices=[SelectChoice(*one) for one in FORMATS.items()])
    recipient = StringField(_l("Recipient"), validators=[DataRequired(), Length(max=200)])
    purpose = TextAreaField(_l("Purpose"), validators=[DataRequired(), Length(max=2000)])


class DecisionInput(FlaskForm):  # type: ignore[misc]
    """The second person's word."""

    reason = StringField(_l("Reason (wanted for a refusal)"), validators=[Length(max=2000)])
