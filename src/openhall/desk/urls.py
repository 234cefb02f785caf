"""Addresses of the staff's pages."""

from django.urls import path

from openhall.desk import home, issue, waves

app_name = "desk"
urlpatterns = [
    path("", home.home, name="home"),
    path("sign-in", home.sign_in, name="sign_in"),
    path("sign-out", home.sign_out, name="sign_out"),
    path("waves/", waves.waves, name="waves"),
    path("waves/new", waves.wave_new, name="wave_new"),
    path("waves/<slug:key>/", waves.wave, name="wave"),
    path("waves/<slug:key>/ledger", waves.wave_ledger, name="wave_ledger"),
    path("waves/<slug:key>/edit", waves.wave_edit, name="wave_edit"),
    path("waves/<slug:key>/open", waves.wave_open, name="wave_open"),
    path("waves/<slug:key>/close", waves.wave_close, name="wave_close"),
    path("waves/<slug:key>/links", issue.wave_links, name="wave_links"),
    path("waves/<slug:key>/links/<slug:office>/<slug:kind>.svg", issue.wave_qr, name="wave_qr"),
    path("waves/<slug:key>/links/<slug:office>/poster", issue.wave_poster, name="wave_poster"),
    path("waves/<slug:key>/codes", issue.wave_codes, name="wave_codes"),
    path("waves/<slug:key>/paper", issue.wave_paper, name="wave_paper"),
    path("waves/<slug:key>/paper/blank.pdf", issue.wave_blank, name="wave_blank"),
    path("waves/<slug:key>/paper/<int:batch>.pdf", issue.wave_batch, name="wave_batch"),
]
