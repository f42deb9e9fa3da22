/** What stops the build, in words for the one who started it. */
export class PackageError extends Error {}

/**
 * Ends the build with a reason.
 * @returns {never}
 */
export function fail(reason) {
  throw new PackageError(reason);
}
