"""`make pictures`: the README's pictures, taken anew from the demo town."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request

from playwright.sync_api import Browser, Page, sync_playwright

from tests.everything import ROOT, chromium

FOLDER = ROOT / "docs" / "pictures"
PASSWORD = "qinghe-demo-hall"


def main() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    base = f"http://127.0.0.1:{port}"
    environment = {**os.environ, "OPENHALL_DATA_DIR": tempfile.mkdtemp(prefix="openhall-pictures-")}
    command = [sys.executable, "-m", "openhall.cli", "serve", "--demo", "--port", str(port)]
    server = subprocess.Popen(command, env=environment)
    try:
        wait_for(f"{base}/health")
        FOLDER.mkdir(exist_ok=True)
        with sync_playwright() as driver:
            arguments = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"]
            take(driver.chromium.launch(executable_path=chromium(), args=arguments), base)
    finally:
        server.terminate()
        server.wait()


def wait_for(address: str, patience: float = 120) -> None:
    until = time.monotonic() + patience
    while True:
        try:
            urllib.request.urlopen(address)
            return
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.2)


def take(browser: Browser, base: str) -> None:
    desk = browser.new_page(viewport={"width": 1180, "height": 1150}, locale="en-GB")
    desk.goto(f"{base}/desk/sign-in")
    desk.fill("[name=username]", "analyst")
    desk.fill("[name=password]", PASSWORD)
    desk.click("main button")
    desk.wait_for_load_state()
    shot(desk, f"{base}/desk/waves/demo-2018/", "ledger.png")
    shot(desk, f"{base}/desk/waves/demo-2018/report", "report.png", at="text=Table 4-5. Overall")
    phone = browser.new_page(viewport={"width": 390, "height": 780}, locale="zh-CN")
    phone.goto(base)
    form = phone.locator("a[href^='/s/']").first.get_attribute("href")
    shot(phone, f"{base}{form}", "phone.png")


def shot(page: Page, address: str, name: str, *, at: str = "") -> None:
    page.goto(address, wait_until="networkidle")
    if at:
        page.locator(at).first.evaluate("element => element.scrollIntoView({block: 'start'})")
    page.screenshot(path=FOLDER / name)
    print(f"docs/pictures/{name}")


if __name__ == "__main__":
    main()
