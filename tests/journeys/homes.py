"""Homes for journeys: the bundled sample taken in and run three times, under a key that is the same each time."""

from __future__ import annotations

import base64
import json
import shutil
from pathlib import Path

import pytest

from doudi.cli import main
from doudi.kernel.resources import resource_dir

MASTER = bytes(range(32))
DAYS = ("2026-08-31", "2026-09-30", "2026-10-31")


def fixed_keys(folder: Path) -> Path:
    """A keyring with a known key, so that ids in golden files stay."""
    folder.mkdir(parents=True, exist_ok=True)
    ring = folder / "keyring.json"
    ring.write_text(json.dumps({"keys": [{"key": base64.b64encode(MASTER).decode()}]}))
    ring.chmod(0o600)
    return folder


def doudi(*arguments: str | Path) -> int:
    """Run one command in this process; returns its exit code."""
    return main([str(argument) for argument in arguments])


def must(*arguments: str | Path) -> None:
    """Run one command that has to succeed."""
    assert doudi(*arguments) == 0, arguments


def settled_home(root: Path, sample: Path) -> Path:
    """A home that has taken the sample."""
    must("--home", root, "intake", sample)
    return root


def policy_of(home: Path) -> Path:
    """A copy of the reference policy beside the home, made once: journeys compare runs, so it must not change under them."""
    copy = home.parent / "policy"
    if not copy.is_dir():
        shutil.copytree(resource_dir("policy"), copy)
    return copy


def run(home: Path, day: str, *more: str, policy: Path | None = None) -> None:
    """`doudi run` under the copied policy."""
    must("run", "--as-of", day, "--policy", policy or policy_of(home), "--home", home, *more)


def use_keys(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """Point DOUDI_KEYS at the fixed key."""
    monkeypatch.setenv("DOUDI_KEYS", str(fixed_keys(folder)))


def contents(run: Path) -> dict[str, bytes]:
    """Every file of a run but its own times."""
    return {path.relative_to(run).as_posix(): path.read_bytes() for path in sorted(run.rglob("*")) if path.is_file() and path.name != "times.json"}
