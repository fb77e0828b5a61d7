// Reads all pages of all lists with the official SDK and prints them as JSON, one line a list and page size.
// Arguments: server URL, API key, integration id, page sizes.

import { Kombo } from "@kombo-api/sdk";

const [server_url, api_key, integration_id, ...sizes] = process.argv.slice(2);
const kombo = new Kombo({ server_url, api_key, integration_id });

const lists = {
  jobs: (query) => kombo.ats.getJobs(query),
  candidates: (query) => kombo.ats.getCandidates(query),
  applications: (query) => kombo.ats.getApplications(query),
  "application-stages": (query) => kombo.ats.getApplicationStages(query),
  users: (query) => kombo.ats.getUsers(query),
};

for (const size of sizes.map(Number)) {
  for (const [path, list] of Object.entries(lists)) {
    const records = [];
    for await (const page of await list({ page_size: size })) {
      records.push(...page.result.data.results);
    }
    console.log(JSON.stringify({ path, size, records }));
  }
}
