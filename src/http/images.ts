/**
 * The pictures under the addresses that the original's page has: pages that were made for it, and tools that look at it, ask for them.
 * A picture per state of a process (nominal, unused, running, error), the mark, the icon and a rule. Ours, drawn for this page.
 */
const PICTURES = {
  "icon.png":
    "iVBORw0KGgoAAAANSUhEUgAAABAAAAAQCAYAAAAf8/9hAAAALklEQVR42mNgAAL9fP//5GAGSjTDDRl8BiADbOJDzABsYIgZMERjgf5JmdLsDACJNVPPTLH/uwAAAABJRU5ErkJggg==",
  "supervisor.gif":
    "R0lGODlhIAAgAIAAAP///y9vTywAAAAAIAAgAAACUkSOqctnDaOctNqLs94Y+K983iWOSUmip5iyK2iVD6JWcujatZNT8g/TAW+xIVFoDPqSvcmRp3TuAlPJk9q0TquRKxfizXa3Yo75jE6rN7M1oAAAOw==",
  "rule.gif": "R0lGODlhAQACAIAAAMnM0ejq7SwAAAAAAQACAAACAkQKADs=",
  "state0.gif": "R0lGODlhAQAUALMAAPT19/P09vLz9fHy9PDx9O/w8+7v8u3u8evt8Ors7+nr7ujq7efp7ebo7OXn6+Tm6iwAAAAAAQAUAAAEDxCAIAYhxRyEkloM0zhPBAA7",
  "state1.gif": "R0lGODlhAQAUALMAAPvy2Pvx1frw0/rv0Pruzfnty/nsyPnrxfjqw/jpwPjovffnu/fmuPfltfbks/bjsCwAAAAAAQAUAAAEDxCAIAYhxRyEkloM0zhPBAA7",
  "state2.gif": "R0lGODlhAQAUALMAAN7z49zy4dnx39fw3dTu2tLt2M/s1s3r1Mrq0sjp0MXozsPnzMDlyb7kx7vjxbniwywAAAAAAQAUAAAEDxCAIAYhxRyEkloM0zhPBAA7",
  "state3.gif": "R0lGODlhAQAUALMAAPve3frb2vrZ2PnW1fnU0vjR0PfPzffMyvbKyPbHxfXFwvTCwPTAvfO9uvO7uPK4tSwAAAAAAQAUAAAEDxCAIAYhxRyEkloM0zhPBAA7",
} as const;

export const IMAGES: ReadonlyMap<string, Buffer> = new Map(
  Object.entries(PICTURES).map(([name, text]) => [name, Buffer.from(text, "base64")]),
);
