"""OpenHall as a Django app: the one app of the project."""

from django.apps import AppConfig


class OpenHallConfig(AppConfig):
    name = "openhall"
    label = "openhall"
    verbose_name = "OpenHall"
