"""The parts of a calibration's page and report, each worded from the stored rows."""

from examsvc.web.examiner.sections.basis import data_section, options_section, software_section
from examsvc.web.examiner.sections.context import Context
from examsvc.web.examiner.sections.convergence import convergence_section
from examsvc.web.examiner.sections.dimensions import dimensions_section
from examsvc.web.examiner.sections.fit import dependence_section, model_fit_section
from examsvc.web.examiner.sections.items import items_section
from examsvc.web.examiner.sections.linking import linking_section
from examsvc.web.examiner.sections.measuring import measuring_section
from examsvc.web.examiner.sections.persons import persons_section
from examsvc.web.examiner.sections.precision import classification_section, reliability_section

__all__ = [
    "Context",
    "classification_section",
    "convergence_section",
    "data_section",
    "dependence_section",
    "dimensions_section",
    "items_section",
    "linking_section",
    "measuring_section",
    "model_fit_section",
    "options_section",
    "persons_section",
    "reliability_section",
    "software_section",
]
