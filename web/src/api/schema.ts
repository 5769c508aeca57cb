/** Placeholder until `npm run types` writes this file from the server's OpenAPI document. */
export type paths = Record<string, never>
