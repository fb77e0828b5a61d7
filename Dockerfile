# A slim image of the server: built in one stage, run in another, as nobody in particular.
FROM python:3.11-slim AS build
WORKDIR /src
RUN python -m venv /opt/atsume && /opt/atsume/bin/pip install --no-cache-dir uv==0.13.9
# The lock first, so that a change of the code does not install everything again.
COPY requirements/demo.lock requirements/demo.lock
RUN /opt/atsume/bin/uv pip install --python /opt/atsume/bin/python --no-cache --require-hashes -r requirements/demo.lock
COPY pyproject.toml README.md LICENSE ./
COPY src src
RUN /opt/atsume/bin/uv pip install --python /opt/atsume/bin/python --no-cache --no-deps --no-build-isolation . \
    && /opt/atsume/bin/pip uninstall -y uv pip

FROM python:3.11-slim
RUN groupadd --gid 10001 atsume && useradd --uid 10001 --gid atsume --no-create-home --home-dir /data atsume \
    && mkdir /data && chown atsume:atsume /data
COPY --from=build /opt/atsume /opt/atsume
ENV PATH=/opt/atsume/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    ATSUME_DATABASE_URL=sqlite:////data/atsume.db
USER 10001:10001
WORKDIR /data
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=20s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/readyz', timeout=4)"]
ENTRYPOINT ["atsume"]
CMD ["serve", "--host", "0.0.0.0"]
