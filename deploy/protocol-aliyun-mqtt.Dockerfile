# The node: MQTT, Alink, device authentication over gRPC.
# From the repository's root: docker build -f deploy/protocol-aliyun-mqtt.Dockerfile -t alink/protocol-aliyun-mqtt .

FROM node:20-slim AS build
WORKDIR /src
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY . .
RUN node tools/generate.mjs && node tools/build.mjs protocol-aliyun-mqtt

FROM node:20-slim AS packages
WORKDIR /src
COPY package.json package-lock.json .npmrc ./
# What is optional is the embedded PostgreSQL, which an image has no use for.
RUN npm ci --omit=dev --omit=optional

FROM node:20-slim
ENV NODE_ENV=production
WORKDIR /app
COPY --from=packages /src/node_modules node_modules
COPY --from=build /src/dist/apps/protocol-aliyun-mqtt dist/apps/protocol-aliyun-mqtt
COPY prisma/migrations prisma/migrations
COPY deploy/health.mjs deploy/health.mjs
RUN mkdir /data && chown node /data
USER node
EXPOSE 1883 8883 1882 9108 9109
HEALTHCHECK --interval=10s --timeout=3s --start-period=90s --retries=3 CMD ["node", "deploy/health.mjs", "GATEWAY_GRPC_PORT", "9108"]
CMD ["node", "--enable-source-maps", "dist/apps/protocol-aliyun-mqtt/main.mjs"]
