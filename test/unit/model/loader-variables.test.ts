import { expect, it } from "vitest";
import { isLoaderVariable } from "../../../agent/model/loader-variables.ts";

it.each([
  "LD_PRELOAD",
  "LD_LIBRARY_PATH",
  "GLIBC_TUNABLES",
  "GCONV_PATH",
  "MALLOC_TRACE",
  "LOCPATH",
  "ENV",
  "BASH_ENV",
  "IFS",
  "PS4",
  "SHELLOPTS",
  "NODE_OPTIONS",
  "OPENSSL_CONF",
  "PYTHONSTARTUP",
  "PYTHONHOME",
  "PYTHONWARNINGS",
  "PYTHONUSERBASE",
])("%s tells a program what else to run or read", (name) => {
  expect(isLoaderVariable(name)).toBe(true);
});

it.each([
  "PATH",
  "VIRTUAL_ENV",
  "PYTHONPATH",
  "PYTHONUNBUFFERED",
  "MALLOC_ARENA_MAX",
  "LC_ALL",
  "ENVIRONMENT",
  "DATABASE_URL",
  "OLD_LD_PRELOAD",
])("%s is the application's own", (name) => {
  expect(isLoaderVariable(name)).toBe(false);
});
