"""Addresses of the citizen's pages."""

from django.urls import path

from openhall.portal import answer, codes, home, kiosk

app_name = "portal"
urlpatterns = [
    path("", home.home, name="home"),
    path("s/<str:key>/", answer.answer, name="answer"),
    path("thanks", answer.thanks, name="thanks"),
    path("code", codes.code, name="code"),
    path("k/worker.js", kiosk.worker, name="kiosk_worker"),
    path("k/<str:kiosk_key>/", kiosk.kiosk, name="kiosk"),
    path("k/<str:kiosk_key>/thanks", kiosk.thanks, name="kiosk_thanks"),
    path("privacy", home.privacy, name="privacy"),
    path("accessibility", home.accessibility, name="accessibility"),
    path("health", home.health, name="health"),
]
