"""What operators are told to type and to install exists: commands, options, settings; and services may write where the settings point."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from doudi.cli.rooms import COMMANDS, load
from doudi.config.options import ELSEWHERE, Options, options, variable

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
CALLED = re.compile(r"^(?:\w+=\S+ )?(?:\.venv/bin/|/usr/local/lib/doudi/\.venv/bin/)?doudi(?:-admin)? (.*)$")
SPAN = re.compile(r"`(doudi(?:-admin)? [^`…]+)`")
BLOCK = re.compile(r"^```(?:bash|sh)\n(.*?)^```", re.DOTALL | re.MULTILINE)


def typed() -> Iterator[tuple[str, str]]:
    """Where and what: commands in the guides and in the README, and in the services."""
    for page in [ROOT / "README.md", *sorted((ROOT / "docs/how-to").glob("*.md"))]:
        text = page.read_text("utf-8")
        yield from ((page.name, line) for block in BLOCK.findall(text) for line in block.splitlines())
        yield from ((page.name, span) for span in SPAN.findall(text))
    for unit in sorted(DEPLOY.glob("*.service")):
        yield from ((unit.name, line.removeprefix("ExecStart=")) for line in unit.read_text("utf-8").splitlines() if line.startswith("ExecStart="))


INNER = re.compile(r'"?\$\(.*?\)[^ "]*"?')
"""What the shell puts in."""
CALLS = sorted(
    {(where, INNER.sub("…", found[1]).split(" | ")[0].split(" #")[0].strip()) for where, line in typed() if (found := CALLED.match(line.strip()))}
)


def test_commands_are_found_in_guides_and_services() -> None:
    assert len(CALLS) > 40
    assert {where for where, _ in CALLS} >= {"site.md", "README.md", "doudi.service", "doudi-nightly.service"}


@pytest.mark.parametrize(("where", "call"), CALLS, ids=[f"{where}: {call}" for where, call in CALLS])
def test_what_one_is_told_to_type_exists(where: str, call: str) -> None:
    words = shlex.split(call)
    while words[0] in ("--home", "--debug"):  # options before the command
        words = words[2 if words[0] == "--home" else 1 :]
    if words[0].startswith("-"):
        return
    command: Any = load(COMMANDS[words.pop(0)])
    if hasattr(command, "commands"):
        command = command.commands[words.pop(0)]
    known = {name for parameter in command.params for name in parameter.opts} | {"--help", "-h"}
    assert {word for word in words if re.match(r"--?[a-z]", word)} <= known


def settings(name: str) -> dict[str, str]:
    """Name -> value of an environment file."""
    return dict(re.findall(r"^(\w+)=(.*)$", (DEPLOY / name).read_text("utf-8"), re.MULTILINE))


def test_the_settings_to_install_are_taken_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    given = settings("site.env") | settings("loader.env")
    assert given.keys() <= {variable(field) for field in Options.model_fields} | ELSEWHERE
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    options.cache_clear()
    try:
        assert (options().https, options().proxies, str(options().home)) == (True, 1, given["DOUDI_HOME"])
    finally:
        options.cache_clear()


def test_the_site_is_not_given_the_connections_that_see_everything() -> None:
    assert not settings("site.env").keys() & settings("loader.env").keys()
    assert "loader.env" not in (DEPLOY / "doudi.service").read_text("utf-8")


@pytest.mark.parametrize("unit", ["doudi.service", "doudi-nightly.service", "doudi-late.service"])
def test_a_service_may_write_where_its_settings_point(unit: str) -> None:
    text = (DEPLOY / unit).read_text("utf-8")
    (allowed,) = re.findall(r"^ReadWritePaths=(.*)$", text, re.MULTILINE)
    needed = {"doudi.service": ("DOUDI_HOME", "DOUDI_KEYS", "DOUDI_LOG_FOLDER"), "doudi-nightly.service": ("DOUDI_HOME", "DOUDI_KEYS")}
    assert {settings("site.env")[name] for name in needed.get(unit, ("DOUDI_HOME",))} <= set(allowed.split())
    for folder in re.findall(r"--backups (\S+)", text):
        assert folder in allowed.split()
