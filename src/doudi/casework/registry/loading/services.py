"""One load of the registry, step by step."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from doudi.casework.registry.loading import staging
from doudi.casework.registry.loading.aid import aid
from doudi.casework.registry.loading.categories import Kind, categories
from doudi.casework.registry.loading.corrected import keep_corrections
from doudi.casework.registry.loading.merge import Load, households, people
from doudi.casework.registry.loading.read import Reading
from doudi.casework.runs.analysis import tables_analyze
from doudi.kernel.clock import now
from doudi.policyfiles import read_policy
from doudi.published.read import PublishedRun
from doudi.published.seal import Sealer
from doudi.standards.regions import regions

Step = tuple[str, dict[str, int], float]


def registry_merge(run: PublishedRun, key: bytes, *, at: datetime) -> Iterator[Step]:
    """Bring households, people, categories and aid of a run into the registry; gives each step's name, counts and seconds.

    Must be exhausted, within the load's transaction, as the loader. Raises DoudiError if the key is not the run's.
    """
    load = Load(run.id, run.as_of, at)
    kinds = _kinds(run)
    reading = Reading(run, Sealer(key), next(regions("province")).code, tuple(kinds))
    began = now()
    staging.make()
    copied = {
        "households": staging.copy(staging.HOUSEHOLD, reading.households(_known("registry_household", "source"))),
        "people": staging.copy(staging.PERSON, reading.people(_known("registry_person", "identity"))),
        "categories": staging.copy(staging.CATEGORY, reading.recognised(run.as_of)),
        "aid": staging.copy_blocks(staging.AID, reading.aid()),
    }
    staging.analyze()
    for name, step in (
        ("staging", lambda: copied),
        ("corrections", lambda: keep_corrections(load)),
        ("households", lambda: households(load)),
        ("people", lambda: people(load)),
        ("categories", lambda: categories(load, kinds)),
        ("aid", lambda: aid(load)),
    ):
        counts = step()
        moment = now()
        yield name, counts, round((moment - began).total_seconds(), 2)
        began = moment
    tables_analyze("registry_household", "registry_person", "registry_category", "registry_aid")


def _known(table: str, digest: str) -> dict[int, bytes]:
    """Number -> digest of what was loaded before."""
    return {number: bytes(value) for number, value in staging.rows(f"SELECT number, {digest} FROM {table}")}  # noqa: S608 - names of our own


def _kinds(run: PublishedRun) -> dict[str, Kind]:
    """The categories of the run's policy: named as the list they are on, based on what their department delivers."""
    policy, departments = read_policy(run.path / "policy"), run.terms("departments")
    found = {}
    for name, file in policy.variables.items():
        if not file.category or file.of != "person" or name not in run.variables:
            continue
        datasets = [run.datasets[dataset] for dataset in run.variables[name]["datasets"].split(",") if dataset in run.datasets]
        title = datasets[0]["title"] if len(datasets) == 1 else file.name
        source = "、".join(f"{departments.get(one['department'], one['department'])}《{one['title']}》" for one in datasets)
        found[name] = Kind(title, file.name, source)
    return found
