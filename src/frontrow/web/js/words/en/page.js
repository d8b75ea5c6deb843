/** The words of the pages around the map, in English. */

export const page = /** @type {const} */ ({
});
