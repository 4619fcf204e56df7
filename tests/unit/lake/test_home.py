"""The home: found, bound to its key, one writer, folders that appear whole."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from doudi.kernel.errors import DoudiError
from doudi.lake.home import HOME_BUSY, HOME_FOREIGN, HOME_MISSING, HOME_TAKEN, HOME_VERSION, Home, write_whole


def codes(error: DoudiError) -> list[str]:
    return [fault.code for fault in error.faults]


def test_a_new_home_has_its_folders_and_nobody_else_may_look(tmp_path: Path) -> None:
    home = Home.open(tmp_path / "home")
    assert {path.name for path in home.root.iterdir() if path.is_dir()} == {"sendings", "deliveries", "lake", "runs", "logs"}
    assert home.root.stat().st_mode & 0o077 == 0
    assert Home.open(home.root) == home


def test_opening_a_home_that_is_not_there_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(DoudiError, match="doudi intake") as caught:
        Home.open(tmp_path / "home", create=False)
    assert codes(caught.value) == [HOME_MISSING]
    assert not (tmp_path / "home").exists()


def test_a_folder_with_other_things_in_it_is_not_made_a_home(tmp_path: Path) -> None:
    (tmp_path / "letters.txt").write_text("not ours")
    with pytest.raises(DoudiError) as caught:
        Home.open(tmp_path)
    assert codes(caught.value) == [HOME_FOREIGN]
    assert [path.name for path in tmp_path.iterdir()] == ["letters.txt"]


def test_a_home_that_lost_home_json_is_not_taken_for_a_new_one(tmp_path: Path) -> None:
    home = Home.open(tmp_path / "home")
    (home.deliveries / "0123456789abcdef").mkdir()
    (home.root / "home.json").unlink()
    with pytest.raises(DoudiError) as caught:
        Home.open(home.root)
    assert codes(caught.value) == [HOME_FOREIGN]


def test_a_start_that_was_interrupted_is_finished(tmp_path: Path) -> None:
    (tmp_path / "home" / "lake").mkdir(parents=True)
    assert Home.open(tmp_path / "home").deliveries.is_dir()


def test_a_site_that_was_prepared_before_the_first_delivery_is_no_foreign_folder(tmp_path: Path) -> None:
    (tmp_path / "site" / "static").mkdir(parents=True)
    (tmp_path / "postgres").mkdir()
    assert Home.open(tmp_path).deliveries.is_dir()


@pytest.mark.parametrize(("content", "code"), [('{"format": 99}', HOME_VERSION), ("{", HOME_FOREIGN), ("[]", HOME_VERSION)])
def test_a_home_of_another_version_or_a_broken_one_is_refused(tmp_path: Path, content: str, code: str) -> None:
    home = Home.open(tmp_path / "home")
    (home.root / "home.json").write_text(content)
    with pytest.raises(DoudiError) as caught:
        Home.open(home.root)
    assert codes(caught.value) == [code]


def test_a_home_keeps_its_key(tmp_path: Path) -> None:
    home = Home.open(tmp_path / "home")
    assert home.key_fingerprint is None
    home.bind_key("aa")
    home.bind_key("aa")
    assert Home.open(home.root).key_fingerprint == "aa"
    with pytest.raises(ValueError, match="another key"):
        home.bind_key("bb")


def test_a_second_process_cannot_write_and_is_told_who_does(tmp_path: Path) -> None:
    home = Home.open(tmp_path / "home")
    with home.writing("接收文件"):
        said = _in_another_process(home.root)
    assert said == f"{HOME_BUSY} 接收文件（进程 {os.getpid()}）"
    assert _in_another_process(home.root) == "written"


def test_the_lock_dies_with_its_process(tmp_path: Path) -> None:
    home = Home.open(tmp_path / "home")
    script = """
        import os, signal, sys
        from pathlib import Path
        from doudi.lake.home import Home
        with Home.open(Path(sys.argv[1])).writing("被杀的任务"):
            os.kill(os.getpid(), signal.SIGKILL)
    """
    assert subprocess.run([sys.executable, "-c", textwrap.dedent(script), str(home.root)], check=False).returncode == -9
    with home.writing("整理"):
        pass


def test_writing_may_be_asked_for_again_inside(tmp_path: Path) -> None:
    home = Home.open(tmp_path / "home")
    with home.writing("接收"), home.writing("整理"):
        assert _in_another_process(home.root).startswith(HOME_BUSY)
    assert _in_another_process(home.root) == "written"


def test_a_new_folder_appears_only_when_it_is_whole(tmp_path: Path) -> None:
    home = Home.open(tmp_path / "home")
    with home.new_folder(home.deliveries, "abc") as made:
        (made / "inner").mkdir()
        (made / "inner" / "rows").write_text("x")
        assert not (home.deliveries / "abc").exists()
    assert (home.deliveries / "abc" / "inner" / "rows").read_text() == "x"
    failing = home.new_folder(home.deliveries, "def")
    (failing.__enter__() / "rows").write_text("x")
    assert not failing.__exit__(RuntimeError, RuntimeError(), None)
    assert [path.name for path in home.deliveries.iterdir()] == ["abc"]


def test_what_is_published_is_never_overwritten(tmp_path: Path) -> None:
    home = Home.open(tmp_path / "home")
    (home.runs / "1").mkdir()
    with pytest.raises(DoudiError) as caught, home.new_folder(home.runs, "1"):
        pass
    assert codes(caught.value) == [HOME_TAKEN]


def test_leftovers_are_swept_by_the_next_writer_but_not_what_somebody_holds(tmp_path: Path) -> None:
    home = Home.open(tmp_path / "home")
    (home.deliveries / ".tmp-dead").mkdir()
    (home.deliveries / ".tmp-dead" / "rows.parquet").write_bytes(b"half")
    (home.root / ".tmp-file").write_bytes(b"half")
    with home.temp_folder("engine-") as held, home.writing("接收"):
        assert held.is_dir()
        assert not list(home.deliveries.iterdir())
        assert not (home.root / ".tmp-file").exists()
    assert not held.exists()


def test_a_file_is_written_whole(tmp_path: Path) -> None:
    path = tmp_path / "sending.json"
    write_whole(path, b"first")
    write_whole(path, b"second")
    assert path.read_bytes() == b"second"
    with pytest.raises(TypeError):
        write_whole(path, "text")  # type: ignore[arg-type]
    assert [each.name for each in tmp_path.iterdir()] == ["sending.json"]
    assert path.read_bytes() == b"second"


def _in_another_process(root: Path) -> str:
    script = """
        import sys
        from pathlib import Path
        from doudi.kernel.errors import DoudiError
        from doudi.lake.home import Home
        try:
            with Home.open(Path(sys.argv[1])).writing("另一个任务"):
                print("written")
        except DoudiError as error:
            print(error.faults[0].code, error.faults[0].why)
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(script), str(root)], check=True, capture_output=True, text=True)
    return done.stdout.strip()
