#!/usr/bin/env python3
"""Django's own commands (makemigrations, check, shell) for developers; operators use `doudi site`."""

import os
import sys

from django.core.management import execute_from_command_line

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "doudi.config.settings")
execute_from_command_line(sys.argv)
