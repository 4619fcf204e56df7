"""Typer and click speak English; people who type `doudi` read Chinese. Only what a user of this command can meet is translated."""

from __future__ import annotations

import re
from functools import cache
from typing import Annotated, Any

import typer

_PATTERNS = (
    (r"No such option: (?P<name>\S+)(?: .*)?", "没有选项 {name}"),
    (r"No such command '(?P<name>.*?)'\..*", "没有命令 {name}"),
    (r"Missing command\.", "没有写命令"),
    (r"Missing argument '(?P<name>.*?)'\..*", "缺少参数 {name}"),
    (r"Missing option '(?P<name>.*?)'\..*", "缺少选项 {name}"),
    (r"Missing parameter: (?P<name>\S+)", "缺少参数 {name}"),
    (r"Option '(?P<name>.*?)' requires an argument\.", "选项 {name} 后面要写内容"),
    (r"Option '(?P<name>.*?)' does not take a value\.", "选项 {name} 后面不写内容"),
    (r"Got unexpected extra argument(?:s|\(s\))? \((?P<name>.*)\)", "多写了 {name}"),
    (r"Invalid value for '(?P<name>.*?)': (?P<what>.*)", "{name} 的内容不对：{what}"),
    (r"Invalid value: (?P<what>.*)", "内容不对：{what}"),
)
_DETAILS = (
    (r"(?:Value error, )?'(?P<what>.*)' does not match the formats?.*", "{what} 不是日期，应写成 2026-10-31"),
    (r"(?:Value error, )?'(?P<what>.*)' is not one of (?P<list>.*)\.", "{what} 不在可选范围内：{list}"),
    (r"'(?P<what>.*)' is not a valid integer\.?.*", "{what} 不是整数"),
    (r"(?:[Pp]ath|[Ff]ile|[Dd]ir(?:ectory)?) '(?P<what>.*)' does not exist\.", "{what} 不存在"),
    (r"(?:[Pp]ath|[Ff]ile|[Dd]ir(?:ectory)?) '(?P<what>.*)' is a (?:file|directory)\.", "{what} 不是所要的文件或文件夹"),
)


def chinese_message(error: BaseException) -> str | None:
    """What a usage error says, in Chinese; empty if it was shown already, None if the exception is none of the command line's own."""
    say = getattr(error, "format_message", None)
    if say is None:
        return "已取消" if type(error).__name__ == "Abort" else None
    if type(error).__name__ == "NoArgsIsHelpError":
        return ""  # the help page was shown in its place
    text = " ".join(str(say()).split())
    context = getattr(error, "ctx", None)
    where = getattr(context, "command_path", "doudi")
    return f"{_translate(text)}\n用法见：{where} --help"


def _translate(text: str) -> str:
    for pattern, chinese in _PATTERNS:
        if found := re.fullmatch(pattern, text, re.DOTALL):
            parts = {name: _detail(part) if name == "what" else part.replace("' / '", "、") for name, part in found.groupdict().items()}
            return chinese.format(**parts)
    return text


def _detail(text: str) -> str:
    for pattern, chinese in _DETAILS:
        if found := re.fullmatch(pattern, text, re.DOTALL):
            return chinese.format(**found.groupdict())
    return text


def translate_headings() -> None:
    """Give the help pages Chinese headings. Called only when help is shown: rich is slow to import."""
    from typer import rich_utils

    rich_utils.ARGUMENTS_PANEL_TITLE = "参数"
    rich_utils.OPTIONS_PANEL_TITLE = "选项"
    rich_utils.COMMANDS_PANEL_TITLE = "命令"
    rich_utils.DEFAULT_STRING = "[默认：{}]"
    rich_utils.ENVVAR_STRING = "[环境变量：{}]"
    rich_utils.REQUIRED_LONG_STRING = "[必填]"


def translate_usage(text: str) -> str:
    """The usage line of a command."""
    for english, chinese in (("Usage: ", "用法："), ("[OPTIONS]", "[选项]"), ("COMMAND [ARGS]...", "命令 [参数]…")):
        text = text.replace(english, chinese)
    return text


@cache
def unused_home() -> Any:
    """`--home` of commands that need no home (policy, contracts): taken without a word, so that every command can be called alike."""
    app = typer.Typer(add_completion=False)

    @app.command()
    def no_home(home: Annotated[str, typer.Option("--home", metavar="DIR", help="数据目录；这条命令用不到")] = "") -> None: ...

    option = next(each for each in typer.main.get_command(app).params if "--home" in each.opts)
    option.expose_value = False
    return option


class Chinese:
    """Mixed into a command or group: its help page is Chinese, and it takes `--home`."""

    def get_params(self, ctx: Any) -> list[Any]:
        own: list[Any] = super().get_params(ctx)  # type: ignore[misc]
        return own if any("--home" in each.opts for each in own) else [*own, unused_home()]

    def get_usage(self, ctx: Any) -> str:
        return translate_usage(super().get_usage(ctx))  # type: ignore[misc]

    def get_help_option(self, ctx: Any) -> Any:
        option = super().get_help_option(ctx)  # type: ignore[misc]
        if option is not None:
            option.help = "显示这页说明"
        return option

    def format_help(self, ctx: Any, formatter: Any) -> None:
        translate_headings()
        super().format_help(ctx, formatter)  # type: ignore[misc]
