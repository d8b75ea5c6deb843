/** The confirmation and its ticket. */

export const TICKET_CSS = `
  .confirmation { display: grid; gap: 20px; padding: 30px 0 24px; }
  a.primary { text-decoration: none; }
  .confirmation-head { display: grid; justify-items: center; gap: 4px; text-align: center; }
  .confirmation-head h2 { font-size: 24px; font-weight: 720; letter-spacing: -.02em; }
  .confirmation-head p { color: var(--soft); }
  .tick { display: grid; place-items: center; width: 56px; height: 56px; border-radius: 50%; background: var(--good-wash); color: var(--good); margin-bottom: 8px; animation: settle .5s cubic-bezier(.2, 1.6, .4, 1) both; }
  .tick path { stroke-width: 2.4; stroke-dasharray: 24; animation: draw .4s .2s ease-out both; }
  @keyframes settle { from { transform: scale(.4); opacity: 0; } }
  @keyframes draw { from { stroke-dashoffset: 24; } to { stroke-dashoffset: 0; } }

  .ticket { position: relative; border-radius: 18px; border: 1px solid var(--line); background: var(--raised); box-shadow: 0 10px 30px rgb(var(--shadow) / .1); overflow: hidden; animation: rise .4s .1s ease-out both; }
  .ticket > header { padding: 18px 20px 16px; background: var(--stage); color: var(--on-stage); }
  .ticket-kicker { font-size: 12.5px; opacity: .85; }
  .ticket h3 { font-size: 20px; font-weight: 700; letter-spacing: -.015em; line-height: 1.25; }
  .ticket > header p { margin-top: 4px; font-size: 14px; opacity: .9; }
  .ticket-seats { padding: 14px 20px 4px; display: grid; gap: 7px; }
  .ticket-seats li { display: flex; justify-content: space-between; gap: 14px; font-weight: 600; }
  .ticket-seats .soft { font-weight: 400; font-size: 13.5px; text-align: end; }
  .perforation { position: relative; margin: 12px 20px; border-top: 2px dashed var(--line); }
  .perforation::before, .perforation::after { content: ""; position: absolute; top: -11px; width: 20px; height: 20px; border-radius: 50%; background: var(--surface); border: 1px solid var(--line); }
  .perforation::before { inset-inline-start: -31px; }
  .perforation::after { inset-inline-end: -31px; }
  .ticket dl { display: grid; grid-template-columns: auto 1fr; gap: 6px 18px; padding: 2px 20px 0; }
  .ticket dl > div { display: contents; }
  .ticket dt { color: var(--soft); font-size: 14px; }
  .ticket dd { text-align: end; font-weight: 600; overflow-wrap: anywhere; }
  .ticket-code { display: grid; justify-items: center; gap: 1px; padding: 18px 20px 18px; font-size: 13px; text-align: center; }
  .ticket-qr { display: grid; justify-items: center; gap: 8px; margin-bottom: 12px; }
  .qr { width: 184px; height: 184px; border-radius: 12px; border: 1px solid var(--line); forced-color-adjust: none; }
  .qr-ground { fill: #fff; }
  .qr-dark { fill: #000; }
  .ticket-code code { font: 600 13.5px/1.4 ui-monospace, SFMono-Regular, Menlo, Consolas, "Noto Sans Mono", monospace; overflow-wrap: anywhere; }
`;
