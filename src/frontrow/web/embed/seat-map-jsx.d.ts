/** `<seat-map>` in JSX: React 18 and 19, and what takes React's types. Import it once for its effect on the types. */

import type { DetailedHTMLProps, HTMLAttributes } from "react";
import type { SeatMap, SeatMapAttributes } from "./seat-map.js";

declare module "react" {
  namespace JSX {
    interface IntrinsicElements {
      /** `class`: React 18 writes `className` of such elements as it stands. */
      "seat-map": DetailedHTMLProps<HTMLAttributes<SeatMap>, SeatMap> & SeatMapAttributes & { class?: string };
    }
  }
}
