# Homeward as one image: the server with its dashboard built in, the commands that look after it, and what it is made of.

FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY services/apps/link-node.mjs services/apps/
RUN npm ci --omit=dev
COPY . .
RUN node node_modules/vite/bin/vite.js build dashboards/web --config dashboards/web/vite.config.ts --logLevel error
RUN npm sbom --package-lock-only --omit=dev --omit=optional --sbom-format=cyclonedx --sbom-type=application > sbom.cdx.json

# Without the platform packages: the image has its own Node, and the bundler has done its work.
FROM node:24-bookworm-slim AS packages
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY services/apps/link-node.mjs services/apps/
RUN npm ci --omit=dev --omit=optional && npm cache clean --force

FROM node:24-bookworm-slim
LABEL org.opencontainers.image.title="Homeward" org.opencontainers.image.licenses="Apache-2.0"
ENV NODE_ENV=production HOMEWARD_DATA_DIR=/data HOMEWARD_HTTP_HOST=0.0.0.0 HOMEWARD_MQTT_HOST=0.0.0.0
WORKDIR /app
COPY --from=packages /app/node_modules node_modules
COPY package.json package-lock.json LICENSE NOTICES.md SECURITY.md ./
COPY services services
COPY simulators simulators
COPY --from=build /app/dashboards/web/dist dashboards/web/dist
COPY --from=build /app/sbom.cdx.json ./
COPY deploy/first-start.mjs deploy/healthy.mjs deploy/
# A named volume takes over the owner of the folder it is first mounted on.
RUN install -d -o node -g node -m 0700 /data /secrets/influx \
 && install -d -o node -g node -m 0755 /secrets/homeward /secrets/mosquitto /secrets/prometheus /secrets/grafana \
 && install -d -o node -g node node_modules/.cache
USER node
ENTRYPOINT ["node", "--max-semi-space-size=8", "--optimize-for-size", "--env-file-if-exists=/secrets/homeward/homeward.env", "--env-file-if-exists=/secrets/homeward/influx.env"]
# Compiled once, as the user who runs it: the root file system is read-only later. The words are those of the entry point.
RUN ["node", "--max-semi-space-size=8", "--optimize-for-size", "--env-file-if-exists=/secrets/homeward/homeward.env", "--env-file-if-exists=/secrets/homeward/influx.env", "services/apps/launch.mjs", "serve", "--help"]
CMD ["services/apps/launch.mjs", "serve"]
EXPOSE 8080 1883
VOLUME /data
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s CMD ["node", "deploy/healthy.mjs"]
