/** The items of a list that is typed with commas; "" is an empty item. */
export function parseList(typed: string): string[] {
  const items = typed
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
  return [...new Set(items.map((part) => /^"(.*)"$/.exec(part)?.[1] ?? part))];
}
