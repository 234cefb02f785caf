"""Where everything is: the citizen's pages, the staff's desk, the machines' door."""

from django.urls import include, path

urlpatterns = [
    path("", include("openhall.portal.urls")),
    path("desk/", include("openhall.desk.urls")),
    path("api/", include("openhall.api.urls")),
]

handler400 = "openhall.portal.errors.bad_request"
handler403 = "openhall.portal.errors.not_permitted"
handler404 = "openhall.portal.errors.not_found"
handler500 = "openhall.portal.errors.broken"
