/** A shop's page around the map: its own token, its own words about what happens, and a way to the element. */

import { useCallback, useRef, useState } from "react";
import type { SeatMap as SeatMapElement } from "../../src/frontrow/web/embed/seat-map.js";
import { SeatMap } from "./SeatMap.js";

export function Shop({ eventId }: { eventId: string }) {
  const map = useRef<SeatMapElement>(null);
  const [said, setSaid] = useState("Choose your seats.");
  const getToken = useCallback(async () => {
    const answer = await fetch("/my/seat-token");
    return answer.ok ? await answer.text() : null;
  }, []);
  return (
    <main>
      <p aria-live="polite">{said}</p>
      <SeatMap
        ref={map}
        server="https://tickets.example"
        event={eventId}
        getToken={getToken}
        maxSeats={6}
        keepHold
        onSeatsHeld={({ hold, seatIds }) => setSaid(`${seatIds.length} more seats held until ${new Date(hold.expiresAt).toLocaleTimeString()}.`)}
        onHoldLost={({ seatIds }) => setSaid(`Not held any more: ${seatIds.join(", ")}.`)}
        onBooked={({ booking }) => setSaid(`Booked: ${booking.bookingId}.`)}
        onError={({ code, message }) => setSaid(`${message} (${code})`)}
      />
      <button type="button" onClick={() => setSaid(`A1 is ${map.current?.stateOf("A1") ?? "not on this map"}.`)}>
        What about A1?
      </button>
    </main>
  );
}
