"""What this room keeps in the audit log."""

from doudi.casework.audit.actions import action

CORRECTION_PROPOSED = action("correction_proposed", "提出更正档案")
CORRECTION_APPROVED = action("correction_approved", "审核通过更正")
CORRECTION_REJECTED = action("correction_rejected", "未采纳更正")
CORRECTION_WITHDRAWN = action("correction_withdrawn", "撤回更正")
