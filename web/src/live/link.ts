/**
 * One socket a page, many views. The link keeps the position and the data of every watched view, comes back
 * by itself after a loss, and resumes each view where it stopped.
 */
import { mergePatch, type Json } from './mergePatch'
import {
  backoffMs,
  CLOSE_SESSION_OVER,
  PING_EVERY_MS,
  SILENCE_MAX_MS,
  type ClientMessage,
  type Position,
  type ServerMessage,
} from './protocol'

/**
 * loading: asked, nothing held yet. live: current. stale: the link is lost, the last data is held.
 * refused: the server said no (permission, unknown key); asking again will not help.
 */
export type LiveState = 'loading' | 'live' | 'stale' | 'refused'

export interface Held {
  position: Position
  data: Json
  /** When this data was last known to be current: milliseconds since 1970 UTC. */
  at_ms: number
}

export interface LiveStatus {
  state: LiveState
  held: Held | null
  error: { code: string; message: string } | null
}

type Listener = (status: LiveStatus) => void

interface Topic {
  view: string
  key: string
  listeners: Set<Listener>
  status: LiveStatus
  /** Watched again on this connection and not yet answered; the next pong proves that we missed nothing. */
  awaitsAnswer: boolean
}

/** The part of the browser's WebSocket that the link uses; tests bring another one. */
export interface Socket {
  readyState: number
  send(text: string): void
  close(): void
  onopen: ((event: Event) => void) | null
  onmessage: ((event: MessageEvent<unknown>) => void) | null
  onclose: ((event: CloseEvent) => void) | null
  onerror: ((event: Event) => void) | null
}

export interface LinkOptions {
  open: () => Socket
  now?: () => number
  random?: () => number
  pingEveryMs?: number
  silenceMaxMs?: number
  /** Called when the server ended the connection because the session is over. */
  onSessionOver?: () => void
  /** Waiting time before a reconnect, in milliseconds. */
  backoff?: (attempt: number, random: number) => number
}

const OPEN = 1

export class LiveLink {
  private readonly topics = new Map<string, Topic>()
  private readonly options: Required<LinkOptions>
  private socket: Socket | null = null
  private attempt = 0
  private heardAt_ms = 0
  private retryTimer: ReturnType<typeof setTimeout> | undefined
  private pingTimer: ReturnType<typeof setInterval> | undefined
  private silenceTimer: ReturnType<typeof setTimeout> | undefined

  constructor(options: LinkOptions) {
    this.options = {
      now: Date.now,
      random: Math.random,
      pingEveryMs: PING_EVERY_MS,
      silenceMaxMs: SILENCE_MAX_MS,
      backoff: backoffMs,
      onSessionOver: () => undefined,
      ...options,
    }
  }

  /**
   * Tells `listener` at once what is held of a view, and then of each change. The socket opens with the
   * first watched view and closes with the last. `kept` is what an earlier page load left behind.
   *
   * @returns a function that ends the watch.
   */
  watch(view: string, key: string, listener: Listener, kept: Held | null = null): () => void {
    const name = topicName(view, key)
    let topic = this.topics.get(name)
    if (!topic) {
      topic = {
        view,
        key,
        listeners: new Set(),
        status: { state: kept ? 'stale' : 'loading', held: kept, error: null },
        awaitsAnswer: false,
      }
      this.topics.set(name, topic)
      this.ask(topic)
      if (kept) this.send({ op: 'ping' })
    }
    const watched = topic
    watched.listeners.add(listener)
    listener(watched.status)
    this.connect()
    return () => {
      if (!watched.listeners.delete(listener) || watched.listeners.size > 0) return
      this.topics.delete(name)
      this.send({ op: 'unwatch', view, key })
      if (this.topics.size === 0) this.close()
    }
  }

  /** Tries at once instead of waiting out the back-off: the person pressed "retry", or the network is back. */
  retry(): void {
    this.attempt = 0
    clearTimeout(this.retryTimer)
    this.retryTimer = undefined
    for (const topic of this.topics.values()) {
      if (topic.status.state !== 'refused') continue
      this.tell(topic, { ...topic.status, state: topic.status.held ? 'stale' : 'loading', error: null })
      this.ask(topic)
    }
    this.connect()
  }

  /** The device says that it has no network: no need to wait for the silence to prove it. */
  cut(): void {
    if (this.socket) this.lose()
  }

  close(): void {
    clearTimeout(this.retryTimer)
    this.retryTimer = undefined
    this.drop()
  }

  private connect(): void {
    if (this.socket || this.retryTimer !== undefined) return
    const socket = this.options.open()
    this.socket = socket
    // A connection that is never answered is a silence as well.
    this.watchSilence()
    socket.onopen = () => {
      this.heard()
      for (const topic of this.topics.values()) this.ask(topic)
      // A pong after the watches proves that nothing was missed, where the server had nothing new to say.
      this.send({ op: 'ping' })
      this.pingTimer = setInterval(() => {
        this.send({ op: 'ping' })
      }, this.options.pingEveryMs)
    }
    socket.onmessage = (event) => {
      if (this.socket !== socket) return
      this.heard()
      const message = parse(event.data)
      if (message) this.receive(message)
    }
    socket.onclose = (event) => {
      if (this.socket !== socket) return
      this.lose()
      if (event.code === CLOSE_SESSION_OVER) this.options.onSessionOver()
    }
    socket.onerror = () => {
      // The close event that follows every error tells more; a socket that never opened sends it too.
    }
  }

  private lose(): void {
    this.drop()
    for (const topic of this.topics.values()) {
      if (topic.status.state === 'live') this.tell(topic, { ...topic.status, state: 'stale' })
    }
    if (this.topics.size === 0) return
    const wait = this.options.backoff(this.attempt, this.options.random())
    this.attempt += 1
    this.retryTimer = setTimeout(() => {
      this.retryTimer = undefined
      this.connect()
    }, wait)
  }

  private drop(): void {
    clearInterval(this.pingTimer)
    clearTimeout(this.silenceTimer)
    const socket = this.socket
    this.socket = null
    if (!socket) return
    socket.onclose = null
    socket.onmessage = null
    socket.onopen = null
    // Closing a socket that is still connecting reports an error; nobody is left to hear it.
    socket.onerror = () => undefined
    socket.close()
  }

  private heard(): void {
    this.heardAt_ms = this.options.now()
    this.watchSilence()
  }

  private watchSilence(): void {
    clearTimeout(this.silenceTimer)
    this.silenceTimer = setTimeout(() => {
      this.lose()
    }, this.options.silenceMaxMs)
  }

  private receive(message: ServerMessage): void {
    // Any answer shows that the server is well; only then does the back-off start anew.
    this.attempt = 0
    if (message.op === 'pong') {
      for (const topic of this.topics.values()) this.confirm(topic)
      return
    }
    const topic = this.topics.get(topicName(message.view, message.key))
    if (!topic) return
    topic.awaitsAnswer = false
    if (message.op === 'refused') {
      this.tell(topic, { state: 'refused', held: null, error: message.error })
    } else if (message.op === 'snapshot') {
      const position = { epoch: message.epoch, version: message.version }
      this.hold(topic, position, message.data)
    } else {
      const held = topic.status.held
      if (!held) {
        this.ask(topic, true)
      } else if (message.version > held.position.version) {
        const position = { epoch: held.position.epoch, version: message.version }
        this.hold(topic, position, mergePatch(held.data, message.patch))
      } else {
        this.hold(topic, held.position, held.data)
      }
    }
  }

  private hold(topic: Topic, position: Position, data: Json): void {
    const held: Held = { position, data, at_ms: this.heardAt_ms }
    this.tell(topic, { state: 'live', held, error: null })
  }

  /** A pong: what is live was still current now, and a resumed view that got no answer missed nothing. */
  private confirm(topic: Topic): void {
    const { state, held } = topic.status
    if (!held || state === 'refused') return
    if (state === 'stale' && !topic.awaitsAnswer) return
    topic.awaitsAnswer = false
    this.hold(topic, held.position, held.data)
  }

  private ask(topic: Topic, fromStart = false): void {
    const since = fromStart ? null : (topic.status.held?.position ?? null)
    topic.awaitsAnswer = this.send({ op: 'watch', view: topic.view, key: topic.key, since })
  }

  private send(message: ClientMessage): boolean {
    if (this.socket?.readyState !== OPEN) return false
    this.socket.send(JSON.stringify(message))
    return true
  }

  private tell(topic: Topic, status: LiveStatus): void {
    topic.status = status
    for (const listener of topic.listeners) listener(status)
  }
}

export const topicName = (view: string, key: string): string => `${view}\n${key}`

function parse(text: unknown): ServerMessage | null {
  if (typeof text !== 'string') return null
  try {
    return JSON.parse(text) as ServerMessage
  } catch {
    return null
  }
}
