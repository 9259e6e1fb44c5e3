/** Before printing the page is laid out for A4 in light colours and the drawings are made again for it; afterwards all is as it was. */
import { useEffect } from "react";

export const usePrinting = (): void => {
  useEffect(() => {
    const root = document.documentElement;
    let theme: string | undefined;
    const repaint = (): void => {
      // Sizes are read here, so that the drawings have them before the paper is made.
      for (const plot of document.querySelectorAll(".plot")) plot.dispatchEvent(new Event("repaint"));
    };
    const before = (): void => {
      theme = root.dataset["theme"];
      root.dataset["theme"] = "light";
      root.classList.add("printing");
      repaint();
    };
    const after = (): void => {
      if (theme !== undefined) root.dataset["theme"] = theme;
      root.classList.remove("printing");
      repaint();
    };
    addEventListener("beforeprint", before);
    addEventListener("afterprint", after);
    return () => {
      removeEventListener("beforeprint", before);
      removeEventListener("afterprint", after);
    };
  }, []);
};
