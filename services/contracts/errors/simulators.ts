/** Errors of the simulators and the replay: one line on standard error, exit code 1 (64 for options). */
import { defineErrors } from "./error-definition.ts";

export const simulatorErrors = defineErrors({
  replay_bad_file: {
    title: "The recording cannot be read as what the preset or map expects.",
    next: "Check the file and the preset; the message names what was looked for.",
  },
  replay_needs_choice: { title: "The recording holds several people.", next: "Choose one with --patient." },
  replay_no_calendar: { title: "The recording carries no calendar date.", next: "Use --start now, or a time in milliseconds." },
  replay_refused: {
    title: "The broker refused the device.",
    next: "Check --site, --device and --secret; a secret is shown once when the device is made or its secret renewed.",
  },
  replay_unreachable: { title: "The broker cannot be reached.", next: "Check --mqtt and that the server runs." },
  replay_incomplete: { title: "Not everything was receipted.", next: "Run the same command again: it goes on where it stopped." },
  simulate_bad_devices: {
    title: "The list of devices cannot be read, or names a persona or a kind that does not exist.",
    next: "Give a JSON array of {id, site, secret, persona, kind?}; --write-devices writes one.",
  },
  simulate_unknown_scenario: { title: "There is no such scenario.", next: "Run the command with --help for the names." },
  simulate_unreachable: { title: "The broker cannot be reached.", next: "Check --mqtt and that the broker runs." },
  simulate_refused: {
    title: "The broker refused every simulated device.",
    next: "Enrol them with --enrol, or make them known to the broker with the ids and secrets that --write-devices writes.",
  },
  enrol_unreachable: { title: "The server to enrol at cannot be reached.", next: "Check --enrol and that the server runs." },
  enrol_refused: { title: "The server refused the sign-in.", next: "Check --username and --password." },
  enrol_not_allowed: {
    title: "This user may not enrol patients and devices.",
    next: "Sign in as an administrator of the institution that will have them.",
  },
  enrol_failed: {
    title: "The server did not take a patient or a device.",
    next: "The message says what it answered; run the same command again.",
  },
  check_device_cannot_listen: {
    title: "The bench for devices cannot listen on this address.",
    next: "Choose another --port (0 picks a free one), and a --host of this machine.",
  },
  check_device_program_ended: {
    title: "The device's program ended by itself during the examination.",
    next: "Read the last it said; check the command given to --run.",
  },
  check_device_stopped: { title: "The examination was stopped before its verdict.", next: "Run the same command again." },
});
