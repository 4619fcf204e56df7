"""A real Spark cluster on the loopback: one master, two workers, small heaps. Whoever starts it can kill a worker with its executor."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pyspark

SMALL = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
"""A JVM that lives for a minute has no time to optimise itself."""

DEFAULTS = f"""
spark.driver.host 127.0.0.1
spark.driver.bindAddress 127.0.0.1
spark.driver.memory 700m
spark.driver.extraJavaOptions {SMALL}
spark.executor.memory 500m
spark.executor.extraJavaOptions {SMALL}
spark.executor.cores 1
spark.ui.enabled false
spark.sql.shuffle.partitions 3
spark.sql.codegen.wholeStage false
spark.sql.codegen.factoryMode NO_CODEGEN
"""
"""What an operator writes into spark-defaults.conf; here so that three JVMs fit beside each other and start soon."""


@dataclass
class Cluster:
    """A running cluster; `environment` is what a driver needs to know of it."""

    folder: Path
    port: int
    environment: dict[str, str]
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def master(self) -> str:
        return f"spark://127.0.0.1:{self.port}"

    def start(self, name: str, *arguments: str) -> None:
        """Start a master or a worker, its words in a file."""
        script = Path(pyspark.__file__).parent / "bin" / "spark-class"
        with (self.folder / f"{name}.log").open("wb") as log:
            self.processes[name] = subprocess.Popen(
                [script, *arguments], stdout=log, stderr=subprocess.STDOUT, env=self.environment, start_new_session=True
            )

    def wait_for(self, name: str, word: str, times: int = 1, seconds: float = 90) -> None:
        """Wait until a log says a word so many times. Raises TimeoutError."""
        until = time.monotonic() + seconds
        while self.log(name).count(word) < times:
            if time.monotonic() > until or self.processes[name].poll() is not None:
                raise TimeoutError(f"{name} never said {word}: {self.log(name)[-2000:]}")
            time.sleep(0.2)

    def log(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text("utf-8", "replace")

    def kill(self, name: str) -> None:
        """Kill a process and its children at once, as a power cut would: of a worker also its executor. Each has a session of its own."""
        os.killpg(self.processes[name].pid, signal.SIGKILL)
        self.processes.pop(name).wait()


@contextmanager
def cluster(folder: Path) -> Iterator[Cluster]:
    """One master and two workers with one core each, until the block ends."""
    folder.mkdir(parents=True)
    (folder / "spark-defaults.conf").write_text(DEFAULTS)
    more = {"SPARK_LOCAL_IP": "127.0.0.1", "SPARK_CONF_DIR": str(folder), "SPARK_DAEMON_MEMORY": "200m", "SPARK_DAEMON_JAVA_OPTS": SMALL}
    made = Cluster(folder, _free_port(), {**os.environ, **more})
    try:
        made.start("master", "org.apache.spark.deploy.master.Master", "--host", "127.0.0.1", "--port", str(made.port), "--webui-port", "0")
        made.wait_for("master", "New state: ALIVE")
        for name in ("one", "two"):
            work = ("--work-dir", str(folder / name), "--cores", "1", "--memory", "600m")
            made.start(name, "org.apache.spark.deploy.worker.Worker", "--host", "127.0.0.1", "--webui-port", "0", *work, made.master)
        made.wait_for("master", "Registering worker", times=2)
        yield made
    finally:
        for name in list(made.processes):
            made.kill(name)


def _free_port() -> int:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return held.getsockname()[1]
