# syntax=docker/dockerfile:1
# One target per program:
#   docker buildx build --platform linux/amd64,linux/arm64 --target argo-runner .

# The compiler runs on the builder's own architecture and compiles for the image's.
FROM --platform=$BUILDPLATFORM denoland/deno:2.7.11 AS build
ARG TARGETARCH
# For --version: there is no checkout here.
ARG REVISION
# The packages of JSR, or a build that fails: never the stand-ins for machines that do not reach it.
ENV JSR_URL=""
WORKDIR /build
COPY . .
RUN case "$TARGETARCH" in \
      amd64) target=x86_64-unknown-linux-gnu ;; \
      arm64) target=aarch64-unknown-linux-gnu ;; \
      *) echo "no Deno for $TARGETARCH" >&2; exit 1 ;; \
    esac \
 && deno task compile --target "$target" \
 && for binary in dist/*; do mv "$binary" "${binary%-"$target"}"; done

# glibc, CA certificates and a user without rights; no shell.
FROM gcr.io/distroless/cc-debian12:nonroot AS runtime
ARG VERSION=dev
ARG REVISION=unknown
LABEL org.opencontainers.image.version="$VERSION" \
      org.opencontainers.image.revision="$REVISION" \
      org.opencontainers.image.licenses="Apache-2.0"
USER 65532:65532

FROM runtime AS argo-runner
LABEL org.opencontainers.image.title="argo-runner" \
      org.opencontainers.image.description="Runs an Argo Workflow to its end and exits with its verdict"
COPY --from=build /build/dist/argo-runner /usr/local/bin/argo-runner
ENTRYPOINT ["/usr/local/bin/argo-runner"]

FROM runtime AS helm-runner
LABEL org.opencontainers.image.title="helm-runner" \
      org.opencontainers.image.description="Has helm change a release in a Job and exits with its verdict"
COPY --from=build /build/dist/helm-runner /usr/local/bin/helm-runner
ENTRYPOINT ["/usr/local/bin/helm-runner"]

FROM runtime AS job-runner
LABEL org.opencontainers.image.title="job-runner" \
      org.opencontainers.image.description="Runs a Job to its end and exits with its verdict"
COPY --from=build /build/dist/job-runner /usr/local/bin/job-runner
ENTRYPOINT ["/usr/local/bin/job-runner"]
