/** Where the data is: for the server, and for the commands that look after its data. */
import { resolve } from "node:path";

export const readDataDir = (environment: Readonly<Record<string, string | undefined>> = process.env): string => {
  const given = environment["HOMEWARD_DATA_DIR"]?.trim() ?? "";
  return resolve(given === "" ? "data" : given);
};
