from django.apps import AppConfig


class DispatchConfig(AppConfig):
    name = "doudi.casework.dispatch"
    label = "dispatch"
    verbose_name = "办理"
