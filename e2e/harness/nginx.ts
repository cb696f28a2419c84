import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { ROOT } from './hub.ts'

export interface Nginx extends AsyncDisposable {
  readonly url: string
}

/** nginx with the example configuration that the hub ships, on a free port of the loopback. */
export async function startNginx(program: string, hubUrl: string): Promise<Nginx> {
  const dir = await mkdtemp(join(tmpdir(), 'hearth-nginx-'))
  const port = await freePort()
  const shipped = await readFile(join(ROOT, 'deploy', 'nginx', 'hearth.conf'), 'utf8')
  await writeFile(join(dir, 'hearth.conf'), shipped.replace('server 127.0.0.1:8080;', `server ${new URL(hubUrl).host};`).replace('listen 80;', `listen 127.0.0.1:${port};`))
  const temps = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `  ${name}_temp_path ${dir}/${name};`)
  await writeFile(join(dir, 'nginx.conf'), [
    ...(process.getuid?.() === 0 ? ['user root;'] : []), 'daemon off;', 'worker_processes 1;', `pid ${dir}/nginx.pid;`, `error_log ${dir}/error.log;`,
    'events { worker_connections 512; }', 'http {', '  access_log off;', ...temps, `  include ${dir}/hearth.conf;`, '}', '',
  ].join('\n'))
  const child = spawn(program, ['-p', dir, '-c', join(dir, 'nginx.conf')], { stdio: 'ignore' })
  const url = `http://127.0.0.1:${port}`
  for (let tries = 0; !(await fetch(`${url}/healthz`).then((answer) => answer.ok, () => false)); tries += 1) {
    if (tries > 100 || child.exitCode !== null) throw new Error(`nginx did not start: ${await readFile(join(dir, 'error.log'), 'utf8').catch(() => 'no log')}`)
    await delay(50)
  }
  return {
    url,
    async [Symbol.asyncDispose]() {
      if (child.exitCode === null) {
        child.kill('SIGTERM')
        await once(child, 'exit')
      }
      await rm(dir, { recursive: true, force: true })
    },
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  return typeof address === 'object' && address !== null ? address.port : 0
}
