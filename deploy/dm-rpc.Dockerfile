# Products, devices, their data and commands over gRPC; brings the database schema up to date at start.
# From the repository's root: docker build -f deploy/dm-rpc.Dockerfile -t alink/dm-rpc .

FROM node:20-slim AS build
WORKDIR /src
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY . .
RUN node tools/generate.mjs && node tools/build.mjs dm-rpc

FROM node:20-slim AS packages
WORKDIR /src
COPY package.json package-lock.json .npmrc ./
# What is optional is the embedded PostgreSQL, which an image has no use for.
RUN npm ci --omit=dev --omit=optional

FROM node:20-slim
ENV NODE_ENV=production
WORKDIR /app
COPY --from=packages /src/node_modules node_modules
COPY --from=build /src/dist/apps/dm-rpc dist/apps/dm-rpc
COPY prisma/migrations prisma/migrations
COPY deploy/health.mjs deploy/health.mjs
RUN mkdir /data && chown node /data
USER node
EXPOSE 9081
HEALTHCHECK --interval=10s --timeout=3s --start-period=90s --retries=3 CMD ["node", "deploy/health.mjs", "DM_GRPC_PORT", "9081"]
CMD ["node", "--enable-source-maps", "dist/apps/dm-rpc/main.mjs"]
