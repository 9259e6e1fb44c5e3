/** Where the feed is; its type pins it to the contract without bundling the schemas. */
import type { LIVE_PATH as InContract } from "#contracts/live-protocol.ts";

export const LIVE_PATH: typeof InContract = "/api/v1/live";
