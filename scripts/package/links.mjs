import { posix } from "node:path";

/**
 * A document of the checkout as the package has it: links to what lies elsewhere there name its
 * place, and those to what no host gets, such as tests, become words. `from` and `to` are its own
 * paths, `places` the paths in the package by those of the checkout.
 */
export function installedLinks(text, { from, to, places }) {
  return text.replaceAll(/\[([^\]]*)\]\(([^)#\s:]+)(#[^)\s]*)?\)/g, (link, words, target, part) => {
    const path = posix.join(posix.dirname(from), target).replace(/\/$/, "");
    const place = placeOf(path, places);
    if (place === undefined) return words;
    const asWritten = posix.join(posix.dirname(to), target).replace(/\/$/, "");
    return asWritten === place ? link : `[${words}](/${place}${part ?? ""})`;
  });
}

/** A folder has a place where all that is installed of it lies below one folder as it did. */
function placeOf(path, places) {
  const file = places.get(path);
  if (file !== undefined) return file;
  const below = [...places].filter(([from]) => from.startsWith(`${path}/`));
  const folders = below.map(([from, to]) => {
    const rest = from.slice(path.length);
    return to.endsWith(rest) ? to.slice(0, -rest.length) : undefined;
  });
  return new Set(folders).size === 1 ? folders[0] : undefined;
}
