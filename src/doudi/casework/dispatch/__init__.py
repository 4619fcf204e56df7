"""Work items: alerts of a household for an office, pushed, accepted, verified, handled, answered, checked by the next run."""
