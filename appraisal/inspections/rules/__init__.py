"""Pure rules of inspections: the draw, the weights of risk, dated figures."""
