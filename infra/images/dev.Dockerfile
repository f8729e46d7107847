# Where one develops: Node and Python of the images, git, and nothing of the project: that comes as on any machine.
ARG NODE=node:24.21.0-bookworm-slim@sha256:0e0ff40c39bc087845bfb27465a0df4ea419520094bc35842ff83dd8cbe6f9b6
ARG PYTHON=python:3.12.13-slim-bookworm@sha256:8a7e7cc04fd3e2bd787f7f24e22d5d119aa590d429b50c95dfe12b3abe52f48b

FROM ${NODE} AS node

FROM ${PYTHON}
# Prometheus is for the test that asks it what dashboards and alerts ask. Versions of Debian's packages follow the base image's release.
# hadolint ignore=DL3008
RUN apt-get update && \
    apt-get install -y --no-install-recommends ca-certificates curl git less openssh-client procps \
      prometheus prometheus-redis-exporter && \
    rm -rf /var/lib/apt/lists/*
COPY --from=node /usr/local/bin/node /usr/local/bin/node
COPY --from=node /usr/local/lib/node_modules /usr/local/lib/node_modules
RUN ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm && \
    ln -s ../lib/node_modules/npm/bin/npx-cli.js /usr/local/bin/npx && \
    useradd --create-home --shell /bin/bash --uid 1000 dev
# New volumes take the owner of the folder that they are mounted over: what set-up installs lies in them.
RUN install -d -o 1000 -g 1000 /workspaces/myspinbot/node_modules /workspaces/myspinbot/.data
USER 1000:1000
