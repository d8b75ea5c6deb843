"""axe-core in a page: what it finds against WCAG 2.2 A and AA and its own good habits, in every open shadow tree."""

from pathlib import Path
from typing import cast

from playwright.sync_api import Page

from tests.support.missing import skip_for_want_of

_AXE = Path(__file__).parents[2] / "node_modules/axe-core/axe.min.js"
_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_RUN = """
async ([tags, within]) => {
  // What fades in is judged as it comes to rest: half-way it has another contrast.
  const trees = [document, ...[...document.querySelectorAll("*")].flatMap(({ shadowRoot }) => shadowRoot ?? [])];
  const moving = trees.flatMap((tree) => tree.getAnimations());
  const ending = moving.filter(({ effect }) => effect.getTiming().iterations !== Infinity);
  await Promise.all(ending.map(({ finished }) => finished.catch(() => null)));
  const found = await axe.run(within ?? document, { runOnly: { type: "tag", values: tags } });
  const told = ({ target, failureSummary }) => `${target.flat().join(" ")}: ${failureSummary}`;
  return found.violations.map(({ id, nodes }) => `${id}: ${nodes.map(told).join("; ")}`);
}
"""


def violations(page: Page, within: str | None = None) -> list[str]:
    """One line for each rule broken in what the page shows now, or what the selector `within` shows of it."""
    if not _AXE.exists():
        skip_for_want_of("no axe-core: run npm ci")
    if not page.evaluate("() => 'axe' in window"):
        # Through the debugger, which a Content-Security-Policy does not bind.
        page.evaluate(_AXE.read_text())
    return cast("list[str]", page.evaluate(_RUN, [_TAGS, within]))
