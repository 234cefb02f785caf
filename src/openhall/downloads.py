"""Files people sent along, handed out as downloads and never shown: nothing of them runs in the hall's pages. Row C3.

Whether somebody may have a file is for the page to say that hands it out.
"""

from __future__ import annotations

from django.http import FileResponse, Http404

from openhall.models import Attachment

SEALED = "default-src 'none'; sandbox"


def handed_out(attachment: Attachment) -> FileResponse:
    """The file as a download under its sender's name. Http404 where it is gone from the disk."""
    try:
        file = attachment.file.open("rb")
    except FileNotFoundError:
        raise Http404 from None
    answer = FileResponse(
        file, as_attachment=True, filename=attachment.name, content_type=attachment.media_type
    )
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Content-Security-Policy"] = SEALED
    return answer
