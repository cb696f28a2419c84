import { escapeHtml, PAGE_HEADERS, renderPage } from './html.ts'

export { PAGE_HEADERS }

/** What `/` shows: how to point the official tools at this hub. */
export function renderStartPage(origin: string, version: string): string {
  const url = escapeHtml(origin)
  return renderPage('Hearth', `<h1>Hearth</h1>
<p>A hub for models, datasets and spaces. Point the tools that you already use at it:</p>
<pre>export HF_ENDPOINT=${url}
export HF_TOKEN=hf_...
hf auth whoami
hf upload my-name/my-model ./folder
hf download my-name/my-model</pre>
<p>On the first start the hub writes its first user's password and token to a file in its data folder; the log names it.</p>
<ul>
<li><a href="/api/models">Models</a>, <a href="/api/datasets">datasets</a>, <a href="/api/spaces">spaces</a> (JSON)</li>
<li><a href="/.well-known/openapi.json">The interface as OpenAPI</a></li>
<li><a href="/healthz">Health</a></li>
</ul>
<p>Version ${escapeHtml(version)}</p>`)
}
