# gridcase: the service alone. PostGIS stands elsewhere; the settings are those of the README, by environment.
#
#   docker build -t gridcase .
#   docker run -p 8000:8000 -e DATABASE_URL=postgresql://… -v gridcase:/var/lib/gridcase gridcase
#   docker run --rm -e DATABASE_URL=… -v gridcase:/var/lib/gridcase gridcase gridcase migrate
#
# Debian's own Python, so that one distribution's registry and one Python registry are all that is needed.

FROM debian:bookworm-slim AS build
ARG UV_VERSION=0.13.9
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates python3 python3-venv \
    && rm -rf /var/lib/apt/lists/* \
    && python3 -m venv /uv \
    && /uv/bin/pip install --no-cache-dir --disable-pip-version-check "uv==${UV_VERSION}"
WORKDIR /src
COPY pyproject.toml requirements.lock ./
# what the service needs, at the locked versions and hashes, without the tools of development
RUN python3 -m venv --without-pip /opt/gridcase \
    && export VIRTUAL_ENV=/opt/gridcase UV_NO_CACHE=1 UV_PYTHON_DOWNLOADS=never \
    && /uv/bin/uv export-locked || true
