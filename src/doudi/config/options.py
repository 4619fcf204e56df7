"""The site's options, read from the environment; a wrong one names itself and the remedy, all of them at once."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from doudi.kernel.errors import DoudiError, Fault, code

WRONG_OPTION = code("site_option_wrong", "网站的设置项不对")


class Options(BaseSettings):
    """What an installation may set. Every field is an environment variable: `DOUDI_` and its name in capitals, but for `DATABASE_URL`."""

    model_config = SettingsConfigDict(env_prefix="DOUDI_", extra="ignore")

    home: Path = Field(Path("./doudi-data"), description="数据目录：发布的运行在这里，自带的数据库也在这里")
    database_url: str = Field(
        "",
        validation_alias="DATABASE_URL",
        pattern=r"^(postgres(ql)?://.+)?$",
        description="网站用的数据库（角色 doudi_app）；不写则用自带的 PostgreSQL",
    )
    owner_database_url: str = Field("", pattern=r"^(postgres(ql)?://.+)?$", description="建表用的数据库连接（角色 doudi_owner）；只在升级时需要")
    loader_database_url: str = Field(
        "", pattern=r"^(postgres(ql)?://.+)?$", description="装载运行结果、备份用的连接（角色 doudi_loader）；网站本身不需要"
    )
    allowed_hosts: str = Field("127.0.0.1,localhost", description="网站的域名，逗号分隔")
    https: bool = Field(False, description="网站经 HTTPS 访问：Cookie 只走加密连接，并要求浏览器记住")
    cipher: Literal["aes", "sm4"] = Field("aes", description="身份数据的加密算法：aes 为 AES-256-GCM 和 HMAC-SHA-256，sm4 为 SM4-GCM 和 HMAC-SM3")
    demo: bool = Field(False, description="演示站点：可用演示账号登录，页面上写明数据虚构；正式使用时必须关闭")
    idle_minutes: int = Field(30, ge=5, le=480, description="多久不操作自动退出（分钟）")
    session_hours: int = Field(12, ge=1, le=24, description="一次登录最长多久（小时）")
    password_max_age_days: int = Field(0, ge=0, le=730, description="密码多少天后必须更换；0 为不要求")
    admin_networks: str = Field("", description="系统管理员、安全管理员、审计管理员只能从这些网段登录，逗号分隔；空为不限")
    proxies: int = Field(0, ge=0, le=5, description="网站前面有几层反向代理；来访地址从 X-Forwarded-For 由右往左数，0 为直接访问")
    bind: str = Field(
        "127.0.0.1:8000", pattern=r"^(\[[0-9a-fA-F:]+\]|[\w.-]+):\d{1,5}$", description="网站监听的地址和端口；对外请放在 HTTPS 代理之后"
    )
    proxy_addresses: str = Field("127.0.0.1", description="反向代理的地址，逗号分隔：只有它们说的“经 HTTPS 访问”才算数")
    metrics_networks: str = Field("", description="本机以外还有哪些网段可以取 /metrics，逗号分隔")
    workers: int = Field(2, ge=1, le=64, description="网站的进程数")
    static_folder: Path | None = Field(None, description="收集静态文件的目录；不写则在数据目录里")
    log_folder: Path | None = Field(None, description="`doudi site up` 把日志写到哪个文件夹；不写则在数据目录的 site/logs")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", description="日志级别")


def variable(field: str) -> str:
    """The environment variable of a field."""
    return "DATABASE_URL" if field == "database_url" else f"DOUDI_{field.upper()}"


@cache
def options() -> Options:
    """The options of this process. Raises DoudiError naming every variable that is wrong, what it may be, and what it was for."""
    try:
        return Options()
    except ValidationError as problem:
        raise DoudiError([_fault(error["loc"], error["msg"]) for error in problem.errors()]) from None


def _fault(place: tuple[int | str, ...], message: str) -> Fault:
    name = str(place[0]).lower().removeprefix("doudi_")
    field = Options.model_fields.get(name)
    return Fault(WRONG_OPTION, "设置项的值不对", variable(name), message, f"改正这个环境变量（{field.description if field else name}），再启动")
