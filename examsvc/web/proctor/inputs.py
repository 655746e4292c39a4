"""What the proctor's pages take in."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional

from examsvc.edge.room_picture import KIND_LABELS
from proctoring.incidents import NOTE_LIMIT, IncidentKind


def strip(text: str | None) -> str:
    """What was typed, without the spaces around it."""
    return (text or "").strip()


class ReasonInput(FlaskForm):  # type: ignore[misc]
    """Why somebody decided so."""

    reason = StringField(_l("Reason"), filters=[strip], validators=[DataRequired(), Length(max=500)])


class TakeoverInput(ReasonInput):
    """Why another machine, and whether the lost time comes back."""

    restore = BooleanField(_l("Give back the time that the failure costs"))


class ExtendInput(ReasonInput):
    """How much more time, and why."""

    minutes = IntegerField(_l("Minutes"), validators=[InputRequired(), NumberRange(min=1, max=240)])


class IncidentInput(FlaskForm):  # type: ignore[misc]
    """What happened, to whom."""

    kind = SelectField(
        _l("What happened"),
        choices=[
            SelectChoice("", _l("Please choose")),  # none by default: what nobody chose must not be minuted
            *(SelectChoice(kind.value, KIND_LABELS[kind.value]) for kind in IncidentKind),
        ],
        validators=[InputRequired()],
    )
    sitting = SelectField(_l("Candidate"), coerce=int, validators=[InputRequired()])
    item_number = IntegerField(
        _l("Item number on the candidate's screen"), validators=[Optional(), NumberRange(min=1, max=300)]
    )
    note = TextAreaField(
        _l("Description"), filters=[strip], validators=[DataRequired(), Length(max=NOTE_LIMIT)]
    )


class ProposeInput(ReasonInput):
    """Whether entries that were kept aside shall count, and why."""

    counts = RadioField(
        _l("Proposal"),
        choices=[SelectChoice("yes", _l("Let them count")), SelectChoice("no", _l("Leave them aside"))],
        validators=[InputRequired()],
    )
    back = HiddenField()

    @property
    def back_to(self) -> str | None:
        return str(self.back.data) if self.back.data else None


class DecideInput(FlaskForm):  # type: ignore[misc]
    """Whether a proposal is confirmed."""

    decision = RadioField(
        choices=[SelectChoice("confirm", _l("Confirm")), SelectChoice("reject", _l("Reject"))],
        validators=[InputRequired()],
    )
    back = HiddenField()

    @property
    def back_to(self) -> str | None:
        return str(self.back.data) if self.back.data else None
