"""The low-income registry: search, the file of a household, an ID number on demand, corrections."""
