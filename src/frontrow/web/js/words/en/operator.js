/** The words of the operator's pages, in English. */

export const operator = /** @type {const} */ ({
});
