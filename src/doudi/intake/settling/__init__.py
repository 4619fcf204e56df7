"""From a set of deliveries to a cut of the lake."""
