"""Opens a Spark session: classic (`local[*]`, `spark://…`, `yarn`, `k8s://…`) or through Spark Connect (`sc://…`).

How much memory, which cores, which credentials is the cluster's affair: `spark-defaults.conf` in `SPARK_CONF_DIR` is read as ever. Set here is only
what the meaning of queries hangs on, and what one machine needs.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from doudi.kernel.errors import DoudiError, Fault, code

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

SPARK_MISSING = code("spark_missing", "没有安装 Spark 或 Java")
SPARK_UNREACHABLE = code("spark_unreachable", "无法连接 Spark 集群")

CONNECT_PORT = 15002
LOCAL_MASTER = "local[*]"
LOCAL_MEMORY = "3g"
"""Heap when Spark runs in this machine's own JVM; on a cluster `spark-defaults.conf` says it."""

MEANING = {
    "spark.sql.ansi.enabled": "true",  # what overflows or cannot be read is an error, never a silent NULL
    "spark.sql.caseSensitive": "false",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.parquet.datetimeRebaseModeInRead": "CORRECTED",  # birth dates before 1582 are typing errors, but still those that were delivered
    "spark.sql.parquet.datetimeRebaseModeInWrite": "CORRECTED",
    "spark.sql.parquet.binaryAsString": "false",
    "spark.sql.storeAssignmentPolicy": "ANSI",
    "spark.sql.files.ignoreMissingFiles": "false",  # a part that is gone must fail, not shrink the result
    "spark.sql.files.ignoreCorruptFiles": "false",
}
"""Settings of a session that could change a result; whatever a cluster's defaults say, Doudi's queries run under these."""

QUIET = {"spark.app.name": "doudi", "spark.log.level": "ERROR", "spark.ui.showConsoleProgress": "false"}


def is_connect(master: str) -> bool:
    """Whether a master is reached through Spark Connect."""
    return master.startswith("sc://")


@contextmanager
def open_session(master: str) -> Iterator[SparkSession]:
    """A session at a master, stopped at the end. Raises DoudiError if pyspark or Java is missing or nobody answers."""
    session = _connect(master) if is_connect(master) else _classic(master)
    try:
        yield session
    finally:
        session.stop()


def settle_meaning(session: SparkSession) -> None:
    """Set what results could hang on."""
    for name, value in MEANING.items():
        session.conf.set(name, value)


def _connect(master: str) -> SparkSession:
    _need_pyspark()
    from pyspark.sql.connect.session import SparkSession as Remote  # not by `builder.remote`: that shuts the process to classic sessions

    address = urlsplit(master)
    try:
        socket.create_connection((address.hostname or "", address.port or CONNECT_PORT), timeout=5).close()  # the client itself tries for ten minutes
        session = Remote.Builder().remote(master).create()
        settle_meaning(session)
    except Exception as problem:  # grpc and pyspark raise many kinds here
        raise _unreachable(master, problem) from problem
    return session


def _classic(master: str) -> SparkSession:
    _need_pyspark()
    from pyspark.sql import SparkSession

    if java_missing():
        todo = "安装 Java 17（Debian：apt-get install openjdk-17-jre-headless），或设置 JAVA_HOME"
        raise DoudiError(Fault(SPARK_MISSING, "没有找到 Java", todo=todo))
    builder = SparkSession.Builder()
    for name, value in (QUIET | (_local(master) if master.startswith("local") else {})).items():
        builder = builder.config(name, value)
    try:
        session = builder.master(master).getOrCreate()
        settle_meaning(session)
    except Exception as problem:  # the JVM's errors arrive as many kinds
        raise _unreachable(master, problem) from problem
    return session


def _need_pyspark() -> None:
    os.environ.setdefault("GRPC_ENABLE_FORK_SUPPORT", "0")  # else gRPC aborts one child process in a hundred, JVMs too; read on import
    try:
        import pyspark.sql.connect.session  # noqa: F401 - needs more than pyspark alone
    except ImportError as problem:
        todo = "安装时加上 spark：uv sync --extra spark，或 pip install 'doudi[spark]'"
        raise DoudiError(Fault(SPARK_MISSING, "没有安装 pyspark", why=str(problem), todo=todo)) from problem


def java_missing() -> bool:
    """Whether there is no Java to start a session or a cluster with."""
    home = os.environ.get("JAVA_HOME")
    return not (home and (Path(home) / "bin" / "java").exists()) and shutil.which("java") is None


def _local(master: str) -> dict[str, str]:
    """One machine: no web page, a heap that holds a county, and as many pieces as its cores can use."""
    found = re.match(r"local\[(\d+)", master)
    cores = int(found[1]) if found else os.cpu_count() or 1
    return {
        "spark.ui.enabled": "false",
        "spark.driver.memory": LOCAL_MEMORY,
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.sql.shuffle.partitions": str(max(2, 2 * cores)),
        "spark.default.parallelism": str(cores),
    }


def _unreachable(master: str, problem: Exception) -> DoudiError:
    why = str(problem).strip().splitlines()
    todo = "核对 --master 的地址和端口，集群是否在运行，以及两端的 Spark 版本"
    return DoudiError(Fault(SPARK_UNREACHABLE, "无法使用 Spark", master, why=why[0] if why else type(problem).__name__, todo=todo))
