"""The studio in a real browser, beside a bare page with the same rows (E7, E10, E15).

The studio runs as people start it; the browser is on the same machine. What a person waits for is
counted in the page: from a key until the picture that follows it, from a choice until its total,
from a typed or pasted figure until the studio has it.
"""

from __future__ import annotations

import http.server
import os
import re
import shutil
import statistics
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

from playwright.sync_api import Page
from tests.web.browsing import started

from bench._lender import CACHE, ROOT
from bench.web import free_port

HOME = CACHE / "studio"
FEW, MANY = 500, 3_000
DESK = {"width": 1366, "height": 768}
ROUNDS = 5
KEYS = "1200034000"
AIM_PAINT_MS, AIM_KEY_MS, AIM_CHANGE_MS, AIM_SAFE_MS = 2_000, 100, 500, 2_000
LATEST_MS = 120_000
_ADDRESS = re.compile(r"http://127\.0\.0\.1:\d+/enter/\?token=\S+")
PAINTED = """(name) => new Promise((done) => {
  const told = () => { const found = performance.getEntriesByName('first-contentful-paint')[0];
    if (found) done(found.startTime); else setTimeout(told, 20); };
  told();
})"""
READY = """() => new Promise((done) => {
  const look = () => document.querySelector('[data-grid][data-ready]')
    ? done(performance.now()) : setTimeout(look, 5);
  look();
})"""
LISTEN = """(selector) => {
  window.waits = [];
  document.querySelector(selector).addEventListener('keydown', (event) => {
    const began = event.timeStamp;
    requestAnimationFrame(() => {
      const port = new MessageChannel();
      port.port1.onmessage = () => window.waits.push(performance.now() - began);
      port.port2.postMessage(0);
    });
  }, { capture: true });
}"""
SAFE = """() => {
  const began = performance.now(), told = document.querySelector('.bench-saved');
  const words = document.querySelector('template[data-words]').content;
  const saved = words.querySelector('[data-word=saved]').textContent;
  window.safe = new Promise((done) => {
    let gone = false;
    new MutationObserver(() => {
      if (told.textContent !== saved) gone = true;
      else if (gone) done(performance.now() - began);
    }).observe(told, { childList: true, characterData: true, subtree: true });
  });
}"""
PASTE = """(text) => {
  const data = new DataTransfer();
  data.setData('text/plain', text);
  const told = { clipboardData: data, bubbles: true, cancelable: true };
  document.querySelector('.grid-cell').dispatchEvent(new ClipboardEvent('paste', told));
}"""
CHOSEN = """(id) => new Promise((done) => { const began = performance.now();
  document.addEventListener('studio:fresh', () => done(performance.now() - began), { once: true });
  document.getElementById(id).click(); })"""
BARE = """<!doctype html><html lang="ja"><meta charset="utf-8"><title>bare</title>
<textarea class="grid-cell"></textarea><table>{rows}</table></html>"""


def history(count: int, *, step_days: int) -> str:
    """So many rows as a spreadsheet copies them."""
    day, lines = date(1985, 1, 5), ["日付\t借入\t返済\t備考"]
    for number in range(count):
        lines.append(f"{day:%Y/%m/%d}\t" + ("50000\t" if number % 25 == 0 else "\t2200") + "\tATM")
        day += timedelta(days=step_days)
    return "\n".join(lines)


@contextmanager
def studio() -> Iterator[str]:
    """A studio as people start it; gives the address that lets a browser in."""
    command = [sys.executable, "-m", "motocho", "studio", "--port", str(free_port())]
    named = {**os.environ, "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}", "PYTHONUNBUFFERED": "1"}
    process = subprocess.Popen(
        [*command, "--home", str(HOME)], env=named, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    try:
        seen = ""
        for line in process.stdout or ():
            seen += line
            if found := _ADDRESS.search(line):
                yield found[0]
                break
        else:
            raise RuntimeError(f"the studio did not start: {seen}")
    finally:
        process.terminate()
        process.wait()


@contextmanager
def bare(count: int) -> Iterator[str]:
    """The same rows as plain HTML from a server that does nothing else."""
    cells = "".join(
        "<tr>" + "".join(f"<td>{cell}</td>" for cell in line.split("\t")) + "</tr>"
        for line in history(count, step_days=5).splitlines()
    )
    page = BARE.replace("{rows}", cells).encode()

    class Answer(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(page)

        def log_message(self, *args: Any) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()


def opened(page: Page, pasted: str) -> str:
    """A new case with these rows; its address."""
    page.goto("/")
    page.locator("form[action$='/cases/new/'] button").click()
    page.wait_for_url(re.compile("/import/"))
    page.evaluate("(text) => { document.getElementById('pasted').value = text; }", pasted)
    page.locator("form[enctype] .button").first.click()
    page.wait_for_url(re.compile(r"/cases/\d+/$"), timeout=LATEST_MS)
    return page.url


def painted(page: Page, address: str) -> tuple[float, float]:
    """Milliseconds until something stands there, and until the grid takes keys: medians."""
    firsts, readies = [], []
    for _ in range(ROUNDS):
        page.goto(address, wait_until="commit")
        firsts.append(page.evaluate(PAINTED))
        if "/cases/" in address:
            readies.append(page.evaluate(READY))
    return statistics.median(firsts), statistics.median(readies or firsts)


def typed(page: Page, *, rows: int) -> list[float]:
    """What each key waited for until the picture after it, figures typed one below the other."""
    page.locator(".grid-cell").focus()
    page.evaluate(LISTEN, ".grid-cell")
    for _ in range(rows):
        page.keyboard.type(KEYS, delay=30)
        page.keyboard.press("Enter")
    page.wait_for_timeout(200)
    waits: list[float] = page.evaluate("window.waits")
    return waits


def made_safe(page: Page) -> list[float]:
    """Milliseconds from Enter until the studio has what was typed."""
    found = []
    for number in range(ROUNDS):
        page.locator(".grid-cell").focus()
        page.keyboard.type(str(2201 + number))
        page.evaluate(SAFE)
        page.keyboard.press("Enter")
        found.append(page.evaluate("window.safe"))
    return found


def changed(page: Page, case: str) -> list[float]:
    """Milliseconds from a convention chosen until total and chart stand there."""
    page.goto(f"{case}conventions/", timeout=LATEST_MS)
    names = ["year_basis-fixed_365", "year_basis-calendar"] * 2
    return [page.evaluate(CHOSEN, name) for name in names]


def pasted(page: Page, case: str) -> float:
    """Milliseconds from a paste of 500 rows until the studio has them, its preview included."""
    page.goto(case)
    page.evaluate(READY)
    page.locator(".grid-cell").focus()
    page.keyboard.press("Control+End")
    page.keyboard.press("Home")
    page.evaluate(SAFE)
    rows = history(FEW, step_days=5).replace("\tATM", "").splitlines()[1:]
    page.evaluate(PASTE, "\n".join(rows))
    page.locator("[data-paste-take]").click(timeout=LATEST_MS)
    took: float = page.evaluate("window.safe")
    return took


def percentiles(waits: Sequence[float]) -> tuple[float, float]:
    in_order = sorted(waits)
    return in_order[len(in_order) // 2], in_order[int(0.95 * (len(in_order) - 1))]


def told(what: str, ms: float, aim_ms: float | None, beside_ms: float | None = None) -> str | None:
    """One line of the report; what was missed."""
    aim = "" if aim_ms is None else f"   aim {aim_ms:5.0f}"
    ratio = "" if beside_ms is None else f"   {ms / max(beside_ms, 0.1):6.1f} of the bare page's"
    print(f"  {what:46} {ms:8.0f} ms{aim}{ratio}")
    return what if aim_ms is not None and ms > aim_ms else None


def main() -> str | None:
    """Print what people wait for; gives which aims were missed."""
    shutil.rmtree(HOME, ignore_errors=True)
    HOME.mkdir(parents=True)
    missed: list[str | None] = []
    with started() as browser, bare(MANY) as beside, studio() as entrance:
        plain = browser.new_page(viewport=DESK)  # type: ignore[arg-type]
        bare_first, _ = painted(plain, beside)
        bare_keys = percentiles(typed(plain, rows=4))
        page = browser.new_page(viewport=DESK, base_url=entrance.split("/enter")[0])  # type: ignore[arg-type]
        page.set_default_timeout(LATEST_MS)
        page.goto(entrance)
        few, many = (opened(page, history(n, step_days=d)) for n, d in ((FEW, 28), (MANY, 5)))
        for name, case in ((f"{FEW:,} rows", few), (f"{MANY:,} rows", many)):
            first, ready = painted(page, case)
            missed.append(told(f"{name}: first paint", first, AIM_PAINT_MS, bare_first))
            missed.append(told(f"{name}: the grid takes keys", ready, AIM_PAINT_MS, bare_first))
            middle, high = percentiles(typed(page, rows=8))
            told(f"{name}: a key until its picture, p50", middle, None, bare_keys[0])
            missed.append(told(f"{name}: the same, p95", high, AIM_KEY_MS, bare_keys[1]))
            page.goto(case)
            page.evaluate(READY)
            safe = made_safe(page)
            missed.append(told(f"{name}: typed until safe, the longest", max(safe), AIM_SAFE_MS))
            change = statistics.median(changed(page, case))
            aim = AIM_CHANGE_MS if case == few else None
            missed.append(told(f"{name}: a convention until its total", change, aim))
        missed.append(told(f"{FEW} rows pasted until safe", pasted(page, few), AIM_SAFE_MS))
    shutil.rmtree(HOME, ignore_errors=True)
    found = [one for one in missed if one]
    return f"over its aim: {'; '.join(found)}" if found else None


if __name__ == "__main__":
    main()
