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

/** Clients that ask again and again, half of them by POST, until `end`; what was no 200 is told. */
export function load(port: number): { end(): Promise<{ answered: number; failed: readonly string[] }> } {
  let isOver = false;
  let answered = 0;
  const failed: string[] = [];
  const client = async (method: "GET" | "POST"): Promise<void> => {
    while (!isOver) {
      const outcome = await once(port, method);
      if (outcome === "200") answered += 1;
      else failed.push(`${method} ${outcome}`);
    }
  };
  const clients = Promise.all((["GET", "POST", "GET", "POST"] as const).map(client));
  return {
    async end() {
      isOver = true;
      await clients;
      return { answered, failed };
    },
  };
}

/** The status, or what kept it from coming. */
function once(port: number, method: string): Promise<string> {
  return new Promise((resolve) => {
    const asked = request({ host: "127.0.0.1", port, path: "/", method, agent: false }, (response) => {
      response.resume().on("end", () => resolve(String(response.statusCode)));
    });
    asked.on("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message)).end(method === "POST" ? "a mail" : undefined);
  });
}
