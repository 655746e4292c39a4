"""What is wrong with a workbook, in words."""

from __future__ import annotations

from flask_babel import gettext as _

from examsvc.positions.workbook import Fault


def fault_reason(fault: Fault) -> str:
    """The fault as the HR office reads it."""
    texts = {
        "required": _("A value is missing."),
        "formula": _("A formula stands here; paste its value."),
        "error_value": _("The cell holds a spreadsheet error."),
        "bad_code": _("“%(value)s” is not a code: capital letters, digits, . _ - only."),
        "repeated_code": _("A code stands twice in “%(value)s”."),
        "too_long": _("Longer than %(limit)s characters."),
        "control_character": _("The text holds an invisible control character."),
        "bad_email": _("“%(value)s” is not an e-mail address."),
        "bad_date": _("“%(value)s” is not a date: use day/month/year."),
        "bad_count": _("“%(value)s” is not a whole number from 0 to 1000."),
        "bad_number": _("“%(value)s” is not a number."),
        "bad_weight": _("“%(value)s” is not a weight above 0 up to 100."),
        "bad_mark": _("“%(value)s” is not a mark: use x or leave it blank."),
        "duplicate": _("The same entry already stands in row %(first_row)s."),
        "unknown_reference": _("“%(value)s” is neither in this file nor known."),
        "circular": _("The unit would be its own superior."),
        "topic_owned": _("Topic “%(value)s” already belongs to the competency in row %(first_row)s."),
        "number_taken": _("“%(value)s” is the user name of a staff account."),
        "level_beyond_scale": _("The highest level is %(highest)s."),
        "shares_total": _("The items of position %(position)s add up to %(total)s, not to 60."),
        "too_many_rows": _("More than %(limit)s rows."),
        "unknown_column": _("This column is not known."),
        "repeated_column": _("This column stands twice."),
        "missing_column": _("This column is missing."),
        "no_known_sheet": _("No sheet has a known name."),
    }
    text = texts.get(fault.code, fault.code)
    return str(text % dict(fault.params) if fault.params else text)


def refusal_reason(code: str) -> str:
    """Why a file was not opened at all."""
    texts = {
        "file_too_large": _("The file is too large."),
        "not_a_workbook": _("This is not an .xlsx workbook."),
        "too_many_parts": _("The file has too many parts for a workbook."),
        "has_macros": _("The file contains macros. Save it as .xlsx without macros."),
        "unpacks_too_large": _("The file unpacks to an unusual size."),
        "foreign_encoding": _("The file has parts in an unusual encoding."),
        "declares_entities": _("The file declares XML entities, which no office program writes."),
    }
    return str(texts.get(code, code))
