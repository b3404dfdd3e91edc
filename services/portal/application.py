"""The HTTP application: guards, pages, REST, assets; composed here and nowhere else."""

from fastapi import FastAPI
from fastapi.responses import FileResponse, Response
from starlette.middleware.gzip import GZipMiddleware
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from services.portal import api, openapi, refused, uploads
from services.portal.assets.manifest import DIST
from services.portal.guards import Guards
from services.portal.pages import (
    agencies,
    appraisal,
    calls,
    channels,
    coverage,
    dispatch,
    duty,
    entrance,
    erasing,
    feedback,
    handling,
    handling_circular,
    joint,
    members,
    operations,
    plan,
    points,
    processes,
    proposals,
    review,
    review_scheme,
    templates,
    topics,
    unit_desk,
    units,
    work,
)
from services.portal.portal import Portal


class _Assets(StaticFiles):
    """Built files have their content's hash in the name and never change."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        if isinstance(response, FileResponse):
            response.headers["cache-control"] = "public, max-age=31536000, immutable"
        return response


def make_application(portal: Portal) -> Guards:
    """The application behind its guards."""
    app = FastAPI(
        title="同心 Tongxin", version="1", docs_url=None, redoc_url=None, openapi_url="/api/openapi.json"
    )
    app.state.portal = portal
    refused.install(app)
    app.include_router(api.router())
    app.include_router(uploads.router)
    for pages in (
        entrance,
        work,
        agencies,
        channels,
        joint,
        calls,
        proposals,
        review_scheme,
        review,
        dispatch,
        handling,
        handling_circular,
        unit_desk,
        feedback,
        appraisal,
        topics,
        plan,
        templates,
        processes,
        members,
        erasing,
        points,
        duty,
        coverage,
        units,
        operations,
    ):
        app.include_router(pages.router, include_in_schema=False)
    app.router.routes.append(
        Mount("/assets", GZipMiddleware(_Assets(directory=DIST), minimum_size=1024), name="assets")
    )
    openapi.install(app)
    return Guards(app, api.Commands(app), public_url=portal.settings.public_url)
