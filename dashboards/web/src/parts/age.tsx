/** Texts that follow the clock; each re-renders alone, and only when it reads differently. */
import type { ReactElement } from "react";
import { formatAge, formatCountdown } from "../data/format-time.ts";
import { useTicking, useWords } from "../rooms/house-context.ts";

export const Age = ({ t, ago = false }: { readonly t: number; readonly ago?: boolean }): ReactElement => {
  const words = useWords();
  const text = useTicking((now) => (now === 0 ? "" : formatAge(now - t, words)));
  return <span className="age">{ago && text !== "" ? words.ago(text) : text}</span>;
};

export const Countdown = ({ at }: { readonly at: number }): ReactElement => {
  const text = useTicking((now) => (now === 0 ? "" : formatCountdown(at - now)));
  return <span className={text.startsWith("+") ? "countdown over" : "countdown"}>{text}</span>;
};
