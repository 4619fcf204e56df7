#!/usr/bin/env python3
"""Set up Doudi where there is nothing but Python: find or fetch uv, then let it make `.venv` from `uv.lock`.

    python3 scripts/bootstrap.py              everything, for tests and development
    python3 scripts/bootstrap.py --runtime    only what `doudi` itself needs
    python3 scripts/bootstrap.py --bench      what Doudi is measured against, in an environment of its own: .venv-bench
    python3 scripts/bootstrap.py --uv         only find or fetch uv, and print its path

Standard library only, no pip, no venv module, no root; Python 3.9 syntax, so that it can explain itself to an older Python.
uv comes from the Python index that pip or uv is configured for, and only if its hash is one of those below.
"""
# ruff: noqa: S310, S603 - it opens the index the user configured and runs the uv it found, by design

from __future__ import annotations

import argparse
import base64
import configparser
import hashlib
import json
import os
import platform
import re
import ssl
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
import zipfile
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VERSION = "0.13.9"
PYTHON = ">=3.11,<3.14"
PYPI = "https://pypi.org/simple"

# (system, machine, C library) -> (tag of the wheel, SHA-256 as the index gives it)
WHEELS: dict[tuple[str, str, str], tuple[str, str]] = {
    ("linux", "x86_64", "glibc"): (
        "manylinux_2_17_x86_64.manylinux2014_x86_64",
        "d7f459fe4fd247d830351c75686d3996ace3c6f3f728eb0e85a30b7ada0cef19",
    ),
    ("linux", "x86_64", "musl"): ("musllinux_1_1_x86_64", "2c45530751517d6c3bbc69a19473f6effe47cce047bede01ffd8af7ea7b36b25"),
    ("linux", "aarch64", "glibc"): ("manylinux_2_28_aarch64", "ecb6028d79dc96fbeafffe5c8af62a7099487ebc05a701e76714eebcffd06375"),
    ("linux", "aarch64", "musl"): (
        "manylinux_2_17_aarch64.manylinux2014_aarch64.musllinux_1_1_aarch64",
        "5435c5ce14a56431208ca0996416d310f1598e8c2c8ba707688985a16bb82dbe",
    ),
    ("darwin", "x86_64", ""): ("macosx_10_12_x86_64", "c16ed11e013557536b3e60065f1b912f6407bd6518e041b961e23ef9e6b4fbf5"),
    ("darwin", "arm64", ""): ("macosx_11_0_arm64", "66c512266d633bef48384a1f53003f41f2a8e7b36fe6e7fbfd3e0fd52d96fa63"),
}


class Trouble(Exception):
    """Something a person has to mend; the text is Chinese and English, and says what to do."""


def say(chinese: str, english: str) -> None:
    """Print a step on the error stream, so that `--uv` prints nothing but a path."""
    print(f"· {chinese} / {english}", file=sys.stderr, flush=True)


# -- where packages come from -----------------------------------------------------------------------------------------------


def pip_settings() -> dict[str, str]:
    """What pip's configuration files say of `index-url`, `extra-index-url` and `cert`; the later file wins, as in pip."""
    home = Path.home()
    config_home = Path(os.environ.get("XDG_CONFIG_HOME") or home / ".config")
    folders = [Path(p) for p in (os.environ.get("XDG_CONFIG_DIRS") or "/etc/xdg").split(os.pathsep) if p]
    files = [folder / "pip" / "pip.conf" for folder in folders] + [Path("/etc/pip.conf")]
    files += [Path("/Library/Application Support/pip/pip.conf"), home / "Library/Application Support/pip/pip.conf"]
    files += [home / ".pip/pip.conf", config_home / "pip" / "pip.conf"]
    named = os.environ.get("PIP_CONFIG_FILE")
    if named == os.devnull:  # pip's own way of saying "no configuration files"
        files = []
    elif named:
        files.append(Path(named))
    found: dict[str, str] = {}
    for file in files:
        parser = configparser.RawConfigParser()
        try:
            parser.read(file, encoding="utf-8")
        except (configparser.Error, OSError, UnicodeError):
            continue  # somebody else's broken file: pip and uv will say so if it matters
        for section in ("global", "install"):
            for name in ("index-url", "extra-index-url", "cert"):
                if parser.has_option(section, name):
                    found[name] = parser.get(section, name)
    return found


def index_urls(settings: dict[str, str]) -> list[str]:
    """The configured index first, then the extra ones; folders that are not there are left out."""
    env = os.environ
    main = env.get("UV_DEFAULT_INDEX") or env.get("UV_INDEX_URL") or env.get("PIP_INDEX_URL") or settings.get("index-url") or PYPI
    extra = env.get("PIP_EXTRA_INDEX_URL") or settings.get("extra-index-url") or ""
    urls = [url.rstrip("/") for url in [main, *extra.split()] if url.strip()]
    there = [url for url in urls if not url.startswith("file:") or Path(urllib.request.url2pathname(urllib.parse.urlparse(url).path)).is_dir()]
    return list(dict.fromkeys(there))


def is_pypi(url: str) -> bool:
    """Whether an index is pypi.org itself, whose addresses `uv.lock` holds."""
    return urllib.parse.urlparse(url).hostname in ("pypi.org", "pypi.python.org")


def certificates(settings: dict[str, str]) -> str | None:
    """The file of trusted certificates somebody configured, if any."""
    for name in ("SSL_CERT_FILE", "PIP_CERT", "REQUESTS_CA_BUNDLE"):
        if os.environ.get(name) and Path(os.environ[name]).is_file():
            return os.environ[name]
    named = settings.get("cert", "")
    return named if named and Path(named).is_file() else None


# -- fetching uv ------------------------------------------------------------------------------------------------------------


class Links(HTMLParser):
    """The addresses on a PEP 503 page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value for name, value in attrs if tag == "a" and name == "href" and value]


def without_password(url: str) -> str:
    """An address as it may be shown."""
    return re.sub(r"//[^/@]*@", "//***@", url)


def get(url: str, context: ssl.SSLContext | None) -> tuple[bytes, str, str]:
    """Body, content type and final address of `url`; three tries. Raises OSError (URLError among them) and ValueError."""
    parts = urllib.parse.urlparse(url)
    request = urllib.request.Request(urllib.parse.urlunparse(parts._replace(netloc=parts.netloc.rpartition("@")[2])))
    request.add_header("Accept", "application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html;q=0.5, text/html;q=0.4, */*;q=0.1")
    request.add_header("User-Agent", "doudi-bootstrap/1")
    if parts.username:
        pair = f"{urllib.parse.unquote(parts.username)}:{urllib.parse.unquote(parts.password or '')}"
        request.add_header("Authorization", "Basic " + base64.b64encode(pair.encode()).decode())
    for attempt in (1, 2, 3):
        try:
            with urllib.request.urlopen(request, timeout=60, context=context) as answer:
                return answer.read(), answer.headers.get("Content-Type") or "", answer.geturl()
        except (OSError, ssl.SSLError) as error:
            final = isinstance(error, urllib.error.HTTPError) and error.code < 500
            if attempt == 3 or final or isinstance(getattr(error, "reason", None), ssl.SSLCertVerificationError):
                raise
            time.sleep(attempt)
    raise AssertionError("unreachable")


def wheel_url(index: str, file_name: str, context: ssl.SSLContext | None) -> str | None:
    """Where an index keeps a wheel; None if it does not have it. Raises OSError and ValueError."""
    page = f"{index}/uv/"
    if index.startswith("file:"):
        page += "index.html"
    body, kind, final = get(page, context)
    if "json" in kind:
        urls = [str(file.get("url", "")) for file in json.loads(body).get("files", [])]
    else:
        links = Links()
        links.feed(body.decode("utf-8", "replace"))
        urls = links.found
    for url in urls:
        if urllib.parse.unquote(url.partition("#")[0].rpartition("/")[2]) == file_name:
            return with_password_of(index, urllib.parse.urljoin(final, url.partition("#")[0]))
    return None


def with_password_of(index: str, url: str) -> str:
    """`url` with the user and password of `index`, if it is the same host: a private index wants them for files too."""
    ours, theirs = urllib.parse.urlparse(index), urllib.parse.urlparse(url)
    if ours.username and not theirs.username and ours.hostname == theirs.hostname:
        return urllib.parse.urlunparse(theirs._replace(netloc=f"{ours.netloc.rpartition('@')[0]}@{theirs.netloc}"))
    return url


def this_machine() -> tuple[str, str, str]:
    """(system, machine, C library) as the table of wheels names them."""
    system, machine = platform.system().lower(), platform.machine()
    machine = {"amd64": "x86_64", "AMD64": "x86_64"}.get(machine, machine)
    if system == "linux":
        machine = "aarch64" if machine == "arm64" else machine
        return system, machine, "musl" if any(Path("/lib").glob("ld-musl-*")) and platform.libc_ver()[0] != "glibc" else "glibc"
    return system, machine, ""


def fetch_uv(target: Path, settings: dict[str, str]) -> None:
    """Download the pinned wheel, check its hash, and unpack its `uv` to `target`. Raises Trouble."""
    machine = this_machine()
    if machine not in WHEELS:
        raise Trouble(
            f"没有为这种机器（{' '.join(machine)}）准备的 uv。处理：自行安装 uv {VERSION} 或更新版本并放进 PATH，再试一次。\n"
            f"There is no pinned uv for this machine. Install uv {VERSION} or newer yourself, put it on PATH, and try again."
        )
    tag, sha256 = WHEELS[machine]
    name = f"uv-{VERSION}-py3-none-{tag}.whl"
    certs = certificates(settings)
    context = ssl.create_default_context(cafile=certs) if certs else None
    faults: list[str] = []
    for index in index_urls(settings):
        try:
            say(f"从 {without_password(index)} 取 uv {VERSION}（约 17 MB）", "fetching uv, about 17 MB")
            url = wheel_url(index, name, context)
            if url is None:
                faults.append(f"{without_password(index)}：没有 / does not have {name}")
                continue
            body = get(url, context)[0]
        except (OSError, ValueError) as error:
            faults.append(f"{without_password(index)}：{error}")
            continue
        if hashlib.sha256(body).hexdigest() != sha256:
            faults.append(f"{without_password(url)}：哈希值不符，已丢弃 / its SHA-256 is not the pinned one, thrown away")
            continue
        unpack(body, target)
        return
    raise Trouble(
        "取不到 uv：\n  " + "\n  ".join(faults or ["没有可用的软件源 / no index"]) + "\n"
        "处理：检查网络和代理（https_proxy）；内网请用 PIP_INDEX_URL 指定软件源，用 PIP_CERT 指定证书；或自行安装 uv 并放进 PATH。\n"
        "uv could not be fetched. Check network and proxy (https_proxy); behind a wall, name your index in PIP_INDEX_URL and its certificate in "
        "PIP_CERT; or install uv yourself and put it on PATH."
    )


def unpack(wheel: bytes, target: Path) -> None:
    """Write the `uv` in a wheel to `target`, whole or not at all."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        copy = Path(folder) / "uv.whl"
        copy.write_bytes(wheel)
        with zipfile.ZipFile(copy) as archive:
            binary = Path(folder) / "uv"
            binary.write_bytes(archive.read(f"uv-{VERSION}.data/scripts/uv"))
        binary.chmod(0o755)
        binary.replace(target)


# -- finding uv, and using it -------------------------------------------------------------------------------------------------


def candidates() -> Iterator[Path]:
    """Every `uv` on PATH, then our own."""
    for folder in os.environ.get("PATH", "").split(os.pathsep):
        if folder and os.access(Path(folder) / "uv", os.X_OK):
            yield Path(folder) / "uv"
    yield ROOT / ".tools" / "uv"


def new_enough(path: Path) -> bool:
    """Whether a `uv` runs here and is the pinned version or newer."""
    try:
        text = subprocess.run([str(path), "--version"], capture_output=True, text=True, timeout=60, check=False).stdout
    except (OSError, subprocess.SubprocessError):
        return False
    found = re.match(r"uv (\d+)\.(\d+)\.(\d+)", text)
    return found is not None and tuple(map(int, found.groups())) >= tuple(map(int, VERSION.split(".")))


def find_uv(settings: dict[str, str]) -> Path:
    """A usable `uv`, fetched if there is none. Raises Trouble."""
    for path in candidates():
        if path.is_file() and new_enough(path):
            return path
    own = ROOT / ".tools" / "uv"
    fetch_uv(own, settings)
    if not new_enough(own):
        raise Trouble(f"取来的 uv 在本机不能运行：{own}。处理：自行安装 uv。\nThe fetched uv does not run here. Install uv yourself.")
    return own


def check_python(uv: Path, env: dict[str, str]) -> None:
    """Make sure that there is a Python of the right version, or let uv fetch one. Raises Trouble."""
    finding = [str(uv), "python", "find", "--no-python-downloads", PYTHON]
    if subprocess.run(finding, cwd=ROOT, env=env, capture_output=True, check=False).returncode == 0:
        return
    say("本机没有 Python 3.11 至 3.13，请 uv 取一个", "no Python 3.11 to 3.13 here, asking uv for one")
    if subprocess.run([str(uv), "python", "install", "3.13"], cwd=ROOT, env=env, check=False).returncode:
        raise Trouble(
            f"需要 Python 3.11、3.12 或 3.13；本机的是 {platform.python_version()}，uv 也取不到。处理：安装其中一个"
            "（Debian/Ubuntu：apt-get install python3），或让本机能访问 github.com。\n"
            "Python 3.11, 3.12 or 3.13 is needed, and uv could not fetch one. Install one, or let this machine reach github.com."
        )


def run(command: list[str], env: dict[str, str]) -> None:
    """Run a command of uv. Raises Trouble if it fails."""
    if subprocess.run(command, cwd=ROOT, env=env, check=False).returncode:
        raise Trouble(
            f"这一步没有成功：{' '.join(command[1:3])}（uv 的说明在上面）。处理：多半是网络或软件源；修好后再运行一次，已下载的不会重来。\n"
            "This step failed; uv says why above. Most often it is the network or the index; mend it and run again, nothing is downloaded twice."
        )


def sync(uv: Path, settings: dict[str, str], runtime: bool, bench: bool = False) -> None:
    """Make `.venv` (`.venv-bench` for the benchmarks) hold exactly the versions of `uv.lock`, hashes checked. Raises Trouble."""
    folder = ".venv-bench" if bench else ".venv"
    env = dict(os.environ) | {"UV_PROJECT_ENVIRONMENT": folder}
    env.pop("VIRTUAL_ENV", None)
    certs = certificates(settings)
    if certs:
        env.setdefault("SSL_CERT_FILE", certs)
    check_python(uv, env)
    say(f"按 uv.lock 装配 {folder}", f"making {folder} as uv.lock says")
    groups = ["--no-default-groups", "--group", "bench"] if bench else ["--no-dev", "--extra", "site"] if runtime else []
    index = index_urls(settings)[0] if index_urls(settings) else PYPI
    if is_pypi(index):
        # --inexact: the demo must not throw away what the tests need
        run([str(uv), "sync", "--locked", *groups, *(["--inexact"] if runtime else [])], env)
        return
    # The lock names the addresses of pypi.org. A mirror has the same files under other addresses: same versions, same hashes.
    env["UV_DEFAULT_INDEX"] = index
    env["VIRTUAL_ENV"] = str(ROOT / folder)
    with tempfile.TemporaryDirectory() as temporary:
        wanted = str(Path(temporary) / "requirements.txt")
        run([str(uv), "export", "--quiet", "--frozen", "--no-emit-project", "--format", "requirements-txt", *groups, "-o", wanted], env)
        run([str(uv), "venv", "--quiet", "--allow-existing", "--python", PYTHON, folder], env)
        run([str(uv), "pip", "install", "--require-hashes", "--no-deps", "-r", wanted], env)
        run([str(uv), "pip", "install", "--no-deps", "--editable", "."], env)


def main() -> int:
    """Do as the arguments say; 0 if it worked."""
    parser = argparse.ArgumentParser(description="装配 Doudi / set up Doudi")
    parser.add_argument("--uv", action="store_true", help="只准备 uv，并打印它的路径 / only find or fetch uv and print its path")
    parser.add_argument("--runtime", action="store_true", help="只装运行所需 / only what doudi itself needs")
    parser.add_argument("--bench", action="store_true", help="装配基准测试的环境 .venv-bench / the environment of the benchmarks")
    options = parser.parse_args()
    settings = pip_settings()
    try:
        uv = find_uv(settings)
        if options.uv:
            print(uv)
        else:
            sync(uv, settings, options.runtime, options.bench)
    except Trouble as trouble:
        print(f"\n✗ {trouble}\n", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
