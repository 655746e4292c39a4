"""What the account pages take in."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import SelectField, SelectMultipleField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Regexp
from wtforms.widgets import CheckboxInput, ListWidget

from examsvc.accounts.roles import Role
from examsvc.web.admin.wording import ROLE_NAMES


class RolesField(SelectMultipleField):  # type: ignore[misc]
    """Roles as boxes to tick."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class RolesInput(FlaskForm):  # type: ignore[misc]
    """The roles of an account."""

    roles = RolesField(
        _l("Roles"), choices=[SelectChoice(role.value, name) for role, name in ROLE_NAMES.items()]
    )

    @property
    def chosen(self) -> frozenset[Role]:
        return frozenset(Role(value) for value in self.roles.data or ())


class NewAccountInput(RolesInput):
    """A staff account."""

    username = StringField(
        _l("User name"),
        validators=[
            InputRequired(),
            Length(max=64),
            Regexp(r"^[a-z0-9][a-z0-9._-]*$", message=_l("Small letters, digits, . _ - only.")),
        ],
        filters=[lambda value: value.strip() if value else value],
    )
    display_name = StringField(
        _l("Name"),
        validators=[InputRequired(), Length(max=120)],
        filters=[lambda value: value.strip() if value else value],
    )
    unit = SelectField(_l("Unit"), coerce=int)
