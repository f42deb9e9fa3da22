/**
 * Does all of it at once and waits for all of it, so that nothing goes on behind a test that has
 * failed. Rejects with the first failure, once everything is over.
 */
export async function together<T>(works: readonly Promise<T>[]): Promise<readonly T[]> {
  const results = await Promise.allSettled(works);
  return results.map((result) => {
    if (result.status === "rejected") throw result.reason;
    return result.value;
  });
}
