/** The part of the environment that names an external broker (contract section 1). */
import type { BrokerConfig } from "./config.ts";
import { isLoopback } from "./is-loopback.ts";
import type { Read, Report } from "./read-config.ts";

interface BrokerReading {
  readonly demo: boolean;
  /** Somebody took it upon himself that the way there is safe without TLS. */
  readonly insecure: boolean;
  readonly text: Read;
  readonly file: Read;
  readonly report: Report;
}

const PROVISIONING = ["dynsec", "none"] as const;

/** Null: the embedded broker. */
export const readBroker = ({ demo, insecure, text, file, report }: BrokerReading): BrokerConfig | null => {
  const given = text("HOMEWARD_MQTT_URL");
  if (given === undefined) return null;
  if (demo) report("HOMEWARD_MQTT_URL", "config_demo_broker", "the demo makes its own devices in its own broker");
  checkUrl(given, insecure, report);
  const username = text("HOMEWARD_MQTT_USERNAME") ?? null;
  const password = text("HOMEWARD_MQTT_PASSWORD") ?? null;
  const chosen = text("HOMEWARD_MQTT_PROVISIONING") ?? "none";
  const provisioning = PROVISIONING.find((choice) => choice === chosen);
  if (provisioning === undefined)
    report("HOMEWARD_MQTT_PROVISIONING", "config_bad_choice", `"${chosen}" is none of ${PROVISIONING.join(", ")}`);
  if ((username === null) !== (password === null))
    report("HOMEWARD_MQTT_USERNAME", "config_broker_sign_in", "user name and password belong together");
  else if (provisioning === "dynsec" && username === null)
    report("HOMEWARD_MQTT_USERNAME", "config_broker_sign_in", "is missing beside HOMEWARD_MQTT_PROVISIONING=dynsec");
  return { url: given, username, password, ca: file("HOMEWARD_MQTT_CA") ?? null, provisioning: provisioning ?? "none" };
};

const checkUrl = (given: string, insecure: boolean, report: Report): void => {
  const url = URL.parse(given);
  if (url === null || !["mqtt:", "mqtts:"].includes(url.protocol) || url.hostname === "")
    return report("HOMEWARD_MQTT_URL", "config_bad_broker", "is not mqtt://host:port or mqtts://host:port");
  // Not repeated in the message: it may hold a password.
  if (url.username !== "" || url.password !== "") return report("HOMEWARD_MQTT_URL", "config_bad_broker", "holds credentials");
  if (url.protocol === "mqtt:" && !insecure && !isLoopback(url.hostname.replaceAll(/[[\]]/g, "")))
    report("HOMEWARD_MQTT_URL", "config_insecure", `"${url.hostname}" is another machine, reached without TLS`);
};
