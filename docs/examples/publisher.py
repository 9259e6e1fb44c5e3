# A device that loses nothing: every message is on disk before it is sent, and leaves the disk when a receipt covers it.
import json, os, time
from urllib.parse import urlparse
import paho.mqtt.client as mqtt

broker = urlparse(os.environ["HOMEWARD_MQTT_URL"])
site, device, secret = (os.environ[f"HOMEWARD_{name}"] for name in ("SITE", "DEVICE", "SECRET"))
topic = lambda channel: f"homeward/v1/{site}/{device}/{channel}"

os.makedirs("outbox", exist_ok=True)
def keep(name, text):
    with open("outbox/new", "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    os.replace("outbox/new", f"outbox/{name}")
kept = lambda name: open(f"outbox/{name}").read() if os.path.exists(f"outbox/{name}") else None
waiting = lambda: sorted(int(name) for name in os.listdir("outbox") if name.isdigit())
seq = int(kept("counter") or 0)

def send(number):
    if client.is_connected():
        void = json.dumps({"seq": number, "void": True})
        client.publish(topic("telemetry"), kept(number) or void, qos=1)
def on_connect(client, userdata, flags, code):
    if code != 0:
        return
    client.subscribe([(topic("receipt"), 1), (topic("command"), 1)])
    client.publish(topic("status"), '{"online":true,"firmware":"1.0.0"}', qos=1, retain=True)
    for number in waiting():
        send(number)
def on_message(client, userdata, message):
    if message.topic == topic("receipt"):
        receipt = json.loads(message.payload)
        for number in waiting():
            if number <= receipt["seq"] and number not in receipt["missing"]:
                os.remove(f"outbox/{number}")
        for number in receipt["missing"]:
            send(number)

# paho-mqtt 2 asks which form the callbacks have; 1.x does not know the question.
form = [mqtt.CallbackAPIVersion.VERSION1] if hasattr(mqtt, "CallbackAPIVersion") else []
client = mqtt.Client(*form, client_id=device)
client.username_pw_set(device, secret)
client.will_set(topic("status"), '{"online":false}', qos=1, retain=True)
client.reconnect_delay_set(1, 60)
client.on_connect, client.on_message = on_connect, on_message
client.connect_async(broker.hostname, broker.port or 1883, keepalive=30)
client.loop_start()
while True:
    seq += 1
    keep("counter", str(seq))
    keep(seq, json.dumps({"seq": seq, "samples": [{"metric": "spo2", "t": int(time.time() * 1000), "value": 97}]}))
    send(seq)
    time.sleep(1)
