"""What the pages of assignments, replies and appraisal rules take in."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    DateField,
    IntegerField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange
from wtforms.widgets import CheckboxInput, ListWidget

from examsvc.services.appraisal_rules import MOST_REVIEWERS
from examsvc.services.assignments import MOST_ITEMS, Order
from examsvc.services.bank_replies import REPLY_LIMIT
from examsvc.web.author.inputs import identity
from examsvc.web.terms import COGNITIVE_LEVELS, POOLS
from item_bank.assignments import Ending

_DAY = _l("Give a date.")


class AssignInput(FlaskForm):  # type: ignore[misc]
    """What the bank manager asks of authors."""

    authors = SelectMultipleField(
        _l("Authors"),
        coerce=identity,
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
        validators=[DataRequired(_l("Choose at least one author."))],
    )
    topic = SelectField(_l("Topic"), validators=[InputRequired()])
    level = SelectField(
        _l("Cognitive level"),
        choices=[SelectChoice("", _l("Any")), *(SelectChoice(*level) for level in COGNITIVE_LEVELS.items())],
    )
    n_items = IntegerField(
        _l("Items asked of each author"),
        validators=[InputRequired(_l("Give a number.")), NumberRange(1, MOST_ITEMS)],
    )
    due_on = DateField(_l("Deadline"), validators=[InputRequired(_DAY)])
    legal_basis = StringField(_l("Legal basis to write from"), validators=[DataRequired(), Length(max=1000)])
    note = TextAreaField(_l("Note to the author"), validators=[Length(max=2000)])
    overdue_agreed = BooleanField(_l("The deadline has passed already: record what was agreed before"))

    def order(self) -> Order:
        """What was typed, for the service."""
        return Order(
            author_ids=tuple(self.authors.data),
            topic=self.topic.data,
            level=self.level.data,
            n_items=self.n_items.data,
            legal_basis=self.legal_basis.data,
            due_on=self.due_on.data,
            note=self.note.data or "",
            overdue_agreed=self.overdue_agreed.data,
        )


class DeadlineInput(FlaskForm):  # type: ignore[misc]
    """Another date, and why."""

    due_on = DateField(_l("New deadline"), validators=[InputRequired(_DAY)])
    reason = StringField(_l("Reason"), validators=[DataRequired(), Length(max=2000)])


class EndInput(FlaskForm):  # type: ignore[misc]
    """How an assignment ends, and why."""

    ending = SelectField(
        _l("Decision"),
        choices=[
            SelectChoice(Ending.CLOSED.value, _l("Close it: what is missing is no longer owed")),
            SelectChoice(Ending.WITHDRAWN.value, _l("Withdraw it: it was not to be made")),
        ],
    )
    reason = StringField(_l("Reason"), validators=[DataRequired(), Length(max=2000)])


class ReplyInput(FlaskForm):  # type: ignore[misc]
    """What an author replies to whoever returned his item."""

    reply = TextAreaField(_l("Your reply"), validators=[DataRequired(), Length(max=REPLY_LIMIT)])


class RuleInput(FlaskForm):  # type: ignore[misc]
    """How many reviewers an item of a pool takes from now on."""

    pool = SelectField(_l("Pool"), choices=[SelectChoice(*pool) for pool in POOLS.items()])
    min_reviewers = IntegerField(
        _l("Reviewers who must accept"),
        validators=[InputRequired(_l("Give a number.")), NumberRange(1, MOST_REVIEWERS)],
    )
    reason = StringField(_l("Reason"), validators=[DataRequired(), Length(max=2000)])
