// A device that loses nothing (ESP32 with LittleFS, library "MQTT" by Joel Gaehwiler: PubSubClient cannot publish at QoS 1).
// Every message is on disk before it is sent, and leaves the disk when a receipt covers it. Also runs on a PC: see pc/.
#include "settings.h"  // NETWORK (a Client), HOST, PORT, SITE, DEVICE, SECRET, OUTBOX, beginNetwork(), epochMs()

static MQTTClient mqtt(1024);
static unsigned long oldest, seq, retryAt, measureAt, waitMs = 1000;
static char topic[160], path[96], body[512], receipt[1024];

static const char *topicOf(const char *channel) { snprintf(topic, sizeof topic, "homeward/v1/%s/%s/%s", SITE, DEVICE, channel); return topic; }
static const char *pathOf(unsigned long n) { snprintf(path, sizeof path, OUTBOX "/%lu", n); return path; }
static void keep(const char *name, const char *text) {
  FILE *file = fopen(OUTBOX "/new", "w");
  if (!file) return;
  fputs(text, file); fflush(file); fsync(fileno(file)); fclose(file);
  rename(OUTBOX "/new", name);
}
static void keepCounter() { snprintf(body, sizeof body, "%lu %lu", oldest, seq); keep(OUTBOX "/counter", body); }
static void sendKept(unsigned long n) {
  FILE *file = fopen(pathOf(n), "r");
  if (!file) { snprintf(body, sizeof body, "{\"seq\":%lu,\"void\":true}", n); }
  else { body[fread(body, 1, sizeof body - 1, file)] = 0; fclose(file); }
  mqtt.publish(topicOf("telemetry"), body, false, 1);
}
static void onMessage(MQTTClient *, char from[], char bytes[], int length) {
  if (strstr(from, "/receipt") && length < (int)sizeof receipt) { memcpy(receipt, bytes, length); receipt[length] = 0; }
}
static void honour() {  // {"seq":12,"missing":[7,9]}, written by the server without spaces
  char *seqAt = strstr(receipt, "\"seq\":"), *list = strstr(receipt, "\"missing\":[");
  unsigned long covered = seqAt ? strtoul(seqAt + 6, 0, 10) : 0, missing[100], count = 0, first = seq + 1;
  for (char *at = list ? list + 11 : 0; at && *at >= '0' && *at <= '9' && count < 100; at += *at == ',') missing[count++] = strtoul(at, &at, 10);
  receipt[0] = 0;
  for (unsigned long n = oldest; n <= seq; n++) {
    bool covers = n <= covered;
    for (unsigned long i = 0; i < count; i++) if (missing[i] == n) covers = false;
    if (covers) remove(pathOf(n)); else if (n < first) first = n;
  }
  if (first != oldest) { oldest = first; keepCounter(); }
  for (unsigned long i = 0; i < count; i++) sendKept(missing[i]);
}
static void signIn() {
  if ((long)(millis() - retryAt) < 0) return;
  retryAt = millis() + waitMs; waitMs = waitMs < 60000 ? waitMs * 2 : 60000;
  mqtt.setWill(topicOf("status"), "{\"online\":false}", true, 1);
  if (!mqtt.connect(DEVICE, DEVICE, SECRET)) return;
  waitMs = 1000;
  mqtt.subscribe(topicOf("receipt"), 1);
  mqtt.publish(topicOf("status"), "{\"online\":true,\"firmware\":\"1.0.0\"}", true, 1);
  for (unsigned long n = oldest; n <= seq && mqtt.connected(); n++) if (access(pathOf(n), F_OK) == 0) sendKept(n);
}
void setup() {
  beginNetwork();
  FILE *file = fopen(OUTBOX "/counter", "r");
  if (!file || fscanf(file, "%lu %lu", &oldest, &seq) != 2) { oldest = 1; seq = 0; }
  if (file) fclose(file);
  mqtt.begin(HOST, PORT, NETWORK);
  mqtt.onMessageAdvanced(onMessage);
}
void loop() {
  if (mqtt.connected()) mqtt.loop(); else signIn();
  if (receipt[0]) honour();
  if ((long)(millis() - measureAt) < 0) { delay(10); return; }
  measureAt = millis() + 1000;
  seq++; keepCounter();
  snprintf(body, sizeof body, "{\"seq\":%lu,\"samples\":[{\"metric\":\"spo2\",\"t\":%lld,\"value\":97}]}", seq, epochMs());
  keep(pathOf(seq), body);
  if (mqtt.connected()) sendKept(seq);
}
