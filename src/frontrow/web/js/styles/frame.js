/** The element as a whole: map and panel side by side, one above the other where it is narrow; what both share. */

export const FRAME_CSS = `
  :host {
    display: block; position: relative; height: 600px; overflow: hidden; container: seat-map / size;
    background: var(--ground); color: var(--ink); font-family: var(--seat-map-font, ui-sans-serif, system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", Cantarell, "Helvetica Neue", sans-serif);
    font-size: 15px; line-height: 1.45; text-align: start; -webkit-font-smoothing: antialiased; -webkit-tap-highlight-color: transparent;
  }
  :host([hidden]) { display: none; }
  *, *::before, *::after { box-sizing: border-box; }
  [hidden] { display: none !important; }
  h2, h3, p, ul, dl, dd { margin: 0; padding: 0; }
  ul { list-style: none; }
  button, input, select { font: inherit; color: inherit; letter-spacing: inherit; }
  button { cursor: pointer; background: none; border: 0; padding: 0; touch-action: manipulation; }
  button:disabled { cursor: default; }
  svg { flex: none; display: block; }
  :focus-visible { outline: 2px solid var(--focus); outline-offset: 2px; }
  [tabindex="-1"]:is(h2, h3):focus { outline: none; }
  .soft { color: var(--soft); }
  .unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
  .swatch { flex: none; width: 12px; height: 12px; border-radius: 4px; }

  .opened:lang(ar) :is(h2, h3, .sum, .tooltip-title) { letter-spacing: 0; }
  .opened { display: grid; grid-template-columns: minmax(0, 1fr) 372px; grid-template-rows: minmax(0, 1fr); height: 100%; }
  .opened[data-mode="select"] { grid-template-columns: minmax(0, 1fr); }
  [dir="rtl"] .flip svg { transform: scaleX(-1); }
  @container seat-map (max-width: 820px) {
    .opened { grid-template-columns: minmax(0, 1fr); grid-template-rows: minmax(0, 1fr) auto; }
  }

  .primary, .quiet {
    display: inline-flex; align-items: center; justify-content: center; gap: 8px; min-height: 48px; padding: 0 22px;
    border-radius: 12px; font-weight: 600; text-decoration: none; transition: background-color .15s, opacity .15s, transform .1s;
  }
  .primary { background: var(--ink); color: var(--on-ink); }
  .primary:hover:enabled { opacity: .88; }
  .primary:active:enabled { transform: scale(.985); }
  .primary:disabled { background: var(--raised); color: var(--soft); }
  .primary[data-busy] { position: relative; }
  .primary[data-busy]::after {
    content: ""; width: 15px; height: 15px; border-radius: 50%; border: 2px solid currentColor; border-top-color: transparent; animation: turn .8s linear infinite;
  }
  .quiet { min-height: 44px; border: 1px solid var(--edge); background: var(--surface); }
  .quiet:hover { background: var(--raised); }
  [aria-disabled="true"] { cursor: default; }
  .primary[aria-disabled="true"] { opacity: .8; }
  .wide { width: 100%; }
  .link { font-weight: 600; font-size: 13px; text-decoration: underline; text-underline-offset: 3px; text-decoration-color: var(--edge); padding: 6px 2px; min-height: 32px; }
  .link:hover { text-decoration-color: currentColor; }
  .icon-button { display: grid; place-items: center; width: 36px; height: 36px; border-radius: 10px; color: var(--soft); }
  .icon-button:hover { background: var(--raised); color: var(--ink); }

  .cover { display: flex; flex-direction: column; align-items: center; justify-content: center; gap: 10px; height: 100%; padding: 24px; text-align: center; animation: appear .3s .12s both; }
  .cover h2 { font-size: 20px; letter-spacing: -.01em; }
  .cover p { color: var(--soft); max-width: 34ch; text-wrap: balance; }
  .cover .quiet { margin-top: 10px; }
  .spinner { width: 28px; height: 28px; border-radius: 50%; border: 3px solid var(--line); border-top-color: var(--ink); animation: turn .9s linear infinite; }
  .spinner.small { display: inline-block; flex: none; width: 16px; height: 16px; border-width: 2px; }
  .blank-sign { display: grid; place-items: center; width: 64px; height: 64px; border-radius: 20px; background: var(--raised); color: var(--soft); margin-bottom: 4px; }
  .cover .blank-sign { background: var(--surface); }
  .blank-sign.warn { background: var(--warn-wash); color: var(--warn); }

  @keyframes turn { to { transform: rotate(1turn); } }
  @keyframes appear { from { opacity: 0; } }
  @keyframes rise { from { opacity: 0; transform: translateY(10px); } }
  @media (prefers-reduced-motion: reduce) {
    *, *::before, *::after { animation-duration: .01ms !important; animation-delay: 0s !important; transition: none !important; }
    .spinner, .primary[data-busy]::after { animation: none; border-style: dotted; border-color: currentColor; }
  }
  @media (forced-colors: active) {
    .swatch { forced-color-adjust: none; border: 1px solid CanvasText; }
    .primary, .quiet, .icon-button, .link { border: 1px solid ButtonText; }
    [aria-pressed="true"] { forced-color-adjust: none; background: Highlight !important; color: HighlightText !important; border-color: Highlight !important; }
    :is(.primary, .control, .chip, .list-seat):is(:disabled, [aria-disabled="true"]) { color: GrayText; border-color: GrayText; }
    .panel, .message, .banner, .tooltip, .key, .controls, .dialog { border: 1px solid CanvasText; }
    .timer-arc { stroke: CanvasText; } .timer-track { stroke: GrayText; }
    .fill-any, .fill-ink { fill: CanvasText; } .fill-taken { fill: GrayText; } .stroke-on-ink { stroke: Canvas; } .stroke-ink { stroke: CanvasText; } .stroke-held, .stroke-taken { stroke: GrayText; }
  }
`;
