"""Facts as the ledger keeps them (`ReportedValue`): what is wrong with one, how it reads, what the engine makes of it.

A fact is a mapping with decimals as text. Field names are paths into it: value, target, counts.0, done_on.12,
present.1, inputs.found_count, marks.0, points. No database, no clock.
"""

from appraisal.library.models.words import input_label
from appraisal.reporting.rules.facts.checking import cleaned, of_last_month, wrongs
from appraisal.reporting.rules.facts.engine import Demand, denominator, for_engine, zero_fact
from appraisal.reporting.rules.facts.kinds import (
    COUNTED,
    NUMBER,
    QUANTITIES,
    SINGLE_VALUE,
    Due,
    Fact,
    Wrong,
    additive,
    as_date,
    can_be_nothing,
    categories_of,
    entries_of,
    events_of,
    inputs_of,
    required_of,
    rule_of,
    takes_target,
)
from appraisal.reporting.rules.facts.paths import Place, flat, places_of, whole
from appraisal.reporting.rules.facts.words import described, exact, grouped, main_number, short

__all__ = [
    "COUNTED", "NUMBER", "QUANTITIES", "SINGLE_VALUE", "Demand", "Due", "Fact", "Place", "Wrong", "additive", "as_date",
    "can_be_nothing", "categories_of", "cleaned", "denominator", "described", "entries_of", "events_of", "exact",
    "flat", "for_engine", "grouped", "input_label", "inputs_of", "main_number", "of_last_month", "places_of",
    "required_of", "rule_of", "short", "takes_target", "whole", "wrongs", "zero_fact",
]  # fmt: skip
