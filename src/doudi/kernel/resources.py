"""Where the files lie that belong to Doudi but are no Python: contracts, policy, sample.

In a checkout they are the folders beside `pyproject.toml`, so that an edited file counts at once; in an installed wheel they travel inside
the package, under `_shipped`.
"""

from __future__ import annotations

from pathlib import Path

from doudi.kernel.errors import DoudiError, Fault, code

RESOURCES = ("contracts", "policy", "sample")
"""The folders that travel with Doudi."""

MISSING = code("resource_missing", "找不到随程序提供的文件夹")

_PACKAGE = Path(__file__).resolve().parents[1]


def resource_dir(name: str, *, package: Path = _PACKAGE) -> Path:
    """The folder `name` (one of RESOURCES): that of the checkout the package runs from, else the one shipped with it.

    `package` is the folder of the package `doudi`. Raises DoudiError if there is no such folder.
    """
    checkout = package.parents[1]
    places = [package / "_shipped" / name]
    if (checkout / "pyproject.toml").is_file() and package == checkout / "src" / package.name:
        places.insert(0, checkout / name)
    for place in places:
        if name in RESOURCES and place.is_dir():
            return place
    raise DoudiError(Fault(MISSING, f"没有文件夹“{name}”", where=str(places[0]), todo="重新安装 Doudi，或在源代码目录中运行"))
