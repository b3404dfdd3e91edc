"""Renders every template with invented content and takes its picture, so that a person can look at all of them.

`python -m tests.browser.gallery` writes `build/gallery/<name>.html` and, in the Chromium of this machine, pictures at
two widths. Pages are served with the portal's content security policy; whatever it blocks is printed.
"""

import argparse
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from itertools import chain
from pathlib import Path
from typing import Final

from playwright.sync_api import Browser, Page, sync_playwright

from services.portal.assets.build import build
from services.portal.assets.manifest import DIST, Manifest
from services.portal.render import CONTENT_SECURITY_POLICY, Renderer
from services.portal.views import PageContext, View
from tests.browser import (
    example_agencies,
    example_calls,
    example_channels,
    example_consultation,
    example_coverage,
    example_duty,
    example_erasing,
    example_feedback,
    example_handling,
    example_pages,
    example_proposals,
    example_review,
)

OUT: Final = Path("build/gallery")
WIDTHS: Final = (1280, 390)
CHROMIUM: Final = "/usr/bin/chromium"
QUIET: Final = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


class _Handler(SimpleHTTPRequestHandler):
    """Pages from the gallery, assets from the build, the policy on all of them."""

    def translate_path(self, path: str) -> str:
        if path.startswith("/assets/"):
            return str(DIST / path.removeprefix("/assets/").partition("?")[0])
        if path == "/live":  # this page asks for itself every three seconds, however slow the machine is
            path = "/live.html"
        return super().translate_path(path)

    def end_headers(self) -> None:
        self.send_header("Content-Security-Policy", CONTENT_SECURITY_POLICY)
        super().end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  (the name is the base's)
        """Nobody reads the access log of a gallery."""


def every() -> Iterator[tuple[str, PageContext, View]]:
    """All examples there are; what looks at pages takes them from here, so that none is left out."""
    return chain(
        example_pages.examples(),
        example_proposals.examples(),
        example_review.examples(),
        example_agencies.examples(),
        example_calls.examples(),
        example_channels.examples(),
        example_feedback.examples(),
        example_handling.examples(),
        example_duty.examples(),
        example_consultation.examples(),
        example_coverage.examples(),
        example_erasing.examples(),
    )


def write() -> list[str]:
    """Render all examples; says their names."""
    build()
    OUT.mkdir(parents=True, exist_ok=True)
    renderer = Renderer(Manifest.load())
    names = []
    for name, page, view in every():
        (OUT / f"{name}.html").write_text(renderer.render(page, view), encoding="utf-8")
        names.append(name)
    return names


@contextmanager
def served(port: int = 0) -> Iterator[str]:
    """The gallery over HTTP; gives its address."""
    server = ThreadingHTTPServer(("127.0.0.1", port), partial(_Handler, directory=str(OUT)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def chromium() -> Iterator[Browser]:
    """The machine's own browser, headless."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        try:
            yield browser
        finally:
            browser.close()


def open_example(browser: Browser, address: str, name: str, width: int) -> tuple[Page, list[str]]:
    """Opens one page; gives it with a list that fills with what its console complains of."""
    context = browser.new_context(
        viewport={"width": width, "height": 860}, locale="zh-CN", reduced_motion="reduce"
    )
    page = context.new_page()
    complaints: list[str] = []
    page.on(
        "console",
        lambda message: (
            complaints.append(message.text) if _is_complaint(message.type, message.text) else None
        ),
    )
    page.on("pageerror", lambda error: complaints.append(str(error)))
    # The gallery has no hints to give, and wants to be asked for them again only after the picture.
    quiet = "retry: 600000\n\n"
    page.route("**/live/events", lambda route: route.fulfill(content_type="text/event-stream", body=quiet))
    page.goto(f"{address}/{name}.html", wait_until="load")
    return page, complaints


def _is_complaint(kind: str, text: str) -> bool:
    return kind in ("error", "warning") or "Content Security Policy" in text


def overflow(page: Page) -> int:
    """By how many pixels the page is wider than the window."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


def main() -> int:
    """Write the gallery and take pictures of the examples named, of all without names."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="examples by the start of their names")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--widths", type=int, nargs="+", default=list(WIDTHS))
    chosen = parser.parse_args()
    names = [name for name in write() if not chosen.names or name.startswith(tuple(chosen.names))]
    bad = 0
    with served(chosen.port) as address, chromium() as browser:
        for name in names:
            for width in chosen.widths:
                page, complaints = open_example(browser, address, name, width)
                page.screenshot(path=OUT / f"{name}-{width}.png", full_page=True)
                wider = overflow(page)
                if complaints or wider > 0:
                    bad += 1
                    sys.stdout.write(f"{name} at {width}: {wider} px too wide; {complaints}\n")
                page.context.close()
    sys.stdout.write(f"{len(names)} examples in {OUT}, {bad} with complaints\n")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
