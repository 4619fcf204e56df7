"""Everything that is kept, with the words that a person reads."""

from __future__ import annotations

ACTIONS: dict[str, str] = {}


def action(name: str, says: str) -> str:
    """Register an action with its Chinese meaning and return its name; used once, at module level."""
    if ACTIONS.setdefault(name, says) != says:
        raise ValueError(f"action {name} has two meanings")
    return name


LOGIN = action("login", "登录")
LOGIN_FAILED = action("login_failed", "登录失败")
LOGOUT = action("logout", "退出")
REFUSED = action("refused", "被拒绝的访问")
LOOKED = action("looked", "查看")
REVEALED = action("revealed", "显示完整证件号码")
SEARCHED = action("searched", "查询")
EXPORTED = action("exported", "导出")

# at the server's command line; here, so that the pages of the log know their words
BACKED_UP = action("backup_made", "备份")
RESTORED = action("backup_restored", "从备份恢复")
KEY_ADDED = action("key_added", "更换密钥：启用新密钥")
KEY_RESEALED = action("key_resealed", "更换密钥：重新加密完成")
ADMINISTRATOR_MADE = action("administrator_made", "在服务器上开通管理员账号")
JOBS_RETRIED = action("jobs_retried", "失败的后台任务重新排队")
