// A device that loses nothing: every message is on disk before it is sent, and leaves the disk when a receipt covers it.
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import mqtt from "mqtt";

const { HOMEWARD_MQTT_URL: url, HOMEWARD_SITE: site, HOMEWARD_DEVICE: device, HOMEWARD_SECRET: secret } = process.env;
const topic = (channel: string): string => `homeward/v1/${site}/${device}/${channel}`;

mkdirSync("outbox", { recursive: true });
const keep = (name: string, text: string): void => {
  writeFileSync("outbox/new", text, { flush: true });
  renameSync("outbox/new", `outbox/${name}`);
};
const waiting = (): number[] =>
  readdirSync("outbox")
    .map(Number)
    .filter((seq) => seq > 0)
    .sort((a, b) => a - b);
let seq = existsSync("outbox/counter") ? Number(readFileSync("outbox/counter", "utf8")) : 0;

const client = mqtt.connect(url ?? "mqtt://127.0.0.1:1883", {
  clientId: device,
  username: device,
  password: secret,
  // A server that starts up refuses for a while: mqtt.js would give up.
  reconnectOnConnackError: true,
  will: { topic: topic("status"), payload: Buffer.from('{"online":false}'), qos: 1, retain: true },
});
const send = (number: number): void => {
  if (client.connected) client.publish(topic("telemetry"), readFileSync(`outbox/${number}`), { qos: 1 }, () => {});
};
client.on("connect", () => {
  client.subscribe([topic("receipt"), topic("command")], { qos: 1 }, () => waiting().forEach(send));
  client.publish(topic("status"), '{"online":true,"firmware":"1.0.0"}', { qos: 1, retain: true });
});
client.on("message", (from, body) => {
  if (from !== topic("receipt")) return;
  const receipt = JSON.parse(body.toString()) as { seq: number; missing: number[] };
  for (const number of waiting()) if (number <= receipt.seq && !receipt.missing.includes(number)) rmSync(`outbox/${number}`);
  for (const number of receipt.missing) {
    if (existsSync(`outbox/${number}`)) send(number);
    else client.publish(topic("telemetry"), JSON.stringify({ seq: number, void: true }), { qos: 1 });
  }
});
client.on("error", (error) => process.stderr.write(`${error.message}\n`));

setInterval(() => {
  seq += 1;
  keep("counter", String(seq));
  keep(String(seq), JSON.stringify({ seq, samples: [{ metric: "spo2", t: Date.now(), value: 97 }] }));
  send(seq);
}, 1_000);
