/** The parts of a list that is typed with commas between; "" in quotes is a part too. */
export function parseList(typed: string): string[] {
  const parts = typed
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
  return [...new Set(parts.map((part) => /^"(.*)"$/.exec(part)?.[1] ?? part))];
}
