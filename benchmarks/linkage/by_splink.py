"""Plain Splink, as its documentation sets it up: comparisons, blocking rules, u by random sampling, m by expectation maximisation, a threshold."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import splink.comparison_library as cl
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

from benchmarks.harness import StopWatch
from benchmarks.linkage.damaged import County, Truth, doubtful_rows, write_links

THRESHOLD = 0.95
logging.getLogger("splink").setLevel(logging.ERROR)


def predict(frames: Sequence[pd.DataFrame], settings: SettingsCreator, training: Sequence[Any], threshold: float) -> pd.DataFrame:
    """Train and predict; pairs with their probability."""
    linker = Linker(list(frames), settings, db_api=DuckDBAPI())
    linker.training.estimate_u_using_random_sampling(max_pairs=1e6, seed=1)
    for rule in training:
        linker.training.estimate_parameters_using_expectation_maximisation(rule)
    return linker.inference.predict(threshold_match_probability=threshold).as_pandas_dataframe()


def damaged(county: str, out: str) -> dict[str, object]:
    """Contestant: the same damaged rows, against the county's people as they truly are (cleaner than the lists that Doudi knows)."""
    place, watch = County(Path(county)), StopWatch()
    items, people = doubtful_rows(place), Truth(place).people
    rows = pd.DataFrame({"unique_id": [f"r{at}" for at in range(len(items))], "number": [each.cleaned or None for each in items],
                         "name": [each.name or None for each in items]})  # fmt: skip
    known = pd.DataFrame({"unique_id": [line["person_id"] for line in people], "number": [line["person_id"] for line in people],
                          "name": [line["name"] for line in people]}).drop_duplicates("unique_id")  # fmt: skip
    settings = SettingsCreator(
        link_type="link_only",
        comparisons=[cl.DamerauLevenshteinAtThresholds("number", [1, 2]), cl.LevenshteinAtThresholds("name", [1])],
        blocking_rules_to_generate_predictions=[block_on("name"), block_on("substr(number, 1, 12)"), block_on("substr(number, 7, 12)")],
    )
    with watch.running():
        pairs = predict([rows, known], settings, [block_on("name"), block_on("substr(number, 1, 12)")], THRESHOLD)
        best = pairs.sort_values("match_probability").drop_duplicates("unique_id_l", keep="last").set_index("unique_id_l").unique_id_r
    found = {name: best.get(name) for name in rows.unique_id}
    if not set(best.index) <= set(rows.unique_id):  # Splink names its sides by the alphabet of their tables
        raise AssertionError("Splink put the people on the left")
    write_links([(each.delivery, each.row, found[f"r{at}"]) for at, each in enumerate(items)], Path(out))
    return watch.told(rows=len(items), damaged=len(items))


FEBRL = SettingsCreator(
    link_type="dedupe_only",
    comparisons=[
        cl.JaroWinklerAtThresholds("given_name", [0.9, 0.8]),
        cl.JaroWinklerAtThresholds("surname", [0.9, 0.8]),
        cl.DamerauLevenshteinAtThresholds("date_of_birth", [1, 2]),
        cl.DamerauLevenshteinAtThresholds("soc_sec_id", [1, 2]),
        cl.ExactMatch("street_number"),
        cl.DamerauLevenshteinAtThresholds("postcode", [1]),
        cl.JaroWinklerAtThresholds("address_1", [0.9]),
    ],
    blocking_rules_to_generate_predictions=[
        block_on("given_name", "surname"), block_on("date_of_birth"), block_on("soc_sec_id"), block_on("street_number", "address_1"),
        block_on("surname", "postcode"),
    ],
)  # fmt: skip


def febrl_pairs(frames: Sequence[pd.DataFrame]) -> set[tuple[str, str]]:
    """Pairs of records that are one person, of one file or between two."""
    settings = FEBRL if len(frames) == 1 else SettingsCreator(
        link_type="link_only", comparisons=FEBRL.comparisons, blocking_rules_to_generate_predictions=FEBRL.blocking_rules_to_generate_predictions
    )  # fmt: skip
    pairs = predict(frames, settings, [block_on("date_of_birth"), block_on("soc_sec_id"), block_on("surname")], THRESHOLD)
    return {tuple(sorted(pair)) for pair in zip(pairs.unique_id_l, pairs.unique_id_r, strict=True)}  # type: ignore[misc]
