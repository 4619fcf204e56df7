"""Roles as readable classes: what each may do, what it sees, and what it may not be combined with.

What a role sees is its office's region and everything below, cut down to the office's own department unless `all_departments`.
The notice 2.1-b; separation of the three administrators: GB/T 22239 8.1.4.2 (from memory).
"""

from __future__ import annotations

from dataclasses import dataclass

from doudi.casework.access.permissions import PERMISSIONS


@dataclass(frozen=True)
class Role:
    """`level` the kinds of region whose offices can have it; `excludes` roles that the same person may not have as well."""

    key: str
    name: str
    says: str
    may: frozenset[str]
    level: frozenset[str]
    sees_people: bool = True
    all_departments: bool = False
    excludes: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        assert self.may <= PERMISSIONS.keys(), self.may - PERMISSIONS.keys()


COMMON = frozenset({"rules.see"})
FILE = frozenset({"household.see", "household.search", "household.reveal"})
WORK = frozenset({"work.see", "work.accept", "work.verify", "work.handle"})
FIELD = frozenset({"visit.see", "visit.record", "clue.raise", "household.correct"})
ADMINISTRATORS = frozenset({"system_admin", "security_admin", "audit_admin"})


def _role(key: str, name: str, says: str, level: str, may: frozenset[str], **more: object) -> Role:
    return Role(key, name, says, COMMON | may, frozenset(level.split()), **more)  # type: ignore[arg-type]


ROLES: dict[str, Role] = {
    role.key: role
    for role in (
        _role(
            "village_worker",
            "村级工作人员",
            "村（社区）干部、网格员：上门走访，报告变化，主动发现困难群众。",
            "village",
            FILE | FIELD | {"work.see", "work.verify"},
            all_departments=True,
        ),
        _role(
            "township_officer",
            "乡镇经办人员",
            "乡镇（街道）民政经办：签收、核实、办理推送到乡镇的任务，安排走访，受理申请。",
            "township",
            FILE | FIELD | WORK | {"visit.plan", "clue.answer", "application.start", "deliveries.see"},
            all_departments=True,
        ),
        _role(
            "township_reviewer",
            "乡镇负责人",
            "乡镇（街道）分管负责人：审批乡镇办理的结果，审核档案更正；不能审批自己办理的。",
            "township",
            FILE | {"work.see", "work.approve", "visit.see", "visit.plan", "household.review", "supervise"},
            all_departments=True,
        ),
        _role(
            "county_officer",
            "县级经办人员",
            "县级民政部门经办：办理县级任务，组织一事一议，答复部门推送的线索。",
            "county",
            FILE
            | FIELD
            | WORK
            | {"visit.plan", "clue.answer", "application.start", "conference.see", "conference.manage", "deliveries.see", "supervise", "export"},
            all_departments=True,
        ),
        _role(
            "county_reviewer",
            "县级审批人员",
            "县级民政部门负责人：审批办理结果，确认红色线索，改派退回的任务；不能审批自己办理的。",
            "county",
            FILE
            | {
                "work.see",
                "work.approve",
                "work.redirect",
                "household.review",
                "conference.see",
                "conference.vote",
                "deliveries.see",
                "supervise",
                "export",
            },
            all_departments=True,
        ),
        _role(
            "department_officer",
            "部门经办人员",
            "各部门经办：办理推送给本部门的任务，只看办理所需的内容；可推送主动发现的线索。",
            "county prefecture province",
            FILE | WORK | {"clue.raise", "clue.answer", "conference.see", "conference.vote", "deliveries.see", "application.start"},
        ),
        _role(
            "department_reviewer",
            "部门负责人",
            "各部门负责人：审批本部门办理的结果；不能审批自己办理的。",
            "county prefecture province",
            FILE | {"work.see", "work.approve", "conference.see", "conference.vote", "deliveries.see"},
        ),
        _role(
            "social_worker",
            "社会工作者",
            "社工：走访乡镇（街道）安排的困难家庭，登记走访情况，不办理任务。",
            "township",
            frozenset({"household.see", "visit.see", "visit.record", "clue.raise"}),
            all_departments=True,
        ),
        _role(
            "prefecture_supervisor",
            "市级督导人员",
            "市州民政部门：看本市统计、超期和复核情况，可调阅任务，不办理。",
            "prefecture",
            frozenset({"household.see", "work.see", "supervise", "deliveries.see", "conference.see", "export"}),
            all_departments=True,
        ),
        _role(
            "province_supervisor",
            "省级督导人员",
            "省民政厅：看全省统计、超期和复核情况，可调阅任务，不办理。",
            "province",
            frozenset({"household.see", "work.see", "supervise", "deliveries.see", "conference.see", "export"}),
            all_departments=True,
        ),
        _role(
            "auditor",
            "审计人员",
            "审计、纪检：查审计日志和任务办理经过，不能改动任何内容。",
            "county prefecture province",
            frozenset({"work.see", "household.see", "audit.see", "supervise", "conference.see", "deliveries.see"}),
            all_departments=True,
            excludes=frozenset(
                {"county_officer", "county_reviewer", "department_officer", "department_reviewer", "township_officer", "township_reviewer"}
            )
            | ADMINISTRATORS,
        ),
        _role(
            "data_steward",
            "数据管理人员",
            "数据管理：看各部门报送、退回和数据质量，不看个人档案。",
            "county prefecture province",
            frozenset({"deliveries.see", "supervise"}),
            sees_people=False,
        ),
        _role(
            "system_admin",
            "系统管理员",
            "维护系统运行：工作日、任务队列、密钥更换；不看个人档案，不管账号，不看审计。",
            "county prefecture province",
            frozenset({"system.see", "system.manage"}),
            sees_people=False,
            excludes=frozenset({"security_admin", "audit_admin"}),
        ),
        _role(
            "security_admin",
            "安全管理员",
            "管理账号、任职和角色；不看个人档案，不能给自己授权。",
            "county prefecture province",
            frozenset({"users.see", "users.manage"}),
            sees_people=False,
            excludes=frozenset({"system_admin", "audit_admin"}),
        ),
        _role(
            "audit_admin",
            "审计管理员",
            "查阅审计日志、核验日志链；不看个人档案，不管系统和账号。",
            "county prefecture province",
            frozenset({"audit.see", "users.see"}),
            sees_people=False,
            excludes=frozenset({"system_admin", "security_admin"}),
        ),
    )
}
