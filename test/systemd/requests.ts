import type { TestHost } from "../testbed/test-host.ts";
import { waitFor } from "../support/wait.ts";

/** What became of requests through nginx. */
export interface Answers {
  /** How many were answered, by the pid of the answering worker's master. */
  readonly byMaster: Readonly<Record<string, number>>;
  /** Why others failed. */
  readonly failures: readonly string[];
}

const script = `
import collections, http.client, json, os, sys
answers, failures = collections.Counter(), []
while os.path.exists(sys.argv[1]):
    connection = http.client.HTTPConnection("127.0.0.1", 80, timeout=10)
    try:
        connection.request("GET", "/")
        answer = connection.getresponse()
        body = answer.read()
        if answer.status == 200:
            answers[json.loads(body)["parent"]] += 1
        else:
            failures.append(f"status {answer.status}")
    except (OSError, http.client.HTTPException) as error:
        failures.append(repr(error))
    finally:
        connection.close()
    if sum(answers.values()) == 1:
        open(sys.argv[1] + ".first", "w").close()
print(json.dumps({"byMaster": answers, "failures": failures}))
`;

/** Asks one request after the other through nginx while `work` goes on, and says what came. */
export async function whileAsking(host: TestHost, work: () => Promise<void>): Promise<Answers> {
  const going = "/run/requests-going";
  await host.write(going, "");
  const asked = host.run(["python3", "-", going], { stdin: script });
  try {
    await waitFor("the first answer", async () => {
      return (await host.attempt(["test", "-e", `${going}.first`])).exitCode === 0;
    });
    await work();
  } finally {
    await host.run(["rm", "-f", going, `${going}.first`]);
  }
  const answers: unknown = JSON.parse(await asked);
  if (!isAnswers(answers)) {
    throw new Error(`not answers: ${JSON.stringify(answers)}`);
  }
  return answers;
}

function isAnswers(value: unknown): value is Answers {
  return typeof value === "object" && value !== null && "byMaster" in value && "failures" in value;
}
