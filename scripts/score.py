"""Compare what the demo found with the sample's right answers (tests/score.py says how).

    python scripts/score.py --home ./doudi-data [--truth sample/tiny/truth]

Exports alerts, refused rows and links in full into a temporary folder, which is removed at the end: only for invented people.
"""
# ruff: noqa: S603 - runs doudi

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DOUDI = Path(sys.executable).parent / "doudi"
KINDS = ("alerts", "rejects", "links")


def main() -> int:
    """Export, compare, print; 0 if everything passes."""
    parser = argparse.ArgumentParser(description="把结果与标准答案核对")
    parser.add_argument("--home", default="./doudi-data", help="数据放在哪里")
    parser.add_argument("--truth", type=Path, default=ROOT / "sample/tiny/truth", help="标准答案所在的文件夹")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        files = {kind: str(Path(folder) / f"{kind}.csv") for kind in KINDS}
        for kind, file in files.items():
            subprocess.run(
                [str(DOUDI), "export", kind, "--format", "csv", "-o", file, "--with-ids", "--home", options.home],
                cwd=ROOT, check=True, stdout=subprocess.DEVNULL,
            )  # fmt: skip
        arguments = [part for kind in KINDS for part in (f"--{kind}", files[kind])]
        return subprocess.run([sys.executable, str(ROOT / "tests/score.py"), "--truth", str(options.truth), *arguments], check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
