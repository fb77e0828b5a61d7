// Creates an application through the official SDK and prints its answer. Arguments: URL, key, integration, JSON.
import { Kombo } from "@kombo-api/sdk";

const [server_url, api_key, integration_id, given] = process.argv.slice(2);
const { job_id, body } = JSON.parse(given);
body.candidate.availability_date = new Date(body.candidate.availability_date);
const sdk = new Kombo({ server_url, api_key, integration_id });
console.log(JSON.stringify(await sdk.ats.createApplication({ job_id, body })));
