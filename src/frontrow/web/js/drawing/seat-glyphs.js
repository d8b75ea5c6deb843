/** Signs on seats, on a field of 24 by 24. */

/** A check mark, stroked. */
export const CHECK = new Path2D("M5.5 12.5l4.4 4.4L18.5 7.6");

/** A wheelchair user, filled. */
export const ACCESSIBLE = new Path2D(
  "M10.2 2.2a2 2 0 1 1 0 4 2 2 0 0 1 0-4zM9 7.4h2.4l.2 3.2h5v2h-4.9l.1 1.8h5l2.6 5.3 1.6-.8.9 1.8-3.4 1.7-3-6h-6z" +
    "M8.3 11.4v2.3a4.6 4.6 0 1 0 5.7 5.9h2.1a6.6 6.6 0 1 1-7.8-8.2z",
);

/** Two people side by side, filled. */
export const COMPANION = new Path2D(
  "M8 4a3 3 0 1 1 0 6 3 3 0 0 1 0-6zM2.5 19v-2.5A5 5 0 0 1 7.5 11.5h1a5 5 0 0 1 5 5V19z" +
    "M16.5 6a2.5 2.5 0 1 1 0 5 2.5 2.5 0 0 1 0-5zM15 19v-3a6.6 6.6 0 0 0-1.3-3.7c.8-.5 1.7-.7 2.8-.7 2.9 0 5 1.9 5 4.7V19z",
);
