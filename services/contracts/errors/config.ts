/** Errors of the environment and the command line: one line each, exit code 78 (environment) or 64 (options). */
import { defineErrors } from "./error-definition.ts";

export const configErrors = defineErrors({
  config_bad_port: { title: "A port is not a whole number from 0 to 65535.", next: "Set it to a free port, or to 0 to have one picked." },
  config_bad_host: { title: "A listening address is not an IP address or host name.", next: "Use 127.0.0.1 for this machine alone." },
  config_bad_number: { title: "A size or count is not a positive whole number.", next: "Give it in bytes, without a unit." },
  config_bad_list: {
    title: "HOMEWARD_WEBHOOK_ALLOW has an entry that is neither a host name nor an address range.",
    next: "Separate hosts and CIDR ranges with commas, e.g. 10.0.0.0/8,hooks.example.",
  },
  config_bad_choice: { title: "A setting has a value outside its choices.", next: "Use one of the values named in the message." },
  config_missing_file: {
    title: "A file named in the environment cannot be read.",
    next: "Check the path and the permissions of the process.",
  },
  config_tls_half: { title: "Only one of HOMEWARD_TLS_CERT and HOMEWARD_TLS_KEY is set.", next: "Set both, or neither." },
  config_bad_tls: {
    title: "Certificate and key are not PEM, or do not belong together.",
    next: "Give the PEM files of one certificate and its unencrypted key.",
  },
  config_insecure: {
    title: "An address is open to other machines, or on one, without TLS.",
    next: "Set HOMEWARD_TLS_CERT and HOMEWARD_TLS_KEY, or an mqtts:// address for the broker; or HOMEWARD_INSECURE=1 if something in front does TLS.",
  },
  config_demo_off_loopback: {
    title: "The demo listens on this machine alone.",
    next: "Use `npm run serve` to be reached from other machines.",
  },
  config_demo_data: { title: "The data directory holds a demo, with sign-ins everybody can read.", next: "Use another HOMEWARD_DATA_DIR." },
  config_missing_secret: {
    title: "A secret is missing or too weak to be reached from other machines.",
    next: "Set HOMEWARD_ADMIN_USERNAME and HOMEWARD_ADMIN_PASSWORD (12 characters or more) for the first start.",
  },
  config_weak_token: {
    title: "The token that opens /metrics and /health/ready could be guessed.",
    next: "Take 32 characters or more of chance, e.g. the output of: openssl rand -hex 32",
  },
  config_bad_broker: {
    title: "HOMEWARD_MQTT_URL is not the address of a broker.",
    next: "Give mqtt://host:port or mqtts://host:port, and the sign-in in HOMEWARD_MQTT_USERNAME and HOMEWARD_MQTT_PASSWORD.",
  },
  config_broker_sign_in: {
    title: "The server's own sign-in at the broker is missing or half.",
    next: "Set HOMEWARD_MQTT_USERNAME and HOMEWARD_MQTT_PASSWORD; with HOMEWARD_MQTT_PROVISIONING=dynsec they must be those of an administrator of the plugin.",
  },
  config_demo_broker: {
    title: "The demo has a broker of its own.",
    next: "Use `npm run serve` with HOMEWARD_MQTT_URL, or leave it unset.",
  },
  config_bad_influx: {
    title: "HOMEWARD_INFLUX_URL is not the address of an InfluxDB 2.",
    next: "Give http://host:port or https://host:port, and the token in HOMEWARD_INFLUX_TOKEN.",
  },
  config_influx_half: {
    title: "The settings of InfluxDB are incomplete.",
    next: "Set HOMEWARD_INFLUX_URL, _TOKEN, _ORG and _BUCKET together; `npm run setup:influx` makes and prints them.",
  },
  config_demo_influx: {
    title: "The demo keeps its simulated readings to itself.",
    next: "Use `npm run serve` with HOMEWARD_INFLUX_URL, or leave it unset.",
  },
  config_data_dir: {
    title: "The data directory cannot be made or written.",
    next: "Choose another HOMEWARD_DATA_DIR or mend its permissions.",
  },
  config_port_in_use: { title: "A port is already taken.", next: "Stop what uses it, choose another port, or use 0 to have one picked." },
  cli_unknown_option: { title: "An option is not known.", next: "Run the command with --help." },
  cli_bad_option: { title: "An option's value cannot be used.", next: "Run the command with --help for what it takes." },
  cli_missing_option: { title: "A needed option is missing.", next: "Run the command with --help." },
});
