// Sends a request of its own through the official SDK and prints what it parsed.
// Arguments: server URL, API key, integration id.

import { Kombo } from "@kombo-api/sdk";

const [server_url, api_key, integration_id] = process.argv.slice(2);
const kombo = new Kombo({ server_url, api_key, integration_id });
const body = { method: "GET", path: "/jobs", params: { limit: "2" } };
const answer = await kombo.general.sendPassthroughRequest({ tool: "personio", api: "recruitingV2", body });
console.log(JSON.stringify({ status: answer.data.status, records: answer.data.data._data.length, warnings: answer.warnings }));
