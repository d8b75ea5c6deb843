/** Dialogs: a lost race with its offers, and the wish for the best seats. */

export const DIALOG_CSS = `
  .dialog {
    position: fixed; margin: 0; padding: 0; max-width: none; border: 0; overflow-y: auto; overscroll-behavior: contain; flex-direction: column;
    background: var(--surface); color: var(--ink); border-inline-start: 1px solid var(--line); box-shadow: 0 0 48px rgb(var(--shadow) / .22);
  }
  .dialog[open] { display: flex; animation: arrive .22s ease-out; }
  .dialog::backdrop { background: rgb(0 0 0 / .1); }
  .dialog[data-sheet] { border: 0; border-radius: 18px 18px 0 0; box-shadow: 0 -6px 28px rgb(var(--shadow) / .25); padding-bottom: env(safe-area-inset-bottom); }
  .dialog-head { display: flex; align-items: center; gap: 8px; padding: 14px 20px 4px; padding-inline-end: 12px; }
  .dialog-head h2 { flex: 1; font-size: 19px; font-weight: 680; letter-spacing: -.015em; text-wrap: balance; }
  .dialog-head .icon-button { width: 44px; height: 44px; flex: none; }
  .dialog-body { display: flex; flex-direction: column; gap: 14px; flex: 1; padding: 4px 20px 20px; }
  .dialog-lead { text-wrap: pretty; }
  .dialog-foot { position: sticky; bottom: 0; margin-top: auto; padding-top: 10px; background: linear-gradient(transparent, var(--surface) 10px); }
  .two-acts { display: grid; gap: 10px; }
  .quiet.danger { color: var(--danger); border-color: currentColor; }
  .offer-lead { display: flex; align-items: center; gap: 10px; color: var(--soft); }
  .offer-list { display: grid; gap: 9px; }
  .offer { display: flex; align-items: flex-start; gap: 11px; width: 100%; padding: 13px 14px; text-align: start; border: 1px solid var(--edge); border-radius: 14px; background: var(--surface); transition: border-color .15s, background-color .15s; }
  .offer:is(:hover, :focus-visible) { background: var(--raised); border-color: var(--ink); }
  .offer .swatch { margin-top: 5px; }
  .offer .line-text { flex: 1; }
  .offer-sign { display: grid; place-items: center; width: 26px; height: 26px; margin-block: -2px; border-radius: 50%; background: var(--ink); color: var(--on-ink); flex: none; }

  .best { display: flex; flex-direction: column; gap: 18px; flex: 1; }
  .best .field { display: grid; gap: 6px; }
  .best .row-field { grid-template-columns: 1fr auto; align-items: center; }
  .label { font-weight: 600; font-size: 14px; }
  .stepper { display: flex; align-items: center; border: 1px solid var(--edge); border-radius: 14px; }
  .step { display: grid; place-items: center; width: 48px; height: 46px; border-radius: 13px; }
  .step:hover:not([aria-disabled="true"]) { background: var(--raised); }
  .step[aria-disabled="true"] { color: var(--edge); }
  .count-now { min-width: 34px; text-align: center; font-size: 18px; font-weight: 700; font-variant-numeric: tabular-nums; }
  .dialog[data-sheet] .dialog-head { padding: 8px 18px 0; padding-inline-end: 8px; }
  .dialog[data-sheet] .dialog-body { gap: 10px; padding: 0 18px 0; }
  .dialog[data-sheet] .dialog-foot { padding-bottom: 14px; }
  .dialog[data-sheet] .offer { padding: 9px 12px; }
  .dialog[data-sheet] .best { gap: 14px; }
  @keyframes arrive { from { opacity: 0; transform: translateX(16px); } }
  .dialog[data-sheet][open] { animation-name: arrive-up; }
  [dir="rtl"] .dialog:not([data-sheet])[open] { animation-name: arrive-rtl; }
  @keyframes arrive-rtl { from { opacity: 0; transform: translateX(-16px); } }
  @keyframes arrive-up { from { opacity: 0; transform: translateY(24px); } }
`;
