"""Verbs of templates: import, copy, edit, publish."""

from appraisal.library.usecases.crosschecks import remove_check, save_check, suggest_checks
from appraisal.library.usecases.editing import (
    add_group,
    add_indicator,
    move_indicator,
    origins_of,
    regroup_indicator,
    remove_indicator,
    save_indicator,
    set_na_treatment,
    set_points,
)
from appraisal.library.usecases.importing import import_template, shipped_csv
from appraisal.library.usecases.owning import reassign_owner
from appraisal.library.usecases.publishing import copy_version, publish_version
from appraisal.library.usecases.whole import import_scheme

__all__ = [
    "add_group",
    "add_indicator",
    "copy_version",
    "import_scheme",
    "import_template",
    "move_indicator",
    "origins_of",
    "publish_version",
    "reassign_owner",
    "regroup_indicator",
    "remove_check",
    "remove_indicator",
    "save_check",
    "save_indicator",
    "set_na_treatment",
    "set_points",
    "shipped_csv",
    "suggest_checks",
]
