"""The rule book: every rule with its text, basis, parameters and current hits."""
