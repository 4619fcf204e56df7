"""Writes `docs/reference/settings.md` from the options themselves."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

from pydantic.fields import FieldInfo

from doudi.config.options import Options, variable

_HEAD = """# 工作平台的设置项

由 `make docs` 根据代码生成，请勿手改。怎样安装和维护，见 [工作平台](../how-to/site.md)。

每一项都是环境变量，启动时读一次，改了要重新启动。
值不对的不会启动：一次列出所有写错的变量，每个是什么、可以怎样写。以 `DOUDI_` 开头而这里没有的名字也会指出来。

| 环境变量 | 可以是 | 不写则为 | 说明 |
|---|---|---|---|
"""

_TAIL = """
另有两个变量，不只网站看：

| 环境变量 | 可以是 | 不写则为 | 说明 |
|---|---|---|---|
| `DOUDI_KEYS` | 目录 | 用户配置文件夹下的 `doudi` | 密钥放在哪里：网站的是 `site-keys.json`，数据目录的是 `keyring.json`；只许所有者读 |
| `TEST_DATABASE_URL` | 连接字符串 | 空 | 只在测试时：用这个服务器（超级用户）代替自带的 PostgreSQL |
"""

_KINDS: dict[Any, str] = {bool: "`true` 或 `false`", Path: "目录", Path | None: "目录", str: "文字"}
_TEXTS = {
    "database_url": "`postgresql://用户:密码@主机:端口/库`",
    "owner_database_url": "同上",
    "loader_database_url": "同上",
    "bind": "`地址:端口`，IPv6 写 `[::1]:8000`",
    "admin_networks": "如 `10.1.0.0/16,10.2.3.4/32`",
    "allowed_hosts": "如 `doudi.example.gov.cn`",
    "metrics_networks": "如 `10.1.0.0/16`",
    "proxy_addresses": "如 `10.1.2.3`",
}
"""What a text looks like; other texts are explained by their description alone."""


def render() -> str:
    """The whole page, Markdown."""
    return _HEAD + "\n".join(_row(name, field) for name, field in Options.model_fields.items()) + "\n" + _TAIL


def _row(name: str, field: FieldInfo) -> str:
    return f"| `{variable(name)}` | {_kind(name, field)} | {_default(field.default)} | {field.description} |"


def _kind(name: str, field: FieldInfo) -> str:
    if name in _TEXTS:
        return _TEXTS[name]
    if field.annotation is int:
        low, high = _bounds(field)
        return f"{low} 到 {high} 的整数"
    if choices := [choice for choice in get_args(field.annotation) if isinstance(choice, str)]:
        return "、".join(f"`{choice}`" for choice in choices)
    return _KINDS[field.annotation]


def _bounds(field: FieldInfo) -> tuple[int, int]:
    found: dict[str, int] = dict(_limits(field))
    return found["ge"], found["le"]


def _limits(field: FieldInfo) -> Iterator[tuple[str, int]]:
    for rule in field.metadata:
        for side in ("ge", "le"):
            if (value := getattr(rule, side, None)) is not None:
                yield side, value


def _default(value: object) -> str:
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    text = re.sub(r"^(?=doudi-data$)", "./", str(value)) if value not in (None, "") else ""
    return f"`{text}`" if text else "空"
