"""The scoring rules of target appraisal: pure functions of facts and dated parameters.

No Django, no clock, no database. What a rule means is written for people in `platform/docs/rules/`; the arithmetic is
exact (fractions) until a rounding is named. The independent recomputation lives in `appraisal.checker`.
"""
