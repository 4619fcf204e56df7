"""The words of the three screens, for each kind of work. `example` names a part in `templates/tour/`."""

from __future__ import annotations

from dataclasses import dataclass

from doudi.casework.access.actor import Actor


@dataclass(frozen=True)
class Screen:
    """One screen: a heading, some sentences, and what it looks like."""

    title: str
    says: tuple[str, ...]
    example: str = ""

    @property
    def template(self) -> str:
        return f"tour/{self.example}.html"


Tour = tuple[Screen, Screen, Screen]

AFTERWARDS = Screen(
    "办完以后，由数据来复核",
    (
        "您反馈办理结果，另一人审批；谁也不能审批自己办理的。",
        "下一次运行用新数据复核：线索已消失的自动办结，仍然存在的重新打开，回到您的待办。",
        "系统只提出线索。给不给、调不调、停不停待遇，由人依规定决定。",
    ),
    "chain",
)
TRACES = Screen(
    "每次查看和改动都留痕",
    (
        "打开家庭档案、显示完整证件号码、查询、导出、每一步办理，都记入审计日志，不能修改或删除。",
        "姓名和证件号码平时遮盖；确有需要时写明理由，完整号码显示 30 秒。",
        "离开座位请退出。在“我的账号”里可以看到自己在哪些地方登录，也可以再看一次这三屏。",
    ),
)

WORKS: Tour = (
    Screen(
        "从“我的待办”开始",
        (
            "登录后先看到要您办的任务，按期限分为已逾期、今日、本周和以后，最急的在最上面。",
            "点户主打开任务；勾选几件，可以一次签收。不归本单位的，退回并写明原因。",
            "筛选条件会保留，点一下条件就去掉。",
        ),
        "list",
    ),
    Screen(
        "打开任务，先看为什么",
        (
            "第一句话说明为什么有这件任务，带数字；下面的表列出每个条件、界线、来源部门和日期。",
            "“怎样会改变”写明什么数据变了就不再提示。没有共享到平台的情况，请在核实时问清。",
            "页面上只突出一个按钮：就是现在该做的一步。",
        ),
        "reason",
    ),
    AFTERWARDS,
)

APPROVES: Tour = (
    Screen(
        "“我的待办”里是等您决定的任务",
        (
            "经办人员反馈的办理结果，等您审批或退回补充；您自己经手的，由别人审批。",
            "红色线索在数据里消失了，系统不自动办结，等您确认。",
            "逾期未办、报到本单位的任务在“上报督办”；县级还负责改派退回的任务。",
        ),
        "list",
    ),
    Screen(
        "先看依据，再看经过",
        (
            "第一句话说明为什么有这件任务；表里有数值、界线、来源和日期。",
            "“办理经过”列出谁、何时、做了什么。决定时看到的依据会一起留存，以后可以查证。",
            "不同意时退回补充，写明要补充什么。",
        ),
        "reason",
    ),
    AFTERWARDS,
)

VISITS: Tour = (
    Screen(
        "“走访”里是要去的家庭",
        (
            "按期限排好，逾期的最先。打开一户，先看家里有谁、为什么去。",
            "也可以随时为一户安排走访。",
        ),
        "visit",
    ),
    Screen(
        "一屏一组问题，用手机就能填",
        (
            "每屏先问和档案里的情况相比有没有变化；没有变化，两分钟就能填完。",
            "每屏保存一次，断了可以接着填；提交前还能核对和修改。",
            "提交后马上看到编号和接下来会发生什么。",
        ),
        "question",
    ),
    Screen(
        "看到困难群众，随时提交线索",
        (
            "“主动发现”里写上姓名和看到的情况就可以；每条线索都有答复。",
            "情况好转、不再需要救助的家庭，也请告诉我们。",
            "打开档案和查询都会留痕；证件号码平时遮盖。",
        ),
        "clue",
    ),
)

SUPERVISES: Tour = (
    Screen(
        "“一张图”看各地情况",
        (
            "默认看比例（每千户），不只看数量；点地图或表里的地区，逐级看到村。",
            "超期、按期反馈、复核退回和重新打开放在一起看，都写明基数。",
            "旁边的表可以按比例或按地区排列，也可以导出。",
        ),
        "map",
    ),
    Screen(
        "数据报送和规则手册是结论的来处",
        (
            "“数据报送”列出各部门交了什么、迟了几天、退回多少；没有交来的数据，结论写“未知”，不当作零。",
            "“规则手册”写明每条规则的条件、依据文件和用到的数值。",
            "规则只提出线索，由人核实、由人决定。",
        ),
    ),
    TRACES,
)

ADMINISTERS: Tour = (
    Screen(
        "您的栏目在页面上方",
        (
            "系统、安全、审计三类管理员的权限互相分开，一人只能任一类。",
            "管理员看不到家庭档案和任务；需要时请办理业务任职，由另一人授权。",
        ),
    ),
    Screen(
        "规则手册人人可看",
        (
            "每条规则的条件、依据文件和用到的数值，都在“规则手册”里。",
            "规则只提出线索，由人核实、由人决定。",
        ),
    ),
    TRACES,
)


def tour_of(actor: Actor) -> Tour:
    """The screens for what the role does."""
    for permission, tour in (("work.accept", WORKS), ("work.approve", APPROVES), ("visit.record", VISITS), ("supervise", SUPERVISES)):
        if actor.may(permission):
            return tour
    return ADMINISTERS
