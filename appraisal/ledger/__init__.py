"""SHARED: the cross-tenant record: cycles, letters, reports, verifications, scorecards, objections."""
