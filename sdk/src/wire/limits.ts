/** Bounds of one batch. A reader refuses what is larger before it allocates anything for it. */

export const maxBatchBytes = 8 * 1024 * 1024;
/** A header after inflating. */
export const maxHeaderBytes = 4 * 1024 * 1024;
export const maxRows = 10_000;
/** Features and groups of one batch together. */
export const maxColumns = 4_096;
/** Rows x columns: keeps a small frame of constant columns from unfolding into gigabytes. */
export const maxCells = 2 * 1024 * 1024;
/** Characters (UTF-16 units) of a model, version, feature, group or producer name. */
export const maxNameLength = 128;
export const maxIdLength = 128;
/** Characters of a category value. Longer text is no category: it is not captured and counts as missing. */
export const maxTextLength = 256;
/** Inferences that one may stand for: thinning never goes further. */
export const maxWeight = 65_536;
/** The last moment a JavaScript date can name, milliseconds. */
export const maxTime = 8.64e15;
