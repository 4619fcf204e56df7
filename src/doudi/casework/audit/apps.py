from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "doudi.casework.audit"
    label = "audit"
    verbose_name = "审计"
