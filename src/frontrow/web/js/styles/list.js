/** The seats as a list. */

export const LIST_CSS = `
  .seat-list { position: absolute; inset: 0; overflow-y: auto; padding: 72px 18px 24px; overscroll-behavior: contain; background: var(--ground); scroll-padding-top: 72px; }
  .map[data-list] .map-top { background: linear-gradient(var(--ground) 70%, transparent); inset: 0; bottom: auto; padding: 14px 14px 16px; z-index: 2; }
  .map[data-list] .legend { display: none; }
  .seat-list > * { max-width: 860px; margin-inline: auto; }
  .list-filter { display: flex; flex-wrap: wrap; align-items: end; gap: 12px 14px; margin-bottom: 6px; }
  .list-filter .field { flex: 1 1 150px; }
  .list-filter .field label { font-size: 13px; color: var(--soft); }
  .list-filter .check { min-height: 44px; }
  .list-found { font-size: 13.5px; margin-bottom: 12px; min-height: 20px; }
  .select { position: relative; display: grid; }
  .select select { appearance: none; width: 100%; height: 44px; padding-inline: 13px 36px; border: 1px solid var(--edge); border-radius: 12px; background: var(--surface); text-overflow: ellipsis; }
  .select select:disabled { opacity: 1; color: var(--soft); background: var(--raised); }
  .select::after { content: ""; position: absolute; inset-inline-end: 15px; top: 17px; width: 7px; height: 7px; border: solid var(--soft); border-width: 0 2px 2px 0; transform: rotate(45deg); pointer-events: none; }
  .check { display: inline-flex; align-items: center; gap: 9px; cursor: pointer; font-weight: 500; }
  .check input { width: 22px; height: 22px; margin: 0; accent-color: var(--ink); flex: none; }
  .seat-list details { background: var(--surface); border: 1px solid var(--line); border-radius: 14px; margin-bottom: 10px; }
  .seat-list summary { display: flex; align-items: center; gap: 12px; padding: 13px 16px; cursor: pointer; border-radius: 14px; list-style: none; }
  .seat-list summary::-webkit-details-marker { display: none; }
  .seat-list summary::after { content: ""; flex: none; width: 8px; height: 8px; border: solid var(--soft); border-width: 0 2px 2px 0; transform: rotate(45deg) translate(-2px, -2px); transition: transform .15s; }
  .seat-list [open] > summary::after { transform: rotate(225deg) translate(-2px, -2px); }
  .list-name { font-weight: 650; flex: 1; }
  .seat-list summary .soft { font-size: 13.5px; }
  .list-rows { padding: 2px 16px 14px; display: grid; gap: 6px; }
  .list-row { display: grid; grid-template-columns: 58px minmax(0, 1fr); gap: 10px; align-items: start; content-visibility: auto; contain-intrinsic-size: auto 40px; }
  .list-row-name { font-size: 13px; font-weight: 600; color: var(--soft); padding-top: 10px; overflow-wrap: anywhere; }
  .list-seats { display: flex; flex-wrap: wrap; gap: 5px; padding: 2px; margin: -2px; }
  .list-seat { min-width: 40px; height: 40px; padding: 0 6px; border-radius: 10px; border: 1px solid var(--edge); font-size: 13px; font-weight: 600; font-variant-numeric: tabular-nums; }
  .list-seat { position: relative; display: inline-flex; align-items: center; justify-content: center; gap: 3px; }
  .list-seat::after { content: ""; position: absolute; inset-inline: 9px; bottom: 4px; height: 3px; border-radius: 2px; background: var(--category); }
  .list-seat:is([aria-disabled="true"], [aria-pressed="true"])::after { content: none; }
  .list-seat:focus-visible { outline-offset: 0; }
  .list-seat:hover { background: var(--raised); }
  .list-seat[aria-disabled="true"] { border-color: transparent; background: var(--raised); color: var(--soft); text-decoration: line-through; cursor: not-allowed; font-weight: 400; }
  .list-seat[aria-disabled="true"][data-state="1"] { text-decoration: none; border: 1px dashed var(--edge); }
  .list-seat[aria-pressed="true"] { background: var(--ink); border-color: var(--ink); color: var(--on-ink); }
  .list-more { margin-top: 8px; }
  @container seat-map (max-width: 820px) {
    .seat-list { padding: 62px 12px 36px; }
    .list-row { grid-template-columns: 40px minmax(0, 1fr); gap: 6px; }
    .map[data-list] .map-top { padding: 10px 0 14px; }
  }
`;
