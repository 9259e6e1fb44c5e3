/** Finds a patient by name, code or device; `/` goes there, the first one opens with Enter. */
import { useState, type ReactElement } from "react";
import { useLocation } from "wouter";
import { codeOf, nameOf } from "../data/person.ts";
import { useHouse, useStore, useWords } from "../rooms/house-context.ts";
import { Icon } from "./marks.tsx";

/** Normalised only to compare; what is shown stays literal. */
const plain = (text: string): string => text.normalize("NFKC").toLowerCase();

export const SearchBox = (): ReactElement => {
  const words = useWords();
  const { store } = useHouse();
  const [, navigate] = useLocation();
  const [text, setText] = useState("");
  const patients = useStore("patients", store.patients);
  const wanted = plain(text.trim());
  const found =
    wanted === ""
      ? []
      : patients
          .filter((patient) =>
            [nameOf(patient), codeOf(patient), patient.id, ...patient.devices.map(({ id }) => id)].some((word) =>
              plain(word).includes(wanted),
            ),
          )
          .slice(0, 8);
  const go = (id: string): void => {
    setText("");
    navigate(`/patients/${encodeURIComponent(id)}`);
  };
  return (
    <search className="search">
      <Icon name="search" />
      <input
        id="search"
        type="search"
        placeholder={words.search}
        aria-label={words.search}
        value={text}
        onChange={({ target }) => setText(target.value)}
        onKeyDown={(event) => {
          const first = found[0];
          if (event.key === "Enter" && first !== undefined) go(first.id);
          if (event.key === "Escape") {
            setText("");
            event.currentTarget.blur();
          }
        }}
      />
      <kbd>/</kbd>
      {wanted !== "" && (
        <ul className="found">
          {found.map((patient) => (
            <li key={patient.id}>
              <button type="button" onClick={() => go(patient.id)}>
                <b>{nameOf(patient)}</b> <span className="code">{codeOf(patient)}</span>
              </button>
            </li>
          ))}
          {found.length === 0 && <li className="found-none">{words.noMatch}</li>}
        </ul>
      )}
    </search>
  );
};
