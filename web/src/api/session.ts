/** Who is at this screen: sign-in of staff, enrolment of a terminal, and what the server knows of both. */
import { call } from './client'

export interface Session {
  kind: 'staff' | 'terminal' | 'customer' | (string & {})
  id?: string
  name?: string
  /** The id of the branch this caller belongs to, where there is one. */
  branch?: string
  roles?: string[]
  permissions?: string[]
  /** A customer's own ticket or booking; a counter screen's own counter. */
  subject?: string
  /** What must be done before anything else. */
  must?: 'password' | 'second_factor'
}

/** Codes with which a sign-in can be refused. */
export type SignInRefusal =
  | 'wrong_credentials'
  | 'second_factor_required'
  | 'second_factor_setup_required'
  | 'password_change_required'
  | 'locked'

export interface Credentials {
  name: string
  password: string
  /** Six digits of the second factor, where the server asked for it. */
  code?: string
}

export const whoAmI = (): Promise<Session> => call('GET', '/api/session')
/** For a page that nobody need be signed in to: null for nobody. */
export async function whoIsHere(): Promise<Session | null> {
  const session = await call<Session>('GET', '/api/session?or_nobody=true')
  return session.kind === 'nobody' ? null : session
}
export const signIn = (credentials: Credentials): Promise<unknown> =>
  call('POST', '/api/session', credentials)
export const signOut = (): Promise<unknown> => call('DELETE', '/api/session')
export const changePassword = (old: string, next: string): Promise<unknown> =>
  call('POST', '/api/session/password', { old, new: next })
/** What an authenticator app needs: the secret to type, or its `otpauth:` address to scan. */
export interface SecondFactor {
  secret: string
  uri: string
}
export const beginSecondFactor = (): Promise<SecondFactor> => call('POST', '/api/session/second-factor')
/** Gives the codes for when the phone is lost, shown once; the session is a full one from here. */
export const confirmSecondFactor = (code: string): Promise<{ codes: string[] }> =>
  call('POST', '/api/session/second-factor/confirm', { code })
export const enrolTerminal = (code: string): Promise<unknown> =>
  call('POST', '/api/terminals/enrol', { code })
