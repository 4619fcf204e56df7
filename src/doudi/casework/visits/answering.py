"""How a clue may be answered without a work item."""

from __future__ import annotations

ANSWERS = {
    "helped": "已当场解决",
    "already_served": "此前已享受",
    "advised": "已告知政策，由本人申请",
    "referred": "已转其他部门或社会力量",
    "not_true": "经核实不属实",
    "duplicate": "与已有线索或任务重复",
}
"""Code -> words."""
