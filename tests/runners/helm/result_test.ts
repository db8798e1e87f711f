import { assertEquals } from "@std/assert";
import { resultText } from "../../../runners/helm/result.ts";

Deno.test("resultText() has the state of a release, or says that there is no release", () => {
  assertEquals(
    resultText({ name: "web", status: "deployed", revision: 2, chart: "app-0.1.0" }),
    'release "web" is deployed: revision 2 of app-0.1.0',
  );
  assertEquals(resultText({ name: "web", status: "uninstalled" }), 'there is no release "web"');
});
