from pathlib import Path

import pytest

from doudi.kernel.errors import DoudiError
from doudi.kernel.resources import resource_dir

CHECKOUT = Path(__file__).resolve().parents[3]


def test_the_checkout_comes_first():
    assert resource_dir("contracts") == CHECKOUT / "contracts"


def test_an_installed_package_brings_its_own(tmp_path: Path):
    package = tmp_path / "site-packages" / "doudi"
    (package / "_shipped" / "policy").mkdir(parents=True)
    (tmp_path / "policy").mkdir()
    assert resource_dir("policy", package=package) == package / "_shipped" / "policy"


@pytest.mark.parametrize("name", ["contracts", "..", "secrets"])
def test_a_folder_that_is_not_there_is_an_error(tmp_path: Path, name: str):
    with pytest.raises(DoudiError, match="resource_missing"):
        resource_dir(name, package=tmp_path / "doudi")
