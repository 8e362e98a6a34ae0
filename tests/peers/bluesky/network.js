// A whole Bluesky network on loopback: directory (PLC), PDS and AppView, with a small door through which a test makes
// accounts and lets them write. Prints one line of JSON with its addresses when everything answers; ends on SIGTERM, or
// when its standard input ends with whoever started it.
//
// Needs DB_POSTGRES_URL and REDIS_HOST (see tests/run).

import http from 'node:http'
import { TestNetwork } from '@atproto/dev-env'

const POST = 'app.bsky.feed.post'
const REPOST = 'app.bsky.feed.repost'

const network = await TestNetwork.create({
  dbPostgresSchema: `downwire_${process.pid.toString(36).replace(/[0-9]/g, (digit) => 'abcdefghij'[digit])}`,
})
const agents = new Map()

const parts = (uri) => {
  const [, , repo, collection, rkey] = uri.split('/')
  return { repo, collection, rkey }
}

const records = (did) => {
  const agent = agents.get(did)
  if (!agent) throw new Error(`no account ${did} was made here`)
  return agent.com.atproto.repo
}

const write = async (did, collection, record) => {
  const createdAt = new Date().toISOString()
  const made = await records(did).createRecord({
    repo: did,
    collection,
    record: { $type: collection, createdAt, ...record },
  })
  return { uri: made.data.uri, cid: made.data.cid }
}

// What the door does; every answer comes when the AppView has taken it in.
const actions = {
  async account({ name, labels = [] }) {
    const agent = network.pds.getAgent()
    const account = { handle: `${name}.test`, email: `${name}@example.org`, password: `password of ${name}` }
    const { data } = await agent.createAccount(account)
    agents.set(data.did, agent)
    const profile = {
      $type: 'app.bsky.actor.profile',
      displayName: name,
      labels: { $type: 'com.atproto.label.defs#selfLabels', values: labels.map((val) => ({ val })) },
    }
    await agent.com.atproto.repo.putRecord({
      repo: data.did,
      collection: profile.$type,
      rkey: 'self',
      record: profile,
    })
    return { did: data.did, ...account }
  },

  async post({ did, texts, reply, quote, createdAt }) {
    const extra = { langs: ['en'] }
    if (createdAt) extra.createdAt = createdAt
    if (reply) extra.reply = { root: reply, parent: reply }
    if (quote) extra.embed = { $type: 'app.bsky.embed.record', record: quote }
    const posts = []
    for (const text of texts) posts.push(await write(did, POST, { text, ...extra }))
    return { posts }
  },

  repost: ({ did, subject }) => write(did, REPOST, { subject }),

  async edit({ uri, text }) {
    const { repo, collection, rkey } = parts(uri)
    const { data } = await records(repo).getRecord({ repo, collection, rkey })
    const made = await records(repo).putRecord({ repo, collection, rkey, record: { ...data.value, text } })
    return { uri, cid: made.data.cid }
  },

  async delete({ uri }) {
    const { repo, collection, rkey } = parts(uri)
    await records(repo).deleteRecord({ repo, collection, rkey })
    return {}
  },

  // Everything that an account wrote is seen by nobody until it comes back.
  async deactivate({ did }) {
    await agents.get(did).com.atproto.server.deactivateAccount({})
    return {}
  },
}

const body = async (request) => {
  let text = ''
  for await (const chunk of request) text += chunk
  return JSON.parse(text || '{}')
}

const door = http.createServer(async (request, response) => {
  const answer = (status, value) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value))
  }
  try {
    if (request.url === '/') return answer(200, addresses())
    if (request.url === '/now') return answer(200, { now: new Date().toISOString() })
    const action = actions[request.url.slice(1)]
    if (!action) return answer(404, { error: `no action ${request.url}` })
    const result = await action(await body(request))
    await network.processAll(20_000)
    answer(200, result)
  } catch (error) {
    answer(500, { error: String(error) })
  }
})

const addresses = () => ({
  control: `http://127.0.0.1:${door.address().port}`,
  pds: `http://127.0.0.1:${network.pds.port}`,
  appview: `http://127.0.0.1:${network.bsky.port}`,
})

let ending = false
const end = async () => {
  if (ending) return
  ending = true
  // Whatever hangs, it ends.
  setTimeout(() => process.exit(0), 5_000)
  await network.close().catch(() => {})
  process.exit(0)
}
process.on('SIGTERM', end)
process.on('SIGINT', end)
process.stdin.on('end', end).resume()

door.listen(0, '127.0.0.1', () => console.log(JSON.stringify(addresses())))
