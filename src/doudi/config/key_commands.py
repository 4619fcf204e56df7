"""The commands `doudi keys …`: the site's own keys."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(name="keys", help="网站的密钥：更换", add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False)


@app.callback()
def keys() -> None:
    """网站的密钥。"""


@app.command("rotate")
def rotate_keys(
    home: Annotated[Path, typer.Option("--home", metavar="DIR", envvar="DOUDI_HOME", help="数据目录")] = Path("doudi-data"),
    resume: Annotated[bool, typer.Option("--resume", help="不加新密钥，只把还在旧密钥下的重新加密")] = False,
) -> None:
    """启用新密钥，并把证件号码、电话和动态验证码的密钥分批重新加密。网站不必停；中断后再运行会接着做。查找用的索引不变。"""
    from doudi.config.process import opened

    with opened(home, "loader"):
        from doudi.config.rotation import rotate

        for column, count in rotate(resume=resume):
            typer.echo(f"{column}：{count:,} 个已重新加密")
    typer.echo("完成。旧密钥仍须保管（旧备份和索引要用）；请立即备份密钥文件。")
    typer.echo("网站和后台任务在运行的，请重新启动，再运行一次 doudi keys rotate --resume：重启之前写入的还在旧密钥下。")
