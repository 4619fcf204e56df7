"""The words a contract may use: the part of ODCS 3 that Doudi understands, and Doudi's own custom properties.

Everything else is a fault: a misspelt key would otherwise be ignored in silence.
"""
# fmt: off

from __future__ import annotations

DOCUMENT = frozenset((
    "apiVersion", "kind", "id", "name", "version", "status", "domain", "tenant", "tags", "team", "description", "customProperties",
    "slaProperties", "authoritativeDefinitions", "support", "roles", "contractCreatedTs", "schema",
))
OBJECT = frozenset((
    "name", "physicalName", "businessName", "logicalType", "physicalType", "description", "dataGranularityDescription", "tags",
    "authoritativeDefinitions", "properties", "quality",
))
PROPERTY = frozenset((
    "id", "name", "physicalName", "businessName", "description", "logicalType", "logicalTypeOptions", "physicalType", "required", "unique",
    "primaryKey", "primaryKeyPosition", "classification", "criticalDataElement", "examples", "tags", "authoritativeDefinitions",
    "customProperties",
))
QUALITY = frozenset(("name", "description", "dimension", "severity", "type", "engine", "implementation"))
TEAM = frozenset(("id", "name", "description", "members", "tags", "authoritativeDefinitions"))
DESCRIPTION = frozenset(("purpose", "usage", "limitations", "authoritativeDefinitions"))
SLA_PROPERTY = frozenset(("id", "property", "value", "valueExt", "unit", "element", "driver", "description"))
CUSTOM_PROPERTY = frozenset(("id", "property", "value", "description", "vendor"))
SLA = ("frequency", "timeOfAvailability", "latency")

OF_DOCUMENT = ("coversMany", "deliveryMode", "namedByNotice")
OF_PROPERTY = ("codeList", "embedsCitizenId", "headerVariants", "nameField", "recordReference", "unit")
