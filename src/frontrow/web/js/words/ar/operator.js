/** The words of the operator's pages, in Arabic. */

/** @type {import("../message.js").Translation<typeof import("../en/operator.js").operator>} */
export const operator = {
};
