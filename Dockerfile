# syntax=docker/dockerfile:1
# Frontrow's API server: https://docs.docker.com/build/ builds it with `docker build -t frontrow .`
ARG PYTHON=3.13-slim-bookworm

FROM python:${PYTHON} AS build
WORKDIR /build
COPY pyproject.toml constraints.txt README.md LICENSE ./
COPY deploy/install.sh deploy/
COPY src src
RUN --mount=type=cache,target=/root/.cache/pip deploy/install.sh /opt/frontrow

FROM python:${PYTHON}
RUN useradd --system --uid 10001 --no-create-home --home-dir /var/lib/frontrow frontrow \
    && install --directory --owner=frontrow --group=frontrow --mode=0700 /var/lib/frontrow
COPY --from=build /opt/frontrow /opt/frontrow
ENV PATH=/opt/frontrow/bin:$PATH \
    FRONTROW_DATA_DIR=/var/lib/frontrow
# A number: an orchestrator that demands another user than root cannot look a name up.
USER 10001
VOLUME /var/lib/frontrow
EXPOSE 8000
# Whether the process turns, and no more: a container that is replaced for want of a store would help nobody.
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s \
    CMD ["python", "-c", "import urllib.request as web; web.urlopen('http://127.0.0.1:8000/health/live', timeout=2)"]
ENTRYPOINT ["frontrow"]
CMD ["serve", "--host", "0.0.0.0", "--port", "8000"]
