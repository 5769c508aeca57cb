/** What the server says when it refuses: `{"error": {"code", "message", "params"}}` with an HTTP status. */
export interface ErrorBody {
  error: { code: string; message: string; params?: Record<string, unknown> }
}

/** Codes of our own, for what happens before or beside the server's answer. */
export type OwnErrorCode = 'link_lost' | 'bad_answer'

/**
 * A call that did not succeed. `message` is already in the person's language and may be shown as it is.
 * `status` is 0 where no answer came: what was asked may or may not have happened.
 */
export class ApiError extends Error {
  override readonly name = 'ApiError'

  constructor(
    readonly code: string,
    message: string,
    readonly status: number,
    readonly params: Readonly<Record<string, unknown>> = {},
  ) {
    super(message)
  }

  /** No answer, or one that says "later": the same call with the same key may be made again. */
  get isTransient(): boolean {
    return this.status === 0 || this.status === 408 || this.status === 429 || this.status >= 500
  }
}

function isErrorBody(body: unknown): body is ErrorBody {
  if (typeof body !== 'object' || body === null || !('error' in body)) return false
  const error: unknown = body.error
  return (
    typeof error === 'object' &&
    error !== null &&
    'code' in error &&
    typeof error.code === 'string' &&
    'message' in error &&
    typeof error.message === 'string'
  )
}

/** Reads a refusal. An answer that is not ours (a proxy's page) becomes `bad_answer` with `fallback`. */
export async function errorFrom(response: Response, fallback: string): Promise<ApiError> {
  const body: unknown = await response.json().catch(() => null)
  if (isErrorBody(body)) {
    const { code, message, params } = body.error
    return new ApiError(code, message, response.status, params)
  }
  return new ApiError('bad_answer', fallback, response.status)
}
