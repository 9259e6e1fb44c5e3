// Lets publisher.ino run on a PC: the few Arduino calls it makes, and the library "MQTT" (MQTTClient) on top of libmosquitto.
// On a board write your own settings.h: the Wi-Fi client, the broker, ids and secret, LittleFS and the time from SNTP.
#pragma once
#include <mosquitto.h>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

#define OUTBOX "outbox"
#define SITE getenv("HOMEWARD_SITE")
#define DEVICE getenv("HOMEWARD_DEVICE")
#define SECRET getenv("HOMEWARD_SECRET")
#define HOST brokerHost
#define PORT brokerPort
#define NETWORK 0

static char brokerHost[128] = "127.0.0.1";
static int brokerPort = 1883;

static long long epochMs() {
  timeval now;
  gettimeofday(&now, 0);
  return now.tv_sec * 1000LL + now.tv_usec / 1000;
}
static unsigned long millis() { return (unsigned long)epochMs(); }
static void delay(int ms) { usleep(ms * 1000); }
static void beginNetwork() {
  mkdir(OUTBOX, 0700);
  if (const char *url = getenv("HOMEWARD_MQTT_URL")) sscanf(url, "mqtt://%127[^:/]:%d", brokerHost, &brokerPort);
  mosquitto_lib_init();
}

// Like the Arduino library: connect, subscribe and publish return when the broker has answered, or after a second.
class MQTTClient {
 public:
  typedef void (*Callback)(MQTTClient *, char topic[], char bytes[], int length);
  explicit MQTTClient(int) {}
  void begin(const char *host, int port, int) { host_ = host; port_ = port; }
  void onMessageAdvanced(Callback callback) { callback_ = callback; }
  void setWill(const char *topic, const char *text, bool retained, int qos) {
    if (link_) mosquitto_destroy(link_);
    link_ = mosquitto_new(getenv("HOMEWARD_DEVICE"), true, this);
    mosquitto_connect_callback_set(link_, [](mosquitto *, void *self, int code) { ((MQTTClient *)self)->accepted_ = code == 0; });
    mosquitto_disconnect_callback_set(link_, [](mosquitto *, void *self, int) { ((MQTTClient *)self)->accepted_ = false; });
    mosquitto_publish_callback_set(link_, [](mosquitto *, void *self, int id) { ((MQTTClient *)self)->answered_ = id; });
    mosquitto_subscribe_callback_set(link_, [](mosquitto *, void *self, int id, int, const int *) { ((MQTTClient *)self)->answered_ = id; });
    mosquitto_message_callback_set(link_, [](mosquitto *, void *self, const mosquitto_message *message) {
      MQTTClient *client = (MQTTClient *)self;
      if (client->callback_) client->callback_(client, message->topic, (char *)message->payload, message->payloadlen);
    });
    mosquitto_will_set(link_, topic, (int)strlen(text), text, qos, retained);
  }
  bool connect(const char *, const char *user, const char *secret) {
    accepted_ = false;
    mosquitto_username_pw_set(link_, user, secret);
    if (mosquitto_connect(link_, host_, port_, 30) != MOSQ_ERR_SUCCESS) return false;
    for (int tries = 0; tries < 100 && !accepted_; tries++) if (mosquitto_loop(link_, 10, 1) != MOSQ_ERR_SUCCESS) return false;
    return accepted_;
  }
  bool subscribe(const char *topic, int qos) {
    int id = 0;
    return mosquitto_subscribe(link_, &id, topic, qos) == MOSQ_ERR_SUCCESS && waitFor(id);
  }
  bool publish(const char *topic, const char *text, bool retained, int qos) {
    int id = 0;
    return mosquitto_publish(link_, &id, topic, (int)strlen(text), text, qos, retained) == MOSQ_ERR_SUCCESS && waitFor(id);
  }
  bool loop() {
    if (mosquitto_loop(link_, 0, 1) != MOSQ_ERR_SUCCESS) accepted_ = false;
    return accepted_;
  }
  bool connected() const { return accepted_; }

 private:
  bool waitFor(int id) {
    for (int tries = 0; tries < 100 && accepted_ && answered_ != id; tries++)
      if (mosquitto_loop(link_, 10, 1) != MOSQ_ERR_SUCCESS) accepted_ = false;
    if (answered_ == id) return true;
    // No answer: the connection counts as lost, as the library does it.
    accepted_ = false;
    mosquitto_disconnect(link_);
    return false;
  }
  mosquitto *link_ = nullptr;
  const char *host_ = "";
  int port_ = 1883, answered_ = 0;
  bool accepted_ = false;
  Callback callback_ = nullptr;
};
