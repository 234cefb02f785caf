"""Addresses as QR codes: SVG without styles, so that the strict content policy lets it through. For all faces."""

from __future__ import annotations

from io import BytesIO

import segno
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse


def public_address(request: HttpRequest, name: str, *arguments: str) -> str:
    """The full address of a public page for citizens: by OPENHALL_PUBLIC_URL, else by this page's host."""
    path = reverse(name, args=arguments)
    return settings.PUBLIC_URL + path if settings.PUBLIC_URL else request.build_absolute_uri(path)


def qr_file(address: str) -> bytes:
    """A whole SVG file with the white margin scanners need."""
    out = BytesIO()
    _code(address).save(
        out, kind="svg", border=4, light="#fff", dark="#000", omitsize=True, svgclass=None, lineclass=None
    )
    return out.getvalue()


def qr_inline(address: str) -> str:
    """The same for the middle of a page: safe markup of dark squares only."""
    return _code(address).svg_inline(border=2, dark="#000", omitsize=True, svgclass=None, lineclass=None)


def _code(address: str) -> segno.QRCode:
    return segno.make(address, error="m", micro=False)
