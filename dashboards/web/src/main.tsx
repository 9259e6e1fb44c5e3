/** Starts the page: taste, session, then the door or the house. */
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/shell.css";
import "./styles/ward.css";
import "./styles/patient.css";
import "./styles/alerts.css";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./rooms/app.tsx";

const root = document.querySelector("#root");
if (root !== null)
  createRoot(root).render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
