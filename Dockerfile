# Two images: the simulator, for tests in any language, and the worker, which sends what a queue holds.
#   docker build --target simulator -t mirakl-simulator .
#   docker build --target worker -t mirakl-worker .

FROM python:3.13-slim AS build
WORKDIR /source
COPY pyproject.toml hatch_build.py README.md LICENSE ./
COPY mirakl_async ./mirakl_async
RUN python -m venv /opt/mirakl && /opt/mirakl/bin/pip install --no-cache-dir ".[cli,redis]"

FROM python:3.13-slim AS base
COPY --from=build /opt/mirakl /opt/mirakl
ENV PATH=/opt/mirakl/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
RUN useradd --system --uid 10001 --create-home mirakl
USER mirakl
WORKDIR /home/mirakl
STOPSIGNAL SIGTERM

FROM base AS worker
# Settings come from the environment (MIRAKL_CLIENT_ID, MIRAKL_CLIENT_SECRET_FILE); the queue is MIRAKL_QUEUE or the
# argument. Probes and Prometheus: --health 0.0.0.0:9100, as in examples/deploy/kubernetes.yaml.
ENTRYPOINT ["mirakl-async", "worker"]
CMD ["redis://redis/0/mirakl"]

FROM base AS simulator
# Connect, Account, the token endpoint, Marketplace, the storage of exported files.
EXPOSE 8080-8084
HEALTHCHECK --interval=5s --timeout=2s --start-period=1s CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8080/_simulator/state', timeout=1)"]
ENTRYPOINT ["mirakl-async", "simulator", "--port", "8080", "--host", "localhost"]
CMD []
