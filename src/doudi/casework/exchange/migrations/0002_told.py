from django.db import migrations, models

from doudi.casework.access.rowsecurity import row_security


class Migration(migrations.Migration):
    """Nobody but the loader reads or writes it."""

    dependencies = [
        ("exchange", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Told",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=80, verbose_name="结果编号")),
                ("person", models.BigIntegerField(verbose_name="人员编号")),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("number", "person"), name="a_result_is_told_once_of_a_person")],
            },
        ),
        row_security("exchange_told", "false"),
    ]
