/** What a process costs, as the operating system counts it: processor time and resident memory, read from outside. */
import { readFileSync } from "node:fs";

/** Clock ticks a second of /proc (USER_HZ): 100 on every Linux that Node runs on. */
const TICKS = 100;

/** User and system seconds of the whole process, all threads. */
export const cpuSecondsOf = (pid: number): number => {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  // The name, in parentheses, may hold anything; the fields that count follow the last one.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / TICKS;
};

export const residentMiBOf = (pid: number): number => {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? Number.NaN) / 1_024;
};

export interface MemoryWatch {
  /** One figure a second. */
  readonly seconds: readonly number[];
  stop(): void;
}

export const watchMemory = (pid: number): MemoryWatch => {
  const seconds: number[] = [];
  const timer = setInterval(() => seconds.push(residentMiBOf(pid)), 1_000);
  return { seconds, stop: () => clearInterval(timer) };
};

/** Load averages of the machine: how much else ran beside the measurement. */
export const loadOfMachine = (): string => readFileSync("/proc/loadavg", "utf8").split(" ").slice(0, 3).join(" ");
