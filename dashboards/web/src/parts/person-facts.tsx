/** Sex, age and code in one line: what tells two people of one name apart. Whoever has no name here goes by the code already. */
import type { ReactElement } from "react";
import { ageOf, birthMonthOf, codeOf, sexOf } from "../data/person.ts";
import type { Patient } from "../data/wire.ts";
import { useTicking, useWords } from "../rooms/house-context.ts";

export const PersonFacts = ({ patient, born = false }: { readonly patient: Patient; readonly born?: boolean }): ReactElement => {
  const words = useWords();
  const years = useTicking((now) => ageOf(patient, now) ?? -1);
  const sex = sexOf(patient);
  const month = born ? birthMonthOf(patient) : null;
  const facts = [
    sex === null ? "" : words.patient.sexes[sex],
    years < 0 ? "" : sex === null ? words.patient.age(years) : String(years),
  ].filter((fact) => fact !== "");
  return (
    <span className="who-id">
      {[facts.join(" "), month === null ? "" : words.born(month)].filter((part) => part !== "").join(" · ")}
      {patient.identity?.name !== undefined && (
        <>
          {(facts.length > 0 || month !== null) && " · "}
          <span className="code">{codeOf(patient)}</span>
        </>
      )}
    </span>
  );
};
