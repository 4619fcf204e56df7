from django.db import migrations

from doudi.casework.access.rowsecurity import IN_REGION, OF_DEPARTMENT, policy_replaced, through

BY_DEPARTMENT = f"{IN_REGION} AND {OF_DEPARTMENT}"
WITH_ITS_ITEM = f"{IN_REGION} AND ({OF_DEPARTMENT} OR {through('dispatch_workitem', 'item_id')})"


class Migration(migrations.Migration):
    """A lead is seen by whoever sees the work item that it belongs to: an item may be redirected to a department that is not the lead's own."""

    dependencies = [
        ("alerts", "0001_initial"),
        ("dispatch", "0001_initial"),
    ]

    operations = [policy_replaced("alerts_alert", BY_DEPARTMENT, WITH_ITS_ITEM)]
