import { spawn } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { createConnection } from 'node:net'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

export interface Peer {
  readonly name: string
  readonly url: string
  readonly pid: number
  stop(): void
}

/** nginx with one worker, serving `dir` by sendfile on a port of the loopback. */
export async function startNginx(dir: string): Promise<Peer> {
  const port = freePortGuess(0)
  const conf = join(dir, 'nginx.conf')
  const temp = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${dir}/tmp-${name};`).join(' ')
  await writeFile(conf, `daemon off; worker_processes 1; pid ${dir}/nginx.pid; error_log ${dir}/error.log;
events { worker_connections 512; }
http { access_log off; sendfile on; keepalive_requests 1000000; ${temp} server { listen 127.0.0.1:${port}; root ${dir}; } }\n`)
  const child = spawn('nginx', ['-p', dir, '-c', conf], { stdio: 'ignore' })
  await untilListening(port)
  return { name: 'nginx static', url: `http://127.0.0.1:${port}`, pid: child.pid ?? -1, stop: () => { child.kill('SIGTERM') } }
}

/** The rival hub, where HEARTH_BENCH_HFD names its binary. It asks nobody for a credential. */
export async function startHfd(dataDir: string): Promise<Peer | undefined> {
  const binary = process.env['HEARTH_BENCH_HFD']
  if (binary === undefined) {
    console.info('hfd is not measured: HEARTH_BENCH_HFD names no binary')
    return undefined
  }
  const [port, sshPort] = [freePortGuess(1), freePortGuess(2)]
  const url = `http://127.0.0.1:${port}`
  const child = spawn(binary, ['-addr', `127.0.0.1:${port}`, '-ssh-addr', `127.0.0.1:${sshPort}`, '-data', dataDir, '-host-url', url], { stdio: 'ignore' })
  await untilListening(port)
  return { name: 'hfd', url, pid: child.pid ?? -1, stop: () => { child.kill('SIGTERM') } }
}

function freePortGuess(which: number): number {
  return 20_000 + ((process.pid + which * 7001) % 20_000)
}

async function untilListening(port: number): Promise<void> {
  for (let tries = 0; tries < 200 && !(await canConnect(port)); tries += 1) await delay(50)
}

function canConnect(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection(port, '127.0.0.1', () => { socket.destroy(); resolve(true) })
    socket.once('error', () => resolve(false))
  })
}
