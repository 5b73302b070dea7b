# One image for every service; docker-compose.yml says which of them a container runs.

FROM node:24-bookworm-slim AS manifests
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY contracts/package.json contracts/
COPY packages/domain/package.json packages/domain/
COPY packages/platform/package.json packages/platform/
COPY packages/read-model/package.json packages/read-model/
COPY packages/sdk/package.json packages/sdk/
COPY packages/cli/package.json packages/cli/
COPY services/gateway/package.json services/gateway/
COPY services/scheduler/package.json services/scheduler/
COPY services/executor/package.json services/executor/
COPY services/notifier/package.json services/notifier/
COPY services/projector/package.json services/projector/
COPY examples/handlers/package.json examples/handlers/
COPY examples/client/package.json examples/client/
COPY examples/worker/package.json examples/worker/
COPY web/package.json web/
COPY tests/package.json tests/
COPY bench/package.json bench/

# What the services need to run, and nothing of the tests, the dashboard's tools or the private servers of `npm start`.
FROM manifests AS production
RUN npm install --no-save --no-audit --no-fund --omit=dev --loglevel=error \
  -w services/gateway -w services/scheduler -w services/executor -w services/notifier -w services/projector \
  -w examples/handlers

FROM manifests AS build
RUN npm install --no-save --no-audit --no-fund --loglevel=error
COPY . .
RUN node scripts/prepare.mjs \
  && find . -path ./node_modules -prune -o -path '*/dist/*' \
    \( -name '*.test.*' -o -name '*.d.ts' -o -name '*.map' -o -name '.tsbuildinfo' \) -type f -exec rm {} +

FROM node:24-bookworm-slim
ENV NODE_ENV=production JOBFLOW_HEALTH_HOST=0.0.0.0 HOST=0.0.0.0
WORKDIR /app
COPY --from=production /app ./
COPY --from=build /app/contracts/dist contracts/dist/
COPY --from=build /app/contracts/api.graphql contracts/
COPY --from=build /app/packages/domain/dist packages/domain/dist/
COPY --from=build /app/packages/platform/dist packages/platform/dist/
COPY --from=build /app/packages/read-model/dist packages/read-model/dist/
COPY --from=build /app/packages/sdk/dist packages/sdk/dist/
COPY --from=build /app/packages/cli/dist packages/cli/dist/
COPY --from=build /app/services/gateway/dist services/gateway/dist/
COPY --from=build /app/services/scheduler/dist services/scheduler/dist/
COPY --from=build /app/services/executor/dist services/executor/dist/
COPY --from=build /app/services/notifier/dist services/notifier/dist/
COPY --from=build /app/services/projector/dist services/projector/dist/
COPY --from=build /app/examples/handlers examples/handlers/
COPY --from=build /app/web/dist web/dist/
# For executors that carry out PYTHON jobs.
RUN apt-get update && apt-get install -y --no-install-recommends python3 && rm -rf /var/lib/apt/lists/*
USER node
EXPOSE 4000 8080
CMD ["node", "services/gateway/dist/main.js"]
