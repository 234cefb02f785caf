"""Addresses of the citizen's pages."""

from django.urls import path

from openhall.portal import home

app_name = "portal"
urlpatterns = [
    path("", home.home, name="home"),
    path("privacy", home.privacy, name="privacy"),
    path("accessibility", home.accessibility, name="accessibility"),
    path("health", home.health, name="health"),
]
