/**
 * Opens the reporter that a setting names.
 *
 * @module
 */
import type { KubeClient } from "../kube/client.ts";
import type { LogFactory } from "../io/log.ts";
import type { StatusReporter } from "../runner.ts";
import { configMapReporter } from "./config_map.ts";
import { nopReporter } from "./nop.ts";
import { secretReporter } from "./secret.ts";

/** The names of the reporters. */
export type ReporterName = "configmap" | "secret" | "nop";

/** Opens a reporter by its name. It sends no request before its first use. */
export function openReporter(name: ReporterName, kube: KubeClient, log: LogFactory): StatusReporter {
  switch (name) {
    case "configmap":
      return configMapReporter(kube, { log: log("status.configmap") });
    case "secret":
      return secretReporter(kube, { log: log("status.secret") });
    case "nop":
      return nopReporter();
  }
}
