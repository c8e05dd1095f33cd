# gridcase: the service alone. PostGIS stands elsewhere; settings by environment: docs/reference/settings.md.
#
#   docker build -t gridcase .
#   docker run -p 8000:8000 -e DATABASE_URL=postgresql://… -e GRIDCASE_TRUSTED_PROXIES=172.17.0.1/32 \
#                           -v gridcase:/var/lib/gridcase gridcase
#   docker run --rm         -e DATABASE_URL=postgresql://… -v gridcase:/var/lib/gridcase gridcase gridcase migrate
#
# GRIDCASE_TRUSTED_PROXIES names the proxy in front (here what forwards to Docker's own network), or is `none`.
# The volume keeps the key file, unless GRIDCASE_MASTER_KEY is set. Python is Debian's own, so that a closed network needs
# no more than its mirrors of Debian and PyPI; pip's and uv's settings for these may be given as build arguments.

FROM debian:bookworm-slim AS build
ARG UV_VERSION=0.13.9
ARG PIP_INDEX_URL UV_DEFAULT_INDEX
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates python3 python3-venv \
    && python3 -m venv /uv \
    && /uv/bin/pip install --no-cache-dir --disable-pip-version-check "uv==${UV_VERSION}"
ENV VIRTUAL_ENV=/opt/gridcase/.venv UV_NO_CACHE=1 UV_PYTHON_DOWNLOADS=never UV_COMPILE_BYTECODE=1
WORKDIR /opt/gridcase
COPY pyproject.toml requirements.lock ./
# what the service needs, at the versions and hashes of the lock, and none of the tools of development
RUN python3 -m venv --without-pip .venv \
    && /uv/bin/uv pip install --quiet --require-hashes --requirements pyproject.toml --constraints requirements.lock
COPY alembic.ini ./
COPY app app
COPY geo geo
COPY migrations migrations
COPY seeds seeds
RUN /uv/bin/uv pip install --constraints requirements.lock setuptools \
    && /uv/bin/uv pip install --no-deps --no-build-isolation --config-settings editable_mode=compat --editable . \
    && /uv/bin/uv pip uninstall setuptools \
    && .venv/bin/python -m compileall -q app geo migrations seeds

FROM debian:bookworm-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates python3 \
       libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-wqy-zenhei \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 10001 --home-dir /var/lib/gridcase --no-create-home gridcase \
    && install --directory --owner gridcase --group gridcase /var/lib/gridcase
COPY --from=build /opt/gridcase /opt/gridcase
ENV PATH=/opt/gridcase/.venv/bin:$PATH GRIDCASE_HOME=/var/lib/gridcase PYTHONUNBUFFERED=1
WORKDIR /opt/gridcase
USER 10001:10001
VOLUME /var/lib/gridcase
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=20s CMD ["python", "-c", \
    "from http.client import HTTPConnection as C; c = C('127.0.0.1', 8000, timeout=4); c.request('GET', '/healthz'); raise SystemExit(c.getresponse().status != 200)"]
CMD ["gridcase", "serve", "--host", "0.0.0.0", "--port", "8000"]
