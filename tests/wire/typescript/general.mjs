// Calls every general and connect endpoint with the official SDK and prints what it parsed, one line of JSON a method.
// The first line: all methods there are. Arguments: server URL, API key, integration id, integration field id, custom
// field id, activation token.

import { Kombo } from "@kombo-api/sdk";

const [server_url, api_key, integration_id, integration_field_id, custom_field_id, token] = process.argv.slice(2);
const kombo = new Kombo({ server_url, api_key, integration_id });
const { general, connect } = kombo;

const all = async (pages) => {
  const keys = [];
  for await (const page of await pages) keys.push(...page.result.data.results.map((one) => one.key));
  return keys;
};
const status = async () => (await general.getIntegrationDetails({ integration_id })).data.status;
const address = ({ data }) => data.link;
const link = { link_type: "MAGIC_LINK", language: "de" };
const user = { end_user_email: "ada@acme.example", end_user_organization_name: "Acme" };

const calls = {
  checkApiKey: async () => (await general.checkApiKey()).data.environment_id,
  getTools: async () => (await general.getTools({ category: "ats" })).data.tools.map((tool) => tool.id),
  getIntegrationDetails: status,
  getIntegrationFields: () => all(general.getIntegrationFields({ integration_id, page_size: 50 })),
  updateIntegrationField: async () =>
    (await general.updateIntegrationField({ integration_id, integration_field_id, body: { enable_passthrough: true } }))
      .data.is_passthrough_enabled,
  getCustomFields: () => all(general.getCustomFields({ integration_id, page_size: 50 })),
  updateCustomFieldMapping: async () =>
    (await general.updateCustomFieldMapping({ integration_id, custom_field_id, body: { integration_field_id } })).data
      .integration_field.id,
  sendPassthroughRequest: async () =>
    (
      await general.sendPassthroughRequest({
        tool: "personio",
        api: "recruitingV2",
        body: { method: "GET", path: "/jobs", params: { limit: "1" } },
      })
    ).data.status,
  triggerSync: async () => (await general.triggerSync({ type: "FULL" })).data.type,
  createConnectionLink: async () =>
    address(await connect.createConnectionLink({ ...user, ...link, integration_category: "ATS" })),
  getIntegrationByToken: async () => (await connect.getIntegrationByToken({ token })).data.id,
  createReconnectionLink: async () => address(await general.createReconnectionLink({ integration_id, body: link })),
  createSetupLink: async () => address(await general.createSetupLink({ integration_id, body: link })),
  setIntegrationEnabled: async () => {
    await general.setIntegrationEnabled({ integration_id, body: { value: false } });
    return status();
  },
  deleteIntegration: async () => (await general.deleteIntegration({ integration_id, body: {} })).data,
};

const methods = [general, connect].flatMap((part) => Object.getOwnPropertyNames(Object.getPrototypeOf(part)));
console.log(JSON.stringify(methods.filter((name) => name !== "constructor")));
for (const [name, call] of Object.entries(calls)) console.log(JSON.stringify([name, await call()]));
