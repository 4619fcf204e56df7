"""Visits, clues, proposed changes of a file, applications."""

from doudi.casework.visits.models.application import Application
from doudi.casework.visits.models.change import ProposedChange
from doudi.casework.visits.models.clue import Clue
from doudi.casework.visits.models.number import Counter
from doudi.casework.visits.models.visit import Visit

__all__ = ["Application", "Clue", "Counter", "ProposedChange", "Visit"]
