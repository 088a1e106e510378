"""The emergency account: sealed by two, opened by both halves, alarmed, over by itself, accounted for by two."""
