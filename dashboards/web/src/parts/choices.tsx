/** One of a few, as native radios: arrows and space work by themselves. */
import { useId, type ReactElement } from "react";

export const Choices = ({
  legend,
  options,
  chosen,
  numbered,
  onChoose,
}: {
  readonly legend: string;
  readonly options: readonly (readonly [string, string])[];
  readonly chosen: string | null;
  readonly numbered: boolean;
  readonly onChoose: (value: string) => void;
}): ReactElement => {
  const name = useId();
  return (
    <fieldset className="choices">
      <legend>{legend}</legend>
      {options.map(([value, label], index) => (
        <label key={value} className={value === chosen ? "choice on" : "choice"}>
          <input type="radio" name={name} value={value} checked={value === chosen} onChange={() => onChoose(value)} />
          {label}
          {numbered && <kbd>{index + 1}</kbd>}
        </label>
      ))}
    </fieldset>
  );
};
