/** The MQTT 5 properties of every delivery to a subscription: its subscription identifier, when the device gave one [MQTT-3.3.4-3]. */

const NONE_BEFORE_5 = Buffer.alloc(0);
const NONE = Buffer.from([0]);
const SUBSCRIPTION_IDENTIFIER = 0x0b;

export const subscriptionProperties = (version: number, subscription: object): Buffer => {
  if (version !== 5) return NONE_BEFORE_5;
  const identifier = "subscriptionIdentifier" in subscription ? subscription.subscriptionIdentifier : undefined;
  if (typeof identifier !== "number" || identifier < 1) return NONE;
  const bytes = [SUBSCRIPTION_IDENTIFIER];
  for (let rest = identifier; rest > 0; rest >>= 7) bytes.push((rest & 0x7f) | (rest > 0x7f ? 0x80 : 0));
  return Buffer.from([bytes.length, ...bytes]);
};
