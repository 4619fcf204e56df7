from django.apps import AppConfig


class AccessConfig(AppConfig):
    name = "doudi.casework.access"
    label = "access"
    verbose_name = "权限"
