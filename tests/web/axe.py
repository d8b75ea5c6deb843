"""axe-core in a page: what it finds against WCAG 2.2 A and AA and its own good habits, within every open shadow tree."""

import os
from pathlib import Path
from typing import cast

import pytest
from playwright.sync_api import Page

_AXE = Path(__file__).parents[2] / "node_modules/axe-core/axe.min.js"
_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_RUN = """
async ([tags, within]) => {
  // What fades in is judged as it comes to rest: half-way it has another contrast.
  const trees = [document, ...[...document.querySelectorAll("*")].flatMap(({ shadowRoot }) => shadowRoot ?? [])];
  await Promise.all(trees.flatMap((tree) => tree.getAnimations()).map((one) => one.effect.getTiming().iterations === Infinity ? null : one.finished.catch(() => null)));
  const found = await axe.run(within ?? document, { runOnly: { type: "tag", values: tags } });
  return found.violations.map(({ id, nodes }) => `${id}: ` + nodes.map(({ target, failureSummary }) => `${target.flat().join(" ")}: ${failureSummary}`).join("; "));
}
"""


def violations(page: Page, within: str | None = None) -> list[str]:
    """One line for each rule that is broken in what the page shows now; `within` is a selector, the page where it is None."""
    if not _AXE.exists():
        message = "no axe-core: run npm ci"
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)
    if not page.evaluate("() => 'axe' in window"):
        # Through the debugger, which a Content-Security-Policy does not bind.
        page.evaluate(_AXE.read_text())
    return cast("list[str]", page.evaluate(_RUN, [_TAGS, within]))
