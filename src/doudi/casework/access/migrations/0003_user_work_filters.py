from django.db import migrations, models


class Migration(migrations.Migration):
    """The filters of the work list come back after a logout."""

    dependencies = [
        ("access", "0002_session_membership"),
    ]

    operations = [
        migrations.AddField(
            model_name="user",
            name="work_filters",
            field=models.CharField(blank=True, default="", max_length=120, verbose_name="任务列表的筛选条件"),
        ),
    ]
