"""The folder that the driver and every worker see: below the home (one machine, or a shared file system), or at a URL of an object store.

Everything in it is one run's own and goes when the run ends.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow import fs

from doudi.kernel.errors import DoudiError, Fault, code
from doudi.lake.home import Home

SHARE_UNREACHABLE = code("share_unreachable", "共享位置无法使用")

_PART = re.compile(r"part-(\d+)-")
_GLOB = re.compile(r"([\\{}\[\]*?])")


class Share:
    """One run's folder. `copies`: files of the home are copied here before Spark reads them, as the workers do not see the home.

    `classic`: paths go to Hadoop's readers, which want to be told that a path is local and take `*`, `[` and the like for a pattern unless they are
    marked; Sail knows neither.
    """

    def __init__(self, files: fs.FileSystem, root: str, scheme: str, *, copies: bool, classic: bool) -> None:
        self.files, self.root, self.copies, self._classic = files, root.rstrip("/"), copies, classic
        self._local = "file://" if classic else ""
        self._scheme = scheme or self._local
        self._made = 0
        self._copied: dict[Path, str] = {}

    def new(self, name: str) -> str:
        """A place that nothing was ever written to, as a path inside the share."""
        self._made += 1
        return f"{self.root}/{self._made:05d}-{re.sub(r'[^A-Za-z0-9_]', '_', name)}"

    def target(self, path: str) -> str:
        """A path inside the share as Spark is told it to write there."""
        return f"{self._scheme}{path}"

    def source(self, path: str) -> str:
        """A path inside the share as Spark is told it to read there."""
        return f"{self._scheme}{self._plain(path)}"

    def seen(self, path: Path) -> str:
        """A file of the home as Spark is told it to read, copied first where workers do not see the home."""
        if not self.copies:
            return f"{self._local}{self._plain(str(path.resolve()))}"
        if path not in self._copied:
            target = self.new(path.name)
            fs.copy_files(str(path.resolve()), target, source_filesystem=fs.LocalFileSystem(), destination_filesystem=self.files)
            self._copied[path] = target
        return self.source(self._copied[path])

    def _plain(self, path: str) -> str:
        return _GLOB.sub(r"\\\1", path) if self._classic else path

    @contextmanager
    def writer(self, path: str, schema: pa.Schema) -> Iterator[pq.ParquetWriter]:
        """Write a Parquet file into the share."""
        with self.files.open_output_stream(path) as stream, pq.ParquetWriter(stream, schema) as writer:
            yield writer

    def parts(self, path: str) -> list[str]:
        """The files that a job wrote into a folder, in the order of its partitions."""
        found = self.files.get_file_info(fs.FileSelector(path, allow_not_found=True))
        return [info.path for info in sorted(found, key=_place) if info.is_file and not info.base_name.startswith(("_", "."))]

    def schema(self, paths: Iterable[str]) -> pa.Schema | None:
        """The columns that jobs wrote into folders, by the first file there is; None if they wrote none."""
        for part in (part for path in paths for part in self.parts(path)):
            with self.files.open_input_file(part) as stream:
                return pq.read_schema(stream).remove_metadata()
        return None

    def batches(self, path: str, size: int) -> Iterator[pa.RecordBatch]:
        """The rows that a job wrote into a folder, in its order."""
        for part in self.parts(path):
            with self.files.open_input_file(part) as stream:
                yield from pq.ParquetFile(stream).iter_batches(size)

    def remove(self, path: str) -> None:
        """Take a file or folder away, if it is there."""
        info = self.files.get_file_info(path)
        if info.type == fs.FileType.Directory:
            self.files.delete_dir(path)
        elif info.type == fs.FileType.File:
            self.files.delete_file(path)


def _place(info: fs.FileInfo) -> tuple[int, str]:
    found = _PART.match(info.base_name)
    return (int(found[1]) if found else -1, info.base_name)


@contextmanager
def open_share(home: Home, url: str | None, *, classic: bool) -> Iterator[Share]:
    """A share for one run, removed at the end. `url`: an object store or folder (`s3://…`, `hdfs://…`, a path); None: inside the home.

    Raises DoudiError if the location cannot be written.
    """
    with home.temp_folder("engine-") as folder:
        if url is None:
            yield Share(fs.LocalFileSystem(), str(folder.resolve()), "", copies=False, classic=classic)
            return
        share = _at_url(url, classic)
        try:
            yield share
        finally:
            share.remove(share.root)


def _at_url(url: str, classic: bool) -> Share:
    try:
        files, root = fs.FileSystem.from_uri(re.sub(r"^s3[an]?://", "s3://", url))
        own = f"{root.rstrip('/')}/doudi-{uuid4().hex}"
        files.create_dir(own, recursive=True)
    except (OSError, ValueError, pa.ArrowException) as problem:
        todo = "写 s3a://桶/路径、hdfs://主机/路径 或各节点同名的文件夹；检查权限和凭据"
        raise DoudiError(Fault(SHARE_UNREACHABLE, "共享位置无法写入", url, why=str(problem), todo=todo)) from problem
    return Share(files, own, _scheme(files, url), copies=True, classic=classic)


def _scheme(files: fs.FileSystem, url: str) -> str:
    """What stands before a path of this file system when Spark is told it."""
    if isinstance(files, fs.LocalFileSystem):
        return ""
    if isinstance(files, fs.S3FileSystem):
        return "s3a://"
    return re.match(r"[a-z0-9]+://[^/]*", url)[0]  # type: ignore[index] - without a scheme it would be a local path
