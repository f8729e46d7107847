/** What mends a refusal of the object store; store_faults.py is its twin. */

/** The store's own word -> what to do. Stores have many more, for which nothing of the set-up is at fault. */
const REMEDIES: Readonly<Record<string, string>> = {
  AccessDenied: "let the access key do this, as the policies in infra/minio have it",
  AuthorizationHeaderMalformed: "correct GATEWAY_S3_REGION",
  InvalidAccessKeyId: "correct GATEWAY_S3_ACCESS_KEY",
  NoSuchBucket: "make the bucket, or correct GATEWAY_S3_BUCKET",
  PermanentRedirect: "correct GATEWAY_S3_ENDPOINT and GATEWAY_S3_REGION",
  RequestTimeTooSkewed: "set the clock of this machine, or the store's",
  SignatureDoesNotMatch: "correct GATEWAY_S3_SECRET_KEY",
};

/** `: correct GATEWAY_S3_REGION`, or nothing. */
export function remedyOf(code: string | undefined): string {
  const remedy = code !== undefined && Object.hasOwn(REMEDIES, code) ? REMEDIES[code] : undefined;
  return remedy === undefined ? "" : `: ${remedy}`;
}
