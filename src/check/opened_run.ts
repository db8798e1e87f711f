/**
 * A run's parts, with clients that store nothing.
 *
 * @module
 */
import { systemClock } from "../time/clock.ts";
import type { Config } from "../config/config.ts";
import { silentLog } from "../io/log.ts";
import type { KubeClient, KubeObject } from "../kube/client.ts";
import type { ActionRunner, StatusReporter } from "../runner.ts";
import { openReporter } from "../status/open_reporter.ts";
import type { CheckInput } from "./check_input.ts";
import type { CheckWorkOptions } from "./check_work.ts";
import { probeClient } from "./probe_client.ts";

/** A run's parts, with clients that store nothing. */
export interface OpenedRun extends CheckWorkOptions {
  manifestPath: string;
  kube: KubeClient;
  runner: ActionRunner;
  reporter: StatusReporter;
  /** The objects that the runner would have stored. */
  captured: KubeObject[];
  /** The objects that the reporter would have stored. */
  status: KubeObject[];
}

/** Makes the parts of the run that is checked. */
export function openRun(input: CheckInput, { context, manifestPath, reporter }: Config): OpenedRun {
  const { clock = systemClock, kube, signal } = input;
  const captured: KubeObject[] = [];
  const status: KubeObject[] = [];
  const forRunner = probeClient(kube, (object) => captured.push(object));
  return {
    context,
    manifestPath,
    clock,
    signal,
    kube: probeClient(kube),
    runner: input.runner(forRunner, forRunner),
    reporter: openReporter(reporter, probeClient(kube, (object) => status.push(object)), () => silentLog),
    captured,
    status,
  };
}
