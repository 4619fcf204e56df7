from django.db import migrations, models


class Migration(migrations.Migration):
    """The file of a household asks for what its members are and were; the index that a constraint brings knows only what they are."""

    dependencies = [
        ("registry", "0002_departments_settle"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="category",
            index=models.Index(fields=["person"], name="registry_category_of_person"),
        ),
    ]
