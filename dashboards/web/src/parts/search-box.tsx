/** Finds a patient by name, code or device; `/` goes there, the first one opens with Enter. */
import { useEffect, useRef, useState, type ReactElement } from "react";
import { useLocation } from "wouter";
import { plainText } from "../data/look-alikes.ts";
import { birthMonthOf, codeOf, nameOf } from "../data/person.ts";
import { useHouse, useStore, useWords } from "../rooms/house-context.ts";
import { Icon } from "./marks.tsx";

/** `open`: also where the box is hidden for want of room; `onDone`: it may hide again. */
export const SearchBox = ({ open, onDone }: { readonly open: boolean; readonly onDone: () => void }): ReactElement => {
  const words = useWords();
  const { store } = useHouse();
  const [, navigate] = useLocation();
  const [text, setText] = useState("");
  const patients = useStore("patients", store.patients);
  const wanted = plainText(text.trim());
  const found =
    wanted === ""
      ? []
      : patients
          .filter((patient) =>
            [nameOf(patient), codeOf(patient), patient.id, ...patient.devices.map(({ id }) => id)].some((word) =>
              plainText(word).includes(wanted),
            ),
          )
          .slice(0, 8);
  const box = useRef<HTMLInputElement>(null);
  const [at, setAt] = useState(0);
  useEffect(() => {
    if (open) box.current?.focus();
  }, [open]);
  const go = (id: string): void => {
    setText("");
    onDone();
    box.current?.blur();
    navigate(`/patients/${encodeURIComponent(id)}`);
  };
  return (
    <search className={open ? "search open" : "search"}>
      <Icon name="search" />
      <input
        ref={box}
        id="search"
        type="search"
        placeholder={words.search}
        aria-label={words.search}
        value={text}
        onChange={({ target }) => {
          setText(target.value);
          setAt(0);
        }}
        onKeyDown={(event) => {
          const picked = found[at];
          if (event.key === "Enter" && picked !== undefined) go(picked.id);
          if (event.key === "ArrowDown" || event.key === "ArrowUp") {
            event.preventDefault();
            setAt((at + (event.key === "ArrowDown" ? 1 : found.length - 1)) % Math.max(1, found.length));
          }
          if (event.key === "Escape") {
            setText("");
            onDone();
            event.currentTarget.blur();
          }
        }}
      />
      <kbd>/</kbd>
      {wanted !== "" && (
        <ul className="found">
          {found.map((patient, index) => (
            <li key={patient.id}>
              <button type="button" className={index === at ? "at" : ""} onClick={() => go(patient.id)}>
                <b>{nameOf(patient)}</b>{" "}
                <span className="code">
                  {codeOf(patient)}
                  {birthMonthOf(patient) !== null && ` · ${words.born(birthMonthOf(patient) ?? "")}`}
                </span>
              </button>
            </li>
          ))}
          {found.length === 0 && <li className="found-none">{words.noMatch}</li>}
        </ul>
      )}
    </search>
  );
};
