// First: it tells Monaco where its workers are, before anything starts one.
import "graphiql/setup-workers/vite";
import "graphiql/style.css";
import "./page.css";

import { GraphiQL } from "graphiql";
import { createRoot } from "react-dom/client";

import { TABS } from "./tabs.js";

async function ask(operation, { headers } = {}) {
  const response = await fetch("/graphql", {
    method: "POST",
    headers: { "Content-Type": "application/json", ...headers },
    body: JSON.stringify(operation),
  });
  const text = await response.text();
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(`The server answered ${response.status}: ${text}`);
  }
}

createRoot(document.getElementById("graphiql")).render(
  <GraphiQL fetcher={ask} defaultTabs={TABS} defaultEditorToolsVisibility={false}>
    <GraphiQL.Logo>Isogloss</GraphiQL.Logo>
  </GraphiQL>,
);
