"""Options that several commands share, and what most of them open first."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from doudi.identity.keys import Keys, open_keys
from doudi.lake.home import Home
from doudi.published.identities import Identities
from doudi.published.read import PublishedRun

HomeOption = Annotated[Path, typer.Option("--home", metavar="DIR", envvar="DOUDI_HOME", help="数据目录")]
RunOption = Annotated[str | None, typer.Option("--run", metavar="ID", help="运行编号；不写为最近一次")]
WithIdsOption = Annotated[bool, typer.Option("--with-ids", help="显示完整姓名和证号；谁、何时、看了什么会记入日志")]
FolderOption = Annotated[Path | None, typer.Option("--policy", metavar="DIR", help="政策文件夹；不写用随程序提供的", exists=True, file_okay=False)]


@dataclass(frozen=True)
class Reading:
    """A home opened to look at one of its runs."""

    home: Home
    keys: Keys
    run: PublishedRun

    @property
    def identities(self) -> Identities:
        """The run's sealed identities under the home's key; of those whom nothing concerns the cut's, as long as it is there."""
        of_cut = self.cut / "identities.parquet"
        return Identities(self.run, self.keys.subkey("published"), of_cut if of_cut.is_file() else None)

    @property
    def cut(self) -> Path:
        """The folder of the cut that the run stands on; it may have been removed since."""
        return self.home.lake / self.run.manifest.cut

    @property
    def tables(self) -> Path | None:
        """The lake's tables of the run's cut, None if it is no longer there."""
        return self.cut / "tables" if (self.cut / "tables").is_dir() else None


def open_for_reading(home: Path, run: str | None) -> Reading:
    """Open a home, its key and a run (the latest if none is named). Raises DoudiError for whatever is not there."""
    opened = Home.open(home, create=False)
    return Reading(opened, open_keys(opened), PublishedRun.open(opened.root, run))
