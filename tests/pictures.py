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

PASSWORD = "qinghe-demo-hall"
NUMBER, CODE = "QNGHE0001F", "DEM0C0DE13"  # of the demo's request that anybody may follow
FOLDER = ROOT / "docs" / "pictures"


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


def wait_for(address: str, patience: float = 300) -> None:
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
    analyst = signed_in(browser, base, "analyst")
    shot(analyst, f"{base}/desk/waves/demo-2018/", "ledger.png")
    shot(analyst, f"{base}/desk/waves/demo-2018/report", "report.png", at="text=Table 4-5. Overall")
    shot(analyst, f"{base}/desk/waves/demo-2018/workbench/?rows=q2&columns=SE", "workbench.png")
    shot(signed_in(browser, base, "leader"), f"{base}/desk/figures/", "figures.png")
    handler = signed_in(browser, base, "handler2")
    shot(handler, f"{base}/desk/requests/{NUMBER}/", "request.png")
    shot(signed_in(browser, base, "dispatcher"), f"{base}/desk/requests/", "requests.png")
    phone = browser.new_page(viewport={"width": 390, "height": 780}, locale="zh-CN")
    phone.goto(base)
    form = phone.locator("a[href^='/s/']").first.get_attribute("href")
    shot(phone, f"{base}{form}", "phone.png")
    citizen = browser.new_page(viewport={"width": 390, "height": 780}, locale="en-GB")
    citizen.goto(f"{base}/track")
    citizen.fill("[name=number]", NUMBER)
    citizen.fill("[name=code]", CODE)
    citizen.click("main form button")
    citizen.wait_for_url("**/track/request")
    shot(citizen, citizen.url, "track.png")


def signed_in(browser: Browser, base: str, username: str) -> Page:
    desk = browser.new_page(viewport={"width": 1180, "height": 1150}, locale="en-GB")
    desk.goto(f"{base}/desk/sign-in")
    desk.fill("[name=username]", username)
    desk.fill("[name=password]", PASSWORD)
    desk.click("main button")
    desk.wait_for_load_state()
    return desk


def shot(page: Page, address: str, name: str, *, at: str = "") -> None:
    page.goto(address, wait_until="networkidle")
    if at:
        page.locator(at).first.evaluate("element => element.scrollIntoView({block: 'start'})")
    page.screenshot(path=FOLDER / name)
    print(f"docs/pictures/{name}")


if __name__ == "__main__":
    main()
