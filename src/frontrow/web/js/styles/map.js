/** The map and what lies over it. */

export const MAP_CSS = `
  .map { position: relative; overflow: hidden; min-height: 0; container: map / size; }
  .surface { position: absolute; inset: 0; }
  .seat-now { position: absolute; top: 0; left: 0; width: 24px; height: 24px; opacity: 0; pointer-events: none; }
  .surface:has(.seat-now:focus-visible)::after { content: ""; position: absolute; inset: 0; pointer-events: none; box-shadow: inset 0 0 0 3px var(--focus); }
  canvas { position: absolute; inset: 0; width: 100%; height: 100%; display: block; touch-action: none; cursor: grab; user-select: none; -webkit-user-select: none; }
  canvas[data-over="choice"] { cursor: pointer; }
  canvas[data-over="taken"] { cursor: not-allowed; }
  canvas[data-dragging] { cursor: grabbing; }

  .map-top { position: absolute; inset: 14px 14px auto 14px; display: flex; align-items: flex-start; gap: 10px; pointer-events: none; z-index: 1; }
  .map-top > * { pointer-events: auto; }
  .map-actions { display: flex; gap: 8px; flex: none; margin-inline-start: auto; }
  .legend { display: flex; flex-wrap: wrap; gap: 8px; flex: 1; min-width: 0; pointer-events: none; }
  .chip {
    pointer-events: auto; display: inline-flex; align-items: center; gap: 8px; height: 38px; padding: 0 13px; border-radius: 999px; flex: none;
    background: var(--surface); border: 1px solid var(--line); box-shadow: 0 1px 2px rgb(var(--shadow) / .06); font-size: 13.5px; white-space: nowrap;
    transition: border-color .15s, background-color .15s, opacity .15s;
  }
  .chip:hover { border-color: var(--edge); }
  .chip-price { font-weight: 650; font-variant-numeric: tabular-nums; }
  .chip[aria-pressed="true"] { background: var(--ink); border-color: var(--ink); color: var(--on-ink); }
  .chip.none-free .chip-price { color: var(--soft); font-weight: 500; }
  .chip.none-free .swatch { opacity: .35; }
  .control {
    display: grid; place-items: center; width: 44px; height: 44px; background: var(--surface); border: 1px solid var(--line); border-radius: 12px;
    box-shadow: 0 1px 3px rgb(var(--shadow) / .08); transition: border-color .15s, background-color .15s;
  }
  .control:hover:not([aria-disabled="true"]) { border-color: var(--edge); }
  .control[aria-disabled="true"] { color: var(--edge); }
  .pill { display: inline-flex; align-items: center; gap: 7px; width: auto; height: 38px; padding: 0 14px; padding-inline-start: 11px; border-radius: 999px; font-size: 13.5px; font-weight: 600; flex: none; white-space: nowrap; }
  .controls { position: absolute; inset-inline-end: 14px; bottom: 14px; display: flex; flex-direction: column; border-radius: 12px; background: var(--surface); border: 1px solid var(--line); box-shadow: 0 1px 3px rgb(var(--shadow) / .08); }
  .controls .control { width: 42px; height: 42px; border: 0; box-shadow: none; background: none; border-radius: 11px; }
  .controls .control:hover:not([aria-disabled="true"]) { background: var(--raised); }
  .controls .control + .control { border-top: 1px solid var(--line); border-radius: 0 0 11px 11px; }
  .controls .control:nth-child(2) { border-radius: 0; }

  .map-key { position: absolute; inset-inline-start: 14px; bottom: 14px; max-width: calc(100% - 96px); display: flex; flex-direction: column-reverse; align-items: flex-start; gap: 8px; }
  .key { display: flex; flex-wrap: wrap; gap: 4px 14px; padding: 8px 14px; padding-inline-start: 10px; border-radius: 12px; background: var(--surface); border: 1px solid var(--line); font-size: 13px; color: var(--soft); }
  .key li { display: inline-flex; align-items: center; gap: 6px; }
  .key-toggle { display: none; }
  .fill-any { fill: var(--edge); }
  .fill-ink { fill: var(--ink); }
  .fill-taken { fill: var(--held); }
  .stroke-on-ink { stroke: var(--on-ink); }
  .stroke-ink { stroke: var(--ink); }
  .stroke-held { stroke: var(--held); }
  .stroke-taken { stroke: var(--held); }
  .bar-sign { width: 14px; height: 3px; border-radius: 2px; background: var(--edge); }
  .meter-sign { width: 20px; height: 4px; border-radius: 2px; background: linear-gradient(to right, var(--ink) 60%, var(--edge) 60%); }
  [dir="rtl"] .meter-sign { transform: scaleX(-1); }
  .map[data-list] :is(.controls, .map-key) { display: none; }

  .tooltip {
    position: absolute; top: 0; left: 0; z-index: 3; pointer-events: none; width: max-content; min-width: 150px; max-width: 270px; padding: 10px 13px 11px;
    border-radius: 12px; background: var(--surface); border: 1px solid var(--line); box-shadow: 0 8px 28px rgb(var(--shadow) / .2), 0 1px 2px rgb(var(--shadow) / .1);
  }
  .tooltip-kicker { display: flex; align-items: center; gap: 7px; font-size: 12.5px; color: var(--soft); }
  .tooltip-kicker .swatch { width: 10px; height: 10px; border-radius: 3px; }
  .tooltip-title { display: flex; justify-content: space-between; gap: 22px; font-weight: 650; letter-spacing: -.005em; }
  .tooltip-price { font-variant-numeric: tabular-nums; }
  .tooltip-note { font-size: 13px; color: var(--soft); }
  .tooltip-flags { display: flex; flex-wrap: wrap; gap: 5px; margin-top: 5px; }
  .tooltip-flags span { font-size: 12px; padding: 1px 8px; border-radius: 6px; background: var(--raised); color: var(--soft); }

  .map-notes { position: absolute; z-index: 4; inset-inline: 0; margin-inline: auto; top: 66px; display: flex; flex-direction: column; align-items: center; gap: 8px; width: min(92%, 440px); pointer-events: none; }
  .map-messages { top: auto; bottom: 72px; }
  .banner, .message { pointer-events: auto; display: flex; align-items: center; gap: 10px; border-radius: 12px; font-size: 14px; box-shadow: 0 8px 28px rgb(var(--shadow) / .16); animation: rise .22s ease-out; }
  .banner { padding: 8px 14px; background: var(--warn-wash); color: var(--warn); border: 1px solid color-mix(in srgb, var(--warn) 25%, transparent); }
  .messages { display: flex; flex-direction: column; gap: 8px; width: 100%; align-items: center; }
  .message { padding: 9px 6px; padding-inline-start: 14px; background: var(--surface); border: 1px solid var(--line); max-width: 100%; }
  .message span { flex: 1; text-wrap: pretty; }
  .message.bad { background: var(--danger-wash); color: var(--danger); border-color: color-mix(in srgb, var(--danger) 25%, transparent); }
  .message.good { background: var(--good-wash); color: var(--good); }
  .dismiss { display: grid; place-items: center; width: 32px; height: 32px; border-radius: 8px; opacity: .75; }
  .dismiss:hover { opacity: 1; }

  @container map (max-width: 700px) or (max-height: 480px) {
    .map-top { inset: 10px 0 auto 0; gap: 4px; }
    .legend { flex-wrap: nowrap; overflow-x: auto; scrollbar-width: none; padding: 2px 10px; pointer-events: auto; mask-image: linear-gradient(to right, #000 calc(100% - 24px), transparent); }
    [dir="rtl"] .legend { mask-image: linear-gradient(to left, #000 calc(100% - 24px), transparent); }
    .chip { height: 36px; padding: 0 11px; gap: 7px; font-size: 13px; }
    .map-actions { margin-inline-end: 10px; gap: 6px; padding-block: 2px; }
    .pill { height: 36px; }
    .key-toggle { display: grid; }
    .map:not([data-key]) .key { display: none; }
    .key { flex-flow: column nowrap; gap: 6px; padding: 11px 16px; padding-inline-start: 12px; max-height: calc(100cqh - 130px); overflow-y: auto; box-shadow: 0 8px 28px rgb(var(--shadow) / .16); }
    .key li { flex: none; }
  }
  @container map (max-width: 600px) {
    .pill { width: 40px; padding: 0; justify-content: center; }
    .pill span { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  }
  @container seat-map (max-width: 820px) {
    .controls { inset-inline-end: 10px; bottom: 28px; }
    .map-key { inset-inline-start: 10px; bottom: 28px; max-width: calc(100% - 76px); }
    .map-notes { top: 56px; }
    .map-messages { top: 104px; bottom: auto; }
    .opened:has(.panel[data-step="done"]) .map { visibility: hidden; }
  }
  @container seat-map (max-width: 820px) and (max-height: 540px) {
    .controls { flex-direction: row; }
    .controls .control + .control { border-top: 0; border-inline-start: 1px solid var(--line); border-radius: 0; }
  }
`;
