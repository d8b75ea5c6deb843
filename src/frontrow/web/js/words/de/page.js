/** The words of the pages around the map, in German. */

/** @type {import("../message.js").Translation<typeof import("../en/page.js").page>} */
export const page = {
};
