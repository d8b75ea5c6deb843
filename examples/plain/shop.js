/** What a shop's page hears of its seat map. */

/** @import { SeatMap } from "../../src/frontrow/web/embed/seat-map.js" */

const map = /** @type {SeatMap} */ (document.querySelector("seat-map"));
const said = /** @type {HTMLElement} */ (document.getElementById("said"));

/** @param {string} text */
const say = (text) => (said.textContent = text);

map.addEventListener("opened", ({ detail }) => say(`${detail.event.name}: nothing chosen yet.`));
map.addEventListener("seats-held", ({ detail }) => say(`Held: ${detail.hold.seatIds.join(", ")}.`));
map.addEventListener("hold-expiring", () => say("Your seats are held for another minute."));
map.addEventListener("hold-lost", ({ detail }) => say(`Not held any more: ${detail.seatIds.join(", ")}.`));
map.addEventListener("booked", ({ detail }) => say(`Booked under ${detail.booking.bookingId}.`));
map.addEventListener("error", ({ detail }) => say(`${detail.message} (${detail.code})`));

