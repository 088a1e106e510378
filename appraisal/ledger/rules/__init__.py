"""Dated figures of the appraisal year's calendar."""
