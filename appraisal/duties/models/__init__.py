"""TENANT tables: the office's own work; the bureau sees ledger.Decomposition."""

from appraisal.duties.models.deliveries import Delivery, DeliveryEvidence
from appraisal.duties.models.lists import Breakdown, Duty, ResponsibilityList

__all__ = ["Breakdown", "Delivery", "DeliveryEvidence", "Duty", "ResponsibilityList"]
