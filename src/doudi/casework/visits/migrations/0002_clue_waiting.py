from django.db import migrations, models


class Migration(migrations.Migration):
    """So that whether a clue waits is known at once, however many were answered."""

    dependencies = [
        ("visits", "0001_initial"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="clue",
            index=models.Index(condition=models.Q(("state", "raised")), fields=["region", "due_on"], name="clue_waiting"),
        ),
    ]
