"""What a province may lay down itself, and how each value must look."""

from appraisal.library.rules.offered import OFFERED
from appraisal.library.rules.offering import SUBJECTS, Offer
from appraisal.library.rules.shapes import Problem

__all__ = ["OFFERED", "SUBJECTS", "Offer", "Problem"]
