"""Addresses of the citizen's pages."""

from django.urls import path

from openhall.portal import (
    account,
    answer,
    codes,
    duties,
    home,
    kiosk,
    knowledge,
    lists,
    log,
    rate,
    register,
    requests,
    track,
)

app_name = "portal"
urlpatterns = [
    path("", home.home, name="home"),
    path("s/<str:key>/", answer.answer, name="answer"),
    path("thanks", answer.thanks, name="thanks"),
    path("code", codes.code, name="code"),
    path("k/worker.js", kiosk.worker, name="kiosk_worker"),
    path("k/<str:kiosk_key>/", kiosk.kiosk, name="kiosk"),
    path("k/<str:kiosk_key>/thanks", kiosk.thanks, name="kiosk_thanks"),
    path("renew", duties.renew, name="renew"),
    path("log/", log.log, name="log"),
    path("log/anchors.txt", log.anchors, name="anchors"),
    path("requests/new", requests.new, name="new_request"),
    path("requests/<str:number>", requests.page, name="request"),
    path("track", track.track, name="track"),
    path("track/request", track.followed, name="followed"),
    path("track/request/leave", track.leave, name="leave"),
    path("track/request/file/<str:key>", track.file, name="follow_file"),
    path("track/request/<str:key>", track.act, name="follow_act"),
    path("account", account.account, name="account"),
    path("account/open", account.open_request, name="account_open"),
    path("register/", register.register, name="register"),
    path("register.csv", register.as_csv, name="register_csv"),
    path("register.json", register.as_json, name="register_json"),
    path("answers/", knowledge.answers, name="answers"),
    path("answers/<int:pk>", knowledge.answer, name="answer_article"),
    path("lists/", lists.lists, name="lists"),
    path("rate", rate.rate, name="rate"),
    path("rate/invited", rate.rate_invited, name="rate_invited"),
    path("rate/<str:code>", rate.rate_link, name="rate_link"),
    path("privacy", home.privacy, name="privacy"),
    path("accessibility", home.accessibility, name="accessibility"),
    path("health", home.health, name="health"),
]
