"""The set-up script finds the configured index, takes uv only with the pinned hash, and says what to do when it cannot."""

from __future__ import annotations

import hashlib
import io
import json
import os
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from scripts import bootstrap

MACHINE = ("linux", "x86_64", "glibc")
NAME = f"uv-{bootstrap.VERSION}-py3-none-{bootstrap.WHEELS[MACHINE][0]}.whl"


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A user without any configuration, on a machine of a known kind."""
    for name in list(os.environ):
        if name.startswith(("PIP_", "UV_", "XDG_")) or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setattr(bootstrap, "this_machine", lambda: MACHINE)
    monkeypatch.setattr(bootstrap.time, "sleep", lambda seconds: None)
    (tmp_path / "home" / ".config" / "pip").mkdir(parents=True)
    return tmp_path / "home" / ".config" / "pip" / "pip.conf"


def wheel(content: bytes = b"#!/bin/sh\necho uv 99.0.0\n") -> bytes:
    """A wheel with a `uv` in it."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr(f"uv-{bootstrap.VERSION}.data/scripts/uv", content)
    return made.getvalue()


@pytest.fixture
def pinned(monkeypatch: pytest.MonkeyPatch) -> bytes:
    """The wheel whose hash is the pinned one."""
    body = wheel()
    monkeypatch.setitem(bootstrap.WHEELS, MACHINE, (bootstrap.WHEELS[MACHINE][0], hashlib.sha256(body).hexdigest()))
    return body


class Index:
    """An index on this machine: answers by path, and notes what it was asked with which authorization."""

    def __init__(self) -> None:
        self.answers: dict[str, tuple[str, bytes]] = {}
        self.asked: list[tuple[str, str | None]] = []
        index = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                index.asked.append((self.path, self.headers.get("Authorization")))
                kind, body = index.answers.get(self.path, ("", b""))
                self.send_response(200 if kind else 404)
                self.send_header("Content-Type", kind or "text/plain")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *arguments: object) -> None:
                """Tests are quiet."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/simple"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def index() -> Iterator[Index]:
    found = Index()
    yield found
    found.server.shutdown()
    found.server.server_close()


def serve(index: Index, body: bytes, form: str = "html") -> None:
    """Put a wheel on an index, listed as PEP 503 or PEP 691 says, with a relative address."""
    index.answers[f"/files/{NAME}"] = ("application/octet-stream", body)
    if form == "html":
        page = f'<html><body><a href="../../files/{NAME}#sha256=x">{NAME}</a></body></html>'.encode()
        index.answers["/simple/uv/"] = ("text/html", page)
    else:
        listing = {"files": [{"filename": "other.whl", "url": "x"}, {"filename": NAME, "url": f"../../files/{NAME}"}]}
        index.answers["/simple/uv/"] = ("application/vnd.pypi.simple.v1+json", json.dumps(listing).encode())


@pytest.mark.parametrize("form", ["html", "json"])
def test_uv_comes_from_the_configured_index_in_either_form(index: Index, pinned: bytes, tmp_path: Path, form: str) -> None:
    serve(index, pinned, form)
    bootstrap.fetch_uv(tmp_path / "tools" / "uv", {"index-url": index.url})
    assert os.access(tmp_path / "tools" / "uv", os.X_OK)
    assert bootstrap.new_enough(tmp_path / "tools" / "uv")
    assert [path.name for path in (tmp_path / "tools").iterdir()] == ["uv"]


def test_a_wheel_with_another_hash_is_thrown_away(index: Index, pinned: bytes, tmp_path: Path) -> None:
    serve(index, pinned + b"x")
    with pytest.raises(bootstrap.Trouble, match="哈希值不符"):
        bootstrap.fetch_uv(tmp_path / "tools" / "uv", {"index-url": index.url})
    assert not (tmp_path / "tools" / "uv").exists()


def test_the_next_index_is_asked_when_one_has_nothing(index: Index, pinned: bytes, tmp_path: Path) -> None:
    serve(index, pinned)
    settings = {"index-url": index.url.replace("simple", "elsewhere"), "extra-index-url": f"file:///nowhere/simple\n{index.url}"}
    bootstrap.fetch_uv(tmp_path / "uv", settings)
    assert (tmp_path / "uv").exists()


def test_the_password_of_an_index_is_sent_but_never_shown(index: Index, pinned: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    serve(index, pinned + b"x")
    secret = index.url.replace("//", "//user:geheim@")
    with pytest.raises(bootstrap.Trouble) as found:
        bootstrap.fetch_uv(tmp_path / "uv", {"index-url": secret})
    assert {header for _, header in index.asked} == {"Basic dXNlcjpnZWhlaW0="}
    assert len(index.asked) == 2
    assert "geheim" not in str(found.value) + capsys.readouterr().err


def test_an_index_that_is_not_there_is_named_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(bootstrap.Trouble, match="PIP_INDEX_URL") as found:
        bootstrap.fetch_uv(tmp_path / "uv", {"index-url": "http://127.0.0.1:9/simple"})
    assert "http://127.0.0.1:9/simple" in str(found.value)
    assert "could not be fetched" in str(found.value)


def test_a_machine_without_a_pinned_wheel_is_told_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(bootstrap, "this_machine", lambda: ("plan9", "mips", ""))
    with pytest.raises(bootstrap.Trouble, match="plan9 mips"):
        bootstrap.fetch_uv(tmp_path / "uv", {})


def test_the_configuration_of_pip_is_read_as_pip_reads_it(bare: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    bare.write_text(
        "[global]\nindex-url = https://one.example/simple/\nextra-index-url =\n    file:///nowhere\n    https://two.example/simple\n", "utf-8"
    )
    assert bootstrap.index_urls(bootstrap.pip_settings()) == ["https://one.example/simple", "https://two.example/simple"]
    (tmp_path / "named.conf").write_text("[install]\nindex-url = https://named.example/simple\n", "utf-8")
    monkeypatch.setenv("PIP_CONFIG_FILE", str(tmp_path / "named.conf"))
    assert bootstrap.index_urls(bootstrap.pip_settings())[0] == "https://named.example/simple"
    monkeypatch.setenv("PIP_INDEX_URL", "https://env.example/simple")
    assert bootstrap.index_urls(bootstrap.pip_settings())[0] == "https://env.example/simple"
    monkeypatch.setenv("UV_DEFAULT_INDEX", "https://uv.example/simple")
    assert bootstrap.index_urls(bootstrap.pip_settings())[0] == "https://uv.example/simple"


def test_without_configuration_it_is_pypi(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    assert bootstrap.index_urls(bootstrap.pip_settings()) == [bootstrap.PYPI]
    assert bootstrap.is_pypi(bootstrap.PYPI)
    assert not bootstrap.is_pypi("https://pypi.org.example/simple")


def test_a_broken_configuration_file_stops_nobody(bare: Path) -> None:
    bare.write_text("index-url = without a section\n", "utf-8")
    assert "index-url" not in bootstrap.pip_settings()


@pytest.mark.parametrize(
    ("says", "good"), [(f"uv {bootstrap.VERSION}", True), ("uv 0.9.30 (x)", False), ("uv 0.14.0", True), ("uv 1.0.0", True), ("pip 26", False)]
)
def test_an_older_uv_is_not_used(tmp_path: Path, says: str, good: bool) -> None:
    (tmp_path / "uv").write_text(f"#!/bin/sh\necho '{says}'\n", "utf-8")
    (tmp_path / "uv").chmod(0o755)
    assert bootstrap.new_enough(tmp_path / "uv") is good


def test_every_pinned_hash_is_a_sha256() -> None:
    assert all(len(bytes.fromhex(sha256)) == 32 for _, sha256 in bootstrap.WHEELS.values())
    assert len({sha256 for _, sha256 in bootstrap.WHEELS.values()}) == len(bootstrap.WHEELS)


def test_the_script_explains_itself_without_anything_installed() -> None:
    done = subprocess.run([sys.executable, "-I", "-S", bootstrap.__file__, "--help"], capture_output=True, text=True, check=True)
    assert "--runtime" in done.stdout
