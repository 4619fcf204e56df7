from django.apps import AppConfig


class ConferencesConfig(AppConfig):
    name = "doudi.casework.conferences"
    label = "conferences"
    verbose_name = "一事一议"
