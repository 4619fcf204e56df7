"""Writes `docs/reference/permissions.md` from the roles themselves."""

from __future__ import annotations

from collections.abc import Iterator

from doudi.casework.access.permissions import PERMISSIONS
from doudi.casework.access.roles import ADMINISTRATORS, ROLES, Role

_HEAD = """# 角色和权限

由 `make docs` 根据代码（`src/doudi/casework/access/roles.py`）生成，请勿手改。

每个人在一个单位有一个或几个角色，登录后以其中一个办事。能看到的人和家庭限于单位所在地区及以下；不是“全部部门”的，只限本部门的任务所涉及的。
这由数据库的行级安全执行，不靠页面自觉。
部门打开档案，只看到本部门报送的和本部门规则用到的情况、本部门的救助记录。
任何人不能审批自己办理的，不能给自己授权；带 * 的角色由一位安全管理员提出、另一位复核后生效。

"""
_LEVELS = {"province": "省", "prefecture": "市州", "county": "县", "township": "乡镇（街道）", "village": "村（社区）"}


def render() -> str:
    """The whole page, Markdown."""
    return _HEAD + "\n".join([*_roles(), "", "## 每项权限归谁", "", *_permissions(), ""])


def _roles() -> Iterator[str]:
    yield "| 角色 | 设在 | 看到的人 | 说明 | 不能兼任 |"
    yield "|---|---|---|---|---|"
    for role in ROLES.values():
        levels = "、".join(words for key, words in _LEVELS.items() if key in role.level)
        yield f"| {role.name}{'*' if role.key in ADMINISTRATORS else ''} | {levels} | {_sees(role)} | {role.says} | {_excluded(role)} |"


def _sees(role: Role) -> str:
    if not role.sees_people:
        return "不看个人档案"
    return "全部部门" if role.all_departments else "本部门任务所涉及的"


def _excluded(role: Role) -> str:
    """Whichever of the two says so."""
    return "、".join(other.name for other in ROLES.values() if other.key in role.excludes or role.key in other.excludes)


def _permissions() -> Iterator[str]:
    yield "| 权限 | 角色 |"
    yield "|---|---|"
    for key, words in PERMISSIONS.items():
        yield f"| {words} | {'、'.join(role.name for role in ROLES.values() if key in role.may) or '无'} |"
