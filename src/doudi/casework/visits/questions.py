"""What is asked at a household's home: one group of questions for a screen of a telephone.

Every theme begins with whether anything is otherwise than in the file, so that a visit without change takes few taps; `known` names the facts
that are shown beside it, `corrects` the value of the file that another answer proposes to change.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["choice", "choices", "integer", "money", "text"]
Options = tuple[tuple[str, str], ...]

SAME, CHANGED, NOT_LEARNT = "same", "changed", "not_learnt"
SAMENESS: Options = ((SAME, "没有变化"), (CHANGED, "有变化"), (NOT_LEARNT, "没能了解到"))


@dataclass(frozen=True)
class Question:
    """One thing asked. `money` is typed in yuan and kept in fen."""

    key: str
    label: str
    kind: Kind
    options: Options = ()
    hint: str = ""
    required: bool = False
    corrects: str = ""


@dataclass(frozen=True)
class Known:
    """A fact of the file that a theme shows: its name there, words, and how its value is written (money, count, flag)."""

    fact: str
    words: str
    form: Literal["money", "count", "flag"] = "money"


@dataclass(frozen=True)
class Group:
    """One screen. A theme (`asks_change`) first asks whether anything changed, and the rest only then."""

    key: str
    title: str
    questions: tuple[Question, ...]
    known: tuple[Known, ...] = ()
    asks_change: bool = True

    @property
    def change_key(self) -> str:
        """The key of the question whether anything changed."""
        return f"{self.key}_changed"

    def question(self, key: str) -> Question | None:
        """The question of this key, the one about change included."""
        return next((each for each in self.all_questions if each.key == key), None)

    @property
    def all_questions(self) -> tuple[Question, ...]:
        """With the question whether anything changed in front."""
        if not self.asks_change:
            return self.questions
        return (Question(self.change_key, "和档案里的情况相比", "choice", SAMENESS, required=True), *self.questions)


MET_SOMEBODY = ("home", "neighbour")
NOT_MET = ("nobody", "moved")

MET = Group(
    "met",
    "见面情况",
    (
        Question(
            "met",
            "这次见到了谁",
            "choice",
            (("home", "本人或家人"), ("neighbour", "邻居、亲友或村干部代为说明"), ("nobody", "家里没有人"), ("moved", "已经搬走")),
            required=True,
        ),
        Question(
            "whole",
            "逐项问过以后，和档案里的情况相比",
            "choice",
            ((SAME, "各方面都没有变化"), (CHANGED, "有变化，逐项填写")),
            hint="没有见到人时不用选",
        ),
        Question("met_words", "见面说明", "text", hint="如：在村口见到户主的儿子"),
    ),
    asks_change=False,
)

THEMES: tuple[Group, ...] = (
    Group(
        "members",
        "家庭成员",
        (
            Question("members_now", "现在一起生活的人数", "integer", corrects="members"),
            Question(
                "members_events",
                "发生了什么",
                "choices",
                (
                    ("died", "有人去世"),
                    ("born", "新生儿"),
                    ("joined", "有人迁入、结婚或返回"),
                    ("left", "有人迁出、离婚或分户"),
                    ("away", "有人外出半年以上"),
                    ("missing", "有人失联、服刑或强制戒毒"),
                ),
            ),
            Question("members_words", "说明", "text", hint="谁、什么时候"),
        ),
        (Known("members", "在世成员", "count"),),
    ),
    Group(
        "income",
        "收入和就业",
        (
            Question("income_year", "现在全家一年的收入（元）", "money", hint="工资、务工、务农、养老金、赡养费都算上", corrects="income_12m"),
            Question(
                "income_events",
                "发生了什么",
                "choices",
                (
                    ("lost_job", "有人失业"),
                    ("found_job", "有人找到工作"),
                    ("pension", "开始领养老金"),
                    ("harvest", "农业歉收"),
                    ("support", "赡养费有变化"),
                ),
            ),
            Question("income_words", "说明", "text"),
        ),
        (Known("income_12m", "核对的家庭年总收入"), Known("income_known_12m", "近12个月看得见的收入")),
    ),
    Group(
        "health",
        "健康和医疗",
        (
            Question(
                "health_events",
                "发生了什么",
                "choices",
                (
                    ("serious", "有人患重病或住院"),
                    ("chronic", "有人长期吃药"),
                    ("disabled", "有人新近残疾或加重"),
                    ("dependent", "有人不能自理"),
                    ("recovered", "有人康复"),
                ),
            ),
            Question("health_cost", "近一年自己付的医药费（元）", "money"),
            Question("health_words", "说明", "text"),
        ),
        (Known("household_self_paid_settled_12m", "近12个月家庭医保结算自付"),),
    ),
    Group(
        "school",
        "子女读书",
        (
            Question(
                "school_events",
                "发生了什么",
                "choices",
                (("started", "有人新入学"), ("finished", "有人毕业"), ("dropped", "有人辍学"), ("unpaid", "学费、住宿费有困难")),
            ),
            Question("school_words", "说明", "text"),
        ),
        (Known("essential_settled_12m", "近12个月已结算的必需支出"),),
    ),
    Group(
        "house",
        "住房和饮水",
        (
            Question(
                "house_state",
                "住房看上去",
                "choice",
                (("safe", "安全"), ("leaks", "漏雨、墙体开裂"), ("unsafe", "疑似危房"), ("none", "没有住房")),
            ),
            Question("water", "饮水", "choice", (("good", "够用、干净"), ("short", "经常缺水"), ("bad", "水质不好"))),
            Question("house_words", "说明", "text"),
        ),
    ),
    Group(
        "property",
        "存款、车辆和房产",
        (
            Question("deposits", "存款和理财（元）", "money", corrects="deposits"),
            Question("vehicles", "机动车（辆）", "integer", hint="残疾人代步车、农用三轮车不算", corrects="vehicles"),
            Question("houses", "住房（套）", "integer", corrects="houses"),
            Question("property_words", "说明", "text"),
        ),
        (
            Known("deposits", "存款及有价证券"),
            Known("vehicles", "机动车", "count"),
            Known("houses", "住房套数", "count"),
            Known("business", "市场主体登记", "flag"),
        ),
    ),
    Group(
        "care",
        "照料和安全",
        (
            Question(
                "care_events",
                "家里有没有",
                "choices",
                (
                    ("alone", "老人独居，平时没人照看"),
                    ("unguarded", "孩子没有人监护"),
                    ("nursing", "需要护理而没有人护理"),
                    ("mental", "情绪低落、需要关心疏导"),
                    ("violence", "家庭暴力或虐待"),
                ),
            ),
            Question("care_words", "说明", "text"),
        ),
    ),
)

STEADY, HARDER, URGENT, BETTER, UNMET = "steady", "harder", "urgent", "better", "unmet"

END = Group(
    "end",
    "结论",
    (
        Question(
            "result",
            "您的判断",
            "choice",
            (
                (STEADY, "生活基本稳定"),
                (HARDER, "困难加重，可能需要新的救助"),
                (URGENT, "遇到急难，须马上救助"),
                (BETTER, "情况好转，可能不再符合条件"),
                (UNMET, "这次没有见到，须再来"),
            ),
            required=True,
        ),
        Question(
            "needs",
            "这家人还需要什么帮助",
            "choices",
            (
                ("care", "上门照料、探视"),
                ("nursing", "集中供养、护理"),
                ("job", "找工作、学技能"),
                ("school", "助学"),
                ("repair", "修房"),
                ("medicine", "看病、买药"),
                ("counsel", "心理疏导"),
                ("goods", "衣被、粮油等物资"),
                ("papers", "帮助办证、办手续"),
            ),
        ),
        Question("note", "补充说明", "text", hint="选“困难加重”“急难”“情况好转”时必填"),
    ),
    asks_change=False,
)

GROUPS: tuple[Group, ...] = (MET, *THEMES, END)
BY_KEY = {group.key: group for group in GROUPS}


def path_of(answers: dict[str, object]) -> tuple[Group, ...]:
    """The screens that these answers lead through: without anybody met, or without any change, the themes are left out."""
    if answers.get("met") in NOT_MET or answers.get("whole") == SAME:
        return (MET, END)
    return GROUPS


def after(key: str, answers: dict[str, object]) -> str | None:
    """The screen that follows; None after the last."""
    keys = [group.key for group in path_of(answers)]
    place = keys.index(key) + 1 if key in keys else 0
    return keys[place] if place < len(keys) else None
