/** Who is here: nobody yet, nobody any more, or somebody with a house of their own. */
import { useCallback, useEffect, useMemo, useState, type ReactElement } from "react";
import { createApi } from "../data/api.ts";
import { openHouse, type House } from "../data/house.ts";
import { loadPreferences, savePreferences } from "../data/preference-storage.ts";
import type { Preferences } from "../data/preferences.ts";
import type { Demo, DemoSignIn, Me } from "../data/wire.ts";
import { htmlLang } from "../i18n/language.ts";
import { Patterns } from "../parts/marks.tsx";
import { HouseContext, TasteContext } from "./house-context.ts";
import { Shell } from "./shell.tsx";
import { SignIn } from "./sign-in.tsx";

type Guest =
  | { readonly kind: "asking" }
  | { readonly kind: "nobody"; readonly ended: boolean }
  | { readonly kind: "somebody"; readonly me: Me };

const prefersDark = "(prefers-color-scheme: dark)";

const useTasteOfPage = () => {
  const [preferences, setPreferences] = useState<Preferences>(loadPreferences);
  const { language, theme } = preferences;
  useEffect(() => {
    document.documentElement.lang = htmlLang(language);
  }, [language]);
  useEffect(() => {
    const wish = matchMedia(prefersDark);
    const contrast = matchMedia("(prefers-contrast: more)");
    const apply = (): void => {
      document.documentElement.dataset["theme"] =
        theme === "auto" ? (contrast.matches ? "contrast" : wish.matches ? "dark" : "light") : theme;
    };
    apply();
    wish.addEventListener("change", apply);
    return () => wish.removeEventListener("change", apply);
  }, [theme]);
  return useMemo(
    () => ({
      ...preferences,
      change: (next: Partial<Preferences>) =>
        setPreferences((before) => {
          const after = { ...before, ...next };
          savePreferences(after);
          return after;
        }),
    }),
    [preferences],
  );
};

export const App = (): ReactElement => {
  const taste = useTasteOfPage();
  const [guest, setGuest] = useState<Guest>({ kind: "asking" });
  const [signIns, setSignIns] = useState<readonly DemoSignIn[] | null>(null);
  const [house, setHouse] = useState<House | null>(null);
  const leave = useCallback((ended: boolean) => setGuest((before) => (before.kind === "nobody" ? before : { kind: "nobody", ended })), []);
  const api = useMemo(
    () =>
      createApi({
        fetch: (input, init) => fetch(input, init),
        onSignedOut: () => setGuest((before) => (before.kind === "somebody" ? { kind: "nobody", ended: true } : before)),
      }),
    [],
  );

  useEffect(() => {
    void (async () => {
      const demo = await api.get<Demo>("/demo");
      if (demo.ok && demo.value.demo) setSignIns(demo.value.users);
      const me = await api.get<Me>("/me");
      setGuest(me.ok ? { kind: "somebody", me: me.value } : { kind: "nobody", ended: false });
    })();
  }, [api]);

  const me = guest.kind === "somebody" ? guest.me : null;
  const demo = signIns !== null;
  useEffect(() => {
    if (me === null) return;
    const opened = openHouse({ api, me, demo, onSignedOut: () => leave(true) });
    // The house is opened and closed by this effect: its sockets and clocks live exactly as long.
    // oxlint-disable-next-line react/set-state-in-effect
    setHouse(opened);
    return () => {
      setHouse(null);
      opened.close();
    };
  }, [api, me, demo, leave]);

  return (
    <TasteContext value={taste}>
      <Patterns />
      {guest.kind === "nobody" && (
        <SignIn api={api} signIns={signIns} ended={guest.ended} onSignedIn={(signedIn) => setGuest({ kind: "somebody", me: signedIn })} />
      )}
      {guest.kind === "somebody" && house !== null && (
        <HouseContext value={house}>
          <Shell
            onSignOut={() => {
              void api.remove("/sessions/current");
              leave(false);
            }}
          />
        </HouseContext>
      )}
    </TasteContext>
  );
};
