"""The statements of a run, in words: what is put into the engine, and what is published of it in `sql/`.

Making them takes longer than recomputing a small town. A run from a base has the base's policy, contracts and lateness, so it takes the base's
statements, which were published under a checksum.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from doudi.monitoring.steps import WrittenStep, statement
from doudi.published.read import PublishedRun

FOLDER = "sql"


def file_name(number: int, step: WrittenStep) -> str:
    """Under which name in the run's folder a statement is published; they are numbered from 1."""
    return f"{FOLDER}/{number:03d}_{step.name}.sql"


def published(step: WrittenStep) -> bytes:
    """What is published of a step: what it does, and the statement."""
    return f"-- {step.says}\n{statement(step)};\n".encode()


def read_statements(run: PublishedRun, own: Iterable[WrittenStep] = (), needed: Collection[str] = ()) -> Sequence[WrittenStep] | None:
    """The steps as a run has published them, with those of `own` in place of those of their names.

    None if a file is not as `published` writes it, or if another build of the program made them, which made no tables of the names `needed`.
    Raises DoudiError if a file is altered.
    """
    replaced = {step.name: step for step in own}
    steps: list[WrittenStep] = []
    for name in sorted(name for name in run.manifest.files if name.startswith(f"{FOLDER}/")):
        found = _step(name, run.file(name).read_bytes())
        if found is None:
            return None
        steps.append(replaced.get(found.name, found))
    return steps if steps and {step.name for step in steps}.issuperset(needed) else None


def _step(name: str, found: bytes) -> WrittenStep | None:
    says, _, rest = found.decode().partition("\n")
    head, _, query = rest.partition("\n")
    number, _, inner = name.removeprefix(f"{FOLDER}/").removesuffix(".sql").partition("_")
    step = WrittenStep(inner, query.removesuffix(";\n"), says.removeprefix("-- "), head.startswith("CREATE OR REPLACE VIEW"))
    return step if number.isdecimal() and head and published(step) == found else None
