from django.apps import AppConfig


class RegistryConfig(AppConfig):
    name = "doudi.casework.registry"
    label = "registry"
    verbose_name = "低收入人口库"
