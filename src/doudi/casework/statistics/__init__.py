"""Figures by region: rates for the map, the state of work, quality of deliveries."""
