"""Health, readiness, metrics and a look at the engines over HTTP; work never comes this way."""

from collections.abc import Iterable

from fastapi import FastAPI, Response
from fastapi.responses import JSONResponse

from gpu_node import __version__
from gpu_node.metrics import Metrics
from gpu_node.problems import make_problem
from gpu_node.readiness import Readiness
from gpu_node.service.engines import Engines
from gpu_node.service.own_hosts import OwnHostsOnly

PROBLEM_TYPE = "application/problem+json"


def create_app(
    readiness: Readiness, metrics: Metrics, engines: Engines, hosts: Iterable[str] = ()
) -> FastAPI:
    """The application; it answers before anything else is ready. hosts: further names of this
    machine."""
    app = FastAPI(title="gpu-node", version=__version__, openapi_url=None)
    app.add_middleware(OwnHostsOnly, further=hosts)

    @app.get("/health")
    @app.get("/healthz")
    async def health() -> dict[str, str]:
        return {"status": "ok", "version": __version__}

    @app.get("/readyz")
    async def ready() -> Response:
        problems = await readiness.problems()
        if not problems:
            return JSONResponse({"status": "ready"})
        problem = make_problem("not-ready", " ".join(problems))
        return JSONResponse(problem, 503, {"retry-after": "2"}, media_type=PROBLEM_TYPE)

    @app.get("/metrics")
    async def render_metrics() -> Response:
        return Response(metrics.render(), media_type="text/plain; version=0.0.4; charset=utf-8")

    @app.post("/probe")
    async def probe() -> Response:
        """Ask the engines now whether they are here; the registry is told what has changed."""
        node_types = await engines.now()
        if node_types is None:
            problem = make_problem("not-ready", "The engines are not known yet.")
            return JSONResponse(problem, 503, {"retry-after": "2"}, media_type=PROBLEM_TYPE)
        return JSONResponse({"node_types": node_types})

    return app
