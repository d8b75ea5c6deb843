/** @type {Readonly<Record<string, string>>} whether an event's seats can be had, in the page's words */
export const STATUS_TEXT = { on_sale: "On sale", scheduled: "Not yet on sale", closed: "Sales ended" };
