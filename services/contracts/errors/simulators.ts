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
  simulate_bad_devices: { title: "The list of devices cannot be read.", next: "Give a JSON array of {id, site, secret, persona}." },
});
