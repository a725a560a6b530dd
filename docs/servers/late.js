// An echo server with a mistake: now and then all clients have to wait.
//
//     node docs/servers/late.js 7003
//
// A line is echoed. The line "sign" is answered with a signature, which takes a while.
const net = require('net')
const crypto = require('crypto')

function sign (line) {
  return crypto.pbkdf2Sync(line, 'salt', 1e7, 32, 'sha256').toString('hex')
}

function echo (client, line) {
  client.write((line === 'sign' ? sign(line) : line) + '\n')
}

net.createServer(client => {
  client.on('data', data => echo(client, data.toString().trimEnd()))
  client.on('error', () => {})
}).listen(Number(process.argv[2] || 7003), '127.0.0.1')
