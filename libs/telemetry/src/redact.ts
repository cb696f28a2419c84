/**
 * Secrets by their shape, wherever they stand in a log line: messages and stacks of foreign errors carry URLs and headers too.
 * Each keeps enough of its surroundings to say what it was.
 */
const SHAPES: readonly (readonly [RegExp, string])[] = [
  [/\bhf_(?:jwt_|oauth_)?[A-Za-z0-9]{8,}/g, 'hf_***'],
  [/\bhs_[\w-]{20,}/g, 'hs_***'],
  [/\/-\/([a-z]+)\/[A-Za-z0-9_\-.~%=+]{8,}/g, '/-/$1/***'],
  [/\b(Bearer|Basic) +[A-Za-z0-9_\-.~+/=]{4,}/gi, '$1 ***'],
  [/\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*/g, 'jwt ***'],
  [/([a-z][a-z0-9+.-]*:\/\/[^\s:/@"\\]*):[^\s@/"\\]+@/gi, '$1:***@'],
  [/([?&](?:X-Amz-Signature|X-Amz-Security-Token|X-Amz-Credential|Signature|token|code|password)=)[^&\s"\\]+/gi, '$1***'],
]

/** The text with every known secret shape masked; JSON stays JSON. */
export function redactText(text: string): string {
  return SHAPES.reduce((masked, [shape, mask]) => masked.replace(shape, mask), text)
}

/** Field names whose values never reach a log, at the top and one or two levels down. */
const SECRET_FIELDS = ['authorization', 'cookie', 'token', 'password', 'secret', '["set-cookie"]', '["x-xet-access-token"]', 'accessToken', 'signedUrl']

export const REDACT_PATHS: readonly string[] = SECRET_FIELDS.flatMap((field) => {
  const nested = field.startsWith('[') ? field : `.${field}`
  return [field, `*${nested}`, `*.*${nested}`]
})
