"""Reads and checks the files in `policy/`; shared by the analytical half and the casework site."""

from doudi.policyfiles.model import PolicyFiles
from doudi.policyfiles.read import read_policy

__all__ = ["PolicyFiles", "read_policy"]
