"""Verbs of the responsibility list. Page and API call the same ones."""

from appraisal.duties.usecases.beginning import begin_list, copy_last_year, drop_list, set_population
from appraisal.duties.usecases.breaking import Part, fill_target, save_target, save_targets
from appraisal.duties.usecases.deciding import confirm_list, send_back_list, submit_list
from appraisal.duties.usecases.delivering import deliver_duty, return_delivery

__all__ = [
    "Part",
    "begin_list",
    "confirm_list",
    "copy_last_year",
    "deliver_duty",
    "drop_list",
    "fill_target",
    "return_delivery",
    "save_target",
    "save_targets",
    "send_back_list",
    "set_population",
    "submit_list",
]
