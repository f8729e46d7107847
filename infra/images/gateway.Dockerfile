# The gateway: every role of it, and the page. No shell is needed, no root, nothing is written outside of /tmp.
# Built from the root of the repository: docker build -f infra/images/gateway.Dockerfile .
ARG NODE=node:24.21.0-bookworm-slim@sha256:0e0ff40c39bc087845bfb27465a0df4ea419520094bc35842ff83dd8cbe6f9b6

FROM ${NODE} AS packages
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY codegen/package.json codegen/
COPY codegen/generated/ts/package.json codegen/generated/ts/
COPY client/package.json client/
COPY gateway/package.json gateway/
# Only what the gateway needs at run time; no install script of any package runs (.npmrc).
RUN npm ci --omit=dev --omit=optional --workspace gateway --include-workspace-root=false

FROM ${NODE} AS page
WORKDIR /app
COPY package.json package-lock.json .npmrc tsconfig.json ./
COPY codegen/package.json codegen/
COPY codegen/generated/ts codegen/generated/ts
COPY client/package.json client/
COPY client/src client/src
COPY ui ui
RUN npm ci --workspace ui --include-workspace-root=false && npm run build --workspace ui

# What is in the image, written where it can be seen: docs/running.md says what for.
FROM ${NODE} AS contents
ARG SOURCE_DATE_EPOCH
WORKDIR /app
COPY package.json package-lock.json ./
COPY scripts scripts
COPY infra/images infra/images
COPY --from=page /app/ui/build/packages.json ui/build/
RUN node scripts/sbom.ts --only gateway --inside / --out /sbom

FROM ${NODE}
LABEL org.opencontainers.image.title="MySpinBot gateway" \
      org.opencontainers.image.licenses="Apache-2.0"
# Kept code (a tmpfs in Compose) and few arenas: a thread of handlers takes half the memory.
ENV NODE_ENV=production \
    NODE_COMPILE_CACHE=/tmp/compiled \
    MALLOC_ARENA_MAX=2
WORKDIR /app
COPY --from=packages /app/node_modules node_modules
COPY package.json LICENSE THIRD_PARTY_NOTICES.md ./
COPY codegen/generated/ts codegen/generated/ts
COPY gateway/package.json gateway/
COPY gateway/src gateway/src
COPY --from=page /app/ui/build ui/build
COPY infra/images/is-ready.mjs infra/images/first-keys.mjs infra/images/
COPY --from=contents /sbom/gateway.cdx.json sbom.cdx.json
# A number, so that Kubernetes can see that it is not root; Compose sets its own.
USER 1000:1000
EXPOSE 8787
ENTRYPOINT ["node", "--max-semi-space-size=16", "--heap-growing-percent=50", "gateway/src/entry/nodejs/main.ts"]
