/** Whether the page is shown in its dark colours, and when that changes: what is drawn on a canvas has to be drawn again. */

const system = matchMedia("(prefers-color-scheme: dark)");
const root = document.documentElement;

export function isDark() {
  return root.dataset.theme === "dark" || (root.dataset.theme !== "light" && system.matches);
}

/**
 * @param {() => void} redraw
 * @returns {{ end(): void }}
 */
export function onLight(redraw) {
  const chosen = new MutationObserver(redraw);
  chosen.observe(root, { attributeFilter: ["data-theme"] });
  system.addEventListener("change", redraw);
  return {
    end: () => {
      chosen.disconnect();
      system.removeEventListener("change", redraw);
    },
  };
}
