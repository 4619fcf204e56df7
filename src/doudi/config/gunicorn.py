"""How gunicorn serves the site: `gunicorn -c python:doudi.config.gunicorn doudi.config.wsgi:application`."""

from __future__ import annotations

from typing import Any

from doudi.config.logs import configuration
from doudi.config.options import options

_OPTIONS = options()

bind = _OPTIONS.bind
workers = _OPTIONS.workers
worker_class = "sync"
proc_name = "doudi-web"
timeout = 60
graceful_timeout = 30
keepalive = 5
max_requests, max_requests_jitter = 20_000, 2_000
limit_request_line, limit_request_fields = 8190, 60
forwarded_allow_ips = _OPTIONS.proxy_addresses
control_socket_disable = True
accesslog = None
logconfig_dict = configuration(_OPTIONS.log_level)


def child_exit(server: Any, worker: Any) -> None:
    """A worker has ended: what it measured stays counted, its gauges do not."""
    from prometheus_client import multiprocess

    multiprocess.mark_process_dead(worker.pid)
