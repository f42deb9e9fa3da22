/**
 * The folders of the PATH that systemd gives services by itself, which are also where it looks
 * for a program without a path (DEFAULT_PATH in path-util.h); releases differ in their order.
 */
export const servicePath: readonly string[] = [
  "/usr/local/sbin",
  "/usr/local/bin",
  "/usr/sbin",
  "/usr/bin",
  "/sbin",
  "/bin",
];
