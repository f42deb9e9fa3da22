import { describe, expect, it } from "vitest";
import { run } from "./fake-surroundings.ts";

const commandLines = [
  "",
  "run",
  "status",
  "check",
  "remediate",
  "gate",
  "drill",
  "cutover",
  "cutover plan",
  "cutover apply",
  "cutover rollback",
  "cutover verify",
  "config",
  "config check",
  "config show",
  "completion",
];

describe("help", () => {
  it.each(commandLines)("of onemaster %s is as pinned", async (words) => {
    const typed = words === "" ? [] : words.split(" ");
    const ran = await run([...typed, "--help"]);
    expect(ran).toMatchObject({ exitCode: 0, stderr: "" });
    const name = ["onemaster", ...typed].join("-");
    await expect(ran.stdout).toMatchFileSnapshot(`./help/${name}.txt`);
  });

  it("of a command is the same in both ways to ask for it", async () => {
    expect(await run(["help", "check"])).toEqual(await run(["check", "--help"]));
  });

  it("is shown on stderr, with exit code 64, where a command lacks its second word", async () => {
    const asked = await run(["config", "--help"]);
    expect(await run(["config"])).toMatchObject({
      exitCode: 64,
      stdout: "",
      stderr: asked.stdout,
    });
  });

  it.each(commandLines)("of onemaster %s has examples that the program takes", async (words) => {
    const typed = words === "" ? [] : words.split(" ");
    const { stdout } = await run([...typed, "--help"]);
    const examples = [...stdout.matchAll(/^ {2}onemaster (.*?)(?: >.*)?$/gm)];
    for (const [, example = ""] of examples) {
      const { stderr } = await run([...example.split(" "), "--help"]);
      expect(stderr).toBe("");
    }
  });
});
