"""The command `doudi`. It only names the commands; each room is imported when one of its commands is called."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from doudi.cli.chinese import chinese_message
from doudi.cli.rooms import Rooms
from doudi.kernel.errors import DoudiError

SET_BY_OPTIONS = ("DOUDI_HOME", "DOUDI_DEBUG")
"""Environment variables that options before the command stand for."""

INTERRUPTED = 130

app = typer.Typer(
    name="doudi",
    cls=Rooms,
    help="兜底 Doudi：各部门的数据进来，有依据的线索出去。",
    epilog="第一次使用：doudi intake 文件夹，然后 doudi run --as-of 日期，再 doudi report。每个命令后加 --help 看用法。",
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["--help", "-h"]},
)


@app.callback()
def installation(
    home: Annotated[Path | None, typer.Option("--home", metavar="DIR", help="数据目录；不写则取环境变量 DOUDI_HOME，再不然是 ./doudi-data")] = None,
    debug: Annotated[bool, typer.Option("--debug", help="出错时显示程序内部的调用过程")] = False,
) -> None:
    """兜底 Doudi：各部门的数据进来，有依据的线索出去。"""
    if home is not None:
        os.environ["DOUDI_HOME"] = str(home)  # every command's own --home takes it from there, and may say otherwise
    if debug:
        os.environ["DOUDI_DEBUG"] = "1"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code: 0 done, 1 done but something is to be looked at, 2 refused, 130 interrupted."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    before = {name: os.environ.get(name) for name in SET_BY_OPTIONS}
    try:
        return _run(given)
    finally:
        for name, value in before.items():
            os.environ.pop(name, None) if value is None else os.environ.update({name: value})


def _run(given: list[str]) -> int:
    try:
        result = app(given, prog_name="doudi", standalone_mode=False)
    except DoudiError as error:
        return _refuse(str(error), error)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # the reader has gone: nothing more to say to it
        return 0
    except Exception as error:
        message = chinese_message(error)
        if message is None:
            return _refuse(f"程序内部出错：{type(error).__name__}: {error}\n请加 --debug 重试，并把输出交给维护人员。", error)
        return _say(message, 2)
    if result == INTERRUPTED:
        return _say("已中断；再次运行即可继续，数据不会缺漏或重复。", INTERRUPTED)
    return result if isinstance(result, int) else 0


def _refuse(message: str, error: BaseException) -> int:
    if os.environ.get("DOUDI_DEBUG"):
        raise error
    return _say(message, 2)


def _say(message: str, code: int) -> int:
    if message:
        sys.stderr.write(message + "\n")
    return code
