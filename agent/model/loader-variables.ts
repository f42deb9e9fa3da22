/**
 * Of Python's own variables those that a service has for itself: none of them names code, apart
 * from PYTHONPATH, without which an application may not be found.
 */
const pythons =
  /^PYTHON(?:PATH|UNBUFFERED|DONTWRITEBYTECODE|IOENCODING|UTF8|HASHSEED|FAULTHANDLER|OPTIMIZE|NOUSERSITE|SAFEPATH|MALLOC|TRACEMALLOC|ASYNCIODEBUG|DEVMODE|COERCECLOCALE|LEGACY\w*|INTMAXSTRDIGITS)$/;

/** ld.so(8) and glibc's list of what it drops in secure mode; the interpreters' own manuals. */
const hooks = [
  // the loader and the C library; the other MALLOC_ variables are numbers, and name no file
  /^(?:LD_\w+|GLIBC_\w+|MALLOC_TRACE|GCONV_PATH|GETCONF_DIR|LOCPATH|NLSPATH|TZDIR|HOSTALIASES)$/,
  /^(?:LOCALDOMAIN|RES_OPTIONS|RESOLV_HOST_CONF|RESOLV_\w+)$/,
  // every shell: the unit's gate is started by one
  /^(?:ENV|BASH_\w+|BASHOPTS|SHELLOPTS|IFS|PS[0-4]|PROMPT_COMMAND|CDPATH|GLOBIGNORE)$/,
  // the gate runs in Node, and both it and Python load OpenSSL's engines
  /^(?:NODE_\w+|OPENSSL_\w+|SSLKEYLOGFILE)$/,
];

/**
 * True for a variable by which a loader, a shell or an interpreter is told what else to run or
 * read: whoever writes it decides on that in every program that gets it.
 */
export function isLoaderVariable(name: string): boolean {
  if (name.startsWith("PYTHON")) return !pythons.test(name);
  return hooks.some((hook) => hook.test(name));
}
