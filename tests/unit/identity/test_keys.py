"""The installation's key: made once, kept outside, never replaced in silence."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from doudi.identity.keys import KEY_MISSING, KEY_OPEN_TO_OTHERS, KEY_UNREADABLE, PURPOSES, key_folder, keys_of, open_keys
from doudi.kernel.errors import DoudiError
from doudi.lake.home import Home


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home.open(tmp_path / "home")


def test_the_key_is_made_at_first_use_and_is_for_its_owner_only(home: Home, tmp_path: Path) -> None:
    keys = open_keys(home, tmp_path / "keys")
    assert home.key_fingerprint == keys.fingerprint
    assert open_keys(Home.open(home.root), tmp_path / "keys") == keys
    assert (tmp_path / "keys").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "keys" / "keyring.json").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in (tmp_path / "keys").iterdir()] == ["keyring.json"]


def test_homes_of_one_installation_share_its_key(home: Home, tmp_path: Path) -> None:
    other = Home.open(tmp_path / "other")
    assert open_keys(home, tmp_path / "keys") == open_keys(other, tmp_path / "keys")


def test_a_home_without_its_key_is_not_given_a_new_one(home: Home, tmp_path: Path) -> None:
    open_keys(home, tmp_path / "keys")
    for folder in (tmp_path / "nowhere", tmp_path / "others"):
        if folder.name == "others":
            open_keys(Home.open(tmp_path / "stranger"), folder)
        with pytest.raises(DoudiError, match="DOUDI_KEYS") as caught:
            open_keys(home, folder)
        assert [fault.code for fault in caught.value.faults] == [KEY_MISSING]
    assert not (tmp_path / "nowhere").exists()


def test_a_key_file_that_others_may_read_is_not_used(home: Home, tmp_path: Path) -> None:
    open_keys(home, tmp_path / "keys")
    (tmp_path / "keys" / "keyring.json").chmod(0o644)
    with pytest.raises(DoudiError, match="chmod 600") as caught:
        open_keys(home, tmp_path / "keys")
    assert caught.value.faults[0].code == KEY_OPEN_TO_OTHERS


@pytest.mark.parametrize("content", ["", "{}", '{"keys": []}', '{"keys": [{"key": "c2hvcnQ="}]}', '{"keys": [{"key": "!"}]}', "[1]"])
def test_a_damaged_key_file_is_an_error_and_shows_nothing(home: Home, tmp_path: Path, content: str) -> None:
    open_keys(home, tmp_path / "keys")
    (tmp_path / "keys" / "keyring.json").write_text(content)
    with pytest.raises(DoudiError) as caught:
        open_keys(home, tmp_path / "keys")
    assert caught.value.faults[0].code == KEY_UNREADABLE


def test_two_processes_that_start_at_once_agree_on_one_key(tmp_path: Path) -> None:
    script = """
        import sys
        from pathlib import Path
        from doudi.identity.keys import open_keys
        from doudi.lake.home import Home
        print(open_keys(Home.open(Path(sys.argv[1])), Path(sys.argv[2])).fingerprint)
    """
    command = [sys.executable, "-c", textwrap.dedent(script)]
    started = [subprocess.Popen([*command, str(tmp_path / f"home{n}"), str(tmp_path / "keys")], stdout=subprocess.PIPE, text=True) for n in range(4)]
    assert len({process.communicate()[0] for process in started}) == 1


def test_the_key_folder_follows_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DOUDI_KEYS", str(tmp_path / "chosen"))
    assert key_folder() == tmp_path / "chosen"
    monkeypatch.delenv("DOUDI_KEYS")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    assert key_folder() == tmp_path / "config" / "doudi"
    monkeypatch.delenv("XDG_CONFIG_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert key_folder() == tmp_path / ".config" / "doudi"


def test_subkeys_differ_by_purpose_and_master_and_keys_print_no_secret() -> None:
    one, other = keys_of(b"1" * 32), keys_of(b"2" * 32)
    subkeys = [keys.subkey(purpose) for keys in (one, other) for purpose in PURPOSES]
    assert len(set(subkeys)) == 2 * len(PURPOSES)
    assert [len(one.subkey(purpose)) for purpose in PURPOSES] == list(PURPOSES.values())
    assert one.subkey("published") == keys_of(b"1" * 32).subkey("published")
    assert repr(one) == f"Keys(fingerprint='{one.fingerprint}')"
