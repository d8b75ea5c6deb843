/** Importing this module makes `<seat-map>` known to the page; seat-map.js alone defines nothing. */

import { SeatMap } from "./seat-map.js";

if (!customElements.get("seat-map")) customElements.define("seat-map", SeatMap);

export { SeatMap };
