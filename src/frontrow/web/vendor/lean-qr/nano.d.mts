/** The part of lean-qr's nano build that the pages use. */

export interface Bitmap2D {
  /** Modules along one side. */
  readonly size: number;
  /** Whether the module is dark; false outside. */
  get(x: number, y: number): boolean;
}

/** The error correction levels, weakest (7 %) to strongest (30 %). */
export const correction: { readonly L: 0; readonly M: 1; readonly Q: 2; readonly H: 3 };

/** The smallest code that holds the text in UTF-8. Throws where no code could. */
export function generate(text: string, options?: { minCorrectionLevel?: number; minVersion?: number }): Bitmap2D;
