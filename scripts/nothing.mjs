/** Stands in the bundle for a package that is loaded and never used. */
export const nothing = undefined;
