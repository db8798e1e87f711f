import { assertEquals } from "@std/assert";
import { aHold, holdText, objectNamedIn } from "../../src/pods/hold.ts";

/** Messages of the API server, its controllers and kubelets, and the object that each names. */
const messages: [message: string, named: string | undefined][] = [
  [
    'Error creating: pods "x-" is forbidden: error looking up service account team/nobody: serviceaccount "nobody" not found',
    "ServiceAccount nobody",
  ],
  [
    'Error creating: pods "x-r2txj" is forbidden: exceeded quota: none, requested: pods=1',
    "ResourceQuota none",
  ],
  [
    'Error creating: pods "x-1" is forbidden: failed quota: limits: must specify limits.cpu for: main',
    "ResourceQuota limits",
  ],
  [
    'Error creating: pods "x-1" is forbidden: violates PodSecurity "restricted:latest": allowPrivilegeEscalation != false',
    "PodSecurity restricted:latest",
  ],
  [
    'Error creating: admission webhook "no.pods.example.org" denied the request: none today',
    "Webhook no.pods.example.org",
  ],
  [
    'Error creating: Internal error occurred: failed calling webhook "down.example.org": refused',
    "Webhook down.example.org",
  ],
  [
    "Error creating: pods \"x-1\" is forbidden: ValidatingAdmissionPolicy 'no-pods' with binding 'all' denied request: no",
    "ValidatingAdmissionPolicy no-pods",
  ],
  [
    'Error creating: pods "x-1" is forbidden: no PriorityClass with name urgent was found',
    "PriorityClass urgent",
  ],
  ['MountVolume.SetUp failed for volume "v" : configmap "nothing" not found', "ConfigMap nothing"],
  ['MountVolume.SetUp failed for volume "v" : secret "nothing" not found', "Secret nothing"],
  ["couldn't find key k in ConfigMap team/settings", "ConfigMap settings"],
  [
    '0/1 nodes are available: persistentvolumeclaim "data" not found. not found',
    "PersistentVolumeClaim data",
  ],
  ['AttachVolume.Attach failed for volume "pv-1" : timed out', "Volume pv-1"],
  ['RuntimeClass "gvisor" not found', "RuntimeClass gvisor"],
  ["0/1 nodes are available: 1 Insufficient cpu.", undefined],
];

for (const [message, named] of messages) {
  Deno.test(`objectNamedIn() finds ${named} in ${JSON.stringify(message)}`, () => {
    const found = objectNamedIn(message);
    assertEquals(found && `${found.kind} ${found.name}`, named);
  });
}

Deno.test("holdText() names what holds the work up if the message does not", () => {
  const held = { kind: "Step", name: "build" };
  const object = { kind: "Mutex", name: "lock" };
  const texts = [
    holdText(aHold({ reason: "Synchronization", held, object, message: "it waits" })),
    holdText(aHold({ reason: "Synchronization", held, object, message: "it waits for lock" })),
    holdText(aHold({ reason: "Suspended", held })),
  ];
  assertEquals(texts, [
    'Step "build" is held up by Mutex "lock": Synchronization: it waits',
    'Step "build" is held up: Synchronization: it waits for lock',
    'Step "build" is held up: Suspended',
  ]);
});

Deno.test("aHold() puts a message on one line, and cuts a long message", () => {
  const { message } = aHold({
    reason: "X",
    held: { kind: "Pod", name: "x" },
    message: `a\n b${"x".repeat(2_000)}`,
  });
  assertEquals([message?.startsWith("a bx"), message?.length], [true, 998]);
});
