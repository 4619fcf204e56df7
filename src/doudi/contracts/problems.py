"""What can be wrong with a delivered value. The codes are stable: departments, receipts and tests name them."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from doudi.kernel.errors import code
from doudi.kernel.ids import mask_id

VALUE_MISSING = code("value_missing", "必填项为空")
DATE_IMPOSSIBLE = code("date_impossible", "日期读不懂、不存在或超出合理范围")
MONTH_IMPOSSIBLE = code("month_impossible", "年月读不懂、不存在或超出合理范围")
MONEY_IMPOSSIBLE = code("money_impossible", "金额读不懂、为负或达到一亿元")
INT_IMPOSSIBLE = code("int_impossible", "整数读不懂或超出合理范围")
RATIO_IMPOSSIBLE = code("ratio_impossible", "比例读不懂或不在0到1之间")
CODE_UNKNOWN = code("code_unknown", "代码或名称不在代码表中")
BOOL_UNKNOWN = code("bool_unknown", "是否类字段填写的内容读不懂")
REGION_UNKNOWN = code("region_unknown", "行政区划代码的位数或开头不对")
REGION_PADDED = code("region_padded", "行政区划代码位数不足，已用0补足")
PHONE_IMPOSSIBLE = code("phone_impossible", "电话号码读不懂")
NUMBER_LOST = code("number_lost", "编号被表格软件写成科学计数，末尾数字已丢失")
PATTERN_UNUSUAL = code("pattern_unusual", "内容的写法与要求不同，已按原样保留")
ROW_CHECK = code("row_check", "同一行的几项内容互相矛盾")

_LONG_DIGITS = re.compile(r"\d(?:[ -]?\d){10,}(?:[ -]?[Xx])?")
_HAN = re.compile(r"(?<=[㐀-鿿𠀀-𳎯])[㐀-鿿𠀀-𳎯]+")
_LONGEST = 24


@dataclass(frozen=True)
class Problem:
    """One thing wrong with a value. `refuses`: the row cannot be used; else the value was emptied, or kept where `message` says so."""

    code: str
    message: str
    refuses: bool


def shown(text: str) -> str:
    """A delivered text as a message may show it.

    Columns get shifted in deliveries, so a name or a citizen ID may stand anywhere: long runs of digits are masked, and of Chinese words
    only the first character stays.
    """
    plain = unicodedata.normalize("NFKC", text)
    short = plain if len(plain) <= _LONGEST else f"{plain[:_LONGEST]}…"
    masked = _LONG_DIGITS.sub(lambda match: mask_id(match[0]), short)
    return _HAN.sub(lambda match: "*" * len(match[0]), masked)
