/** The panel: the buyer's seats, time, total and form. A sheet below the map where the element is narrow. */

export const PANEL_CSS = `
  .panel { display: flex; flex-direction: column; min-height: 0; background: var(--surface); border-inline-start: 1px solid var(--line); }
  .panel-head { display: flex; align-items: center; gap: 6px; min-height: 66px; padding: 12px 20px; }
  .panel-head h2 { flex: 1; font-size: 19px; font-weight: 680; letter-spacing: -.015em; }
  .panel-head .icon-button { margin-inline-start: -10px; }
  .time { display: flex; align-items: center; gap: 12px; }
  .timer { display: inline-flex; align-items: center; gap: 7px; padding: 4px 11px; padding-inline-start: 6px; border-radius: 999px; background: var(--raised); font-weight: 650; font-variant-numeric: tabular-nums; font-size: 14px; }
  .timer-track { stroke: var(--line); }
  .timer-arc { stroke: currentColor; stroke-linecap: round; }
  .timer[data-phase="soon"] { background: var(--warn-wash); color: var(--warn); }
  .timer:is([data-phase="expiring"], [data-phase="over"]) { background: var(--danger-wash); color: var(--danger); }

  .panel-body { flex: 1; min-height: 0; overflow-y: auto; padding: 0 20px; overscroll-behavior: contain; }
  .lines { display: flex; flex-direction: column; }
  .line { display: flex; align-items: center; gap: 6px; border-bottom: 1px solid var(--line); animation: rise .2s ease-out; }
  .line:last-child { border-bottom: 0; }
  .line-main { flex: 1; min-width: 0; display: flex; align-items: flex-start; gap: 11px; padding: 12px 0; text-align: start; }
  .line-main .swatch { margin-top: 5px; }
  .line-text { min-width: 0; display: grid; }
  .line-spot { font-weight: 600; }
  .line-text .soft { font-size: 13.5px; }
  .line-main:hover .line-spot { text-decoration: underline; text-decoration-color: var(--edge); text-underline-offset: 3px; }
  .line-price { font-weight: 600; font-variant-numeric: tabular-nums; }
  .line .icon-button { margin-inline-end: -9px; }
  .line.choosing { gap: 12px; padding: 16px 0; color: var(--soft); }
  .line.pending .line-text, .line.pending .line-price, .line.pending .swatch { opacity: .5; }

  .own-tickets { padding: 12px 14px 2px; margin: 6px 0 14px; border: 1px solid var(--line); border-radius: 14px; background: var(--raised); }
  .own-tickets h3 { font-size: 14px; font-weight: 650; color: var(--soft); }
  .own-tickets svg { flex: none; margin-top: 2px; color: var(--soft); }
  .own-tickets code { font: 600 13px/1.6 ui-monospace, SFMono-Regular, Menlo, Consolas, "Noto Sans Mono", monospace; }
  .ticket-show { justify-self: start; margin-top: 6px; padding: 5px 12px; border: 1px solid var(--edge); border-radius: 999px; font-size: 13.5px; font-weight: 600; }
  .line-main:hover .ticket-show { background: var(--ink); color: var(--raised); }
  .own-tickets + .blank { min-height: 0; padding-top: 40px; }

  .blank { display: flex; flex-direction: column; align-items: center; justify-content: center; gap: 6px; text-align: center; min-height: 100%; padding: 20px 8px 60px; }
  .blank h3 { font-size: 16.5px; font-weight: 650; }
  .blank p { color: var(--soft); max-width: 28ch; text-wrap: balance; }
  .blank .quiet { margin-top: 12px; }

  .order { display: grid; gap: 12px; padding: 4px 0 16px; }
  .line.charge { justify-content: space-between; gap: 14px; padding: 10px 0; }
  .line.charge:not(.included) > :first-child { font-weight: 550; }
  .line.included { color: var(--soft); font-size: 13.5px; }
  .line.included .line-price { font-weight: 500; }
  .order-for { font-size: 13.5px; overflow-wrap: anywhere; }
  .give-up { justify-self: start; margin-inline-start: -2px; }
  .give-up:hover { color: var(--danger); }
  .give-up[aria-disabled="true"] { opacity: .6; text-decoration: none; }
  .form-note { display: flex; gap: 10px; padding: 11px 14px; border-radius: 12px; background: var(--warn-wash); color: var(--warn); font-size: 14px; }
  .form-note h3 { font-size: 15px; font-weight: 650; }
  .in-process .spinner { margin-top: 2px; }
  .order-end p { max-width: 34ch; }
  .order-end .spinner { margin-bottom: 10px; }
  .order-end .quiet + .quiet { margin-top: 4px; }
  .order-code { font-size: 13.5px; }
  .order-code code { font: 600 13px/1.4 ui-monospace, SFMono-Regular, Menlo, Consolas, "Noto Sans Mono", monospace; overflow-wrap: anywhere; color: var(--ink); }
  .form-charges { margin-top: 14px; }
  .form-charges:empty { display: none; }

  .panel footer { display: grid; gap: 13px; padding: 15px 20px 20px; border-top: 1px solid var(--line); }
  .summary-lines { display: flex; align-items: baseline; justify-content: space-between; gap: 12px; }
  .summary .timer { display: none; }
  .count { white-space: nowrap; color: var(--soft); }
  .sum { font-size: 21px; font-weight: 700; letter-spacing: -.015em; font-variant-numeric: tabular-nums; }
  .panel:is([data-step="empty"], [data-step="order-end"]) footer { display: none; }
  .panel[data-step="done"] footer, .panel[data-step="done"] .panel-head { display: none; }
  .grip { display: none; }

  .checkout { display: grid; gap: 15px; padding: 4px 0 20px; }
  .form-lead { color: var(--soft); text-wrap: pretty; }
  .field { display: grid; gap: 5px; }
  .field label { font-weight: 600; font-size: 14px; }
  .field input { height: 48px; padding: 0 14px; border: 1px solid var(--edge); border-radius: 12px; background: var(--surface); font-size: 16px; width: 100%; }
  .field input:focus { outline: 2px solid var(--focus); outline-offset: -1px; border-color: transparent; }
  .field input[aria-invalid] { border-color: var(--danger); }
  .field-fault { font-size: 13.5px; color: var(--danger); }
  .field-fault:empty { display: none; }
  .form-fault { display: flex; gap: 10px; padding: 11px 14px; border-radius: 12px; background: var(--danger-wash); color: var(--danger); font-size: 14px; }

  @container seat-map (max-width: 820px) {
    .panel { position: relative; z-index: 5; border-inline-start: 0; border-radius: 18px 18px 0 0; box-shadow: 0 -6px 28px rgb(var(--shadow) / .13); margin-top: -16px; max-height: calc(100cqh - 40px); }
    .panel::before { content: ""; position: absolute; top: 7px; inset-inline: 0; width: 36px; height: 4px; margin-inline: auto; border-radius: 2px; background: var(--edge); opacity: .6; }
    .panel-head { min-height: 0; padding: 22px 18px 8px; }
    .panel-body { padding: 0 18px; max-height: min(54vh, 480px); }
    .panel:not([data-open], [data-step="done"]) :is(.panel-head, .panel-body) { display: none; }
    .panel[data-step="order-end"] .panel-body { padding-top: 22px; }
    .panel[data-step="order-end"] .panel-head { position: absolute; width: 1px; height: 1px; min-height: 0; padding: 0; overflow: hidden; clip-path: inset(50%); }
    .panel[data-step="order-end"] .blank .spinner { display: block; }
    .panel[data-step="empty"]:not([data-open]) .panel-body { display: block; }
    .panel[data-step="empty"] .panel-head { display: flex; position: absolute; width: 1px; height: 1px; min-height: 0; padding: 0; overflow: hidden; clip-path: inset(50%); }
    .panel[data-step="empty"] .panel-body { padding-top: 14px; }
    .panel footer { grid-template-columns: minmax(0, 1fr) auto; align-items: center; gap: 10px; padding: 19px 14px calc(12px + env(safe-area-inset-bottom)); padding-inline-start: 18px; border-top: 0; }
    .panel[data-open] footer { border-top: 1px solid var(--line); padding-top: 12px; }
    .summary { display: flex; align-items: center; justify-content: space-between; gap: 12px; min-width: 0; cursor: pointer; padding-inline-end: 4px; }
    .summary-lines { flex-direction: column; gap: 0; align-items: flex-start; line-height: 1.25; }
    .summary .timer { display: inline-flex; }
    .panel[data-open] .summary .timer { display: none; }
    .count { font-size: 13.5px; }
    .sum { font-size: 18px; }
    .grip { position: absolute; top: -4px; inset-inline: 0; margin-inline: auto; width: 96px; height: 26px; display: block; border-radius: 13px; }
    .grip svg { display: none; }
    .primary { padding: 0 26px; }
    .own-tickets + .blank { padding-top: 4px; }
    .blank { min-height: 0; padding: 8px 0 calc(18px + env(safe-area-inset-bottom)); gap: 2px; }
    .blank-sign { display: none; }
    .blank p { max-width: 36ch; font-size: 14px; }
    .panel:is([data-step="empty"], [data-step="order-end"], [data-step="done"])::before { content: none; }
    .panel[data-step="done"] { position: absolute; inset: 0; margin: 0; max-height: none; border-radius: 0; box-shadow: none; }
    .panel[data-step="done"] .panel-body { max-height: none; padding-top: 22px; padding-bottom: env(safe-area-inset-bottom); }
  }
  /* Little height: what is said of an empty basket is one line, and the map keeps the rest. */
  @container seat-map (max-width: 820px) and (max-height: 540px) {
    .blank { flex-direction: row; flex-wrap: wrap; justify-content: space-between; gap: 4px 12px; padding: 0 0 calc(12px + env(safe-area-inset-bottom)); text-align: start; }
    .blank p { display: none; }
    .blank .quiet { margin: 0; min-height: 40px; padding: 0 14px; }
    .panel[data-step="empty"] .panel-body { padding-top: 12px; }
    .own-tickets { margin: 0 0 10px; padding-top: 8px; }
    .panel-body { max-height: 44cqh; }
  }
`;
