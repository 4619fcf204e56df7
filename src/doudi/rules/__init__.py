"""The rule language: parse, check, judge in plain Python, compile to SQL. It takes tables as arguments and opens nothing.

`compile_policy` gives the plan that an engine runs; `build_policy` and `judge` give the reference result. See docs/reference/rule-language.md.
"""

from doudi.rules.bounds import DatasetState
from doudi.rules.build import build_policy
from doudi.rules.judge import judge
from doudi.rules.plan import Plan, compile_policy

__all__ = ["DatasetState", "Plan", "build_policy", "compile_policy", "judge"]
