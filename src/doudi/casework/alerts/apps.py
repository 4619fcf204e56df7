from django.apps import AppConfig


class AlertsConfig(AppConfig):
    name = "doudi.casework.alerts"
    label = "alerts"
    verbose_name = "线索"
