"""任务分解: an office breaks its letter down to divisions, counties and people, and follows what was promised."""
