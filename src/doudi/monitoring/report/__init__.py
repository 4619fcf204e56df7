"""The report of a run: one HTML page that needs nothing else, for people who do not open a terminal.

It shows aggregates only. No name, no citizen ID, no household number comes near it: it never opens the identities of the run.
"""

from doudi.monitoring.report.render import render_report

__all__ = ["render_report"]
