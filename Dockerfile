# One image for the five services, the jobs and the operator's command line; what runs is the command.
# The lock decides every package; the front end is built by the same code as on a laptop.
ARG PYTHON=3.11

FROM python:${PYTHON}-slim AS base
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 LANG=C.UTF-8 TZ=UTC \
    UV_PYTHON_DOWNLOADS=never UV_LINK_MODE=copy UV_COMPILE_BYTECODE=1
WORKDIR /app

FROM base AS packages
RUN pip install --no-cache-dir uv==0.13.8
COPY pyproject.toml uv.lock README.md ./
COPY contracts/pyproject.toml contracts/pyproject.toml
RUN uv sync --frozen --no-dev --no-install-workspace
COPY contracts contracts
COPY chassis chassis
COPY infra infra
COPY services services
COPY tongxin tongxin
RUN uv sync --frozen --no-dev

FROM packages AS assets
RUN uv sync --frozen && .venv/bin/python -m services.portal.assets.build

FROM base
RUN groupadd --gid 10001 tongxin && useradd --uid 10001 --gid 10001 --home-dir /var/lib/tongxin --create-home tongxin
COPY --from=packages /app /app
COPY --from=assets /app/services/portal/assets/dist /app/services/portal/assets/dist
ENV PATH=/app/.venv/bin:$PATH TONGXIN_DATA=/var/lib/tongxin
USER 10001:10001
CMD ["tongxin", "--help"]
