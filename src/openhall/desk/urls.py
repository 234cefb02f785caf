"""Addresses of the staff's pages."""

from django.urls import path

from openhall.desk import home

app_name = "desk"
urlpatterns = [
    path("", home.home, name="home"),
    path("sign-in", home.sign_in, name="sign_in"),
    path("sign-out", home.sign_out, name="sign_out"),
]
