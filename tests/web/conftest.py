"""A real browser on the real program: one server for all tests, a browser for a module's, and a window per visitor.

A browser's library runs an event loop in this thread, which asynchronous tests of other modules must not find.
"""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request, Response, expect, sync_playwright

from tests.support.missing import skip_for_want_of
from tests.support.server import RunningServer, running_server
from tests.web.other_site import OtherSite, running_other_site
from tests.web.own_event import OwnEvent, PutOnSale, put_on_sale_at

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_FEATURES_OFF = (
    # What its address bar would show is a page of its own in every window: a third of what opening one costs.
    "WebUIOmniboxPopup",
    "WebUIOmniboxAimPopup",
    # What Playwright switches off: its list would be replaced by this one.
    "AimEnabled",
    "AvoidCorsURLLoaderRestartOnRedirect",
    "AvoidUnnecessaryBeforeUnloadCheckSync",
    "DestroyProfileOnBrowserClose",
    "HttpsFirstBalancedModeAutoEnable",
    "HttpsUpgrades",
    "LensOverlay",
    "MediaRouter",
    "NetworkTimeServiceQuerying",
    "OptimizationHints",
    "PaintHolding",
    "PreconnectToSearch",
    "ThirdPartyStoragePartitioning",
)
_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    f"--disable-features={','.join(_FEATURES_OFF)}",
]

expect.set_options(timeout=30_000)
"""As long as for everything else a page does: five seconds, the default, are short on a busy machine."""

Visit = Callable[..., Page]


def _chromium() -> str:
    found = next((path for name in _NAMES if (path := shutil.which(name))), None)
    if found is None:
        skip_for_want_of(f"no browser: none of {', '.join(_NAMES)} is on PATH")
    return found


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    executable = _chromium()
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=executable, args=_FLAGS)
        try:
            yield opened
        finally:
            opened.close()


@pytest.fixture(scope="session")
def other_site() -> Iterator[OtherSite]:
    with running_other_site() as site:
        yield site


@pytest.fixture(scope="session")
def server(other_site: OtherSite, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """The demo without buyers. It needs no browser, but without one there is nothing to start it for."""
    _chromium()
    data_dir: Path = tmp_path_factory.mktemp("demo")
    allowed = {"FRONTROW_CORS_ORIGINS": other_site.url}
    with running_server(data_dir, ("demo", "--buyers", "0"), extra=allowed) as running:
        yield running


@pytest.fixture
def put_on_sale(server: RunningServer) -> PutOnSale:
    """Put fresh events on sale that no other test knows of; name a layout for a house other than the cinema."""
    return put_on_sale_at(server)


@pytest.fixture
def own_event(put_on_sale: PutOnSale) -> OwnEvent:
    """A fresh event in the cinema that no other test knows of: every seat of it is free."""
    return put_on_sale()


@pytest.fixture
def faults() -> Iterator[list[str]]:
    """What scripts of any window complained of; a test ends with none. Answers that refuse are no fault: the browser
    writes a line for each of them by itself."""
    said: list[str] = []
    yield said
    assert said == []


@pytest.fixture
def refused() -> list[str]:
    """Requests of any window that the server answered with a refusal, for tests in which nothing is to be refused."""
    return []


@pytest.fixture
def visit(
    browser: Browser, server: RunningServer, other_site: OtherSite, faults: list[str], refused: list[str]
) -> Iterator[Visit]:
    """Open a path of the server as somebody new, in a window of their own; keywords go to the browser context."""
    contexts: list[BrowserContext] = []
    ours = (server.url, other_site.url, "data:", "blob:", "about:")

    def watch(request: Request) -> None:
        if not request.url.startswith(ours):
            faults.append(f"asked another host: {request.url}")

    def hear(response: Response) -> None:
        if response.status >= 400:
            refused.append(f"{response.status} {response.request.method} {response.url}")

    def open_window(path: str = "/", **options: object) -> Page:
        usual: dict[str, object] = {"viewport": {"width": 1280, "height": 800}, "locale": "en-US", "timezone_id": "UTC"}
        context = browser.new_context(**{**usual, **options})  # type: ignore[arg-type]
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(30_000)
        context.on("request", watch)
        context.on("response", hear)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on(
            "console",
            lambda message: (
                faults.append(message.text)
                if message.type in ("error", "warning") and not message.text.startswith("Failed to load resource")
                else None
            ),
        )
        if path:
            page.goto(server.url + path)
        return page

    yield open_window
    for context in contexts:
        context.close()
