"""Later-stage support projects: their library, their funds and the oversight of both, built on top of the appraisal."""
