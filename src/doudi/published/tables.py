"""Every table of a published run, in the order in which the reference shows them."""

from __future__ import annotations

from doudi.published.context import (
    CONDITIONS,
    CONFLICTS,
    DATASETS,
    DELIVERIES,
    IDENTITIES,
    ISSUES,
    PARAMETERS,
    PLACES,
    PROGRAMMES,
    QUALITY,
    RULES,
    TERMS,
    VARIABLES,
)
from doudi.published.findings import ALERTS, CHAIN, ENDED, EVIDENCE, HOUSEHOLD_FACTS, PERSON_FACTS, SOURCES, UNKNOWN
from doudi.published.schema import Table

TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        ALERTS,
        ENDED,
        EVIDENCE,
        SOURCES,
        UNKNOWN,
        PERSON_FACTS,
        HOUSEHOLD_FACTS,
        CHAIN,
        PLACES,
        RULES,
        CONDITIONS,
        VARIABLES,
        PARAMETERS,
        PROGRAMMES,
        TERMS,
        DATASETS,
        DELIVERIES,
        QUALITY,
        ISSUES,
        CONFLICTS,
        IDENTITIES,
    )
}
