"""Real workers, killed on purpose: the job engine with its brokers and its database."""
