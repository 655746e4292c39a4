"""The live channel's process, from the settings."""

from __future__ import annotations

import asyncio

import click

from examsvc.adapters.redis_live import RedisChanges
from examsvc.live.server import Channel, run_live
from examsvc.settings import Settings


def run_live_channel(settings: Settings) -> None:
    """Serve event streams until stopped."""
    if settings.redis_url is None:
        raise click.ClickException(
            "The live channel needs a Redis that the web processes share: set REDIS_URL."
        )
    channel = Channel(
        RedisChanges(settings.redis_url), settings.secret_key, settings.live_host, settings.live_port
    )
    asyncio.run(
        run_live(channel, lambda port: click.echo(f"live channel at http://{settings.live_host}:{port}/live"))
    )
