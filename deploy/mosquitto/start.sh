#!/bin/sh
# Starts Mosquitto; at the first start makes the plugin's file with one administrator: Homeward itself.
# MQTT_USERNAME, MQTT_PASSWORD_FILE: the sign-in that Homeward gets as HOMEWARD_MQTT_USERNAME and HOMEWARD_MQTT_PASSWORD.
set -eu
umask 077
conf=${1:-/mosquitto/config/mosquitto.conf}
file=$(sed -n 's/^plugin_opt_config_file //p' "$conf")
if [ ! -s "$file" ]; then
  : "${MQTT_USERNAME:?is not set}" "${MQTT_PASSWORD_FILE:?is not set}"
  # Made aside and renamed: a start that is cut short leaves nothing half made.
  rm -f "$file.first"
  mosquitto_ctrl dynsec init "$file.first" "$MQTT_USERNAME" "$(cat "$MQTT_PASSWORD_FILE")" >/dev/null
  mv "$file.first" "$file"
fi
exec mosquitto -c "$conf"
