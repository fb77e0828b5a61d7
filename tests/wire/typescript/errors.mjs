// Makes calls that must fail and prints what the official SDK throws, one line of JSON a call.
// Arguments: server URL, API key, integration id, id of an integration whose first sync is pending.

import { Kombo } from "@kombo-api/sdk";

const [server_url, api_key, integration_id, pending_id] = process.argv.slice(2);
const sdk = (told) => new Kombo({ server_url, api_key, integration_id, ...told });

const calls = {
  model: () => sdk().ats.getTags(),
  input: () => sdk().ats.getJobs({ page_size: 251 }),
  cursor: () => sdk().ats.getJobs({ cursor: "nonsense" }),
  key: () => sdk({ api_key: "wrong" }).ats.getUsers(),
  unknown: () => sdk({ integration_id: "personio:x" }).ats.getUsers(),
  pending: () => sdk({ integration_id: pending_id }).ats.getUsers(),
  action: () => sdk().ats.removeCandidateTag({ candidate_id: "remote:1/2", body: { tag: { name: "x" } } }),
  general: () => sdk().general.getIntegrationDetails({ integration_id: "personio:x" }),
  token: () => sdk().connect.getIntegrationByToken({ token: "x" }),
};

for (const [name, call] of Object.entries(calls)) {
  try {
    await call();
    console.log(JSON.stringify({ name, thrown: null }));
  } catch (error) {
    console.log(JSON.stringify({ name, thrown: error.name, code: error.error?.code, log_url: error.error?.log_url }));
  }
}

const details = await sdk().general.getIntegrationDetails({ integration_id });
const tools = await sdk().general.getTools({ category: "ats" });
const checked = await sdk().general.checkApiKey();
console.log(JSON.stringify({ id: details.data.id, tools: tools.data.tools.length, checked: checked.status }));
