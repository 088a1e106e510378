"""An independent recomputation of scorecards from their traces alone.

It shares no code with `appraisal.rules`: its own reading of numbers, its own arithmetic, its own formulas.
If engine and checker agree to the last digit, a mistake would have to be made twice.
"""

from appraisal.checker.card import Difference, recheck
from appraisal.checker.fields import recheck_together
from appraisal.checker.year import recheck_year

__all__ = ["Difference", "recheck", "recheck_together", "recheck_year"]
