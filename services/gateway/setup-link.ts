/** Makes the address of the one-time set-up link that an empty server prints. */
import { randomSecret } from "#gateway/random-id.ts";

/** For `GatewayConfig.setupToken`; never stored, new at every start while it is needed. */
export const createSetupToken = (): string => randomSecret();

export const setupLink = (httpUrl: string, token: string): string => `${httpUrl}/setup?token=${token}`;
