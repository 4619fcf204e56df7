"""Brings a published run's people, households, categories and aid into the registry: COPY into staging, then one MERGE for each table."""
