"""Alerts of the runs, with their evidence; people's decisions on them stay when the next run comes."""
