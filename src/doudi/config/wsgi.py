"""What gunicorn serves."""

import os

from django.core.wsgi import get_wsgi_application

from doudi.config import logs
from doudi.config.options import options

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "doudi.config.settings")
logs.set_up(options().log_level)
application = get_wsgi_application()
