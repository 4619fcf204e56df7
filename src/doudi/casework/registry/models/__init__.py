"""Who is in the low-income registry, since when, what was paid, what changed, what people corrected."""

from doudi.casework.registry.models.aid import Aid
from doudi.casework.registry.models.category import Category
from doudi.casework.registry.models.change import Change
from doudi.casework.registry.models.correction import Correction
from doudi.casework.registry.models.household import Household
from doudi.casework.registry.models.person import Person

__all__ = ["Aid", "Category", "Change", "Correction", "Household", "Person"]
