"""Tables of a registry as Django models: a household, its people, and the rows of each department about them."""

from __future__ import annotations

import django
from django.conf import settings
from django.db import connection, models

if not settings.configured:
    settings.configure(
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}, DEFAULT_AUTO_FIELD="django.db.models.BigAutoField"
    )
    django.setup()

Text, Day, Whole, Flag = models.CharField, models.DateField, models.BigIntegerField, models.BooleanField


class Household(models.Model):
    class Meta:
        app_label = "registry"

    number = Whole(primary_key=True)


class Person(models.Model):
    class Meta:
        app_label = "registry"

    number = Whole(primary_key=True)
    household = models.ForeignKey(Household, models.CASCADE, null=True, related_name="people")
    birth_date, death_date = Day(null=True), Day(null=True)
    relation, hukou_region, hukou_kind = Text(max_length=2, null=True), Text(max_length=12, null=True), Text(max_length=1, null=True)
    listed = Flag(default=False)


class Row(models.Model):
    """A row about a person."""

    class Meta:
        abstract = True
        app_label = "registry"

    person = models.ForeignKey(Person, models.CASCADE, related_name="%(class)s")


class Listed(Row):
    """Of a list with the months in which somebody is on it."""

    class Meta(Row.Meta):
        abstract = True

    start_month, end_month = Whole(), Whole(null=True)


class Subsistence_Allowance(Listed):
    region = Text(max_length=12)


class Extreme_Poverty(Listed):
    pass


class Orphan_Aid(Listed):
    pass


class De_Facto_Unattended_Child(Listed):
    pass


class Recognised(Row):
    """Of a list of households recognised for some time."""

    class Meta(Row.Meta):
        abstract = True

    determined_date, valid_until = Day(), Day(null=True)


class Allowance_Edge(Recognised):
    pass


class Rigid_Expenditure(Recognised):
    pass


class Poverty_Return_Monitoring(Row):
    identify_date, risk_removed = Day(), Flag()


class Disability_Certificate(Row):
    status, kind, grade, expiry_date = Text(max_length=1), Text(max_length=1), Whole(), Day(null=True)


class Relocation(Row):
    from_region, to_region = Text(max_length=12), Text(max_length=12)


class Temporary_Aid(Row):
    kind, region, aid_date = Text(max_length=2), Text(max_length=12), Day()


class Insurance_Enrolment(Row):
    year = Whole()


class Insurance_Reimbursement(Row):
    visit_no, settle_date, aid_paid, self_paid = Text(max_length=64, null=True), Day(), Whole(), Whole()


class Medical_Expense(Row):
    visit_no, visit_kind = Text(max_length=64, db_index=True), Text(max_length=1)


class Medical_Aid(Row):
    aid_kind, aid_date = Text(max_length=1), Day()


class School_Enrolment(Row):
    status, stage, boarding = Text(max_length=1), Text(max_length=1), Flag(null=True)


class Education_Aid(Row):
    term = Text(max_length=16)


class House_Safety(Row):
    grade, only_house, appraise_date = Text(max_length=1), Flag(null=True), Day(null=True)


class Housing_Aid(models.Model):
    class Meta:
        app_label = "registry"

    household = models.ForeignKey(Household, models.CASCADE, related_name="housing_aid")
    aid_kind, aid_date = Text(max_length=1), Day()


class Employment(Row):
    start_date, end_date, monthly_wage = Day(), Day(null=True), Whole(null=True)


class Pension_Public(Row):
    status, monthly_pension, start_month = Text(max_length=1), Whole(null=True), Whole(null=True)


class Pension_Enterprise(Row):
    status, monthly_pension, start_month = Text(max_length=1), Whole(null=True), Whole(null=True)


class Unemployment(Row):
    register_date, end_date, willing, benefit_monthly = Day(), Day(null=True), Flag(null=True), Whole(null=True)


class Employment_Aid(Row):
    service_kind, service_date = Text(max_length=1), Day()


class Payment(Row):
    month, due_date, paid_date = Whole(), Day(), Day(null=True)


class Disabled_Living_Subsidy(Row):
    month, paid_date = Whole(), Day(null=True)


class Severe_Disabled_Nursing_Subsidy(Row):
    month, paid_date = Whole(), Day(null=True)


class Economic_Check(Row):
    household = models.ForeignKey(Household, models.CASCADE, null=True, related_name="checks")
    check_date, check_no, delivery, row = Day(), Text(max_length=64), Whole(), Whole()
    income_12m, deposits, vehicles, houses, business = Whole(), Whole(null=True), Whole(null=True), Whole(null=True), Flag(null=True)


class Alert(models.Model):
    class Meta:
        app_label = "registry"

    rule, subject = Text(max_length=3), Whole()


ROWS = [
    Subsistence_Allowance, Extreme_Poverty, Orphan_Aid, De_Facto_Unattended_Child, Allowance_Edge, Rigid_Expenditure, Poverty_Return_Monitoring,
    Disability_Certificate, Relocation, Temporary_Aid, Insurance_Enrolment, Insurance_Reimbursement, Medical_Expense, Medical_Aid, School_Enrolment,
    Education_Aid, House_Safety, Housing_Aid, Employment, Pension_Public, Pension_Enterprise, Unemployment, Employment_Aid, Payment,
    Disabled_Living_Subsidy, Severe_Disabled_Nursing_Subsidy, Economic_Check,
]  # fmt: skip


def create_tables() -> None:
    """Make the tables, with the indexes that Django makes for foreign keys."""
    with connection.schema_editor() as editor:
        for model in (Household, Person, *ROWS, Alert):
            editor.create_model(model)
