"""The site's options, read from the environment; a wrong one names itself and the remedy, all of them at once."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from difflib import get_close_matches
from functools import cache
from ipaddress import ip_network
from pathlib import Path
from typing import Any, Literal

from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict
from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from doudi.kernel.errors import DoudiError, Fault, code

WRONG_OPTION = code("site_option_wrong", "网站的设置项不对")

ELSEWHERE = frozenset(
    {"DOUDI_KEYS", "DOUDI_DEBUG", "DOUDI_FUZZ", "DOUDI_FUZZ_SEED", "DOUDI_KILLS", "DOUDI_ORDERS", "DOUDI_SEEDS", "DOUDI_TEST_POSTGRES"}
)
"""Variables with our prefix that are none of the site's: the keys' folder, what a command shows of itself, and what tests read."""
HOST = re.compile(r"^\.?[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$|^\[[0-9a-f:]+\]$", re.IGNORECASE)


class Options(BaseSettings):
    """What an installation may set. Every field is an environment variable: `DOUDI_` and its name in capitals, but for `DATABASE_URL`."""

    model_config = SettingsConfigDict(env_prefix="DOUDI_", extra="ignore")

    home: Path = Field(Path("./doudi-data"), description="数据目录：发布的运行在这里，自带的数据库也在这里")
    database_url: str = Field(
        "",
        validation_alias="DATABASE_URL",
        description="网站用的数据库（角色 doudi_app）；不写则用自带的 PostgreSQL",
    )
    owner_database_url: str = Field("", description="建表用的数据库连接（角色 doudi_owner）；只在升级时需要")
    loader_database_url: str = Field("", description="装载运行结果、备份用的连接（角色 doudi_loader）；网站本身不需要")
    allowed_hosts: str = Field("127.0.0.1,localhost", description="网站的域名，逗号分隔")
    https: bool = Field(False, description="网站经 HTTPS 访问：Cookie 只走加密连接，并要求浏览器记住")
    cipher: Literal["aes", "sm4"] = Field(
        "aes",
        description="身份数据的加密算法：aes 为 AES-256-GCM 和 HMAC-SHA-256，sm4 为 SM4-GCM 和 HMAC-SM3；改后须运行 doudi keys rotate",
    )
    demo: bool = Field(False, description="演示站点：可用演示账号登录，页面上写明数据虚构；正式使用时必须关闭")
    idle_minutes: int = Field(30, ge=5, le=480, description="多久不操作自动退出（分钟）")
    session_hours: int = Field(12, ge=1, le=24, description="一次登录最长多久（小时）")
    confirm_minutes: int = Field(5, ge=1, le=60, description="导出清单前，多久以内输过动态验证码就不再要求（分钟）")
    password_max_age_days: int = Field(0, ge=0, le=730, description="密码多少天后必须更换；0 为不要求")
    admin_networks: str = Field("", description="系统管理员、安全管理员、审计管理员只能从这些网段登录，逗号分隔；空为不限")
    proxies: int = Field(0, ge=0, le=5, description="网站前面有几层反向代理；来访地址从 X-Forwarded-For 由右往左数，0 为直接访问")
    bind: str = Field("127.0.0.1:8000", description="网站监听的地址和端口；对外请放在 HTTPS 代理之后")
    proxy_addresses: str = Field("127.0.0.1", description="反向代理的地址，逗号分隔：只有它们说的“经 HTTPS 访问”才算数")
    metrics_networks: str = Field("", description="本机以外还有哪些网段可以取 /metrics，逗号分隔")
    workers: int = Field(2, ge=1, le=64, description="网站的进程数")
    run_late_days: int = Field(2, ge=1, le=400, description="装载的运行的基准日早于今天多少天，`doudi site status` 就说迟了（天）")
    backup_late_days: int = Field(2, ge=1, le=400, description="多少天没有备份，`doudi site status` 就说迟了（天）")
    static_folder: Path | None = Field(None, description="收集静态文件的目录；不写则在数据目录里")
    log_folder: Path | None = Field(None, description="`doudi site up` 把日志写到哪个文件夹；不写则在数据目录的 site/logs")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", description="日志级别")

    @field_validator("database_url", "owner_database_url", "loader_database_url")
    @classmethod
    def _connection(cls, value: str) -> str:
        """Said without the value: it holds a password."""
        if not value:
            return value
        try:
            given = conninfo_to_dict(value)
        except ProgrammingError:
            given = {}
        if not value.startswith(("postgresql://", "postgres://")) or not given.get("dbname") or not str(given.get("port", "0")).isdecimal():
            raise ValueError("须形如 postgresql://用户:密码@主机:5432/库名；密码里的 @ : / % 要写成 %40 %3A %2F %25")
        return value

    @field_validator("allowed_hosts")
    @classmethod
    def _hosts(cls, value: str) -> str:
        wrong = [host for host in _listed(value) if not HOST.match(host)]
        if wrong or not _listed(value):
            raise ValueError(f"只写域名或地址，不带 http:// 和端口，逗号分隔，不能用 *：{'、'.join(wrong) or '（空）'}")
        return value

    @field_validator("admin_networks", "metrics_networks", "proxy_addresses")
    @classmethod
    def _networks(cls, value: str) -> str:
        for network in _listed(value):
            try:
                ip_network(network, strict=False)
            except ValueError:
                raise ValueError(f"不是地址或网段：{network}（如 10.1.0.0/16）") from None
        return value

    @field_validator("bind")
    @classmethod
    def _place(cls, value: str) -> str:
        found = re.fullmatch(r"(\[[0-9a-fA-F:]+\]|[\w.-]+):(\d{1,5})", value)
        if not found or not 0 < int(found[2]) < 65_536:
            raise ValueError("须形如 127.0.0.1:8000，端口 1 到 65535")
        return value


def _listed(value: str) -> list[str]:
    return [one.strip() for one in value.split(",") if one.strip()]


def variable(field: str) -> str:
    """The environment variable of a field."""
    return "DATABASE_URL" if field == "database_url" else f"DOUDI_{field.upper()}"


@cache
def options() -> Options:
    """The options of this process. Raises DoudiError naming every variable that is wrong, what it may be, and what it was for."""
    faults = [*_unknown()]
    try:
        made = Options()
    except ValidationError as problem:
        raise DoudiError([*(_fault(error) for error in problem.errors()), *faults]) from None
    if faults:
        raise DoudiError(faults)
    return made


def _unknown() -> Iterator[Fault]:
    """A name that nobody reads is most likely one that was misspelt, and its owner believes it in force."""
    known = {variable(field) for field in Options.model_fields} | ELSEWHERE
    for name in sorted(os.environ.keys() - known):
        if name.startswith("DOUDI_"):
            near = get_close_matches(name, known, 1, 0.75)
            yield Fault(
                WRONG_OPTION, "没有这个设置项", name, todo=f"是不是 {near[0]}？" if near else "去掉它；全部设置项见 docs/reference/settings.md"
            )


KINDS = {
    "bool_parsing": "须为 true 或 false",
    "int_parsing": "须为整数",
    "greater_than_equal": "不得小于 {ge}",
    "less_than_equal": "不得大于 {le}",
    "literal_error": "只能是 {expected}",
}
"""pydantic's kinds of error, in Chinese; others are our own words already."""


def _fault(error: Any) -> Fault:
    name = str(error["loc"][0]).lower().removeprefix("doudi_")
    field = Options.model_fields.get(name)
    why = KINDS.get(error["type"], "").format(**error.get("ctx", {})).replace(" or ", " 或 ") or error["msg"].removeprefix("Value error, ")
    return Fault(WRONG_OPTION, "设置项的值不对", variable(name), why, f"改正这个环境变量（{field.description if field else name}），再启动")
