"""Benchmarks: Doudi beside the floor and beside other ways to compute the same, all as ratios within one run on one machine.

`python -m benchmarks --help` says what there is; docs/reference/benchmarks.md is made from what it measured.
"""
