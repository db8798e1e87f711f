/**
 * The charts of the Helm tests, packaged.
 *
 * @module
 */
import { tgz } from "./tar.ts";
import { BUSYBOX } from "../../lab/workflows.ts";

/** A packaged chart. */
export interface Chart {
  /** What is in its `Chart.yaml`. */
  metadata: { apiVersion: string; name: string; version: string; appVersion: string };
  /** The `.tgz`. */
  archive: Uint8Array<ArrayBuffer>;
}

/** The default values of the chart `app`. */
const VALUES = {
  image: BUSYBOX,
  /** 0: nothing to wait for. */
  replicas: 1,
  greeting: "hello",
  password: "",
  /** A script that runs in a hook before install and upgrade; no hook if empty. */
  hook: "",
  /** The chart's error message; no error if empty. */
  complaint: "",
  /** The namespace of a further ConfigMap; no ConfigMap if empty. */
  otherNamespace: "",
};

const LABELS = "labels: { app.kubernetes.io/instance: {{ .Release.Name }} }";

const DEPLOYMENT = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .Release.Name }}
  ${LABELS}
spec:
  replicas: {{ .Values.replicas }}
  selector:
    matchLabels: { app.kubernetes.io/instance: {{ .Release.Name }} }
  template:
    metadata:
      ${LABELS}
    spec:
      terminationGracePeriodSeconds: 0
      containers:
        - name: app
          image: {{ .Values.image }}
          imagePullPolicy: IfNotPresent
          command: [sleep, "1000"]
`;

const CONFIG_MAP = `apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ .Release.Name }}-greeting
  ${LABELS}
data:
  greeting: {{ .Values.greeting | quote }}
{{- with .Values.otherNamespace }}
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ $.Release.Name }}-elsewhere
  namespace: {{ . }}
{{- end }}
`;

const COMPLAINT = "{{- with .Values.complaint }}{{ fail . }}{{ end }}";

const SECRET = `{{- with .Values.password }}
apiVersion: v1
kind: Secret
metadata:
  name: {{ $.Release.Name }}-password
stringData:
  password: {{ . | quote }}
{{- end }}
`;

const SERVICE = `apiVersion: v1
kind: Service
metadata:
  name: {{ .Release.Name }}
spec:
  selector: { app.kubernetes.io/instance: {{ .Release.Name }} }
  ports: [{ port: 80 }]
`;

const SERVICE_ACCOUNT = `apiVersion: v1
kind: ServiceAccount
metadata:
  name: {{ .Release.Name }}-world
`;

const HOOK = `{{- with .Values.hook }}
apiVersion: batch/v1
kind: Job
metadata:
  name: {{ $.Release.Name }}-hook
  annotations:
    helm.sh/hook: pre-install,pre-upgrade
    helm.sh/hook-delete-policy: before-hook-creation
spec:
  backoffLimit: 0
  template:
    metadata:
      labels: { app.kubernetes.io/instance: {{ $.Release.Name }} }
    spec:
      restartPolicy: Never
      terminationGracePeriodSeconds: 0
      containers:
        - name: hook
          image: {{ $.Values.image }}
          imagePullPolicy: IfNotPresent
          command: [sh, -c, {{ . | quote }}]
{{- end }}
`;

/** The chart `app`: a Deployment and a ConfigMap, and what its values ask for. */
export async function aChart(version = "0.1.0"): Promise<Chart> {
  return await packed({ name: "app", version }, VALUES, {
    "deployment.yaml": DEPLOYMENT,
    "config_map.yaml": CONFIG_MAP,
    "complaint.yaml": COMPLAINT,
    "secret.yaml": SECRET,
    "hook.yaml": HOOK,
    "NOTES.txt": "The greeting is {{ .Values.greeting }}.\n",
  });
}

/** A substitute for the chart of the helm-runner's example, with the same kinds of objects. */
export async function helloWorldChart(): Promise<Chart> {
  return await packed({ name: "hello-world", version: "0.1.0" }, { replicaCount: 1, image: BUSYBOX }, {
    "deployment.yaml": DEPLOYMENT.replace(".replicas", ".replicaCount"),
    "service.yaml": SERVICE,
    "service_account.yaml": SERVICE_ACCOUNT,
  });
}

async function packed(
  { name, version }: { name: string; version: string },
  values: object,
  templates: Record<string, string>,
): Promise<Chart> {
  const metadata = { apiVersion: "v2", name, version, appVersion: `${version}-app` };
  // JSON is valid YAML.
  const files = { "Chart.yaml": JSON.stringify(metadata), "values.yaml": JSON.stringify(values) };
  const archive = await tgz(Object.fromEntries([
    ...Object.entries(files).map(([file, text]) => [`${name}/${file}`, text]),
    ...Object.entries(templates).map(([file, text]) => [`${name}/templates/${file}`, text]),
  ]));
  return { metadata, archive };
}

/** The SHA-256 of some bytes, as hexadecimal digits. */
export async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
}
