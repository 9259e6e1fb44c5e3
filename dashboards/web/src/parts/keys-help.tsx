/** The list of keys, with `?`. */
import { useEffect, useRef, type ReactElement } from "react";
import { useWords } from "../rooms/house-context.ts";

export const KeysHelp = ({ onClose }: { readonly onClose: () => void }): ReactElement => {
  const words = useWords();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    dialog.current?.showModal();
  }, []);
  return (
    <dialog ref={dialog} className="keys-help" onClose={onClose} aria-label={words.help}>
      <h2>{words.help}</h2>
      <dl>
        {words.keys.map(([keys, meaning]) => (
          <div key={keys}>
            <dt>
              {keys.split(" ").map((key, index) => (
                // A list that never changes: its places are its names.
                // oxlint-disable-next-line react/no-array-index-key
                <kbd key={index}>{key}</kbd>
              ))}
            </dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
      <button type="button" className="button" onClick={() => dialog.current?.close()}>
        {words.close} <kbd>Esc</kbd>
      </button>
    </dialog>
  );
};
