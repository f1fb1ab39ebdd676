# A mirror that is nearer: docker build --build-arg PYTHON=registry.example/library/python:3.13-slim-bookworm .
ARG PYTHON=python:3.13-slim-bookworm

FROM ${PYTHON} AS build
WORKDIR /src
COPY pyproject.toml hatch_build.py README.md LICENSE ./
COPY asklint ./asklint
COPY rules ./rules
COPY schemas ./schemas
COPY .ci/lock/asklint.txt ./lock.txt
RUN python -m venv --without-pip /opt/asklint \
  && pip --python /opt/asklint install --no-cache-dir --disable-pip-version-check --require-hashes -r lock.txt \
  && pip --python /opt/asklint install --no-cache-dir --disable-pip-version-check --no-deps . \
  && /opt/asklint/bin/python -m compileall -q /opt/asklint

FROM ${PYTHON}
COPY --from=build /opt/asklint /opt/asklint
USER 65532:65532
WORKDIR /work
ENV PYTHONDONTWRITEBYTECODE=1 XDG_CACHE_HOME=/tmp
ENTRYPOINT ["/opt/asklint/bin/asklint"]
CMD ["check", "."]
