"""Addresses for machines."""

from django.urls import path

from openhall.api import responses

app_name = "api"
urlpatterns = [
    path("responses", responses.responses, name="responses"),
]
