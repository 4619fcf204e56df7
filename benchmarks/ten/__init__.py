"""The same ten rules in several ways: Doudi, DuckDB SQL written by hand, pandas, OpenFisca-core, a loop over the Django ORM."""
