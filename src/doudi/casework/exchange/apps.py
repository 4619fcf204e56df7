from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    name = "doudi.casework.exchange"
    label = "exchange"
    verbose_name = "交换"
