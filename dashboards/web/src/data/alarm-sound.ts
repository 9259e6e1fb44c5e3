/** Plays alarm pulses with the browser's own oscillators: 523 Hz and its harmonics. */
import { PATTERNS, type Priority } from "./alarm-pattern.ts";

export interface AlarmSound {
  play(priority: Priority): void;
  readonly blocked: boolean;
  /** Asks the browser again, inside a click or key. */
  allow(): void;
  close(): void;
}

const FUNDAMENTAL_HZ = 523;
const HARMONICS = [1, 0.6, 0.4, 0.25];

/** Silent until the page was clicked or a key was pressed: browsers allow sound only then. */
export const openAlarmSound = (): AlarmSound => {
  const context = new AudioContext();
  void context.resume();
  return {
    play(priority) {
      const start = context.currentTime + 0.02;
      for (const { atMs, lengthMs } of PATTERNS[priority].pulses) {
        const from = start + atMs / 1_000;
        const to = from + lengthMs / 1_000;
        const gain = context.createGain();
        gain.gain.setValueAtTime(0, from);
        gain.gain.linearRampToValueAtTime(0.2, from + 0.02);
        gain.gain.setValueAtTime(0.2, to - 0.02);
        gain.gain.linearRampToValueAtTime(0, to);
        gain.connect(context.destination);
        HARMONICS.forEach((level, index) => {
          const tone = context.createOscillator();
          const part = context.createGain();
          tone.frequency.value = FUNDAMENTAL_HZ * (index + 1);
          part.gain.value = level / 2.25;
          tone.connect(part).connect(gain);
          tone.start(from);
          tone.stop(to);
        });
      }
    },
    get blocked() {
      return context.state !== "running";
    },
    allow: () => void context.resume(),
    close: () => void context.close(),
  };
};
