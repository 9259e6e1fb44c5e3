/** Runs the changes of one thing one after another, so that two people with the same version on screen cannot both win. */
export type OneAtATime = <Result>(key: string, work: () => Promise<Result>) => Promise<Result>;

export const createOneAtATime = (): OneAtATime => {
  const tails = new Map<string, Promise<unknown>>();
  return async (key, work) => {
    const before = tails.get(key) ?? Promise.resolve();
    const mine = before.then(work, work);
    tails.set(key, mine);
    try {
      return await mine;
    } finally {
      if (tails.get(key) === mine) tails.delete(key);
    }
  };
};
