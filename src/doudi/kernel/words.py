"""The one Chinese word for each thing that several rooms speak of; the same words stand in the glossary of the policy (`policy/glossary.yaml`).

A row, or a whole delivery, ends in one of three ways. A held row waits for somebody to say whose it is, a held list for somebody to confirm it.
"""

from __future__ import annotations

OUTCOMES = {"accepted": "接收", "refused": "退回", "held": "待核"}
"""What becomes of a row or of a delivery."""

NOTICES = {"emptied": "置空", "noted": "提示"}
"""What becomes of an optional value that cannot be used, or is strange, in a row that is accepted."""

DELIVERY, LATE, NEVER = "报送", "迟交", "从未报送"
"""What a department sends; that it came late, or never."""
