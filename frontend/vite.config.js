import { defineConfig } from "vite";

// The server answers /graphql with index.html and mounts the folder of the build here.
const base = "/static/graphiql/";

export default defineConfig({
  base,
  build: {
    // The page carries other people's work: their licences travel with it.
    license: { fileName: "third-party-licenses.md" },
    // Monaco, the editor inside GraphiQL, is one large module that nothing can split.
    chunkSizeWarningLimit: 5000,
  },
  // `npm run dev` serves the page alone and asks a mesh that `isogloss serve` runs.
  server: { proxy: { "/graphql": "http://127.0.0.1:8000" } },
});
