import { expect, it } from "vitest";
import { createBasicAuth, type PasswordMatcher } from "../../../agent/expose/basic-auth.ts";
import { later } from "./web-client.ts";

const hash = (cost: number): string => `$2b$${cost}$${"a".repeat(53)}`;

function header(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;
}

/** One that knows the password `right` for every hash of its users, and notes what it is asked. */
function story(users: ReadonlyMap<string, string>) {
  const asked: string[] = [];
  const matches: PasswordMatcher = async (password, of) => {
    asked.push(`${password} ${of.slice(0, 6)}`);
    return password === "right";
  };
  return { asked, auth: createBasicAuth({ users: () => users, matches }) };
}

it.each([
  ["no header", undefined],
  ["another scheme", "Bearer abc"],
  ["no base64", "Basic ***"],
  ["no colon", `Basic ${Buffer.from("right").toString("base64")}`],
])("takes %s for wrong, without computing anything", async (_, given) => {
  const { asked, auth } = story(new Map([["a", hash(10)]]));
  expect([await auth.judge(given), asked]).toEqual(["wrong", []]);
});

it("takes what follows the first colon for the password", async () => {
  const { asked, auth } = story(new Map([["a", hash(10)]]));
  expect(await auth.judge(header("a", "x:y:"))).toBe("wrong");
  expect(asked).toEqual(["x:y: $2b$10"]);
});

it("computes once for each pair, right or wrong", async () => {
  const { asked, auth } = story(new Map([["a", hash(10)]]));
  const verdicts = [];
  for (const password of ["right", "wrong", "right", "wrong"]) {
    verdicts.push(await auth.judge(header("a", password)));
  }
  expect(verdicts).toEqual(["right", "wrong", "right", "wrong"]);
  expect(asked).toEqual(["right $2b$10", "wrong $2b$10"]);
});

it("computes a hash as dear as the dearest for a name that is not there, and never lets it in", async () => {
  const { asked, auth } = story(
    new Map([
      ["a", hash(10)],
      ["b", hash(12)],
    ]),
  );
  expect(await auth.judge(header("nobody", "right"))).toBe("wrong");
  expect(asked).toEqual(["right $2b$12"]);
});

it("does not know a pair any more once the hash is another", async () => {
  const users = new Map([["a", hash(10)]]);
  const { asked, auth } = story(users);
  await auth.judge(header("a", "right"));
  users.set("a", hash(11));
  await auth.judge(header("a", "right"));
  users.delete("a");
  expect(await auth.judge(header("a", "right"))).toBe("wrong");
  expect(asked).toEqual(["right $2b$10", "right $2b$11", "right $2b$10"]);
});

it("keeps the right ones however many wrong ones come", async () => {
  const { asked, auth } = story(new Map([["a", hash(10)]]));
  await auth.judge(header("a", "right"));
  for (let count = 0; count < 300; count += 1) await auth.judge(header("a", `wrong ${count}`));
  const before = asked.length;
  expect([await auth.judge(header("a", "right")), asked.length]).toEqual(["right", before]);
});

it("computes one at a time, once for who asks the same, and refuses when many wait", async () => {
  const gates: (() => void)[] = [];
  const matches: PasswordMatcher = async (password) => {
    const gate = later<void>();
    gates.push(() => gate.resolve());
    await gate.promise;
    return password === "right";
  };
  const auth = createBasicAuth({ users: () => new Map([["a", hash(10)]]), matches });
  const asked = Array.from({ length: 9 }, (_, at) => auth.judge(header("a", `wrong ${at}`)));
  const twin = auth.judge(header("a", "wrong 3"));
  expect(await auth.judge(header("a", "right"))).toBe("busy");
  let opened = 0;
  while (opened < 9) {
    await new Promise(setImmediate);
    expect(gates).toHaveLength(opened + 1);
    gates[opened]?.();
    opened += 1;
  }
  expect(await Promise.all([...asked, twin])).toEqual(Array.from({ length: 10 }, () => "wrong"));
});

it("goes on after a computation that failed, and tells who asked for it", async () => {
  let fails = true;
  const auth = createBasicAuth({
    users: () => new Map([["a", hash(10)]]),
    async matches() {
      if (fails) throw new Error("no process to be had");
      return true;
    },
  });
  await expect(auth.judge(header("a", "right"))).rejects.toThrow("no process to be had");
  fails = false;
  expect(await auth.judge(header("a", "right"))).toBe("right");
});
