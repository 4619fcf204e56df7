"""The list of commands, and the group that imports a room only when one of its commands is called."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

from doudi.cli.chinese import Chinese

HELP = {"help_option_names": ["--help", "-h"]}
DATA, RUNS, POLICY, SITE, HOUSE = "数据进来", "计算和查看", "政策和数据契约", "工作平台", "维护"


@dataclass(frozen=True)
class Entry:
    """Where a command is: `module:attribute` (a function or a Typer app), one line of help, and the panel it is listed in."""

    where: str
    says: str
    panel: str


COMMANDS: dict[str, Entry] = {
    "intake": Entry("doudi.intake.commands:intake", "接收一个文件夹或文件：检查、认人，给出回执", DATA),
    "deliveries": Entry("doudi.intake.commands:deliveries", "列出已接收的报送", DATA),
    "receipt": Entry("doudi.intake.commands:receipt", "查看一份报送的回执", DATA),
    "refused": Entry("doudi.intake.commands:refused", "导出一份报送中被退回和待核的行，供部门修改后重新报送", DATA),
    "confirm": Entry("doudi.intake.commands:confirm", "确认一份没有任何可用行的全量名单", DATA),
    "run": Entry("doudi.monitoring.commands:run", "按基准日计算并发布一次运行", RUNS),
    "runs": Entry("doudi.monitoring.commands:runs", "列出已发布的运行", RUNS),
    "report": Entry("doudi.monitoring.report.commands:report", "把一次运行写成一个网页", RUNS),
    "explain": Entry("doudi.monitoring.commands:explain", "说明一条线索为什么出现，怎样会改变", RUNS),
    "household": Entry("doudi.monitoring.commands:household", "查看一户的救助链、线索和未知", RUNS),
    "export": Entry("doudi.monitoring.commands:export", "导出线索、未知、未用的行、关联结果", RUNS),
    "policy": Entry("doudi.monitoring.policy_commands:app", "政策文件：check 检查，book 规则手册，plan 执行计划，test 试算", POLICY),
    "contracts": Entry("doudi.monitoring.contract_commands:app", "数据契约：check 检查，docs 数据需求清单", POLICY),
    "site": Entry("doudi.config.commands:app", "工作平台：up 启动，stop 停止，prepare 准备数据库，load 装载运行结果……", SITE),
    "audit": Entry("doudi.config.audit_commands:app", "审计日志：verify 核验是否被改动、删除或插入", SITE),
    "keys": Entry("doudi.config.key_commands:app", "网站的密钥：rotate 更换密钥，重新加密", SITE),
    "docs": Entry("doudi.monitoring.commands:docs", "重新生成参考文档（源代码目录中使用）", HOUSE),
    "home": Entry("doudi.monitoring.commands:show_home", "数据目录里有什么", HOUSE),
    "simulate": Entry("doudi.simulation.commands:simulate", "生成一个虚构的地区，可直接运行", HOUSE),
    "verify": Entry("doudi.monitoring.commands:verify", "核对数据目录：发布的运行是否完整、未被改动", HOUSE),
}


class ChineseCommand(Chinese, TyperCommand):
    """A command whose help page is Chinese."""


class ChineseGroup(Chinese, TyperGroup):
    """A group of commands whose help page is Chinese."""


class Rooms(ChineseGroup):
    """Lists every command without importing it."""

    def list_commands(self, ctx: Any) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """A stand-in that knows its line of help; `resolve_command` gives the real one."""
        entry = COMMANDS.get(cmd_name)
        return TyperCommand(cmd_name, help=entry.says, rich_help_panel=entry.panel) if entry else None

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        name, found, rest = super().resolve_command(ctx, args)
        return name, load(COMMANDS[name]) if name in COMMANDS else found, rest


def load(entry: Entry) -> Any:
    """Import a room and make its command."""
    module, _, attribute = entry.where.partition(":")
    target = getattr(import_module(module), attribute)
    if not isinstance(target, typer.Typer):
        single = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
        single.command(cls=ChineseCommand, help=target.__doc__, context_settings=HELP)(target)
        return typer.main.get_command(single)
    target.info.cls = ChineseGroup
    for command in target.registered_commands:
        command.cls, command.context_settings = ChineseCommand, HELP
    return typer.main.get_command(target)
