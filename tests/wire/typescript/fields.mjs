// Walks and changes fields with the official SDK and prints what it parsed, one line of JSON a call.
// Arguments: server URL, API key, integration id, integration field id, custom field id.

import { Kombo } from "@kombo-api/sdk";

const [server_url, api_key, integration_id, integration_field_id, custom_field_id] = process.argv.slice(2);
const kombo = new Kombo({ server_url, api_key, integration_id });
const { general } = kombo;

const all = async (pages) => {
  const records = [];
  for await (const page of await pages) records.push(...page.result.data.results);
  return records;
};

const calls = [
  () => all(general.getIntegrationFields({ integration_id, page_size: 1 })),
  () => all(general.getCustomFields({ integration_id, page_size: 1 })),
  async () =>
    (await general.updateIntegrationField({ integration_id, integration_field_id, body: { enable_passthrough: true } }))
      .data,
  async () =>
    (await general.updateCustomFieldMapping({ integration_id, custom_field_id, body: { integration_field_id } })).data,
  async () =>
    (await general.updateCustomFieldMapping({ integration_id, custom_field_id, body: { integration_field_id: null } }))
      .data,
];
for (const call of calls) console.log(JSON.stringify(await call()));
