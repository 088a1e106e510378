"""Indicator templates: a tree of indicators per version; a published version never changes."""

from appraisal.library.models.indicator import EnteredBy, Indicator, Method, TargetBasis
from appraisal.library.models.own_rules import OwnRule
from appraisal.library.models.template import IndicatorTemplate, TemplateVersion

__all__ = ["EnteredBy", "Indicator", "IndicatorTemplate", "Method", "OwnRule", "TargetBasis", "TemplateVersion"]
