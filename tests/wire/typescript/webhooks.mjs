// Reads payloads, one a line, from stdin and prints what the SDK makes of each.
import { createInterface } from "node:readline";
import { Kombo } from "@kombo-api/sdk";

const sdk = new Kombo({ apiKey: "x" });
for await (const body of createInterface({ input: process.stdin })) {
  // SDK 1.1.3 looks for the signature and the payload inside the body it is given.
  const request = {
    body: JSON.stringify({ "X-Kombo-Signature": "x", body: JSON.parse(body) }),
    method: "POST",
    url: "https://receiver.example/",
    headers: { "content-type": "application/json", "x-kombo-signature": "x" },
  };
  console.log(JSON.stringify(await sdk.validateWebhook({ request })));
}
