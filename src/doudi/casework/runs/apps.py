from django.apps import AppConfig


class RunsConfig(AppConfig):
    name = "doudi.casework.runs"
    label = "runs"
    verbose_name = "运行"
