/**
 * The rules for names in Kubernetes.
 *
 * @module
 */

const LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

/** Longest DNS label, as for namespaces: https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#dns-label-names */
const MAX_LABEL_LENGTH = 63;
/** Longest DNS subdomain, as for most objects: https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#dns-subdomain-names */
const MAX_SUBDOMAIN_LENGTH = 253;

/** What is wrong with a text as the name of an object (RFC 1123 subdomain), or `undefined`. */
export function nameProblem(text: string, maxLength = MAX_SUBDOMAIN_LENGTH): string | undefined {
  return problem(text, SUBDOMAIN, maxLength, "lower-case letters, digits, - and .");
}

/** What is wrong with a text as the name of a namespace (RFC 1123 label), or `undefined`. */
export function labelProblem(text: string): string | undefined {
  return problem(text, LABEL, MAX_LABEL_LENGTH, "lower-case letters, digits and -");
}

function problem(text: string, rule: RegExp, maxLength: number, characters: string): string | undefined {
  if (text.length > maxLength) {
    return `${JSON.stringify(text)} has ${text.length} characters, the limit is ${maxLength}`;
  }
  if (!rule.test(text)) {
    return `${JSON.stringify(text)} is not a valid name (RFC 1123: ${characters}, ` +
      "starting and ending with a letter or digit)";
  }
}
