/** A live server on a real socket whose answers the test writes. */
import type { AddressInfo } from 'node:net'
import { WebSocketServer, type WebSocket as ServerSocket } from 'ws'
import type { ClientMessage, ServerMessage } from '@/live/protocol'

export interface LiveServer {
  address: string
  /** The next message that a page sent, in order; waits for it. */
  next: () => Promise<ClientMessage>
  /** The next one that is not a ping. */
  nextRequest: () => Promise<ClientMessage>
  say: (message: ServerMessage) => void
  /** Cuts every connection without a farewell. */
  cut: () => void
  /** Closes every connection with a code. */
  end: (code: number) => void
  connections: () => number
  /** Pings are answered unless the test wants silence. */
  answersPings: boolean
  close: () => Promise<void>
}

export async function startLiveServer(): Promise<LiveServer> {
  const sockets = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  await new Promise((resolve) => sockets.once('listening', resolve))
  const received: ClientMessage[] = []
  const takers: ((message: ClientMessage) => void)[] = []
  let opened = 0

  sockets.on('connection', (socket: ServerSocket) => {
    opened += 1
    socket.on('message', (bytes: Buffer) => {
      const message = JSON.parse(bytes.toString()) as ClientMessage
      if (message.op === 'ping' && server.answersPings) socket.send(JSON.stringify({ op: 'pong' }))
      const taker = takers.shift()
      if (taker) taker(message)
      else received.push(message)
    })
  })

  const server: LiveServer = {
    address: `ws://127.0.0.1:${String((sockets.address() as AddressInfo).port)}`,
    answersPings: true,
    connections: () => opened,
    next: () =>
      new Promise((resolve) => {
        const first = received.shift()
        if (first) resolve(first)
        else takers.push(resolve)
      }),
    nextRequest: async () => {
      for (;;) {
        const message = await server.next()
        if (message.op !== 'ping') return message
      }
    },
    say: (message) => {
      for (const socket of sockets.clients) socket.send(JSON.stringify(message))
    },
    cut: () => {
      for (const socket of sockets.clients) socket.terminate()
    },
    end: (code) => {
      for (const socket of sockets.clients) socket.close(code)
    },
    close: () =>
      new Promise((resolve) => {
        server.cut()
        sockets.close(() => {
          resolve()
        })
      }),
  }
  return server
}
