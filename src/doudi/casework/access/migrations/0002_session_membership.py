import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """So that one query finds the session, its person, the membership and its office."""

    dependencies = [
        ("access", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="session",
            name="membership",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.CASCADE, related_name="sessions", to="access.membership", verbose_name="任职"
            ),
        ),
    ]
