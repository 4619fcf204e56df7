from django.apps import AppConfig


class StatisticsConfig(AppConfig):
    name = "doudi.casework.statistics"
    label = "statistics"
    verbose_name = "统计"
