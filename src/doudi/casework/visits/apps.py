from django.apps import AppConfig


class VisitsConfig(AppConfig):
    name = "doudi.casework.visits"
    label = "visits"
    verbose_name = "走访"
