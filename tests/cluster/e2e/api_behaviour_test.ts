import { apiBehaviour } from "../../lab/api_behaviour.ts";
import { connectToCluster } from "./real_api.ts";

const connect = connectToCluster();
if (connect) apiBehaviour("real API", connect);
else Deno.test({ name: "real API: skipped, KUBECONFIG names no cluster", ignore: true, fn: () => {} });
