/** The one sub-module that is used: the whole package would cost 8 MB resident. */
declare module "systeminformation/lib/memory.js" {
  export { mem } from "systeminformation";
}
