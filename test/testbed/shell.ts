import { spawn } from "node:child_process";
import { hostEnvironment } from "./inside.ts";

/** Gives the terminal to a shell of root on a container, until that ends. */
export function enterHost(initPid: number): Promise<void> {
  const parameters = ["--target", `${initPid}`, "--all", "--", "bash", "--login"];
  return new Promise((resolve, reject) => {
    const shell = spawn("nsenter", parameters, {
      env: { ...hostEnvironment, TERM: process.env["TERM"] ?? "linux" },
      stdio: "inherit",
    });
    shell.once("error", reject);
    shell.once("exit", () => resolve());
  });
}
