"""What the author's and the reviewer's pages take in."""

from __future__ import annotations

import re
from collections.abc import Iterable

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import (
    BooleanField,
    HiddenField,
    IntegerField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from examsvc.edge.language import in_language
from examsvc.services.assignment_choice import FITTING, NONE
from examsvc.services.bank_views import ItemView
from examsvc.store.bank import CODE_LIMIT
from examsvc.store.models import TopicRow
from examsvc.web.author.editing.parts import Parts, english_of, key_of
from examsvc.web.author.editing.typed import Typed
from examsvc.web.author.wording import CHECKS
from examsvc.web.terms import COGNITIVE_LEVELS, POOLS
from item_bank.pool import Pool
from item_bank.stem import to_authored
from item_bank.stimulus import Stimulus
from item_bank.wording import Wording

NEW_STIMULUS = "+"
MAX_IDENTITY = 2**31 - 1  # beyond it PostgreSQL's integer columns refuse to compare


def topic_choices(topics: Iterable[TopicRow]) -> list[SelectChoice]:
    """Each topic by its code and its name in the reader's language."""
    return [SelectChoice(topic.code, f"{topic.code} · {in_language(topic)}") for topic in topics]


def identity(text: str) -> int:
    """A row's number as sent by a browser; raises ValueError for what cannot be one."""
    number = int(text)
    if not 0 < number <= MAX_IDENTITY:
        raise ValueError(text)
    return number


class ItemInput(FlaskForm):  # type: ignore[misc]
    """An item as its author types it."""

    code = StringField(_l("Code"), validators=[DataRequired(), Length(max=CODE_LIMIT)])
    topic = SelectField(_l("Topic"), validators=[InputRequired()])
    level = SelectField(
        _l("Cognitive level"),
        choices=[SelectChoice(*level) for level in COGNITIVE_LEVELS.items()],
        validators=[InputRequired()],
    )
    stem = TextAreaField(_l("Stem"), validators=[DataRequired(), Length(max=4000)])
    english_stem = TextAreaField(_l("Stem, in English"), validators=[Length(max=4000)])
    legal_basis = StringField(_l("Legal basis"), validators=[DataRequired(), Length(max=1000)])
    rationale = TextAreaField(_l("Rationale"), validators=[Length(max=4000)])
    english_rationale = TextAreaField(_l("Rationale, in English"), validators=[Length(max=4000)])
    english = BooleanField(_l("Write an English wording as well"))
    stimulus = SelectField(_l("Material shown beside the item"), default="")
    stimulus_code = StringField(_l("Code of the material"), validators=[Length(max=40)])
    stimulus_content = TextAreaField(_l("Material"), validators=[Length(max=20_000)])
    english_stimulus = TextAreaField(_l("Material, in English"), validators=[Length(max=20_000)])
    english_stimulus_shown = HiddenField()  # as the page had it: whether it was changed is seen by that
    judged_share = IntegerField(
        _l("Share who will answer right, in percent"),
        validators=[Optional(), NumberRange(0, 100)],
    )
    enemies = StringField(_l("Enemies"), validators=[Length(max=2000)])
    pool = SelectField(
        _l("Pool"), choices=[SelectChoice(*pool) for pool in POOLS.items()], default=Pool.OPERATIONAL.value
    )

    assignment = SelectField(_l("Written for"), default=FITTING)

    def wording(self, parts: Parts, typed: Typed, stimulus: Stimulus | None) -> Wording:
        """What was typed, for the service."""
        share = self.judged_share.data
        return Wording(
            code=self.code.data,
            topic=self.topic.data,
            level=self.level.data,
            stem=typed.stem,
            asked=parts.asked,
            key=key_of(typed, parts),
            legal_basis=self.legal_basis.data,
            rationale=self.rationale.data or "",
            judged_share=None if share is None else share / 100,
            enemies=tuple(code for code in re.split(r"[,;\s]+", self.enemies.data or "") if code),
            pool=self.pool.data,
            stimulus=stimulus,
            english=english_of(typed, parts, self.english_rationale.data or ""),
        )

    @property
    def choice(self) -> str:
        """What it is written for."""
        return str(self.assignment.data) if "assignment" in self else FITTING

    def show(self, view: ItemView) -> None:
        """Fill in a stored item, as its author would type it."""
        self.code.data = view.line.code
        self.topic.data = view.line.topic.code
        self.level.data = view.line.level
        self.stem.data = to_authored(view.item.stem)
        english = view.item.english
        if english is not None:
            self.english.data = True
            self.english_stem.data = to_authored(english.stem)
            self.english_rationale.data = to_authored(english.rationale)
        if view.item.stimulus is not None:
            self.stimulus.data = view.item.stimulus.code
        self.legal_basis.data = view.item.legal_basis
        self.rationale.data = to_authored(view.item.rationale)
        share = view.item.judged_share
        self.judged_share.data = None if share is None else round(share * 100)
        self.enemies.data = ", ".join(view.enemies)
        self.pool.data = view.line.pool
        if "assignment" in self:
            self.assignment.data = _choice(view)


def _choice(view: ItemView) -> str:
    """What an item is written for, as the form says it; what has ended is chosen anew."""
    if view.assignment is None:
        return NONE
    return str(view.assignment.row.id) if view.assignment.row.ending is None else FITTING


class MediaInput(FlaskForm):  # type: ignore[misc]
    """A picture, and its words for readers who cannot see it."""

    file = FileField(
        _l("Picture (PNG, JPEG, GIF, WebP)"), validators=[FileRequired(_l("Choose a file first."))]
    )
    alt = StringField(_l("What the picture says, in words"), validators=[DataRequired(), Length(max=300)])


class ReviewInput(FlaskForm):  # type: ignore[misc]
    """A reviewer's judgement."""

    checklist = SelectMultipleField(
        _l("Checklist"),
        choices=[SelectChoice(*check) for check in CHECKS.items()],
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
    )
    comment = TextAreaField(_l("Comment for the author"), validators=[Length(max=4000)])
    decision = StringField(validators=[InputRequired()])


class MoveInput(FlaskForm):  # type: ignore[misc]
    """Items and where they go."""

    version_ids = SelectMultipleField(coerce=identity, validate_choice=False)
    to = StringField()
    comment = StringField(_l("Reason"), validators=[Length(max=2000)])
    back = StringField()


class KeyInput(FlaskForm):  # type: ignore[misc]
    """Why a key is to be another one, or is to stay."""

    reason = TextAreaField(_l("Why the key is wrong, and by which provision"), validators=[Length(max=2000)])
