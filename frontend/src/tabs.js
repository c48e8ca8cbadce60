// What a newcomer finds in the editor: one query that works on any mesh.
export const TABS = [
  {
    query: `# Ctrl-Enter runs it.
# Ctrl-Space says what may be asked.
query Products {
  products(first: 5) {
    nodes {
      id
      title
    }
  }
}
`,
  },
];
