/** What stands below every page: simulated or not, and never a medical device. */
import type { ReactElement, ReactNode } from "react";
import { useWords } from "../rooms/house-context.ts";

export const Foot = ({ demo, children }: { readonly demo: boolean; readonly children?: ReactNode }): ReactElement => {
  const words = useWords();
  return (
    <footer className="foot">
      {demo && <b className="demo-mark">{words.demo}</b>}
      <span>
        {demo && `${words.simulated} `}
        {words.notDevice}
      </span>
      {children}
    </footer>
  );
};
