from django.apps import AppConfig


class OrganisationConfig(AppConfig):
    name = "doudi.casework.organisation"
    label = "organisation"
    verbose_name = "组织"
