"""Who looked at full names and numbers of a run: see `lake.accesslog`, which intake uses too."""

from doudi.lake.accesslog import FILE, note_access

__all__ = ["FILE", "note_access"]
