"""What the pages of an import take in."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, HiddenField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length

from examsvc.services.assignment_choice import FITTING
from examsvc.services.import_report import Answers
from examsvc.web.terms import COGNITIVE_LEVELS, POOLS

NOT_SAID = SelectChoice("", _l("Not said"))


class FileInput(FlaskForm):  # type: ignore[misc]
    """An author's file; `after` names the report of the file that it corrects."""

    file = FileField(
        _l("File (.xlsx, .docx, QTI, Moodle XML, GIFT, Aiken)"),
        validators=[FileRequired(_l("Choose a file first."))],
    )
    after = HiddenField()


class AnswersInput(FlaskForm):  # type: ignore[misc]
    """What holds for the items of a file that do not say it themselves."""

    topic = SelectField(_l("Topic"), default="")
    level = SelectField(
        _l("Cognitive level"),
        choices=[NOT_SAID, *(SelectChoice(*level) for level in COGNITIVE_LEVELS.items())],
        default="",
    )
    legal_basis = StringField(_l("Legal basis"), validators=[Length(max=1000)])
    pool = SelectField(
        _l("Pool"), choices=[NOT_SAID, *(SelectChoice(*pool) for pool in POOLS.items())], default=""
    )
    code = StringField(_l("New codes begin with"), validators=[Length(max=30)])

    def answers(self) -> Answers:
        """What was answered, for the service."""
        return Answers(
            self.topic.data or "",
            self.level.data or "",
            (self.legal_basis.data or "").strip(),
            self.pool.data or "",
            (self.code.data or "").strip().rstrip("-"),
        )

    def show(self, answers: Answers) -> None:
        """Fill in what was answered before."""
        for name in ("topic", "level", "legal_basis", "pool", "code"):
            self[name].data = getattr(answers, name)


class ConfirmInput(FlaskForm):  # type: ignore[misc]
    """What the items of a checked file are written for, and that those at fault are left out."""

    assignment = SelectField(_l("Written for"), default=FITTING)
    without_refused = BooleanField(_l("Leave out the items that cannot be taken"))
