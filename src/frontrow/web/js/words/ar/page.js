/** The words of the pages around the map, in Arabic. */

/** @type {import("../message.js").Translation<typeof import("../en/page.js").page>} */
export const page = {
};
