"""Code lists and regions, as data with their sources (`data/README.md`)."""

from doudi.standards.codelists import CodeList, codelists
from doudi.standards.regions import Region, region, region_name, region_path, regions, short_code

__all__ = ["CodeList", "Region", "codelists", "region", "region_name", "region_path", "regions", "short_code"]
