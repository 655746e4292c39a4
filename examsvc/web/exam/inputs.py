"""What the exam manager's pages take in."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel import to_utc
from flask_wtf import FlaskForm
from wtforms import (
    DateTimeLocalField,
    Field,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Regexp

from examsvc.edge.texts import gettext as _

CODE = Regexp(r"^[A-Za-z0-9][A-Za-z0-9._-]*$", message=_l("Letters, digits, dots, hyphens; no spaces."))
STATIONS_PER_ROOM = 200
ROOMS = 40


def strip(text: str | None) -> str:
    """What was typed, without the spaces around it."""
    return (text or "").strip()


class CampaignInput(FlaskForm):  # type: ignore[misc]
    """A campaign's name, rules and scale."""

    code = StringField(_l("Code"), filters=[strip], validators=[DataRequired(), Length(max=40), CODE])
    name_vi = StringField(
        _l("Name in Vietnamese"), filters=[strip], validators=[DataRequired(), Length(max=200)]
    )
    name_en = StringField(
        _l("Name in English"), filters=[strip], validators=[DataRequired(), Length(max=200)]
    )
    rule_pack = RadioField(_l("Rules of the exam room"), validators=[InputRequired()])
    level_scale = SelectField(_l("Level scale"), coerce=int, validators=[InputRequired()])


class AdministrationInput(FlaskForm):  # type: ignore[misc]
    """One common start: of which position, when, where."""

    code = StringField(_l("Code"), filters=[strip], validators=[DataRequired(), Length(max=40), CODE])
    blueprint = SelectField(_l("Position and blueprint"), coerce=int, validators=[InputRequired()])
    starts_at = DateTimeLocalField(_l("Common start"), validators=[InputRequired()])
    rooms = TextAreaField(_l("Rooms"), validators=[DataRequired()])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.parsed_rooms: tuple[tuple[str, int], ...] = ()

    def validate_rooms(self, field: Field) -> None:
        """Every line says a name and a number of stations; all wrong lines are told at once."""
        self.parsed_rooms, faults = parse_rooms(field.data)
        if faults:
            raise ValidationError(" ".join(faults))

    @property
    def starts_at_utc(self) -> datetime:
        """The start as an instant; what is typed is the local time of the exam."""
        typed: datetime = to_utc(self.starts_at.data)
        return typed.replace(tzinfo=UTC)


class RosterInput(FlaskForm):  # type: ignore[misc]
    """Whose officers go on the roster."""

    region = SelectField(_l("Region"))

    def offer(self, regions: list[str]) -> RosterInput:
        """All regions or one of these."""
        everywhere = SelectChoice("", _("All regions"))
        self.region.choices = [everywhere, *(SelectChoice(region) for region in regions)]
        return self


class ReasonInput(FlaskForm):  # type: ignore[misc]
    """Why somebody decided so."""

    reason = StringField(_l("Reason"), filters=[strip], validators=[DataRequired(), Length(max=500)])


class ExtendAllInput(ReasonInput):
    """How much more time for everybody, and why."""

    minutes = IntegerField(_l("Minutes"), validators=[InputRequired(), NumberRange(min=1, max=240)])


def parse_rooms(text: str) -> tuple[tuple[tuple[str, int], ...], list[str]]:
    """Rooms from lines of "name, stations", and what is wrong with the lines that are none."""
    rooms: list[tuple[str, int]] = []
    faults: list[str] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        name, comma, stations = (part.strip() for part in line.rpartition(","))
        if not comma or not name or len(name) > 120 or not stations.isdecimal():
            faults.append(_('Line %(number)s: write "name, stations".', number=number))
        elif not 1 <= int(stations) <= STATIONS_PER_ROOM:
            faults.append(
                _("Line %(number)s: 1 to %(most)s stations.", number=number, most=STATIONS_PER_ROOM)
            )
        elif name.casefold() in {known.casefold() for known, _stations in rooms}:
            faults.append(_("Line %(number)s: this room is named twice.", number=number))
        else:
            rooms.append((name, int(stations)))
    if len(rooms) > ROOMS:
        faults.append(_("At most %(most)s rooms.", most=ROOMS))
    return tuple(rooms), faults
