/** An event as a calendar file (iCalendar, RFC 5545): one entry, in UTC, that a calendar takes for the same each time. */

const LINE_BYTES_MAX = 75;
const CRLF = "\r\n";
const encoder = new TextEncoder();

/**
 * @typedef {object} CalendarEntry
 * @property {string} uid the same for the same entry, for ever
 * @property {number} startMs since 1970
 * @property {number} endMs
 * @property {number} writtenMs when what the file says was true
 * @property {string} summary
 * @property {string} [location]
 * @property {string} [description]
 * @property {string} [url]
 */

/**
 * @param {CalendarEntry} entry
 * @returns {string} every line ended by CRLF, and none longer than 75 bytes
 */
export function calendarFile({ uid, startMs, endMs, writtenMs, summary, location, description, url }) {
  const lines = [
    "BEGIN:VCALENDAR",
    "VERSION:2.0",
    "PRODID:-//Frontrow//Tickets//EN",
    "CALSCALE:GREGORIAN",
    "BEGIN:VEVENT",
    `UID:${escaped(uid)}`,
    `DTSTAMP:${utc(writtenMs)}`,
    `DTSTART:${utc(startMs)}`,
    `DTEND:${utc(endMs)}`,
    `SUMMARY:${escaped(summary)}`,
    ...(location ? [`LOCATION:${escaped(location)}`] : []),
    ...(description ? [`DESCRIPTION:${escaped(description)}`] : []),
    ...(url ? [`URL:${url}`] : []),
    "STATUS:CONFIRMED",
    "TRANSP:OPAQUE",
    "END:VEVENT",
    "END:VCALENDAR",
  ];
  return lines.map((line) => folded(line) + CRLF).join("");
}

/** A time in UTC, form 2 of section 3.3.5. @param {number} ms */
function utc(ms) {
  return new Date(ms).toISOString().replace(/[-:]|\.\d+/g, "");
}

/** A TEXT value (section 3.3.11). Control characters other than line ends have no place in one. @param {string} text */
function escaped(text) {
  return text
    .replace(/\r\n?/g, "\n")
    .replace(/[\u0000-\u0009\u000b-\u001f\u007f]/g, " ")
    .replace(/[\\;,]/g, "\\$&")
    .replace(/\n/g, "\\n");
}

/** The line cut where it passes 75 bytes, between characters; a space begins what continues it (section 3.1). @param {string} line */
function folded(line) {
  let written = "";
  let bytes = 0;
  for (const character of line) {
    const size = encoder.encode(character).length;
    if (bytes + size > LINE_BYTES_MAX) {
      written += `${CRLF} `;
      bytes = 1;
    }
    written += character;
    bytes += size;
  }
  return written;
}
