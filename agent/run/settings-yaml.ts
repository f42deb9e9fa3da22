import type { ErrorCode } from "yaml";

const mostCharacters = 65_536;

/** How deep brackets open at most, those in texts and comments included: an upper bound. */
function bracketDepth(text: string): number {
  let depth = 0;
  let deepest = 0;
  for (const bracket of text.match(/[[\]{}]/g) ?? []) {
    depth = bracket === "[" || bracket === "{" ? depth + 1 : Math.max(0, depth - 1);
    deepest = Math.max(deepest, depth);
  }
  return deepest;
}

/**
 * Why `text` is not handed to the YAML parser at all, or undefined when it is. The parser
 * recurses once a level; near the end of the stack V8 can abort the whole process, which no
 * caller can catch, so nesting is bounded before (settings need four levels).
 */
export function tooMuchYaml(text: string): string | undefined {
  if (text.length > mostCharacters) {
    return `found ${text.length} characters; settings have at most ${mostCharacters}`;
  }
  if (bracketDepth(text) > 100 || /(?:[-?:][ \t]+){9}/.test(text)) {
    return "found lists or maps inside each other too often; settings need four levels";
  }
  return undefined;
}

/** What the parser complains about, said so that it also says what would be right. */
export function yamlMistake(code: ErrorCode, said: string): string {
  switch (code) {
    case "DUPLICATE_KEY":
      return "found this key a second time in the same map; leave one of them";
    case "TAB_AS_INDENT":
      return "found a tab as indentation; indent with blanks, as YAML asks";
    case "MULTIPLE_DOCS":
      return "found a second YAML document; leave one, without --- between";
    case "TAG_RESOLVE_FAILED":
      return `found a tag (${said}); write the value without it`;
    case "BAD_INDENT":
    case "MISSING_CHAR":
    case "BLOCK_AS_IMPLICIT_KEY":
    case "BAD_SCALAR_START":
    case "ALIAS_PROPS":
    case "BAD_ALIAS":
    case "BAD_COLLECTION_TYPE":
    case "BAD_DIRECTIVE":
    case "BAD_DQ_ESCAPE":
    case "BAD_PROP_ORDER":
    case "BLOCK_IN_FLOW":
    case "IMPOSSIBLE":
    case "KEY_OVER_1024_CHARS":
    case "MULTILINE_IMPLICIT_KEY":
    case "MULTIPLE_ANCHORS":
    case "MULTIPLE_TAGS":
    case "NON_STRING_KEY":
    case "RESOURCE_EXHAUSTION":
    case "UNEXPECTED_TOKEN":
      return `found what YAML cannot read (${said}); write KEY: VALUE lines, two blanks deeper in each section`;
  }
}
