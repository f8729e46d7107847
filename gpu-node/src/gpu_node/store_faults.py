"""What mends a refusal of the object store; store-faults.ts is its twin."""

_REMEDIES = {
    "AccessDenied": "let the access key do this, as the policies in infra/minio have it",
    "AuthorizationHeaderMalformed": "correct GPU_NODE_S3_REGION",
    "InvalidAccessKeyId": "correct GPU_NODE_S3_ACCESS_KEY",
    "NoSuchBucket": "make the bucket, or correct GPU_NODE_S3_BUCKET",
    "PermanentRedirect": "correct GPU_NODE_S3_ENDPOINT and GPU_NODE_S3_REGION",
    "RequestTimeTooSkewed": "set the clock of this machine, or the store's",
    "SignatureDoesNotMatch": "correct GPU_NODE_S3_SECRET_KEY",
}
"""By the store's own word. Stores have many more, for which nothing of the set-up is at fault."""


def remedy_of(code: str | None) -> str:
    """`: correct GPU_NODE_S3_REGION`, or nothing."""
    remedy = _REMEDIES.get(code or "")
    return f": {remedy}" if remedy else ""
