"""Kill an intake at random moments, start it again, and compare what is there at the end with an intake that nobody disturbed.

As a script: `python -m tests.journeys.kill_intake 50` kills fifty times and says what it found.
"""

from __future__ import annotations

import hashlib
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.unit.intake.cast import aid_row, csv_text, people_file, put

from doudi.identity.keys import open_keys
from doudi.identity.sealed import open_sealed
from doudi.lake.home import Home

COMMAND = [sys.executable, "-c", "import sys; from doudi.cli import main; sys.exit(main())", "intake"]


def write_sample(folder: Path) -> None:
    """Files of every kind of outcome: accepted, rows refused and held, corrected, refused whole, sent twice."""
    put(folder, "全员人口_202609.csv", people_file(range(1500)))
    put(folder, "全员人口_202610.csv", people_file(range(20, 1520)))
    rows = [aid_row(number) for number in range(1200)]
    put(folder, "临时救助_202609.csv", csv_text(rows[:600]))
    put(folder, "临时救助_202610.csv", csv_text([*rows[600:], aid_row(5, 姓名="赵钱孙"), aid_row(6, 救助金额="x")]))
    put(folder, "临时救助_202609（更正）.csv", csv_text([aid_row(number, 救助金额="7") for number in range(9)]))
    put(folder, "临时救助_202610_再报.csv", csv_text([*rows[600:], aid_row(5, 姓名="赵钱孙"), aid_row(6, 救助金额="x")]))
    put(folder, "工伤_202610.csv", csv_text(rows[:5]))
    put(folder, "临时救助_202608.csv", b"\x00\x01")


def run(folder: Path, home: Path, keys: Path, kill_after: float | None = None) -> float:
    """Run the intake, killed after so many seconds if it still runs; returns the seconds it took."""
    begun = time.monotonic()
    environment = {**os.environ, "DOUDI_KEYS": str(keys), "DOUDI_HOME": str(home)}
    with subprocess.Popen([*COMMAND, str(folder)], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
        try:
            _, said = process.communicate(timeout=kill_after)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.communicate()
            return time.monotonic() - begun
    if process.returncode:
        raise AssertionError(f"intake failed: {said.decode()}")
    return time.monotonic() - begun


def state(root: Path, keys_folder: Path) -> dict[str, str]:
    """Every file of a home with a hash of its content: of sealed files, of what is in them."""
    home = Home.open(root, create=False)
    keys = open_keys(home, keys_folder)
    found: dict[str, str] = {}
    for path in sorted(root.rglob("*")):
        name = str(path.relative_to(root))
        if path.is_dir() or name == ".lock":
            continue
        if path.suffix == ".sealed":
            with open_sealed(path, keys) as source:
                found[name] = hashlib.sha256(source.read()).hexdigest()
        else:
            found[name] = hashlib.sha256(path.read_bytes()).hexdigest()
    return found


def disturbed(folder: Path, keys: Path, work: Path, chance: random.Random, usual: float, times: int = 3) -> dict[str, str]:
    """The state after up to `times` killed intakes and one that ends."""
    with tempfile.TemporaryDirectory(dir=work) as place:
        home = Path(place) / "home"
        for _ in range(chance.randint(1, times)):
            run(folder, home, keys, kill_after=chance.uniform(0.2, 1.0) * usual)
        run(folder, home, keys)
        return state(home, keys)


def main() -> None:
    """Argument: how many disturbed intakes."""
    with tempfile.TemporaryDirectory() as place:
        work = Path(place)
        write_sample(work / "in")
        run(work / "in", work / "calm", work / "keys")
        usual = run(work / "in", work / "calm2", work / "keys")
        calm = state(work / "calm", work / "keys")
        differing = sum(disturbed(work / "in", work / "keys", work, random.Random(seed), usual) != calm for seed in range(int(sys.argv[1])))
        print(f"{sys.argv[1]} disturbed intakes, {differing} of them ended differently")
        sys.exit(1 if differing else 0)


if __name__ == "__main__":
    main()
