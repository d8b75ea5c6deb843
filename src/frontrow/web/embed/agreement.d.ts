/** Where tsc finds the element's declaration and its code at odds. Nothing is loaded from here. */

import type { SeatMap as Real } from "../js/seat-map.js";
import type { SeatMap } from "./seat-map.js";

type Gives<Promised, _Real extends Promised> = true;
type Own = "getToken" | "selected" | "heat" | "drawsRectangles" | "stateOf" | "positionOf";

/** Both ways, so that what can be set can be read. */
export type Agreement = [Gives<Pick<SeatMap, Own>, Pick<Real, Own>>, Gives<Pick<Real, Own>, Pick<SeatMap, Own>>];
