import type { secureHeaders } from 'hono/secure-headers'

/** Nothing is loaded from other hosts, no script but `pulse.js` runs, and no page may frame the console. Charts are `data:` images. */
export const HEADERS: Parameters<typeof secureHeaders>[0] = {
  contentSecurityPolicy: {
    defaultSrc: ["'none'"],
    scriptSrc: ["'self'"],
    styleSrc: ["'self'"],
    imgSrc: ['data:'],
    connectSrc: ["'self'"],
    formAction: ["'self'"],
    baseUri: ["'none'"],
    frameAncestors: ["'none'"],
  },
  xFrameOptions: 'DENY',
  // The console's own forms send their origin, which the guard checks; other sites get no referrer.
  referrerPolicy: 'same-origin',
  // The console is served by http on loopback.
  strictTransportSecurity: false,
}
