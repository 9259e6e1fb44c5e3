/** The door: two fields, language, theme, a test tone; in the demo one click per role. */
import { useState, type FormEvent, type ReactElement } from "react";
import { openAlarmSound } from "../data/alarm-sound.ts";
import type { Api, Problem } from "../data/api.ts";
import type { DemoSignIn, Me } from "../data/wire.ts";
import { Icon } from "../parts/marks.tsx";
import { TasteSwitches } from "../parts/taste-switches.tsx";
import { Foot } from "../parts/foot.tsx";
import { useWords } from "./house-context.ts";

export interface SignInProps {
  readonly api: Api;
  readonly signIns: readonly DemoSignIn[] | null;
  readonly ended: boolean;
  readonly onSignedIn: (me: Me) => void;
}

/** "inst-t1-willow" reads T1 willow: before signing in there are no names of institutions. */
const houseOf = (institution: string): string =>
  institution
    .replace(/^inst-/, "")
    .replace(/^t\d/, (tier) => tier.toUpperCase())
    .replace("-", " · ");

export const SignIn = ({ api, signIns, ended, onSignedIn }: SignInProps): ReactElement => {
  const words = useWords();
  const [username, setUsername] = useState("");
  const [password, setPassword] = useState("");
  const [problem, setProblem] = useState<Problem | null>(null);
  const [busy, setBusy] = useState(false);

  const enter = async (credentials: { readonly username: string; readonly password: string }): Promise<void> => {
    setBusy(true);
    setProblem(null);
    const answer = await api.post<{ user: Me }>("/sessions", credentials);
    setBusy(false);
    if (answer.ok) onSignedIn(answer.value.user);
    else setProblem(answer.problem);
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    void enter({ username, password });
  };
  const said =
    problem === null
      ? ended
        ? words.signedOut
        : null
      : problem.status === 0
        ? words.noAnswer
        : problem.status === 429
          ? words.tooMany
          : problem.status === 503
            ? problem.detail
            : words.wrongCredentials;

  return (
    <div className={signIns === null ? "door" : "door demo"}>
      <main className="door-card">
        <h1>
          <Icon name="home" size={26} /> Homeward
        </h1>
        <p className="door-line">{words.tagline}</p>
        <form onSubmit={submit}>
          <label>
            {words.username}
            <input name="username" autoComplete="username" required value={username} onChange={({ target }) => setUsername(target.value)} />
          </label>
          <label>
            {words.password}
            <input
              name="password"
              type="password"
              autoComplete="current-password"
              required
              value={password}
              onChange={({ target }) => setPassword(target.value)}
            />
          </label>
          <p className="form-said" role="alert">
            {said}
          </p>
          <button type="submit" className="button primary wide" disabled={busy}>
            {words.signIn}
          </button>
        </form>
        {signIns !== null && (
          <section className="door-demo">
            <h2>{words.demoTitle}</h2>
            <p>{words.demoHint}</p>
            {[...Map.groupBy(signIns, ({ institution }) => institution)].map(([institution, people]) => (
              <div key={institution} className="door-house">
                <h3>{houseOf(institution)}</h3>
                <div className="door-roles">
                  {people.map((person) => (
                    <button
                      key={person.username}
                      type="button"
                      className="button"
                      disabled={busy}
                      data-username={person.username}
                      onClick={() => void enter({ username: person.username, password: person.password })}
                    >
                      <b>{person.roles.map((role) => words.roles[role] ?? role).join(" · ")}</b>
                      <small>{person.displayName ?? person.username}</small>
                    </button>
                  ))}
                </div>
              </div>
            ))}
          </section>
        )}
        <div className="door-taste">
          <TasteSwitches />
          <button
            type="button"
            className="button"
            onClick={() => {
              const sound = openAlarmSound();
              sound.play("low");
              setTimeout(() => sound.close(), 1_500);
            }}
          >
            <Icon name="sound" /> {words.soundTest}
          </button>
        </div>
      </main>
      <Foot demo={signIns !== null} />
    </div>
  );
};
