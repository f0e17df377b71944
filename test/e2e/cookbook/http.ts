/** Requests of the cookbook's clients. */
import { request } from "node:http";

/** Status and body; where is a port of loopback or the path of a socket. */
export function get(where: number | string, path: string): Promise<[number | undefined, string]> {
  const place = typeof where === "number" ? { host: "127.0.0.1", port: where } : { socketPath: where };
  return new Promise((resolve, reject) => {
    request({ ...place, path, agent: false }, (response) => {
      let body = "";
      response.setEncoding("utf8").on("data", (text: string) => (body += text));
      response.on("end", () => resolve([response.statusCode, body]));
    })
      .on("error", reject)
      .end();
  });
}
