"""Addresses for machines."""

app_name = "api"
urlpatterns: list = []
