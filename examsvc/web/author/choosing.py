"""Which assignment an item is written for, as the forms offer it."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms.fields.choices import SelectChoice

from examsvc.edge.language import in_language, local_day
from examsvc.edge.room import current_actor, deps
from examsvc.edge.texts import gettext as _
from examsvc.services.assignment_choice import FITTING, NONE, list_choices
from examsvc.store.assignments import AssignmentLine
from examsvc.web.terms import COGNITIVE_LEVELS


def offer_assignments(inputs: FlaskForm) -> bool:
    """Fill the form's `assignment`; an author who owes nothing is not asked, and the field is taken out."""
    own = list_choices(deps(), current_actor())
    if not own:
        del inputs.assignment
        return False
    inputs.assignment.choices = [
        SelectChoice(FITTING, _("What is due first and fits topic and level")),
        *(SelectChoice(str(line.row.id), _name(line)) for line in own),
        SelectChoice(NONE, _("For no assignment")),
    ]
    return True


def _name(line: AssignmentLine) -> str:
    level = COGNITIVE_LEVELS[line.row.cognitive_level] if line.row.cognitive_level else _("Any level")
    return _(
        "%(topic)s · %(level)s · %(count)s items by %(due)s",
        topic=f"{line.topic.code} {in_language(line.topic)}",
        level=level,
        count=line.row.n_items,
        due=local_day(line.row.due_on),
    )
